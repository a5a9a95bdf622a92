"""Pay additions: pay of a workweek that is no hour worked, from the payroll line down to the entries that bear it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sql.additions import add
from tests.sql.company import ORDER, Books, Company
from tests.sweeps import examples

PAY_ITEMS = f"""{Company.pay_items}
        premium     meal_premium      Meal Premium
        premium     rest_premium      Rest Premium"""
FIRM = Company(pay_items=PAY_ITEMS)
SHEET = """
    id  person  date        start             time  project  service
    1   ann     2026-11-09  2026-11-09 08:00  5:00  web      dev
    2   ann     2026-11-09  2026-11-09 13:00  1:00  shop     art
    3   ann     2026-11-10  2026-11-10 08:00  8:00  web      dev
    4   bob     2026-11-11  -                 8:00  (none)   vacation
    5   ann     2026-11-10  2026-11-10 17:00  2:00  new      dev"""


def with_additions(*given: dict[str, object], company: Company = FIRM, sheet: str = SHEET) -> Books:
    """The week with these pay additions, as if a rule had found them."""
    books = company.books(sheet, to="break_premiums")
    add(books, *given)
    books.engine.run(ORDER[ORDER.index("break_premiums") + 1 :])
    return books


def test_without_additions_no_figure_names_them():
    books = FIRM.books(SHEET)
    assert not books.rows("pay_additions", "amount")
    assert "pay additions" not in books.column("control_totals", "figure")


@pytest.mark.capability("C129")
def test_an_addition_is_a_line_of_its_own_and_no_hour():
    books = with_additions({})
    books.must_show(
        "payroll_lines",
        """
        employee_id  pay_item      pay_seconds  premium_seconds  amount
        E1           Meal Premium  0:00:00      1:00:00          40.00
        E1           Regular       16:00:00     0:00:00          640.00
        E2           Vacation      8:00:00      0:00:00          160.00""",
    )
    books.must_show(
        "payroll_hours",
        """
        pay_item      pay_seconds  exported_seconds  amount
        Meal Premium  1:00:00      1:00:00           40.00
        Regular       16:00:00     16:00:00          640.00
        Vacation      8:00:00      8:00:00           160.00""",
    )
    assert books.rows("control_totals", "left_value right_value difference", figure="pay additions") == [
        ["40.000", "40.000", "0.000"]
    ]
    books.must_show(
        "pay_additions",
        "addition_id  payroll_line_id  addition_on  reason  amount  rule_sentence\n"
        "0042-A-001  0042-P-001  2026-11-09  meal  40.00  why",
    )
    assert books.rows("roll_forward", "amount", stream="pay", state="exported") == [["840.00"]]


def test_an_addition_is_borne_by_the_work_of_its_day_by_seconds():
    books = with_additions({})
    assert books.rows("allocations", "entry_id seconds amount", piece_id="0042-A-001") == [
        ["tracker:1", "0:00:00", "33.33"],
        ["tracker:2", "0:00:00", "6.67"],
    ]


@pytest.mark.parametrize(
    ("where", "posted", "held"),
    [
        ({"addition_on": None}, {"1": "12.50", "2": "2.50", "3": "20.00"}, "85.00"),
        ({"addition_on": "2026-11-12"}, {"1": "12.50", "2": "2.50", "3": "20.00"}, "85.00"),
        ({"addition_on": "2026-11-10"}, {"3": "32.00"}, "88.00"),
        ({"person_no": 2}, {"4": "40.00"}, "80.00"),
    ],
)
def test_where_the_day_has_no_work_the_week_bears_it(where, posted, held):
    """Entry 5 is on no job: its cost waits, and with it its share of the addition."""
    books = with_additions(where)
    assert sorted(books.rows("allocations", "entry_id amount", piece_id="0042-A-001")) == [
        [f"tracker:{number}", amount] for number, amount in posted.items()
    ]
    assert books.column("roll_forward", "amount", stream="cost", state="held") == [held]


def test_without_any_paid_time_it_is_internal_labor_without_an_entry():
    books = with_additions({"person_no": 3})
    assert books.rows("allocations", "entry_id amount", piece_id="0042-A-001") == [["-", "40.00"]]
    assert "Overhead:Labor" in books.column("postings", "account", amount="40.00")
    assert books.rows("payroll_lines", "employee_name amount", pay_item="Meal Premium") == [["Eve Ek", "40.00"]]


@pytest.mark.parametrize("posting", ["distribution", "none"])
def test_whatever_is_posted_the_money_is_rolled(posting):
    books = with_additions({}, {"person_no": 3}, company=replace(FIRM, posting=posting))
    pay, cost = (
        sum(Fraction(row[0]) for row in books.rows("roll_forward", "amount", stream=stream) if row != ["-"])
        for stream in ("pay", "cost")
    )
    assert pay == cost == 880


def test_a_missing_rate_leaves_the_amount_open_and_the_hours_printed():
    books = with_additions({"top": None})
    assert books.rows("payroll_lines", "premium_seconds amount", pay_item="Meal Premium") == [["1:00:00", "-"]]


def test_what_another_period_pays_is_not_in_this_one():
    assert not with_additions({"paid_on": "2026-11-16"}).rows("pay_additions", "amount")


@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 40000), st.integers(9, 15)), min_size=1, max_size=6)
)
@examples(5, 60)
def test_a_line_is_the_rounded_sum_of_its_additions_whatever_their_fractions(parts):
    books = with_additions(
        *(
            {"top": top, "bottom": bottom, "addition_on": f"2026-11-{day:02}", "reason": str(number)}
            for number, (top, bottom, day) in enumerate(parts)
        )
    )
    exact = sum(Fraction(top, bottom) for top, bottom, _ in parts)
    half_up = (1 if exact >= 0 else -1) * int(abs(exact) + Fraction(1, 2))
    [line] = books.column("payroll_lines", "amount", pay_item="Meal Premium")
    assert Fraction(line) * 100 == half_up
    for row in books.engine.fetch("addition_shares").to_pylist():
        top, bottom, _ = parts[int(row["reason"])]
        assert abs(int(row["amount_minor"]) - Fraction(top, bottom)) <= 1, "at most a cent off"
