"""What schedulers are given says when and what, and each one's own reader understands it."""

from __future__ import annotations

import ast
import configparser
import subprocess
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from etl import steps
from etl.errors import RefusedError
from etl.settings import parse_settings
from etl.steps.schedule import odd_days, plan_of
from etl.steps.schedule_forms import (
    FORMS,
    airflow_dag,
    crontab,
    prefect_flow,
    systemd_service,
    systemd_timer,
    windows_task,
)
from etl.workspace import Workspace
from tests.cli.command import timebooks
from tests.faults import tiny
from tests.programs import program
from tests.steps import cron_reader

pytestmark = [pytest.mark.capability("C20"), pytest.mark.capability("C81")]
ODD = Path("/srv/100% \"Mill\" & Sons' $HOME {{ x }}/w")
PROGRAM = "/opt/tim e/100%/$bin/timebooks"
NS = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
DAILY = 'cadence = "daily"\nat = "06:30"'
CADENCES = (
    ('cadence = "near_real_time"\nevery_minutes = 20', 72 * 7, "*-*-*"),
    ('cadence = "hourly"\nat = "00:05"', 24 * 7, "*:05:00"), (DAILY, 7, "*-*-* 06:30:00"),
    ('cadence = "weekly"\nweekdays = ["sunday", "wednesday"]', 2, "Sun,Wed *-*-* 06:30:00"))


def plan(schedule, root=ODD, person="svc 100%"):
    text = tiny.SETTINGS.replace("[billing]", f'[schedule]\n{schedule}\nperson = "{person}"\n[billing]', 1)
    settings = parse_settings(text, tiny.COMPANY, "company.toml")
    return plan_of(Workspace(root), settings, PROGRAM, date(2026, 11, 27))


def words(root=ODD):
    return [PROGRAM, "--workspace", str(root), "auto", "watch", "--company", tiny.COMPANY, "--person", "svc 100%"]


@pytest.mark.parametrize(("schedule", "count", "_"), CADENCES, ids=lambda value: str(value)[:24])
def test_a_crontab_starts_as_often_as_declared_and_says_the_same_words(schedule, count, _):
    """A reader of our own, from crontab(5): a week of minutes, and the words after cron's % and the shell's quotes."""
    settings, jobs = cron_reader.read(crontab(plan(schedule)))
    (sets, said), = jobs
    found = cron_reader.starts(sets, cron_reader.minute(2026, 11, 23), 7)
    assert len(found) == count
    if "weekly" in schedule:
        assert [at.strftime("%A") for at in found] == ["Wednesday", "Sunday"]
    assert settings == {"CRON_TZ": "America/New_York"}
    assert said == [*words(), "--once"]


@pytest.mark.parametrize(("schedule", "_", "when"), CADENCES, ids=lambda value: str(value)[:24])
def test_systemd_takes_the_units(schedule, _, when, tmp_path):
    analyze = program("systemd-analyze")
    root = tmp_path / ODD.name
    started = tmp_path / "tim e" / "100%" / "timebooks"
    started.parent.mkdir(parents=True)
    started.write_text("#!/bin/sh\n")
    started.chmod(0o700)
    one = plan(schedule, root)
    text = systemd_service(one).replace(PROGRAM.replace("%", "%%"), str(started).replace("%", "%%"))
    service, timer = tmp_path / "timebooks-tiny.service", tmp_path / "timebooks-tiny.timer"
    service.write_text(text)
    units = [service]
    if "near_real_time" not in schedule:
        timer.write_text(systemd_timer(one))
        units.append(timer)
        calendar = configparser.ConfigParser(interpolation=None)
        calendar.read(timer)
        said = calendar["Timer"]["OnCalendar"]
        assert when in said
        assert not subprocess.run([analyze, "calendar", said], capture_output=True, check=False).returncode
    else:
        assert "--once" not in text
        assert "Restart=on-failure" in text
    done = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    own = [line for line in done.stderr.splitlines() if "timebooks-tiny" in line]
    assert not own, own


def test_systemd_reads_the_same_words():
    """By systemd.service(5): %% is a percent sign, $$ a dollar sign except in the program, quotes as in C."""
    command = next(line for line in systemd_service(plan(DAILY)).splitlines() if line.startswith("ExecStart="))
    said = ast.literal_eval("[" + command.removeprefix("ExecStart=").replace('" "', '", "') + "]")
    said = [word.replace("%%", "%") for word in said]
    assert [said[0], *(word.replace("$$", "$") for word in said[1:])] == [*words(), "--once"]


def argv(line):
    """The words of a Windows command line by the rules of CommandLineToArgvW."""
    found, word, is_quoted, at, has_word = [], "", False, 0, False
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        at += slashes
        if at < len(line) and line[at] == '"':
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                is_quoted, has_word = not is_quoted, True
            at += 1
            continue
        word += "\\" * slashes
        if at < len(line):
            if line[at] in " \t" and not is_quoted:
                if word or has_word:
                    found.append(word)
                word, has_word = "", False
            else:
                word += line[at]
            at += 1
    return [*found, word] if word or has_word else found


@pytest.mark.parametrize(("schedule", "_", "__"), CADENCES, ids=lambda value: str(value)[:24])
def test_the_windows_task_has_what_its_schema_asks_for(schedule, _, __):
    content = windows_task(plan(schedule))
    assert content.startswith(b"\xff\xfe"), "UTF-16, as Windows exports and takes it"
    task = ET.fromstring(content.decode("utf-16").split("\n", 1)[1])
    assert task.tag == f"{{{NS['t']}}}Task"
    assert [child.tag.rpartition("}")[2] for child in task] == [
        "RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    trigger = task.find("t:Triggers/t:CalendarTrigger", NS)
    order = [child.tag.rpartition("}")[2] for child in trigger]
    schema = ("Repetition", "StartBoundary", "Enabled", "ScheduleByDay", "ScheduleByWeek")
    assert order == [name for name in schema if name in order]
    assert trigger.findtext("t:StartBoundary", "", NS).startswith("2026-01-01T")
    assert ("t:ScheduleByWeek" if "weekly" in schedule else "t:ScheduleByDay") in [f"t:{name}" for name in order]
    run = task.find("t:Actions/t:Exec", NS)
    assert [run.findtext("t:Command", "", NS), *argv(run.findtext("t:Arguments", "", NS))] == [*words(), "--once"]
    assert task.find("t:Actions", NS).get("Context") == task.find("t:Principals/t:Principal", NS).get("id")
    assert task.findtext("t:Settings/t:StartWhenAvailable", "", NS) == "true", "made up for after a restart"
    assert task.findtext("t:Settings/t:MultipleInstancesPolicy", "", NS) == "IgnoreNew"


@pytest.mark.parametrize("write", [airflow_dag, prefect_flow])
@pytest.mark.parametrize(("schedule", "_", "__"), CADENCES, ids=lambda value: str(value)[:24])
def test_the_python_forms_compile_and_give_the_command_as_a_list(write, schedule, _, __):
    """Neither a shell nor a template reads it, so nothing in a path can become either."""
    one = plan(schedule)
    tree = ast.parse(write(one))
    given = {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign)}
    assert given == {"COMMAND": [*words(), "--once"]}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert one.cron in texts
    assert "America/New_York" in texts
    assert "shell" not in write(one)


def test_times_that_clocks_skip_or_give_twice_are_told():
    one = plan('cadence = "daily"\nat = "02:30"')
    assert odd_days(one, date(2026, 1, 1), 365) == ["2026-03-08 has no 02:30"]
    assert odd_days(plan('cadence = "daily"\nat = "01:30"'), date(2026, 1, 1), 365) == ["2026-11-01 has 01:30 twice"]
    assert odd_days(plan(DAILY), date(2026, 1, 1), 730) == []


def test_paths_that_no_form_can_hold_are_refused():
    for name in ("two\nlines", "back\\slash", "bell\a"):
        with pytest.raises(RefusedError) as caught:
            plan(DAILY, Path("/srv") / name)
        assert caught.value.code == "SCHEDULE_PATH"


def test_the_command_writes_each_file_once(tmp_path):
    place = tiny.make_company(tmp_path / "w")
    assert timebooks("auto", "schedule", "--company", tiny.COMPANY, workspace=place.root).facts.startswith(
        "sandbox-tiny runs by hand")
    settings = place.mappings(tiny.COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", f"[schedule]\n{DAILY}\n[billing]", 1))
    first = steps.write_schedule(tiny.COMPANY, place.root)
    assert {row[2] for row in first.rows} == {"written"}
    assert [row[0] for row in first.rows] == list(FORMS)
    folder = place.root / "reports" / tiny.COMPANY / "schedule"
    times = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {row[2] for row in steps.write_schedule(tiny.COMPANY, place.root).rows} == {"unchanged"}
    assert times == {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert steps.verify(place.root).exit_code == 0
