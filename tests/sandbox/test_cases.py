"""Every planted case ends as planted; nothing listed is left out; payroll and billing agree with a hand reckoning."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from etl import steps
from etl.sandbox import cases, other_cases
from etl.sandbox.company import Company, make_company
from etl.sandbox.week import make_week
from etl.sandbox.writing import write_company
from etl.workspace import Workspace
from tests.sandbox import oracle
from tests.sandbox.practice import Ran, batch, close_weeks, differences, run

CLOCKS_BACK, CLOCKS_ON = date(2026, 10, 26), date(2027, 3, 8)   # Mondays before the clocks change in New York
LISTED = {*cases.LISTED, *other_cases.LISTED, *other_cases.CLOCK}


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    return close_weeks(make_company(), tmp_path_factory.mktemp("studio"), 2)


@pytest.fixture(scope="module")
def clock_weeks(tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    companies = (make_company(1, 2, CLOCKS_BACK), make_company(1, 3, CLOCKS_ON))
    return [ran for company in companies for ran in close_weeks(company, tmp_path_factory.mktemp(company.id))]


@pytest.mark.capability("C86")
@pytest.mark.capability("C71")
def test_every_planted_case_ends_as_planted(two_weeks: list[Ran], clock_weeks: list[Ran]) -> None:
    wrong = [fault for ran in (*two_weeks, *clock_weeks) for fault in differences(ran, ran.week.cases)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.capability("C71")
def test_every_listed_case_is_planted(two_weeks: list[Ran], clock_weeks: list[Ran]) -> None:
    planted = Counter(case.name for ran in (*two_weeks, *clock_weeks) for case in ran.week.cases)
    stops = Counter(case.name for case in make_week(make_company(), with_stops=True).cases)
    listed = LISTED | set(other_cases.STOPS)
    covered = listed & {*planted, *stops}
    print(f"cases listed {len(listed)}, planted {len(covered)}: {100 * len(covered) // len(listed)} %")
    assert set(planted) == LISTED
    assert covered == listed
    cross = {f"{rounded}, {kind}, {match}"
             for rounded, kind, match in product(cases.ROUNDED, cases.CLASSES, cases.MATCHES)}
    assert cross <= set(planted), "rounding x overtime x match, every combination"
    assert planted["night shift over the change of clocks"] == 2, "once back, once on"


def test_a_planted_note_names_one_case(two_weeks: list[Ran]) -> None:
    for ran in two_weeks:
        keys = Counter((case.source, case.person_ref, case.note, case.version, case.entry.seconds)
                       for case in ran.week.cases)
        assert [key for key, count in keys.items() if count > 1] == []


def test_the_table_test_can_fail(two_weeks: list[Ran]) -> None:
    ran = two_weeks[0]
    some = [case for case in ran.week.cases if case.name == "unknown project"]
    wrong = Ran(ran.root, ran.company, 0, ran.week, ran.facts, ran.tables | {"exceptions": []})
    assert differences(ran, some) == []
    assert differences(wrong, some)
    assert len(oracle.payroll(ran.company, [ran.week], 0)) > 32, "a line for everybody who is paid weekly, and more"


@pytest.mark.capability("C2")
@pytest.mark.parametrize("number", [0, 1])
def test_payroll_is_what_was_worked(two_weeks: list[Ran], number: int) -> None:
    ran = two_weeks[number]
    lines = {(row["employee_id"], row["workweek_start"], row["pay_item"]): (row["pay_seconds"], row["amount"])
             for row in ran.tables["payroll_lines"]}
    assert lines == oracle.payroll(ran.company, [done.week for done in two_weeks], number)


@pytest.mark.parametrize("number", [0, 1])
def test_billing_is_what_was_worked(two_weeks: list[Ran], number: int) -> None:
    ran = two_weeks[number]
    lines = {(row["customer_job"], row["service_item"], row["bill_rate"], row["currency"]): row["bill_seconds"]
             for row in ran.tables["billable_lines"]}
    assert lines == oracle.billing(ran.company, [done.week for done in two_weeks], number)
    assert {currency for _, _, _, currency in lines} == {"USD", "EUR", "JPY"}


def test_both_pay_groups_are_paid_when_both_periods_end(two_weeks: list[Ran]) -> None:
    groups = [{row["pay_group"] for row in ran.tables["payroll_lines"]} for ran in two_weeks]
    assert groups == [{"weekly"}, {"weekly", "biweekly"}]


@pytest.mark.capability("M8")
def test_the_roll_forward_is_exact(two_weeks: list[Ran], clock_weeks: list[Ran]) -> None:
    for ran in (*two_weeks, *clock_weeks):
        assert ran.facts["unreconciled"] == "0"
        for stream in ("pay", "cost", "bill"):
            rows = [row for row in ran.tables["roll_forward"] if row["stream"] == stream and row["state"] != "undated"]
            for figure in ("count_entries", "seconds"):
                signed = Counter[str]()
                for row in rows:
                    left = row["state"] in ("received", "carried_in")
                    signed["in" if left else "out"] += row[figure]
                assert signed["in"] == signed["out"] > 0, (ran.company.id, stream, figure)
        received = [row for row in ran.tables["roll_forward"] if (row["stream"], row["state"]) == ("bill", "received")]
        assert sum(row["count_entries"] for row in received) == _count_dated(ran), "every entry of the week, once"


def _count_dated(ran: Ran) -> int:
    """Entry versions that began on a day of the week, by what was written: a redelivery is none."""
    undated = sum(case.states.count("TE001") > 0 for case in ran.week.cases)
    before = sum("TE032" in case.states for case in ran.week.cases)
    again = sum(entry.person.source == "kimai" and "first" not in entry.within for entry in ran.week.entries)
    settled = sum(case.source == "kimai" and case.entry.within == {"last"} for case in ran.week.cases)
    return len(ran.week.entries) - undated - before - again + settled


@pytest.mark.capability("C34", "C73")
def test_what_stops_a_run_stops_it_until_it_is_mended(tmp_path: Path) -> None:
    company = make_company(number=4)
    write_company(Workspace(tmp_path), company)
    week, inbox = make_week(company, with_stops=True), Workspace(tmp_path).inbox(company.id)
    late, mended = (next(name for name in week.files if ending in name) for ending in ("_late", "_mended"))
    (inbox / late).write_bytes(week.files[late])
    stopped = steps.week(run(company, 0, tmp_path))
    assert stopped.exit_code == 1
    found = {(row[1], row[3]) for row in stopped.rows if row[0] == "stop"}
    planted = [case for case in week.cases if case.name in other_cases.STOPS]
    assert found == {(case.states.split()[1], case.person_ref) for case in planted}
    assert not list(tmp_path.glob("data/drafts/*/*/*")), "no draft over what stops"
    (inbox / mended).write_bytes(week.files[mended])
    outcome = steps.week(run(company, 0, tmp_path))
    assert outcome.exit_code == 0
    assert dict(outcome.facts)["unreconciled"] == "0"


def test_several_companies_of_one_seed_close_in_one_workspace(tmp_path: Path) -> None:
    companies = [make_company(5, number) for number in (1, 2)]
    for company in companies:
        (ran,) = close_weeks(company, tmp_path)
        assert differences(ran, ran.week.cases) == []
    assert steps.verify(tmp_path).exit_code == 0
    assert _clients(companies[0]) != _clients(companies[1]), "each has its own people and clients"


def _clients(company: Company) -> set[str]:
    return {project.client for project in company.projects}


@pytest.mark.capability("M9")
def test_an_earlier_week_runs_again_when_later_ones_are_closed_and_nothing_changes(two_weeks: list[Ran]) -> None:
    ran = two_weeks[0]
    again = steps.week(run(ran.company, 0, ran.root))
    assert dict(again.facts) == ran.facts
    assert batch(ran.company, 0, ran.root) == ran.tables


def test_money_is_exact_decimals(two_weeks: list[Ran]) -> None:
    for row in two_weeks[0].tables["billable_lines"]:
        assert isinstance(row["amount"], Decimal)
        digits = {"USD": 2, "EUR": 2, "JPY": 0}[row["currency"]]
        assert row["amount"] == round(row["amount"], digits)


def test_the_books_are_told_of_time_whose_hours_could_not_be_read(two_weeks: list[Ran]) -> None:
    """Held time of no readable duration stands among the items; the statement is printed all the same."""
    ran = two_weeks[-1]
    outcome = steps.take_in_books(ran.root, ran.company.id, None)
    assert [row for row in outcome.rows if row[1] == "TE223" and row[7] == ""]
