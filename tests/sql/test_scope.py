"""scope.csv leaves people, jobs and items out of labor, billing or taxes, and each output differs by that alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from etl.errors import MappingError
from tests.sql.company import Books, Company, delivery
from tests.sql.test_payroll_taxes import FIRM, journal, taxes
from tests.sql.test_statements import with_vendor

WEEK = """
    id  person  project  service   time
    1   ann     web      dev       10:00
    2   ann     shop     dev       5:00
    3   bob     web      art       4:00
    4   eve     (none)   dev       3:00
    5   ann     shop     art       1:00
    6   bob     (none)   vacation  8:00"""
ALL = "exported - / exported - / exported -"
WITHOUT_SHOP = "kind  ref  tax\ncustomer_job  Mill:Shop  no"
pytestmark = pytest.mark.capability("C16")


@cache
def books_of(scope: str = "", toml: str = FIRM.toml, week: str = WEEK) -> Books:
    return replace(FIRM, scope=scope, toml=toml).books(delivery(week))


def figures(books: Books) -> dict[str, object]:
    """What leaves the house in each of the three, and what people are paid."""
    return {
        "pay": books.rows("payroll_lines", "employee_id pay_item pay_seconds amount"),
        "labor": journal(books, "TB0042L"),
        "billing": books.rows("billable_lines", "customer_job service_item quantity_hours amount"),
        "tax": (taxes(books, "employee_id wages amount posted_amount left_amount"), journal(books)),
    }


@pytest.mark.parametrize(("scope", "changed"), [
    ("kind  ref  labor\ncustomer_job  Mill:Shop  no", {"labor"}),
    ("kind  ref  billing\ncustomer_job  Mill:Shop  no", {"billing"}),
    ("kind  ref  tax\ncustomer_job  Mill:Shop  no", {"tax"}),
    ("kind  ref  tax\nemployee  E1  no", {"tax"}),
    ("kind  ref  billing\nservice_item  Design  no", {"billing"}),
    ("kind  ref  labor  billing\nemployee  E2  no  no", {"labor", "billing"}),
    ("kind  ref  pay  labor  tax\nemployee  E2  no  no  no", {"pay", "labor", "tax"}),
])
def test_the_outputs_differ_exactly_by_the_flags(scope, changed):
    before, after = figures(books_of()), figures(books_of(scope))
    found = {name for name in before if before[name] != after[name]}
    # a job without labor has no wages that its taxes could be posted with: they are left as its labor is
    assert found - ({"tax"} if "labor" in changed else set()) == changed - ({"tax"} if "labor" in changed else set())


def test_an_entry_says_why_it_is_out():
    books = books_of("""
        kind          ref     pay  labor  billing  tax
        employee      E2      no   no     yes      no
        customer_job  Mill    yes  yes    no       yes
        service_item  Design  yes  no     yes      yes""")
    assert books.state_of("1") == "exported - / exported - / out_of_scope TE139", "the customer stands for its jobs"
    assert books.state_of("3") == "out_of_scope TE137 / out_of_scope TE138 / out_of_scope TE139"
    assert books.state_of("4") == "exported - / exported - / held TE013", "nothing says that it is out"
    assert books.state_of("5") == "exported - / out_of_scope TE138 / out_of_scope TE139"
    assert books.rows("roll_forward", "stream count_entries seconds", reason="TE138") == [["cost", "3", "13:00:00"]]


def test_it_goes_by_the_day_and_both_days_are_inside():
    scope = "kind  ref  billing  effective_from  effective_to\ncustomer_job  Mill:Web  no  2026-11-10  2026-11-11"
    days = "\n".join(f"{day}  ann  web  2026-11-{day:02d}  1:00" for day in range(9, 13))
    books = books_of(scope, week=f"id  person  project  date  time\n{days}")
    assert [books.state_of(str(day)).rpartition(" / ")[2] for day in range(9, 13)] == [
        "exported -", "out_of_scope TE139", "out_of_scope TE139", "exported -"]


def test_out_of_scope_goes_before_held_and_after_what_is_no_version():
    scope = "kind  ref  billing\nemployee  E1  no"
    books = books_of(scope, week="""
        id  person  project  time
        1   ann     new      1:00
        2   ann     web      24:00:01
        3   ann     web      0:00""")
    assert books.state_of("1") == "exported - / held TE008 / out_of_scope TE139"
    assert books.state_of("2") == "held TE002 / held TE002 / out_of_scope TE139"
    assert books.state_of("3") == "rejected TE003 / rejected TE003 / rejected TE003"


def test_a_jobs_taxes_are_computed_and_not_posted():
    """7.65 % of 960.00 is 73.44 with and without; what of it is the job's is left, to the cent."""
    columns = "employee_id amount posted_amount left_amount"
    whole, part = taxes(books_of(), columns), taxes(books_of(WITHOUT_SHOP), columns)
    assert whole[0] == "E1 73.44 73.44 0.00"
    assert part[0] == "E1 73.44 45.90 27.54", "6 of 16 hours are Mill:Shop's"
    assert part[1:] == whole[1:]


def test_burden_is_not_on_who_is_left_out():
    toml = '\n[payroll_tax]\nmode = "burden_rate"\n'
    firm = replace(FIRM, toml=toml, payroll_taxes="", burden_rates="percent\n10.0", accounts=FIRM.accounts + """
        burden_expense  Job Costs:Burden  COGS
        burden_applied  Burden Applied  EXP""")
    amounts = {}
    for name, scope in (("all", ""), ("job", WITHOUT_SHOP), ("person", "kind  ref  tax\nemployee  E1  no")):
        books = replace(firm, scope=scope).books(delivery(WEEK))
        lines = books.rows("postings", "customer_job amount", document_number="TB0042U")
        amounts[name] = {job: amount for job, amount in lines if Decimal(amount) > 0}
    assert amounts["all"] == {"Mill:Web": "68.00", "Mill:Shop": "36.00"}
    assert amounts["job"] == {"Mill:Web": "68.00"}
    assert amounts["person"] == {"Mill:Web": "8.00"}, "4 hours of E2 at 19.99"


def test_a_contract_left_out_uses_nothing_of_its_cap():
    firm = Company(
        employees=with_vendor(Company.employees), vendors="vendor_id  vendor_name  form_1099\nVC  Cole & Co  NEC-1",
        contracts="contract_id  vendor_id  cap_hours\nC-1  VC  5", contract_rates="contract_id  rate\nC-1  52.00",
        contractors="over_cap = 'hold'", scope="kind  ref  labor\ncustomer_job  Mill:Shop  no")
    books = firm.books(delivery("id  person  project  time\n1  cole  shop  5:00\n2  cole  web  5:00"))
    assert books.state_of("1") == "out_of_scope TE040 / out_of_scope TE138 / exported -"
    assert books.state_of("2") == "out_of_scope TE040 / exported - / exported -", "the whole cap is left for it"


@pytest.mark.parametrize(("scope", "told"), [
    ("kind  ref  billing\ncustomer_job  Mill:Wbe  no", "projects.csv has no customer_job Mill:Wbe"),
    ("kind  ref  billing\nemployee  E9  no", "employees.csv has no employee E9"),
    ("kind  ref  pay  labor  tax\ncustomer_job  Mill  no  no  no", "hours worked are paid, whatever they were for"),
    ("kind  ref  pay\nemployee  E1  no", "pay is no, so labor and tax must be no"),
    ("kind  ref  tax\nservice_item  Design  no", "not to service items"),
    ("kind  ref  billing\nemployee  E1  no\nemployee  E1  yes", "both answer employee, E1"),
])
def test_what_would_stay_in_silently_is_refused(scope, told):
    with pytest.raises(MappingError, match=told):
        replace(FIRM, scope=scope).run()
