"""Who bears the overtime premium: the job of the overtime hours, the week's jobs by hours, or an account of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.units import clock_hours
from tests.sql.company import Books, Company, delivery
from tests.sql.test_pay_periods import STRADDLING
from tests.sweeps import examples

pytestmark = pytest.mark.capability("C145")

ACCOUNTS = f"""{Company.accounts}
    overtime_premium  Overhead:Overtime Premium  EXP"""
WEEK = """
    person  date        time   project
    ann     2026-11-09  10:00  web
    ann     2026-11-10  10:00  web
    ann     2026-11-11  12:00  web
    ann     2026-11-12  10:00  shop
    ann     2026-11-13  6:00   shop"""


def books(bearer: str, week: str = WEEK, **more: Any) -> Books:
    return Company(accounts=ACCOUNTS, premium=bearer, **more).books(week)


def journal(given: Books) -> list[str]:
    return [
        " | ".join(row) for row in given.rows("postings", "account customer_job amount memo", document_number="TB0042L")
    ]


GOLDEN = {  # 48 h at 40.00: 32 h of Web, 16 h of Shop, whose last 8 h carry the premium of 8 x 20.00 = 160.00
    "job": [
        "Job Costs:Labor | Mill:Web | 1280.00 | Labor Web",
        "Job Costs:Labor | Mill:Shop | 800.00 | Labor Shop",
        "Accrued Wages | - | -2080.00 | Gross wages week 2026-W46",
    ],
    "spread": [  # 160.00 x 32/48 = 106.67, x 16/48 = 53.33
        "Job Costs:Labor | Mill:Web | 1386.67 | Labor Web",
        "Job Costs:Labor | Mill:Shop | 693.33 | Labor Shop",
        "Accrued Wages | - | -2080.00 | Gross wages week 2026-W46",
    ],
    "overhead": [
        "Job Costs:Labor | Mill:Web | 1280.00 | Labor Web",
        "Job Costs:Labor | Mill:Shop | 640.00 | Labor Shop",
        "Overhead:Overtime Premium | - | 160.00 | Overtime premium",
        "Accrued Wages | - | -2080.00 | Gross wages week 2026-W46",
    ],
}


@pytest.mark.parametrize("bearer", GOLDEN)
def test_three_journals_of_one_week(bearer):
    given = books(bearer)
    assert journal(given) == GOLDEN[bearer]
    given.must_show(
        "payroll_lines",
        """
        pay_item  pay_seconds  amount
        Overtime  8:00:00      480.00
        Regular   40:00:00     1600.00""",
        "what the person is paid is the same",
    )
    assert set(given.column("control_totals", "difference")) <= {"0", "0.000"}


def test_spread_gives_every_entry_of_the_week_its_share():
    """Of Web's 106.67 to 10, 10 and 12 h; of Shop's 53.33 to 8 + 2 h on Thursday and 6 h on Friday: 10 h are 33.33."""
    shares = [row for row in books("spread").rows("allocations", "line_id seconds amount") if row[1] == "0:00:00"]
    assert [amount for _, _, amount in shares] == ["33.34", "33.33", "40.00", "26.66", "6.67", "20.00"]


def test_leave_bears_no_premium():
    week = WEEK + "\n    ann  2026-11-14  8:00  -"
    week = (
        week.replace("project\n", "project  service\n").replace("web\n", "web  dev\n").replace("shop\n", "shop  dev\n")
    )
    week = week.replace("8:00  -", "8:00  -  vacation")
    spread = journal(books("spread", week))
    assert "Overhead:Leave | - | 320.00 | Paid leave" in spread
    assert spread[:2] == GOLDEN["spread"][:2]


def test_distribution_leaves_the_rest_in_wages_expense():
    """A quarter of the week has no job: with it a quarter of the premium stays where payroll posted it."""
    week = """
        person  date        time   project
        ann     2026-11-09  12:00  -
        ann     2026-11-10  12:00  web
        ann     2026-11-11  12:00  web
        ann     2026-11-12  12:00  shop"""
    given = books("spread", week, posting="distribution")
    assert journal(given) == [  # 24 h: 960.00 + 80.00; 12 h: 480.00 + 40.00
        "Job Costs:Labor | Mill:Web | 1040.00 | Labor Web",
        "Job Costs:Labor | Mill:Shop | 520.00 | Labor Shop",
        "Wages Expense | - | -1560.00 | Labor distributed to jobs week 2026-W46",
    ]


def test_held_work_keeps_its_share():
    """Shop's project is not mapped: 16 of 48 h wait with their straight pay and their third of the premium."""
    given = books("spread", WEEK.replace("shop", "new "))
    assert journal(given)[0] == "Job Costs:Labor | Mill:Web | 1386.67 | Labor Web"
    assert given.rows("roll_forward", "state reason amount", stream="cost")[1:] == [
        ["exported", "-", "1386.67"],
        ["held", "TE008", "693.33"],
    ]


def test_a_straddling_week_spreads_over_hours_of_the_period_before():
    """The half of hours 41 to 45 comes in November; Web worked 36 of the 51 h, in October, and bears its share then."""
    given = Company(
        accounts=ACCOUNTS,
        premium="spread",
        billing="none",
        calendar="""
        pay_group  kind         start       workweek
        weekly     semimonthly  2026-10-16  monday
        weekly     semimonthly  2026-11-01  monday""",
    ).books(STRADDLING, end="2026-11-15")
    # premium 100.00 + 120.00: Web 42 of 51 h = 82.35 + 98.82, Shop 9 of 51 h = 17.65 + 21.18; 14 h straight 560.00
    assert journal(given)[:2] == [
        "Job Costs:Labor | Mill:Web | 741.17 | Labor Web",
        "Job Costs:Labor | Mill:Shop | 38.83 | Labor Shop",
    ]


HOURS = st.lists(
    st.tuples(st.integers(9, 15), st.sampled_from(["web", "shop", "-", "new"]), st.integers(1, 50_000)),
    min_size=1,
    max_size=12,
)


@examples(3, 40)
@given(HOURS, st.sampled_from(["spread", "overhead"]), st.sampled_from(["accrue", "distribution"]))
def test_all_cents_are_allocated_whoever_bears_them(week, bearer, posting):
    """The audits prove every line; the pay is that of the policy `job`, to the cent."""
    rows = [
        {"id": str(n), "person": "ann", "date": f"2026-11-{day:02}", "project": project, "time": clock_hours(s)}
        for n, (day, project, s) in enumerate(week)
    ]
    totals = []
    for policy in ("job", bearer):
        given = Company(accounts=ACCOUNTS, premium=policy, posting=posting).books(delivery(rows))
        totals.append(
            (
                given.rows("payroll_lines", "pay_item pay_seconds amount"),
                sum(Decimal(a) for a in given.column("roll_forward", "amount", stream="cost") if a != "-"),
            )
        )
    assert totals[0] == totals[1]
