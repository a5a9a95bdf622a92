"""Which row of a cross-reference answers, and what one that is missing holds: nobody and nothing else."""

from __future__ import annotations

import pytest

from tests.sql.company import Company, delivery


# ---- which row answers ----
def test_two_trackers_may_use_one_name_for_two_people():
    """J11: the source is part of every key."""
    firm = Company(
        employees="""
        source  person_ref  employee_id  employee_name
        kimai   a           E1           Ann Abel
        toggl   a           E2           Bob Berg""",
        entry=(("person", "a"), ("time", "1:00")),
    )
    books = firm.books(delivery([{"id": "1"}], source="kimai"), delivery([{"id": "1"}], source="toggl"))
    assert books.rows("entries", "entry_id employee_name") == [["kimai:1", "Ann Abel"], ["toggl:1", "Bob Berg"]]


RATES = [  # rows of rates.csv besides "* * * 100.00": job, item, person, rate; the rate billed; why
    ([], "100.00", "the rate for anybody"),
    (["*  Engineering  *  101.00"], "101.00", "an item's rate beats it"),
    (["*  Engineering  *  101.00", "Mill:Web  *  *  102.00"], "102.00", "a job's beats an item's"),
    (["Mill:Web  *  *  102.00", "Mill:Web  Engineering  *  103.00"], "103.00", "job and item beat the job"),
    (["Mill:Web  Engineering  *  103.00", "*  *  E1  104.00"], "104.00", "a person's beats both"),
    (["*  *  E1  104.00", "*  Engineering  E1  105.00"], "105.00", "person and item"),
    (["*  Engineering  E1  105.00", "Mill:Web  *  E1  106.00"], "106.00", "person and job"),
    (["Mill:Web  *  E1  106.00", "Mill:Web  Engineering  E1  107.00"], "107.00", "all three"),
    (["Mill:Shop  *  *  108.00", "*  Design  *  108.00", "*  *  E2  108.00"], "100.00", "others' rates never"),
]


@pytest.mark.capability("C64")
@pytest.mark.parametrize(("rows", "billed", "why"), RATES)
def test_the_closest_bill_rate_counts(rows, billed, why):
    header = "customer_job  service_item  employee_id  bill_rate"
    books = Company(rates="\n".join([header, "*  *  *  100.00", *rows])).books("time\n1:00", to="entries_mapped")
    assert books.column("entries_mapped", "bill_rate") == [billed], why


def test_a_closer_rate_that_has_ended_gives_way():
    books = Company(
        rates="""
        customer_job  service_item  employee_id  bill_rate  effective_from  effective_to
        *             *             *            100.00     2026-01-01      -
        *             *             E1           120.00     2026-11-10      2026-11-11"""
    ).books(
        """
        date        time
        2026-11-09  1:00
        2026-11-10  1:00
        2026-11-11  1:00
        2026-11-12  1:00""",
        to="entries_mapped",
    )
    assert books.column("entries_mapped", "bill_rate") == ["100.00", "120.00", "120.00", "100.00"]


CLASSES = [  # rows of dimensions.csv (by, ref, value, precedence), class, why
    ([], "-", "none"),
    (["customer_job  Mill:Web  By job  1"], "By job", "one"),
    (
        ["customer_job  Mill:Web  By job  2", "service_item  Engineering  By item  1"],
        "By item",
        "the lower number first",
    ),
    (["customer_job  Mill:Web  By job  1", "service_item  Engineering  By item  2"], "By job", "whichever it is"),
    (
        ["employee  E1  By person  1", "customer_job  Mill:Web  By job  2", "service_item  Engineering  By item  3"],
        "By person",
        "a person's too",
    ),
    (["employee  E1  By person  3", "customer_job  Mill:Shop  Other job  1"], "By person", "others' rows never"),
    (["service_item  Engineering  By item  100000"], "By item", "a number is a number"),
]


@pytest.mark.parametrize(("rows", "value", "why"), CLASSES)
def test_the_class_by_precedence(rows, value, why):
    firm = Company(dimensions="\n".join(["by  ref  value  precedence", *rows]))
    books = firm.books("time\n1:00", to="entries_told")
    assert books.column("entries_told", "class") == [value], why


# ---- a missing pay rate holds the cost of the person, and of nobody and nothing else ----
RATE_FROM_MONDAY = Company(
    pay_rates="""
    employee_id  pay_rate  effective_from
    E1           40.00     2026-11-09
    E2           20.00     2026-01-01""",
    go_live="2026-01-01",
)
MISSING = [  # ann's other entry, state of her cost, why
    ("2026-11-08  8:00  dev", "exported -", "time of last week needs no rate in this one"),
    ("2026-11-08  0:00  dev", "exported -", "nor does nothing"),
    ("2026-11-08  8:00  unpaid", "exported -", "nor unpaid leave"),
    ("2026-11-10  8:00  dev", "exported -", "she has one in this week"),
]


@pytest.mark.parametrize(("other", "state", "why"), MISSING)
def test_a_missing_rate_of_other_time(other, state, why):
    sheet = f"id  date  time  service\n1  2026-11-09  1:00  dev\n2  {other}"
    books = RATE_FROM_MONDAY.books(sheet, to="entries_with_states")
    [found] = books.rows("entries_with_states", "cost_state cost_reason", entry_id="tracker:1")
    assert " ".join(found) == state, why


def test_a_missing_rate_of_an_hour_that_reaches_into_the_week_counts():
    books = RATE_FROM_MONDAY.books(
        """
        id  person  date        start             time
        1   ann     2026-11-09  2026-11-09 08:00  1:00
        2   ann     2026-11-08  2026-11-08 22:00  8:00
        3   bob     2026-11-09  2026-11-09 08:00  1:00""",
        to="entries_with_states",
    )
    states = dict(books.rows("entries_with_states", "entry_id cost_state"))
    assert states == {"tracker:1": "held", "tracker:2": "held", "tracker:3": "exported"}


def test_a_missing_rate_of_a_superseded_day_counts_no_longer():
    """First dated to a Wednesday without a rate, then corrected to Monday."""
    until_tuesday = Company(pay_rates="employee_id  pay_rate  effective_to\nE1           40.00     2026-11-10")
    wednesday, monday = (f"id  date        time\n1   2026-11-{day}  1:00" for day in ("11", "09"))
    books = until_tuesday.books(wednesday, monday, to="entries_with_states")
    assert books.rows("entries_with_states", "version cost_state") == [["2", "exported"], ["1", "superseded"]]


def test_one_missing_day_holds_the_whole_week_of_the_person():
    """The regular rate needs the rate of every hour: payroll gets the hours, the money is not known."""
    until_tuesday = Company(
        pay_rates="""
        employee_id  pay_rate  effective_to
        E1           40.00     2026-11-10
        E2           20.00     -"""
    )
    books = until_tuesday.books("""
        person  date        time
        ann     2026-11-09  8:00
        ann     2026-11-11  8:00
        bob     2026-11-11  8:00""")
    books.must_show(
        "payroll_lines",
        """
        employee_id  pay_seconds  amount
        E1           16:00:00     -
        E2           8:00:00      160.00""",
    )
    assert books.column("postings", "amount", document_number="TB0042L") == ["160.00", "-160.00"]
