"""One page a quarter: everything that is due of a company, sorted by day, each with the command that does it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from etl.errors import SettingsError
from etl.mapping.load import load_mappings
from etl.pages.agenda import Due, Part, render_agenda
from etl.settings import read_settings
from etl.steps.agenda_items import Asked, Item, items
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day
from etl.store import audit_log, files
from etl.workspace import is_sandbox

_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)


def agenda(
    workspace: str | Path | None, company: str, *, quarter: str | None = None, day: str | date | None = None,
) -> Outcome:
    """Write reports/<company>/agenda/agenda_<quarter>.html and tell what is due; an agenda refuses nothing.

    `quarter`: such as 2027-Q1, by default the one of the day; `day`: as of when, by default today.
    """
    place, on = place_of(workspace), read_day(day, "--on") if day else datetime.now(UTC).date()
    name, until = _quarter_of(quarter or f"{on.year}-Q{(on.month + 2) // 3}")
    if until < on:
        raise SettingsError("QUARTER_UNREADABLE", what=f"{name} is over", where="--quarter",
                            fix="Give this quarter or a later one; earlier pages lie in reports/.")
    folder = place.mappings(company)
    settings, mappings = read_settings(folder / "company.toml", company), load_mappings(folder, company)
    records = audit_log.read_log(place, company)
    following = _quarter_of(f"{(until + timedelta(days=1)).year}-Q{((until + timedelta(days=1)).month + 2) // 3}")
    found = items(Asked(place, company, settings, mappings, records, on, following[1]))
    late = [item for item in found if item.due_on <= on]
    ahead = [item for item in found if on < item.due_on <= until]
    later = [item for item in found if item.due_on > until]
    content = render_agenda(
        f"{settings.company.name}: {name}", [
            Part("Overdue, or open now", _rows(late), "Nothing is overdue."),
            Part(f"Due in {name}", _rows(ahead), "Nothing else is due."),
            Part(f"Then, in {following[0]}", _rows(later), "Nothing yet.")],
        subtitle=f"As of {on}. The command does it or shows it; the page explains it (timebooks docs build).",
        banner="SANDBOX: a practice company, its figures are made up" if is_sandbox(company) else "")
    path = place.root / "reports" / company / "agenda" / f"agenda_{name}.html"
    files.make_folder(path.parent)
    files.rewrite(path, content)
    return Outcome(
        title=f"{settings.company.name}, agenda of {name} as of {on}: {len(late)} overdue or open, {len(ahead)} due",
        facts=(("page", path.relative_to(place.root).as_posix()), (f"in {following[0]}", str(len(later)))),
        headings=("due", "what", "whose", "command"),
        rows=tuple((f"{item.due_on}{' !' if item in late else ''}", item.what, item.whose, item.command)
                   for item in (*late, *ahead)),
        next_step="do what is marked with ! first" if late else "")


def _rows(found: list[Item]) -> list[Due]:
    return [(str(item.due_on), item.what, item.whose, item.command, item.page) for item in found]


def _quarter_of(text: str) -> tuple[str, date]:
    """A quarter's name and last day. Raises SettingsError QUARTER_UNREADABLE."""
    match = _QUARTER.fullmatch(text.strip())
    if not match or not 1900 <= int(match[1]) < 9999:
        raise SettingsError("QUARTER_UNREADABLE", what=f"{text!r} is no quarter", where="--quarter",
                            fix="Write it as 2027-Q1.")
    year, number = int(match[1]), int(match[2])
    first_after = date(year + number // 4, number % 4 * 3 + 1, 1)
    return f"{year}-Q{number}", first_after - timedelta(days=1)
