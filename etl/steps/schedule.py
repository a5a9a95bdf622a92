"""Write the files that make a scheduler start this company's runs; nothing is installed, a person does that."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import RefusedError
from etl.settings import Settings
from etl.steps.exceptions import settings_now
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of
from etl.steps.schedule_forms import FORMS, Plan
from etl.steps.trusted import permit
from etl.store import files
from etl.workspace import Workspace

_DAYS = 730   # in which a start time is looked for that is skipped or comes twice
_INSTALL = {
    "crontab": "crontab -e, then paste the lines", "systemd-service": "copy to /etc/systemd/system",
    "systemd-timer": "copy beside the service, then systemctl enable --now",
    "windows": "schtasks /create /tn NAME /xml FILE", "airflow": "copy into the folder of DAGs",
    "prefect": "python FILE",
}


def write_schedule(
    company: str, workspace: str | Path | None = None, *, to: Path | None = None, program: str = "",
    person: str | None = None,
) -> Outcome:
    """One file a scheduler, from [schedule]. With cadence manual nothing is written.

    Equal content leaves a file as it is, another one is replaced whole. Raises RefusedError SCHEDULE_PATH where a path
    cannot be written into one of the forms.
    """
    place = place_of(workspace)
    settings = settings_now(place, company)
    permit(place, company, "write_schedule", person or person_of(company))
    chosen = settings.schedule
    if chosen.cadence == "manual":
        return Outcome(title=f"{company} runs by hand; no scheduler is needed",
                       next_step='set [schedule] cadence to "near_real_time", "hourly", "daily" or "weekly"')
    plan = plan_of(place, settings, program or _program())
    folder = to or place.root / "reports" / company / "schedule"
    files.make_folder(folder)
    rows = []
    for form, (name, write) in FORMS.items():
        if form == "systemd-timer" and chosen.cadence == "near_real_time":
            continue   # the service stays and looks by itself
        content = write(plan)
        path = folder / name.format(company)
        data = content if isinstance(content, bytes) else content.encode()
        is_same = path.is_file() and path.read_bytes() == data
        if not is_same:
            files.rewrite(path, data)
        rows.append((form, path.name, "unchanged" if is_same else "written", _INSTALL[form]))
    return Outcome(
        title=f"{settings.company.name}: {plan.told}",
        facts=(("folder", str(folder)), ("clock", _clock(plan)),
               ("works as", chosen.person or "the account's own name"), ("command", " ".join(plan.words))),
        headings=("scheduler", "file", "state", "then"), rows=tuple(rows),
        next_step="install one of them; secrets are kept in the keyring or in files of mode 0600, never in these")


def plan_of(place: Workspace, settings: Settings, program: str, today: date | None = None) -> Plan:
    """The company's runs as the forms need them."""
    chosen, company = settings.schedule, settings.company.id
    words = [program, "--workspace", str(place.root), "auto", "watch", "--company", company]
    if chosen.person:
        words += ["--person", chosen.person]
    if odd := [word for word in words if not word.isprintable() or ("\\" in word and sys.platform != "win32")]:
        raise RefusedError(
            "SCHEDULE_PATH", what=f"{odd[0]!r} cannot be written into a scheduler's file", where="the workspace's path",
            fix="Give program and workspace a path without line breaks, backslashes or signs that cannot be seen.")
    hour, minute = (int(part) for part in chosen.at.split(":"))
    since = (today or datetime.now(UTC).date()).replace(month=1, day=1)
    return Plan(company, chosen.cadence, (*words, "--once"), tuple(words), settings.company.zone, hour, minute,
                chosen.weekdays, chosen.every_minutes, since.isoformat())


def _program() -> str:
    beside = Path(sys.executable).with_name("timebooks.exe" if sys.platform == "win32" else "timebooks")
    return str(beside) if beside.exists() else shutil.which("timebooks") or str(beside)


def _clock(plan: Plan) -> str:
    """The zone, and the days of the next two years on which the start time is skipped or comes twice."""
    if plan.cadence in ("near_real_time", "hourly"):
        return f"{plan.zone}; no hour of the day matters"
    odd = odd_days(plan, date.fromisoformat(plan.since), _DAYS)
    return f"{plan.zone}; " + ("; ".join(odd) if odd else "this time comes once on every day")


def odd_days(plan: Plan, first: date, days: int) -> list[str]:
    """The days on which clocks change so that the start time is not there, or is there twice."""
    zone, found = ZoneInfo(plan.zone), []
    for day in (first + timedelta(days=n) for n in range(days)):
        local = datetime(day.year, day.month, day.day, plan.hour, plan.minute, tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(fold=0) != local:
            found.append(f"{day} has no {local:%H:%M}")
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            found.append(f"{day} has {local:%H:%M} twice")
    return found
