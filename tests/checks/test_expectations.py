"""Every shipped expectation is kept by a sound row and broken by a spoiled one, and by nothing else."""

from __future__ import annotations

import pytest

from etl.checks.tables import CHECKED
from etl.checks.validate import exception_items, validate
from etl.codes import codes
from etl.errors import StoreError
from etl.tables import EXCEPTIONS
from tests.checks.rows import SOUND, spoiled, suites, tables_of

HOUR = 3600
CASES = [  # table, cells that spoil the row, expectations that break, the same row just sound
    ("entries", {"entry_id": None}, ["entry_has_an_id"], {"entry_id": "tracker:2"}),
    ("entries", {"hour_kind": "vacation"}, ["hour_kind_is_known"], {"hour_kind": "holiday"}),
    ("entries", {"worked_seconds": 16 * HOUR + 1}, ["one_entry_is_not_too_long"], {"worked_seconds": 16 * HOUR}),
    ("entries", {"overlap_seconds": 1}, ["entries_do_not_overlap"], {"overlap_seconds": 0}),
    ("entries", {"count_earlier_alike": 1}, ["an_entry_is_not_made_twice"], {"count_earlier_alike": 0}),
    ("entries", {"count_elsewhere": 1}, ["work_is_told_by_one_tracker"], {"count_elsewhere": 0}),
    ("entries", {"synced_after_seconds": 7 * 24 * HOUR + 1}, ["an_entry_comes_in_soon"],
     {"synced_after_seconds": 7 * 24 * HOUR}),
    ("entries", {"note_length": 1001}, ["the_note_fits"], {"note_length": 1000}),
    ("people", {"day_seconds": 16 * HOUR + 1}, ["a_day_is_not_too_long"], {"day_seconds": 16 * HOUR}),
    ("people", {"day_seconds": 24 * HOUR + 1}, ["a_day_is_not_too_long", "a_day_has_24_hours"], {"day_seconds": 0}),
    ("people", {"day_with_leave_seconds": 12 * HOUR + 1}, ["leave_is_not_beside_a_full_day"],
     {"day_with_leave_seconds": 12 * HOUR}),
    ("people", {"week_seconds": 80 * HOUR + 1}, ["a_week_is_not_too_long"], {"week_seconds": 80 * HOUR}),
    ("people", {"count_week_days": 7}, ["a_week_has_a_day_off"], {"count_week_days": 6}),
    ("people", {"week_rounded_away_seconds": 1801}, ["rounding_takes_little_away"],
     {"week_rounded_away_seconds": -9000}),
    ("projects", {"customer_job": "Mill: Web"}, ["the_job_is_well_written"], {"customer_job": "Mill"}),
    ("projects", {"customer_job": "Mill::Web"}, ["the_job_is_well_written"], {"customer_job": "Mill:Web:Phase 2"}),
    ("projects", {"customer_job": "Mill:"}, ["the_job_is_well_written"], {"customer_job": "M:W"}),
    ("projects", {"count_weekday_entries": 0}, ["a_job_is_worked_on_weekdays"], {"count_weekday_entries": 1}),
    ("items", {"count_billable_leave_entries": 1}, ["leave_is_not_billable"], {"count_billable_leave_entries": 0}),
    ("items", {"longest_leave_day_seconds": 12 * HOUR + 1}, ["leave_of_a_day_is_one_day"],
     {"longest_leave_day_seconds": None}),
    ("rates", {"rate_millionths": 0}, ["a_rate_is_not_zero"], {"rate_millionths": 1}),
    ("rates", {"bill_percent_of_median": 201}, ["a_bill_rate_is_in_the_usual_band"], {"bill_percent_of_median": 200}),
    ("rates", {"bill_percent_of_median": 49}, ["a_bill_rate_is_in_the_usual_band"], {"bill_percent_of_median": 50}),
    ("rates", {"pay_percent_of_median": 401}, ["a_pay_rate_is_in_the_usual_band"], {"pay_percent_of_median": None}),
    ("pieces", {"hour_kind": "holiday"}, ["only_work_becomes_overtime"],
     {"hour_kind": "holiday", "hour_class": "regular"}),
    ("pieces", {"pay_item": None}, ["paid_time_has_a_pay_item"], {"pay_item": "Holiday"}),
    ("pieces", {"pay_seconds": -1}, ["paid_time_is_not_negative"], {"pay_seconds": 0}),
    ("postings", {"account": ""}, ["a_line_names_its_account"], {"account": "A"}),
    ("postings", {"side": "credit"}, ["a_line_is_on_its_side"], {"side": "credit", "usual_side": "credit"}),
    ("postings", {"is_zero": "yes"}, ["a_line_is_not_zero"], {"is_zero": "no"}),
    ("postings", {"memo": "m" * 1001}, ["the_memo_fits"], {"memo": "m" * 1000}),
]  # fmt: skip


def broken(tables) -> dict[str, int]:
    return {result.expectation.id: len(result.items) for result in validate(suites(), tables) if result.items}


@pytest.mark.capability("C86", "C97")
@pytest.mark.capability("C22")
@pytest.mark.parametrize(("table", "cells", "expected", "sound"), CASES, ids=[f"{c[0]}-{c[2][-1]}" for c in CASES])
def test_a_spoiled_row_breaks_its_expectation_and_a_sound_one_keeps_it(table, cells, expected, sound):
    assert broken(spoiled(table, **cells)) == dict.fromkeys(expected, 1)
    assert broken(spoiled(table, **sound)) == {}


def test_every_shipped_expectation_is_shown_to_fail():
    shown = {(table, name) for table, _, names, _ in CASES for name in names}
    assert shown == {(one.table, one.id) for one in suites().expectations}


def test_sound_tables_and_empty_ones_break_nothing():
    assert broken(tables_of()) == {}
    results = validate(suites(), tables_of(**{name: [] for name in CHECKED}))
    assert [result.count_rows for result in results] == [0] * len(suites().expectations)
    assert exception_items(results).equals(EXCEPTIONS.empty_table())


def test_a_finding_says_who_when_what_and_the_remedy():
    found = exception_items(validate(suites(), spoiled("entries", overlap_seconds=1800, subject="with tracker:7")))
    assert found.to_pylist() == [
        {
            "code": "TE053",
            "severity": "note",
            "streams": "pay, cost, bill",
            "entry_id": "tracker:1",
            "employee_ref": "ann",
            "worked_on": SOUND["entries"]["worked_on"],
            "seconds": 28800,
            "found": "overlap 0:30:00 (with tracker:7)",
            "expected": "overlap at most 0:00:00",
            "remedy": "Both entries are paid and posted, the time they share twice; ask the person and correct one of "
            "the two in the tracker.",
            "due": None,
        }
    ]


def test_every_shipped_expectation_has_the_severity_of_its_code():
    for one in suites().expectations:
        assert codes()[one.code].severity == one.severity, one.id
        assert one.promise, one.id


@pytest.mark.parametrize("met", [MemoryError(), MemoryError("Unable to allocate 8.00 MiB for an array")])
def test_memory_that_ends_while_the_library_asks_is_no_fault_of_a_suite(monkeypatch, met):
    """The library swallows what a pattern's search meets and tells it as text."""
    def without_room(*_, **__):
        raise met

    monkeypatch.setattr("pandas.core.strings.accessor.StringMethods.contains", without_room)
    with pytest.raises(StoreError) as told:
        validate(suites(), spoiled("projects", customer_job=" Mill"))
    assert told.value.code == "MEMORY"
