"""Amounts in dispute: what waits, what is paid meanwhile, and what a row of private/referrals.csv must say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError
from etl.steps.inputs import refuse_gaps
from tests.sql.company import Company
from tests.sweeps import examples

pytestmark = pytest.mark.capability("C131")

ROW = "employee_id  day  hour_class  entry_id  reason  referred_by  referred_on  referred_to  due  evidence"
ROW += "  claimed_amount  resolution  resolved_by  resolved_on\n"
OPEN = "doubled  Ben  2026-11-10  HR  2026-11-13  photo.jpg  -  -  -  -"
PAY = "doubled  Ben  2026-11-10  HR  2026-11-20  photo.jpg  -  pay  Hal  2026-11-12"
DROP = "doubled  Ben  2026-11-10  HR  2026-11-20  photo.jpg  -  drop  Hal  2026-11-12"
WEEK = """
    id  time  date
    m1  5:00  2026-11-09
    m2  3:00  2026-11-09
    tu  8:00  2026-11-10
    we  10:00  2026-11-11
    th  10:00  2026-11-12
    fr  8:00  2026-11-13"""  # 44 hours at 40.00


def referred(*rows: str) -> Company:
    return Company(referrals=ROW + "\n".join(rows))


def test_the_disputed_hours_wait_and_all_else_is_paid_as_if_they_were_not_there():
    """Without the 3 hours the week has 41: one of overtime. What is owed if they count comes with the decision."""
    books = referred(f"E1  2026-11-09  hours  tracker:m2  {OPEN}").books(WEEK)
    assert books.state_of("m2") == "held TE194 / held TE194 / exported -", "billing is not in dispute"
    assert books.state_of("m1") == "exported - / exported - / exported -"
    books.must_show("payroll_lines", """
        pay_item  pay_seconds  amount
        Overtime  1:00:00      60.00
        Regular   40:00:00     1600.00""")
    [[severity, streams, entry, seconds, due, found]] = books.rows(
        "exceptions", "severity streams entry_id seconds due found", code="TE194"
    )
    assert (severity, streams, entry, seconds, due) == ("hold", "pay, cost", "tracker:m2", "3:00:00", "by 2026-11-13")
    assert found == (
        "3:00:00; 120.00 USD at their own rate; referred to HR by Ben on 2026-11-10 until 2026-11-13, "
        "waiting 5 day(s), overdue; doubled; evidence: photo.jpg"
    )
    held = books.rows("roll_forward", "stream count_entries seconds", state="held")
    assert held == [["pay", "1", "3:00:00"], ["cost", "1", "3:00:00"]]


def test_a_row_without_an_entry_holds_all_time_of_the_day():
    books = referred(f"E1  2026-11-09  hours  -  {OPEN}").books(WEEK)
    assert [books.state_of(entry)[:10] for entry in ("m1", "m2", "tu")] == ["held TE194", "held TE194", "exported -"]


@pytest.mark.parametrize(
    ("decided", "state", "code", "total"),
    [(PAY, "exported - / exported - / exported -", "", "1840.00"),
     (DROP, "out_of_scope TE197 / out_of_scope TE197 / exported -", "TE197", "1660.00")],
)
def test_what_another_person_has_decided_happens(decided, state, code, total):
    books = referred(f"E1  2026-11-09  hours  tracker:m2  {decided}").books(WEEK)
    assert books.state_of("m2") == state
    assert f"{sum(float(amount) for amount in books.column('payroll_lines', 'amount')):.2f}" == total
    if code:
        [found] = books.column("exceptions", "found", code=code)
        assert found.endswith("not to be paid, decided by Hal on 2026-11-12; doubled; evidence: photo.jpg")
    assert [item for item in books.column("exceptions", "code") if item in ("TE194", "TE198")] == []


def test_the_row_of_the_entry_goes_before_the_row_of_the_day():
    books = referred(f"E1  2026-11-09  hours  -  {OPEN}", f"E1  2026-11-09  hours  tracker:m2  {PAY}").books(WEEK)
    assert [books.state_of(entry)[:10] for entry in ("m1", "m2")] == ["held TE194", "exported -"]


@examples(4, 40)
@given(
    days=st.lists(st.tuples(st.integers(9, 15), st.integers(1, 14 * 3600)), min_size=1, max_size=8),
    chosen=st.sets(st.integers(0, 7)),
)
def test_a_week_with_hours_in_dispute_is_paid_as_the_week_without_them(days, chosen):
    """In any week of California: the same lines to the cent, and every second of the record is in one state."""
    rows = [f"e{n}  {seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}  2026-11-{day:02}"
            for n, (day, seconds) in enumerate(days)]
    head, people = "id  time  date\n", Company.employees.replace("nonexempt    US", "nonexempt    US-CA")
    disputed = [n for n in sorted(chosen) if n < len(days)]
    referrals = ROW + "\n".join(f"E1  2026-11-{days[n][0]:02}  hours  tracker:e{n}  {OPEN}" for n in disputed)
    books = Company(employees=people, referrals=referrals if disputed else "").books(head + "\n".join(rows))
    rest = [row for n, row in enumerate(rows) if n not in disputed]
    lines = "pay_item workweek_start pay_seconds premium_seconds amount"
    without = Company(employees=people).books(head + "\n".join(rest)).rows("payroll_lines", lines) if rest else []
    assert books.rows("payroll_lines", lines) == without
    states = books.engine.fetch("entries").to_pylist()
    held = sum(row["worked_seconds"] for row in states if row["pay_state"] == "held")
    assert held == sum(days[n][1] for n in disputed)
    assert all((row["pay_state"], row["cost_state"]) in (("held", "held"), ("exported", "exported")) for row in states)


PREMIUMS = """
    premium_id  hour_class       weekdays  starts  ends  percent
    monday      night_premium    monday    -       -     10
    friday      weekend_premium  friday    -       -     50"""
PREMIUM_ITEMS = Company.pay_items + """
        premium     night_premium     Night
        premium     weekend_premium   Friday"""


@pytest.mark.parametrize(
    ("row", "code", "paid"),
    [(OPEN, "TE196", ["Night"]), (DROP, "TE197", ["Night"]), (PAY, "", ["Night", "Friday"])],
)
def test_a_disputed_premium_waits_alone(row, code, paid):
    company = Company(
        premiums=PREMIUMS,
        pay_items=PREMIUM_ITEMS,
        referrals=ROW + f"E1  2026-11-13  weekend_premium  -  {row}",
    )
    books = company.books(WEEK)
    lines = books.rows("payroll_lines", "pay_item amount")
    assert [item for item, _ in lines if item in ("Friday", "Night")] == paid
    assert ["Regular", "1600.00"] in lines, "all else is paid"
    told = [item for item in books.rows("exceptions", "code found") if item[0] in ("TE196", "TE197", "TE198")]
    assert [item for item, _ in told] == ([code] if code else [])
    assert all(found.startswith("weekend premium; 160.00 USD; ") for _, found in told), "8 h at half of 40.00"


def test_a_disputed_differential_waits_with_the_overtime_on_it():
    """44 h at 40.00 and 50 percent on Friday, 160.00: (1760 + 160) / 44 / 2 = 21.82 a premium hour; without, 20.00."""
    friday = "premium_id  hour_class  weekdays  starts  ends  percent\nfriday  weekend_premium  friday  -  -  50"
    given = {"premiums": friday, "pay_items": PREMIUM_ITEMS}
    row = f"{ROW}E1  2026-11-13  weekend_premium  -  "
    overtime = [
        Company(referrals=referrals, **given).books(WEEK).rows("payroll_lines", "amount", pay_item="Overtime")
        for referrals in ("", row + OPEN, row + PAY)
    ]
    assert overtime == [[["247.27"]], [["240.00"]], [["247.27"]]]


def test_a_claim_beyond_the_record_holds_nothing_and_is_told():
    claim = "E1  2026-11-09  claim  -  unlogged  Ben  2026-11-10  HR  2026-11-20  mail  75.50  -  -  -"
    books = referred(claim).books(WEEK)
    assert [item for item in books.column("entries", "pay_state") if item != "exported"] == []
    [found] = books.column("exceptions", "found", code="TE198")
    assert found.startswith("claim of 2026-11-09; 75.50 USD claimed; referred to HR by Ben on 2026-11-10")


def test_what_waits_of_an_earlier_period_is_told_with_its_age():
    earlier = f"E1  2026-11-02  hours  tracker:old  {OPEN}"
    decided = f"E1  2026-11-03  hours  tracker:older  {PAY}"
    coming = f"E1  2026-11-20  hours  tracker:new  {OPEN}"
    books = referred(earlier, decided, coming).books(WEEK)
    [[found, due, severity]] = books.rows("exceptions", "found due severity", code="TE195")
    assert found.startswith("hours of 2026-11-02 entry tracker:old; referred to HR")
    assert "waiting 5 day(s), overdue" in found
    assert (due, severity) == ("by 2026-11-13", "hold")
    assert books.column("entries", "pay_state") == ["exported"] * 6


@pytest.mark.parametrize("row", ["hours  tracker:none", "hours  -", "night_premium  -"])
def test_a_referral_that_names_nothing_is_told(row):
    day = "2026-11-14" if row == "hours  -" else "2026-11-09"
    books = referred(f"E1  {day}  {row}  {OPEN}").books(WEEK)
    assert len(books.rows("exceptions", "found", code="TE198")) == 1
    assert books.column("entries", "pay_state") == ["exported"] * 6


@pytest.mark.parametrize(
    ("what", "who", "rest", "said"),
    [
        ("hours  -", "Ben  2026-11-10", "-  pay  ben  2026-11-12", "ben referred it; another person has"),
        ("hours  -", "Ben  2026-11-10", "-  pay  E1  2026-11-12", "E1 cannot decide about their own"),
        ("hours  -", "Ben  2026-11-10", "-  pay  -  2026-11-12", "a resolution needs resolved_by"),
        ("hours  -", "Ben  2026-11-10", "-  pay  Hal  -", "a resolution needs resolved_on"),
        ("hours  -", "Ben  2026-11-10", "-  pay  Hal  2026-11-09", "is before referred_on"),
        ("hours  -", "-  -", "-  -  -  -", "hours needs referred_by and referred_on"),
        ("claim  tracker:m1", "Ben  2026-11-10", "-  -  -  -", "entry_id belongs to hour_class hours"),
        ("hours  -", "Ben  2026-11-10", "9.00  -  -  -", "claimed_amount belongs to hour_class claim"),
    ],
)
def test_a_row_that_could_hold_the_wrong_pay_is_refused(what, who, rest, said):
    row = f"E1  2026-11-09  {what}  a  {who}  HR  2026-11-20  -  {rest}"
    with pytest.raises(MappingError, match=r"private/referrals\.csv, line 2: .*" + said):
        refuse_gaps(referred(row).run())


def test_a_row_about_nobody_is_refused():
    with pytest.raises(MappingError, match=r"nobody in employees\.csv has the employee_id E9"):
        refuse_gaps(referred(f"E9  2026-11-09  hours  -  {OPEN}").run())


def test_hours_that_a_salary_pays_are_a_claim():
    company = Company(
        salaries="employee_id  salary  per\nE1  800.00  week",
        referrals=f"{ROW}E1  2026-11-09  hours  -  {OPEN}",
    )
    with pytest.raises(MappingError, match="a salary pays this person's hours"):
        refuse_gaps(company.run())
