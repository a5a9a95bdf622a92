"""When runs start, in the words of five schedulers. Text in, text out; every path and name quoted by that form's rules.

Sources: crontab(5) of cronie and Debian; systemd.service(5), systemd.timer(5), systemd.syntax(7); the Task Scheduler
schema of [MS-TSCH]; Airflow's TaskFlow and Prefect's serve, by their documentation.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from etl.periods import WEEKDAYS
from etl.settings.automation import Cadence

_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_EXIT = "exit code 1: a person decides; 2: it could not run"


@dataclass(frozen=True)
class Plan:
    """One company's runs. `words`: the command and its arguments; `since`: a day that is over, for some forms.

    `watcher`: the same without --once, which stays and looks by itself.
    """

    company: str
    cadence: Cadence
    words: tuple[str, ...]
    watcher: tuple[str, ...]
    zone: str
    hour: int
    minute: int
    weekdays: tuple[str, ...]
    every_minutes: int
    since: str

    @property
    def cron(self) -> str:
        """The five fields of a crontab."""
        if self.cadence == "near_real_time":
            return f"*/{self.every_minutes} * * * *"
        if self.cadence == "hourly":
            return f"{self.minute} * * * *"
        days = ",".join(str((WEEKDAYS.index(day) + 1) % 7) for day in self.weekdays) if self.is_weekly else "*"
        return f"{self.minute} {self.hour} * * {days}"

    @property
    def is_weekly(self) -> bool:
        """Whether it starts on named weekdays alone."""
        return self.cadence == "weekly"

    @property
    def told(self) -> str:
        """The cadence in words."""
        at = f"{self.hour:02}:{self.minute:02}, {self.zone}"
        return {
            "near_real_time": f"every {self.every_minutes} minutes", "hourly": f"hourly, at minute {self.minute}",
            "daily": f"daily at {at}", "weekly": f"{' and '.join(self.weekdays)} at {at}", "manual": "by hand",
        }[self.cadence]


def crontab(plan: Plan) -> str:
    """Lines for `crontab -e`. A % is escaped: cron would end the command there."""
    command = shlex.join(plan.words).replace("%", "\\%")
    return (
        f"# Timebooks, {plan.company}: {plan.told}; {_EXIT}.\n"
        "# CRON_TZ is understood by cronie; other crons, Debian's among them, go by the machine's own zone.\n"
        "# In the night the clocks change a time can be skipped or come twice: a second run adds nothing, and what\n"
        "# one run misses the next one does. No secret stands here: keyring, or files of mode 0600.\n"
        f"CRON_TZ={plan.zone}\n{plan.cron} {command}\n")


def systemd_service(plan: Plan) -> str:
    """The unit that works: once a timer's call, or for near real time by itself until it is stopped."""
    stays = plan.cadence == "near_real_time"
    words = plan.watcher if stays else plan.words
    command = " ".join([_unit_word(words[0]), *(_unit_word(word).replace("$", "$$") for word in words[1:])])
    kind = ("Type=exec\nRestart=on-failure\nRestartSec=60\nTimeoutStopSec=1h\n" if stays
            else "Type=oneshot\nTimeoutStartSec=6h\n")
    install = "\n[Install]\nWantedBy=multi-user.target\n" if stays else ""
    return (
        f"# {_EXIT}. Stopping it lets the micro-batch under way finish.\n"
        f"[Unit]\nDescription=Timebooks, {plan.company}: {plan.told}\n"
        "After=network-online.target\nWants=network-online.target\n"
        f"\n[Service]\n{kind}ExecStart={command}\nUMask=0077\nNoNewPrivileges=yes\nPrivateTmp=yes\n{install}")


def systemd_timer(plan: Plan) -> str:
    """The timer of the service; what was due while the machine was off is made up for."""
    days = "".join(f"{','.join(day[:3].title() for day in plan.weekdays)} ") if plan.is_weekly else ""
    at = f"*:{plan.minute:02}" if plan.cadence == "hourly" else f"{plan.hour:02}:{plan.minute:02}"
    return (
        f"[Unit]\nDescription=Timebooks, {plan.company}: {plan.told}\n\n"
        f"[Timer]\nOnCalendar={days}*-*-* {at}:00 {plan.zone}\nPersistent=true\nAccuracySec=1min\n\n"
        "[Install]\nWantedBy=timers.target\n")


def _unit_word(word: str) -> str:
    """One word of a unit's command line: quoted, with specifiers made plain."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def windows_task(plan: Plan) -> bytes:
    """The task as XML for schtasks /create /xml, UTF-16 as Windows exports it. It goes by the machine's own zone."""
    task = ET.Element("Task", {"version": "1.2", "xmlns": _TASK})
    _into(task, {"RegistrationInfo": {"Description": (
        f"Timebooks, {plan.company}: {plan.told}. Windows starts it by this machine's own zone, which should be "
        f"{plan.zone}; {_EXIT}.")}})
    trigger = ET.SubElement(ET.SubElement(task, "Triggers"), "CalendarTrigger")
    minutes = {"near_real_time": plan.every_minutes, "hourly": 60}.get(plan.cadence)
    if minutes:
        _into(trigger, {"Repetition": {"Interval": f"PT{minutes}M", "Duration": "P1D", "StopAtDurationEnd": "false"}})
    at = f"00:{plan.minute if plan.cadence == 'hourly' else 0:02}" if minutes else f"{plan.hour:02}:{plan.minute:02}"
    _into(trigger, {"StartBoundary": f"{plan.since}T{at}:00", "Enabled": "true"})
    if plan.is_weekly:
        days = [day for day in WEEKDAYS if day in plan.weekdays]
        _into(trigger, {"ScheduleByWeek": {"WeeksInterval": "1", "DaysOfWeek": {day.title(): {} for day in days}}})
    else:
        _into(trigger, {"ScheduleByDay": {"DaysInterval": "1"}})
    principal = ET.SubElement(ET.SubElement(task, "Principals"), "Principal", {"id": "Author"})
    _into(principal, {"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"})
    _into(task, {"Settings": {
        "MultipleInstancesPolicy": "IgnoreNew", "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false", "StartWhenAvailable": "true", "Enabled": "true",
        "ExecutionTimeLimit": "PT6H"}})
    actions = ET.SubElement(task, "Actions", {"Context": "Author"})
    _into(actions, {"Exec": {"Command": plan.words[0], "Arguments": subprocess.list2cmdline(plan.words[1:])}})
    ET.indent(task)
    text = '<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(task, encoding="unicode") + "\n"
    return "\N{BOM}".encode("utf-16-le") + text.replace("\n", "\r\n").encode("utf-16-le")


def _into(parent: ET.Element, said: Mapping[str, object]) -> None:
    for name, value in said.items():
        child = ET.SubElement(parent, name)
        if isinstance(value, Mapping):
            _into(child, value)
        else:
            child.text = str(value)


def airflow_dag(plan: Plan) -> str:
    """A DAG of one task. The command is a list, so no template and no shell reads it."""
    year, month, day = (int(part) for part in plan.since.split("-"))
    return f'''"""Timebooks, {plan.company}: {_doc(plan.told)}; {_EXIT}."""

import subprocess

import pendulum
from airflow.decorators import dag, task

COMMAND = {list(plan.words)!r}


@dag(
    dag_id={f"timebooks_{plan.company}"!r},
    schedule={plan.cron!r},
    start_date=pendulum.datetime({year}, {month}, {day}, tz={plan.zone!r}),
    catchup=False,
    max_active_runs=1,
    tags=["timebooks"],
)
def timebooks():
    @task(retries=0)
    def run():
        subprocess.run(COMMAND, check=True)

    run()


timebooks()
'''


def prefect_flow(plan: Plan) -> str:
    """A flow that serves itself by the schedule; one run at a time."""
    return f'''"""Timebooks, {plan.company}: {_doc(plan.told)}; {_EXIT}."""

import subprocess

from prefect import flow
from prefect.schedules import Cron

COMMAND = {list(plan.words)!r}


@flow(name={f"timebooks-{plan.company}"!r}, retries=0)
def timebooks():
    subprocess.run(COMMAND, check=True)


if __name__ == "__main__":
    timebooks.serve(
        name={f"timebooks-{plan.company}"!r}, schedule=Cron({plan.cron!r}, timezone={plan.zone!r}), limit=1)
'''


def _doc(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")


FORMS: Mapping[str, tuple[str, Callable[[Plan], str | bytes]]] = {
    "crontab": ("timebooks-{}.crontab", crontab),
    "systemd-service": ("timebooks-{}.service", systemd_service),
    "systemd-timer": ("timebooks-{}.timer", systemd_timer),
    "windows": ("timebooks-{}.xml", windows_task),
    "airflow": ("timebooks_{}_dag.py", airflow_dag),
    "prefect": ("timebooks_{}_flow.py", prefect_flow),
}
"""By form: the file's name and what writes it."""
