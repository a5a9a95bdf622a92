"""Missing is never zero: whoever is in force and of whom nothing came is told before anybody is paid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sql.company import MONDAY, Company, delivery

FIRM = Company(without_time="note")
CODE = "TE136"
HEAD, *PEOPLE = Company.employees.strip().splitlines()
CONTRACTED = "\n".join([HEAD, *(row.replace("employee", "contractor") if "bob" in row else row for row in PEOPLE)])


def missing(company: Company, sheet: str) -> list[str]:
    return company.books(sheet).column("exceptions", "employee_ref", code=CODE)


@pytest.mark.capability("C153")
def test_who_sent_nothing_is_told_with_the_days_and_the_cut_off():
    books = FIRM.books("person  time\nann  8:00\neve  8:00")
    books.must_show("exceptions", """
        code   severity  streams  employee_ref  seconds
        TE136  note      pay      E2            0:00:00""")
    [found] = books.column("exceptions", "found")
    assert found == "Bob Berg, nothing from 2026-11-09 to 2026-11-15"
    [due] = books.column("exceptions", "due")
    assert due == "before the payroll cut-off 2026-11-17 12:00"


@pytest.mark.capability("C153")
@pytest.mark.parametrize(("row", "why"), [
    ("bob  (none)  2026-11-10  8:00  unpaid", "unpaid leave was said"),
    ("bob  (none)  2026-11-10  8:00  vacation", "so was leave"),
    ("bob  web  2026-11-15  0:01  dev", "a minute on the last day is time"),
    ("bob  new  2026-11-10  8:00  dev", "what waits for a mapping has come"),
    ("bob  web  2026-11-10  -1:00  dev", "what is rejected has come, and is told by itself"),
])
def test_whatever_came_is_not_missing(row, why):
    sheet = f"person  project  date  time  service\nann  web  {MONDAY}  8:00  dev\neve  web  {MONDAY}  8:00  dev\n{row}"
    assert missing(FIRM, sheet) == [], why


def test_time_of_another_week_says_nothing_about_this_one():
    sheet = f"person  date  time\nann  {MONDAY}  8:00\neve  {MONDAY}  8:00\nbob  2026-11-16  8:00"
    assert missing(FIRM, sheet) == ["E2"]


def test_what_was_withdrawn_is_missing():
    """An entry of bob's that a complete export no longer holds."""
    whole = "2026-11-09 2026-11-15"
    first = delivery("id  person  time\n1  ann  8:00\n2  bob  8:00\n3  eve  8:00", complete=whole)
    second = delivery("id  person  time\n1  ann  8:00\n3  eve  8:00", complete=whole)
    assert FIRM.books(first, second).column("exceptions", "employee_ref", code=CODE) == ["E2"]


@pytest.mark.parametrize(("change", "why"), [
    ({"without_time": "off"}, "nobody is looked for"),
    ({"pilot": "E1 E3"}, "who is not in the pilot is not paid from here"),
    ({"go_live": "2026-11-16"}, "before the go-live nobody is asked for"),
    ({"employees": CONTRACTED}, "a contractor works when there is work"),
])
def test_who_is_not_asked_for(change, why):
    sheet = "person  time\nann  8:00\neve  8:00"
    assert missing(replace(FIRM, **change), sheet) == [], why


def test_who_left_in_the_week_is_asked_for_up_to_the_last_day():
    rows = "\n".join(f"{row}  {'2026-11-11' if 'bob' in row else '-'}" for row in PEOPLE)
    firm = replace(FIRM, employees=f"{HEAD}  effective_to\n{rows}")
    books = firm.books("person  time\nann  8:00\neve  8:00")
    assert books.column("exceptions", "found", code=CODE) == ["Bob Berg, nothing from 2026-11-09 to 2026-11-11"]
    gone = replace(firm, employees=firm.employees.replace("2026-11-11", "2026-11-08"))
    assert missing(gone, "person  time\nann  8:00\neve  8:00") == [], "who left before is not"


def test_a_company_may_stop_the_run():
    books = replace(FIRM, without_time="stop").books("person  time\nann  8:00\neve  8:00")
    assert books.column("exceptions", "severity", code=CODE) == ["stop"]


def test_a_holiday_of_the_calendar_is_no_word_from_the_person():
    firm = replace(FIRM, holidays="holiday_on\n2026-11-11", holiday_pay="hours\n8.00")
    assert missing(firm, "person  time\nann  8:00\neve  8:00") == ["E2"]


def test_a_salary_without_hours_is_told_once():
    firm = replace(FIRM, salaries="employee_id  salary  per  hours\nE3  1000.00  week  -",
                   pay='salaried_cost = "salary_over_hours"',
                   accounts=f"{Company.accounts}\n        salary_variance  Overhead:Salaries  EXP")
    books = firm.books("person  time\nann  8:00\nbob  8:00")
    assert books.column("exceptions", "code", employee_ref="E3") == ["TE133"]
