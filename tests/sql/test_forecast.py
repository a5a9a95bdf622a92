"""Whose time is probably missing: by their own weeks, holidays and leave apart; missing is never zero."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from etl.codes import codes_table
from etl.settings.kpi import Forecast
from etl.sql.order_reports import FORECAST
from etl.sql.run import Engine
from etl.steps.forecast import HISTORY, put_past
from tests.steps.backtest import PEOPLE

MONDAY = date(2026, 11, 16)
WEEK = timedelta(days=7)
HOUR = 3600
FREE = pa.schema({"employee_id": pa.string(), "holiday_on": pa.date32()})
pytestmark = pytest.mark.capability("M15")


def day(weekday: int, weeks_ago: int = 0) -> date:
    """A day of the week in question (0 Monday), or of one before."""
    return MONDAY + timedelta(days=weekday) - weeks_ago * WEEK


def past(who, weekdays, weeks, hours=8, *, leave=False):
    """Days of a person in weeks before, by how many weeks ago."""
    return [{"employee_id": who, "worked_on": day(weekday, ago), "worked_seconds": hours * HOUR, "has_leave": leave}
            for ago in weeks for weekday in weekdays]


def asked_for(tmp_path, history, told, *, as_of=4, since=None, free=(), own=None, weeks_exported=range(1, 11)):
    """The tables of FORECAST for ann and bob; `told`: who and which weekday of this week has landed."""
    engine = Engine(None, tmp_path, [tmp_path])
    engine.put("codes", codes_table())
    engine.put("people_asked", pa.Table.from_pylist([
        {"employee_id": who, "employee_name": who.title(), "pay_group": "weekly", "period_start": MONDAY,
         "period_end": day(6), "cut_off": None, "employed_since": (since or {}).get(who, date(2020, 1, 1)),
         "first_day": max(MONDAY, (since or {}).get(who, MONDAY)), "last_day": day(6)} for who in ("ann", "bob")],
        schema=PEOPLE))
    engine.put("holidays_of_people", pa.Table.from_pylist(
        [{"employee_id": who, "holiday_on": on} for who, on in free], schema=FREE))
    engine.put("days_told", pa.Table.from_pylist(
        [{"employee_id": who, "worked_on": day(weekday), "worked_seconds": 8 * HOUR, "has_leave": False}
         for who, weekday in told], schema=HISTORY))
    put_past(engine, [{"pay_group": "weekly", "period_start": day(0, ago), "period_end": day(6, ago)}
                      for ago in weeks_exported], pa.Table.from_pylist(history, schema=HISTORY),
             own or Forecast(), day(as_of))
    engine.run(FORECAST)
    return engine


def missing(engine):
    """Who, which weekdays, how sure."""
    return sorted((row["employee_id"], (row["day"] - MONDAY).days, row["certainty"])
                  for row in engine.fetch("days_missing").to_pylist())


ANN = past("ann", range(5), range(1, 11))


def test_a_usual_day_of_which_nothing_came_is_told_in_plain_words(tmp_path):
    tuesdays = [row for row in ANN if not (row["worked_on"].weekday() == 1 and row["worked_on"] == day(1, 3))]
    engine = asked_for(tmp_path, tuesdays, [("ann", 0), ("ann", 2)], as_of=2)
    assert missing(engine) == [("ann", 1, "nearly always")]
    [row] = engine.fetch("missing_time").to_pylist()
    assert (row["code"], row["certainty"], row["count_days"], row["usual_seconds"], row["told_seconds"]) == (
        "TE265", "nearly always", 1, 8 * HOUR, 16 * HOUR)
    assert row["found"] == "nothing yet for Tue 2026-11-17 (usually 8 h on Tuesdays in 9 of 10 weeks)"
    assert row["reminder"] == (
        "Hello Ann, from 2026-11-16 to 2026-11-22 nothing has arrived from you for Tuesday 2026-11-17. Please enter "
        "your time or your leave. If you did not work, nothing is to be done: nothing is entered for you.")


@pytest.mark.parametrize(("worked", "certainty"), [
    (5, None), (6, "usually"), (8, "usually"), (9, "nearly always"), (10, "nearly always")])
def test_how_sure_it_is_goes_by_the_share_of_their_own_weeks(tmp_path, worked, certainty):
    history = past("ann", [0], range(1, 11)) + past("ann", [3], range(1, worked + 1))
    found = missing(asked_for(tmp_path, history, [("ann", 0)], as_of=3))
    assert found == ([] if certainty is None else [("ann", 3, certainty)])


def test_nobody_is_asked_for_days_to_come(tmp_path):
    assert missing(asked_for(tmp_path, ANN, [("ann", 0)], as_of=1)) == [("ann", 1, "nearly always")]
    assert missing(asked_for(tmp_path, ANN, [("ann", 0)], as_of=0)) == []


def test_a_holiday_is_expected_of_nobody_and_lowers_no_share(tmp_path):
    history = [row for row in ANN if row["worked_on"] != day(3, 2)]   # they did not work on that holiday
    free = [("ann", day(3, 2)), ("ann", day(4))]
    engine = asked_for(tmp_path, history, [("ann", 0), ("ann", 1), ("ann", 2)], free=free)
    assert missing(engine) == [("ann", 3, "nearly always")]
    assert {row["weekday"]: (row["weeks_worked"], row["weeks_seen"]) for row in engine.fetch("usual_days").to_pylist()
            }[4] == (9, 9)


def test_leave_says_nothing_about_what_is_usual_and_told_leave_is_not_missing(tmp_path):
    history = past("ann", range(5), range(3, 11)) + past("ann", range(5), (1, 2), 0, leave=True)
    engine = asked_for(tmp_path, history, [("ann", 0)], as_of=1)   # whatever lands, leave too, is told
    assert missing(engine) == [("ann", 1, "nearly always")]
    [tuesday] = [row for row in engine.fetch("usual_days").to_pylist() if row["weekday"] == 2]
    assert (tuesday["weeks_worked"], tuesday["weeks_seen"], tuesday["usual_seconds"]) == (8, 8, 8 * HOUR)


def test_weeks_away_lower_no_share(tmp_path):
    history = past("ann", range(5), (1, 2, 3, 4, 9, 10))   # nothing at all for four weeks
    assert missing(asked_for(tmp_path, history, [("ann", 0)], as_of=1)) == [("ann", 1, "nearly always")]


def test_of_whom_nothing_was_heard_for_two_weeks_is_told_apart(tmp_path):
    engine = asked_for(tmp_path, past("ann", range(5), range(2, 11)), [], as_of=3)
    assert missing(engine) == [], "TE136 tells in the draft"
    assert [(row["employee_id"], row["last_on"]) for row in engine.fetch("people_silent").to_pylist()] == [
        ("ann", day(4, 2))]
    heard = asked_for(tmp_path, past("ann", range(5), range(1, 11)), [], as_of=0)
    assert missing(heard) == [("ann", 0, "nearly always")], "last week there was time"
    assert heard.fetch("people_silent").num_rows == 0


def test_a_new_person_is_told_as_such_and_by_no_share(tmp_path):
    engine = asked_for(tmp_path, past("bob", [0, 1], [1]), [("bob", 0)], as_of=6, since={"bob": day(0, 1)})
    assert missing(engine) == [("bob", weekday, "too few weeks") for weekday in (1, 2, 3, 4)], "Monday to Friday"
    [row] = engine.fetch("missing_time").to_pylist()
    assert (row["code"], row["usual_seconds"]) == ("TE266", None), "no usual time is made up"
    assert row["found"].startswith("fewer than 4 weeks to compare with, nothing yet for Tuesday 2026-11-17, ")


def test_a_person_who_began_today_is_not_asked_for_yesterday(tmp_path):
    assert missing(asked_for(tmp_path, [], [], as_of=2, since={"bob": day(2)})) == [("bob", 2, "too few weeks")]


def test_only_exported_weeks_are_looked_at(tmp_path):
    engine = asked_for(tmp_path, ANN, [("ann", 0)], as_of=1, weeks_exported=(1, 2, 3))
    assert missing(engine) == [("ann", 1, "too few weeks")]
    assert max(row["weeks_seen"] for row in engine.fetch("usual_days").to_pylist()) == 3


def test_no_more_weeks_than_declared(tmp_path):
    history = past("ann", [0], range(1, 11)) + past("ann", [1], range(5, 11))   # no Tuesdays any more
    assert missing(asked_for(tmp_path, history, [("ann", 0)], own=Forecast(weeks=4))) == []
    assert missing(asked_for(tmp_path, history, [("ann", 0)])) == [("ann", 1, "usually")]


def test_how_many_of_the_others_told_a_day(tmp_path):
    both = ANN + past("bob", range(5), range(1, 11))
    rows = asked_for(tmp_path, both, [("ann", 0), ("bob", 0), ("bob", 1)], as_of=2).fetch("days_missing").to_pylist()
    assert {(row["employee_id"], row["day"]): (row["count_told"], row["count_expected"]) for row in rows} == {
        ("ann", day(1)): (1, 2), ("ann", day(2)): (0, 2), ("bob", day(2)): (0, 2)}


@pytest.mark.parametrize("declared", [
    {"likely_percent": 95}, {"weeks": 3}, {"weeks": 1}, {"missing": "send"}, {"likely_percent": 40}])
def test_thresholds_that_make_no_sense_are_refused(declared):
    with pytest.raises(ValueError, match=r"likely_percent|least_weeks|weeks|missing"):
        Forecast.model_validate(declared)
