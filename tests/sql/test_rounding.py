"""Worked seconds become pay and bill seconds: each once, from the exact time, by the rule of the day worked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.settings.rounding import SCOPES
from etl.sql.run import Engine
from etl.steps.rounding import ROUNDING_RULES
from tests.sql.company import Company
from tests.sql.text import records

MONDAY = date(2026, 11, 9)
FIRST, LAST = date(1900, 1, 1), date(9999, 12, 31)
TENTH, QUARTER = 360, 900
UNITS = [1, 7, 60, 300, TENTH, 600, QUARTER, 1800, 3600]
MODES = ["nearest", "up", "down"]
ENTRY = {
    "employee_id": "E1",
    "employee_name": "Ann Abel",
    "worker_type": "employee",
    "week_begins_on": 1,
    "hour_kind": "worked",
    "bill_rate": Decimal("100.00"),
    "bill_currency": "USD",
    "worked_on": MONDAY,
    "law_key": 0,
    "first_day_seconds": 86400,
    "second_day_seconds": 86400,
    "customer_job": "Mill:Web",
    "service_item": "Engineering",
    "is_billable": True,
    "entry_state": None,
    "pay_state": "exported",
    "cost_state": "exported",
    "bill_state": "exported",
    "pay_reason": None,
    "cost_reason": None,
    "bill_reason": None,
}
KINDS = {bool: pa.bool_(), date: pa.date32(), int: pa.int32(), Decimal: pa.decimal128(18, 6)}
SCHEMA = pa.schema(
    [
        ("entry_no", pa.int64()),
        ("entry_id", pa.string()),
        ("version", pa.int32()),
        ("pull_number", pa.int64()),
        ("source_row", pa.int64()),
        ("work_no", pa.int32()),
        ("worked_seconds", pa.int64()),
        *((name, KINDS.get(type(value), pa.string())) for name, value in ENTRY.items()),
    ]
)
PARAMETERS = {
    "across_midnight": "split",
    "bill_period_start": MONDAY,
    "bill_period_end": MONDAY + timedelta(days=6),
}
STAGING = pa.schema(
    {
        "pull_number": pa.int64(),
        "source_row": pa.int64(),
        "started_local": pa.timestamp("us"),
    }
)
TEXTS = pa.schema({"pull_number": pa.int64(), "source_row": pa.int64(), "break_text": pa.string()})
NO_SCOPE = dict.fromkeys(SCOPES)
LAW_KEYS = pa.table({"law_key": [0, 1], "work_location": ["US-NY", "US-CA"], "pay_group": ["weekly", "monthly"]})
STEPS = ("rounding_spans", "bill_rounding_on_day", "entries_to_round", "punches_rounded", "rounding_parts",
         "rounding_shares", "entries_rounded")  # fmt: skip


@pytest.fixture(scope="module", name="engine")
def _engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounding")
    with Engine(None, folder, [folder]) as engine:
        yield engine


def rounded(engine: Engine, rules: Sequence[Mapping], entries: Sequence[Mapping]) -> list[dict]:
    """The entries with pay and bill seconds, in order, with what was said of them; `start`, `pause`: staging's."""
    rows = [
        ENTRY
        | {"entry_no": number, "entry_id": f"t:{number}", "version": 1, "pull_number": 1, "source_row": number,
           "work_no": number}
        | dict(entry)
        for number, entry in enumerate(entries, 1)
    ]
    staged = [
        {"pull_number": 1, "source_row": number, "started_local": entry.get("start"), "break_text": entry.get("pause")}
        for number, entry in enumerate(entries, 1)
    ]
    spans = [
        {"effective_from": FIRST, "effective_to": LAST, "rule_no": number, **NO_SCOPE} | dict(rule)
        for number, rule in enumerate(rules, 1)
    ]
    for span in spans:
        span["closeness"] = sum(span[name] is not None for name in SCOPES) + (span["customer_job"] is not None)
    engine.put("rounding_rules", pa.Table.from_pylist(spans, schema=ROUNDING_RULES))
    engine.put("law_keys", LAW_KEYS)
    engine.put("run_parameters", pa.Table.from_pylist([PARAMETERS]))
    engine.put("stg_files__time_entries", pa.Table.from_pylist(staged, schema=STAGING))
    engine.put("landed_texts", pa.Table.from_pylist(staged, schema=TEXTS))
    engine.put("entries_with_states", pa.Table.from_pylist(rows, schema=SCHEMA))
    engine.put("entry_versions", pa.Table.from_pylist(rows, schema=SCHEMA))
    engine.put("work_on_day", pa.Table.from_pylist(rows, schema=SCHEMA))
    engine.run(STEPS)
    found = sorted(engine.fetch("entries_rounded").to_pylist(), key=lambda row: row["entry_no"])
    return [told | row for told, row in zip(rows, found, strict=True)]


def rule(unit: int, mode: str, grain: str = "entry", purpose: str = "pay") -> dict:
    return {"purpose": purpose, "unit_seconds": unit, "mode": mode, "grain": grain}


def by_rule(seconds: int, unit: int, mode: str) -> int:
    """The same in words: below the half down, from the half up; any started unit; completed units only."""
    whole, rest = divmod(seconds, unit)
    return (whole + {"nearest": int(2 * rest >= unit), "up": int(rest > 0), "down": 0}[mode]) * unit


ONE_ENTRY = """
    worked  unit  mode     rounded  why
    7:00    900   nearest  0:00     7 minutes of a quarter hour go down (29 CFR 785.48, the 7/8 rule)
    7:29    900   nearest  0:00     below the half
    7:30    900   nearest  15:00    the half goes up
    8:00    900   nearest  15:00    8 minutes go up
    22:00   900   nearest  15:00    7 over a quarter
    23:00   900   nearest  30:00    8 over a quarter
    3:00    360   nearest  6:00     half a tenth goes up
    2:59    360   nearest  0:00     less than half a tenth
    1:00    900   up       15:00    any started quarter counts
    15:00   900   up       15:00    a whole one stays
    0:01    900   up       15:00    one second is a start
    14:59   900   down     0:00     completed quarters only
    15:00   900   down     15:00    this one is complete
    0:03    7     nearest  0:00     an odd unit has no half: 3 of 7
    0:04    7     nearest  0:07     4 of 7
    7:30    1     nearest  7:30     to the second is exact
    458:00  900   nearest  465:00   7 h 38 min is 7.75; by tenths first it would be 7.60, then 7.50 (A.4 R11)"""


def seconds(text: str) -> int:
    minutes, _, rest = text.partition(":")
    return int(minutes) * 60 + int(rest)


@pytest.mark.parametrize("case", records(ONE_ENTRY), ids=lambda case: case["why"])
@pytest.mark.parametrize("grain", ["entry", "day", "week"])
@pytest.mark.parametrize("purpose", ["pay", "bill"])
def test_one_entry_is_rounded_alike_at_every_grain(engine, case, grain, purpose):
    other = {"pay": "bill", "bill": "pay"}[purpose]
    [row] = rounded(
        engine, [rule(int(case["unit"]), case["mode"], grain, purpose)], [{"worked_seconds": seconds(case["worked"])}]
    )
    assert row[f"{purpose}_seconds"] == seconds(case["rounded"]), case["why"]
    assert row[f"{other}_seconds"] == row["worked_seconds"] == seconds(case["worked"]), "the other purpose stays exact"


ONE_DAY = [  # minutes of the entries of one day, unit, grain, minutes paid, why
    ([494], QUARTER, "day", 495, "A.4 R4: gains a minute"),
    ([496], QUARTER, "day", 495, "A.4 R6"),
    ([496], TENTH, "day", 498, "A.4 R7: 8.3"),
    ([22] * 5, QUARTER, "entry", 75, "A.4 R8: 1.25, short by 35 minutes"),
    ([22] * 5, QUARTER, "day", 105, "A.4 R9: 1.75"),
    ([23] * 5, QUARTER, "entry", 150, "A.4 R10: 2.50, over by 35 minutes"),
    ([23] * 5, QUARTER, "day", 120, "A.4 R10: 2.00 by the day"),
    ([458], QUARTER, "day", 465, "A.4 R11: 7.75"),
    ([20] * 3, TENTH, "day", 60, "A.4 R12: three times 20 minutes are an hour"),
    ([492] * 5, QUARTER, "entry", 2475, "A.4 R2 by the quarter hour: 41.25 where 41.00 was worked"),
]


@pytest.mark.parametrize(("minutes", "unit", "grain", "paid", "why"), ONE_DAY)
def test_worked_examples_of_the_labor_reference(engine, minutes, unit, grain, paid, why):
    rows = rounded(engine, [rule(unit, "nearest", grain)], [{"worked_seconds": part * 60} for part in minutes])
    assert sum(row["pay_seconds"] for row in rows) == paid * 60, why


SHARED = [  # worked minutes of entries, grain, their pay in seconds, why
    (["ann 1 22", "ann 1 22", "ann 1 22", "ann 1 22", "ann 1 22"], "day", [1260] * 5, "105 minutes, 21 to each"),
    (["ann 1 1", "ann 1 7"], "day", [113, 787], "15 minutes by weight: 112.5 and 787.5, the tie to the first"),
    (["ann 1 7", "ann 2 7"], "day", [0, 0], "two days are two groups"),
    (["ann 1 7", "ann 2 7"], "week", [450, 450], "one week: 14 minutes make a quarter"),
    (["ann 1 7", "bob 1 7"], "week", [0, 0], "never over two people"),
    (["ann 1 7", "leave 1 7"], "day", [0, 0], "nor work with leave: two lines of the payslip"),
    (["ann 7 7", "ann 8 7"], "week", [0, 0], "Sunday and Monday are two workweeks from Monday"),
    (["sun 7 7", "sun 8 7"], "week", [450, 450], "and one workweek from Sunday"),
    (["sun 6 7", "sun 7 7"], "week", [0, 0], "whose last day is Saturday"),
]


@pytest.mark.parametrize(("entries", "grain", "paid", "why"), SHARED)
def test_what_is_rounded_together(engine, entries, grain, paid, why):
    given_entries = []
    for person, day, minutes in (text.split() for text in entries):
        given_entries.append(
            {
                "employee_id": "ann" if person == "leave" else person,
                "week_begins_on": 7 if person == "sun" else 1,
                "hour_kind": "paid_leave" if person == "leave" else "worked",
                "worked_on": MONDAY + timedelta(days=int(day) - 1),
                "worked_seconds": int(minutes) * 60,
            }
        )
    rows = rounded(engine, [rule(QUARTER, "nearest", grain)], given_entries)
    assert [row["pay_seconds"] for row in rows] == paid, why


BILLED = [  # what differs between two entries of 4 minutes of a day, seconds billed up to quarter hours, why
    ({}, [450, 450], "one person, job and item: one quarter hour"),
    ({"customer_job": "Mill:Shop"}, [900, 900], "two jobs are two lines of the bill"),
    ({"service_item": "Design"}, [900, 900], "so are two items"),
    ({"employee_id": "E2"}, [900, 900], "and two persons"),
    ({"bill_rate": Decimal("120.00")}, [900, 900], "and two rates"),
    ({"bill_state": "out_of_scope", "bill_reason": "TE047"}, [900, 900], "what is not billed never rounds what is"),
    ({"bill_state": "out_of_scope", "bill_reason": "TE045"}, [900, 900], "nor does what was billed before"),
]


@pytest.mark.parametrize(("other", "billed", "why"), BILLED)
def test_billing_is_rounded_by_person_job_and_item(engine, other, billed, why):
    one = {"worked_seconds": 240}
    rows = rounded(engine, [rule(QUARTER, "up", "day", "bill")], [one, one | other])
    assert [row["bill_seconds"] for row in rows] == billed, why


def test_the_rule_in_force_on_the_day_worked_counts(engine):
    """Quarter hours to Tuesday, nothing on Wednesday, tenths from Thursday; both ends inclusive."""
    rules = [
        rule(QUARTER, "up") | {"effective_to": MONDAY + timedelta(days=1)},
        rule(TENTH, "up") | {"effective_from": MONDAY + timedelta(days=3)},
    ]
    days = [MONDAY + timedelta(days=day) for day in range(5)]
    rows = rounded(engine, rules, [{"worked_on": day, "worked_seconds": 60} for day in days])
    assert [row["pay_seconds"] for row in rows] == [900, 900, 60, 360, 360]


def test_a_week_with_two_rules_has_two_groups(engine):
    """4 minutes on each day up to quarters: Monday and Tuesday 15 together, Wednesday 6 by the new rule."""
    rules = [
        rule(QUARTER, "up", "week") | {"effective_to": MONDAY + timedelta(days=1)},
        rule(TENTH, "up", "week") | {"effective_from": MONDAY + timedelta(days=2)},
    ]
    days = [MONDAY + timedelta(days=day) for day in range(3)]
    rows = rounded(engine, rules, [{"worked_on": day, "worked_seconds": 240} for day in days])
    assert [row["pay_seconds"] for row in rows] == [450, 450, 360]


@pytest.mark.parametrize("worked", [None, 0, -3600, 90000])
@pytest.mark.parametrize("grain", ["entry", "day", "week"])
def test_time_that_is_no_evidence_is_not_rounded(engine, worked, grain):
    rows = rounded(
        engine,
        [rule(QUARTER, "up", grain), rule(TENTH, "up", grain, "bill")],
        [{"worked_seconds": worked, "entry_state": "held"}, {"worked_seconds": 60}],
    )
    assert [(row["pay_seconds"], row["bill_seconds"]) for row in rows] == [(worked, worked), (900, 360)]


DURATIONS = st.integers(1, 86400)


@given(st.lists(DURATIONS, min_size=1, max_size=30), st.sampled_from(UNITS), st.sampled_from(MODES))
@settings(max_examples=25, deadline=None)
def test_rounding_of_entries(engine, worked, unit, mode):
    """As the rule says; a second time changes nothing; longer is never paid less; the error stays below a unit."""
    once = pay(rounded(engine, [rule(unit, mode)], [{"worked_seconds": value} for value in worked]))
    assert once == [by_rule(value, unit, mode) for value in worked]
    again = [value for value in once if value]
    assert pay(rounded(engine, [rule(unit, mode)], [{"worked_seconds": value} for value in again])) == again
    ordered = [paid for _, paid in sorted(zip(worked, once, strict=True))]
    assert ordered == sorted(ordered)
    errors = [paid - value for value, paid in zip(worked, once, strict=True)]
    lowest, highest = {"nearest": (-(unit - 1) // 2, unit // 2), "up": (0, unit - 1), "down": (1 - unit, 0)}[mode]
    assert all(lowest <= error <= highest for error in errors)


@pytest.mark.capability("C60")
@given(
    st.lists(st.tuples(st.sampled_from(["E1", "E2"]), st.integers(0, 13), DURATIONS), min_size=1, max_size=30),
    st.sampled_from(UNITS),
    st.sampled_from(MODES),
    st.sampled_from(["day", "week"]),
)
@settings(max_examples=25, deadline=None)
def test_rounding_of_groups(engine, entries, unit, mode, grain):
    """The shares of a day or week add up to its rounded total, each within a second of its exact part."""
    rows = rounded(
        engine,
        [rule(unit, mode, grain)],
        [
            {"employee_id": person, "worked_on": MONDAY + timedelta(days=day), "worked_seconds": worked}
            for person, day, worked in entries
        ],
    )
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        day = row["worked_on"]
        groups.setdefault((row["employee_id"], day if grain == "day" else day.isocalendar()[:2]), []).append(row)
    for group in groups.values():
        worked = sum(row["worked_seconds"] for row in group)
        assert sum(pay(group)) == by_rule(worked, unit, mode)
        for row in group:
            assert abs(row["pay_seconds"] * worked - row["worked_seconds"] * sum(pay(group))) < worked


def pay(rows: Sequence[Mapping]) -> list[int]:
    return [row["pay_seconds"] for row in rows]


@pytest.mark.capability("C140")
def test_pay_is_exact_while_bills_go_up_to_tenths():
    """Three phone calls of 20 minutes: an hour is paid, three times four tenths are billed, at 100.00."""
    firm = Company(rounding="purpose  unit_seconds  mode  grain\nbill     360           up    entry")
    books = firm.books("""
        id  date        time
        1   2026-11-09  0:20
        2   2026-11-09  0:20
        3   2026-11-10  0:20""")
    books.must_show("payroll_lines", "pay_seconds  amount\n1:00:00  40.00")
    books.must_show("billable_lines", "bill_seconds  quantity_hours  amount\n1:12:00  1.20  120.00")
