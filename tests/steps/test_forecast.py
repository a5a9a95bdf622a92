"""The forecast in a company's weeks, its line in the pre-flight, and how well it would have told real people's days."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from etl import steps
from etl.settings.kpi import Forecast
from etl.steps.alert_findings import Look, find_alerts
from etl.steps.exceptions import settings_now
from etl.store import audit_log
from etl.workspace import Workspace
from tests.faults.tiny import COMPANY, PERIOD_END, batch_digests, committed, make_company, week
from tests.shared import shared
from tests.steps.backtest import asked, five_days, last_week, ours, read_days, score

pytestmark = pytest.mark.capability("M15")
SECOND = PERIOD_END + timedelta(weeks=1)
WEDNESDAY, THURSDAY = SECOND - timedelta(days=4), SECOND - timedelta(days=3)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """One week closed, which is enough here; of the second Bob has no Wednesday, and it is not drafted yet."""
    root = tmp_path_factory.mktemp("forecast") / "w"
    place = make_company(root, weeks=2)
    settings_of(root, "[forecast]\nleast_weeks = 1")
    file = place.inbox(COMPANY) / "time.csv"
    rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(row for row in rows if not ("bob" in row and str(WEDNESDAY) in row)) + "\n",
                    encoding="utf-8")
    week(root)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def settings_of(root: Path, more: str) -> None:
    file = root / "mappings" / COMPANY / "company.toml"
    head, _, rest = file.read_text(encoding="utf-8").partition("[billing]")
    file.write_text(f"{head.partition('[forecast]')[0]}{more}\n[billing]{rest}", encoding="utf-8")


def run(root: Path) -> steps.Run:
    return steps.start(COMPANY, SECOND, root, in_memory=True)


def test_who_usually_works_and_has_not_told_is_listed_with_a_reminder(root: Path, tmp_path: Path) -> None:
    before = committed(root), batch_digests(root)
    found = steps.missing_time(run(root), THURSDAY, tmp_path / "reminders.csv")
    assert (committed(root), batch_digests(root)) == before, "nothing is entered by it"
    assert found.title.endswith(f"1 person(s) probably miss time up to {THURSDAY}")
    assert [row[:6] for row in found.rows] == [("nearly always", "E2", "Bob", 1, "8:00:00", "34:00:00")]
    assert found.rows[0][6] == f"nothing yet for Wed {WEDNESDAY} (usually 8 h on Wednesdays in 1 of 1 weeks)"
    with (tmp_path / "reminders.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert f"nothing has arrived from you for Wednesday {WEDNESDAY}" in row["reminder"]
    assert row["cut_off"] == f"{SECOND + timedelta(days=2)} 12:00:00"


def test_the_pre_flight_says_it_where_the_company_asks(root: Path, monkeypatch) -> None:
    def line() -> list[tuple[str, str]]:
        return [(str(answer), str(said)) for question, answer, said in steps.preflight(run(root)).rows
                if question == "time that is probably missing"]

    friday = datetime.combine(THURSDAY + timedelta(days=1), time(9), tzinfo=UTC)
    monkeypatch.setattr(steps.Run, "now", lambda _: friday)
    assert line() == [], "off by default"
    settings_of(root, '[forecast]\nleast_weeks = 1\nmissing = "tell"')
    assert line() == [("note", f"1 person(s): Bob; timebooks auto missing --company {COMPANY} --period-end {SECOND}")]


def test_who_must_be_reminded_is_told_before_the_cut_off(root: Path) -> None:
    """Once the company asks for it, and within the hours before the cut-off in which its alerts go out."""
    def told(now: datetime) -> list[tuple[str, str, str]]:
        place = Workspace(root)
        look = Look(place, COMPANY, settings_now(place, COMPANY), audit_log.read_log(place, COMPANY), now)
        return [(alert.title, alert.who, alert.due) for alert in find_alerts(look).alerts if "missing/" in alert.key]

    monday = datetime.combine(SECOND + timedelta(days=1), time(15), tzinfo=UTC)
    assert told(monday) == [], "off by default"
    settings_of(root, '[forecast]\nleast_weeks = 1\nmissing = "tell"')
    [(title, who, due)] = told(monday)
    assert title == "Time is probably missing"
    assert who.startswith(f"Bob: nothing yet for Wed {WEDNESDAY}")
    assert f"{SECOND + timedelta(days=2)} 12:00" in due
    assert told(monday - timedelta(days=4)) == [], "too early"


def test_what_came_of_a_period_without_exports_says_it_cannot_tell(tmp_path: Path) -> None:
    make_company(tmp_path / "w")
    settings_of(tmp_path / "w", '[forecast]\nmissing = "tell"')
    before = steps.preflight(steps.start(COMPANY, PERIOD_END, tmp_path / "w")).rows[-1]
    assert before[1:] == ("note", f"cannot be told yet: Nothing has been pulled for {COMPANY}"), "it never fails"
    fresh = steps.start(COMPANY, PERIOD_END, tmp_path / "w", in_memory=True)
    steps.pull(fresh)
    found = steps.missing_time(fresh, PERIOD_END)
    assert found.rows == (), "everybody told all five days"
    assert "0 in the history" in dict(found.facts)["compared with"]


CASES = [("D", 841), pytest.param("C", 3232, marks=pytest.mark.long)]


@pytest.mark.parametrize(("org", "person_weeks"), CASES)
def test_it_tells_more_than_last_week_would_at_nearly_the_same_false_alarms(
    org: str, person_weeks: int, tmp_path: Path,
) -> None:
    """docs/forecast.md has the figures; against everybody fills five days it is wrong far less often."""
    days = read_days(shared(f"data/cesaw/time_log_org_{org}.csv.gz"))
    weeks = asked(days, least_weeks=4)
    assert len(weeks) == person_weeks
    own, naive, full = (score(days, weeks, expected) for expected in (
        ours(days, weeks, Forecast(), tmp_path), last_week(days, weeks), five_days(weeks)))
    assert own.both > naive.both * 107 // 100, "hits"
    assert own.false_alarms[0] * naive.expected * 100 < naive.false_alarms[0] * own.expected * 106, "false alarms"
    assert own.false_alarms[0] * full.expected * 4 < full.false_alarms[0] * own.expected * 3
    assert own.worked == naive.worked == full.worked
