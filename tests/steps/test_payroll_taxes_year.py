"""Wage bases over the weeks of a year: each batch reads what earlier ones paid, and comes out again as it was."""

from __future__ import annotations

from datetime import date

import pytest

from etl import steps
from etl.errors import RefusedError
from tests.steps.corrected import ACCOUNTS, COMPANY, MONDAY, Past, sunday

TAXES = [
    ("employer_taxes", "Job Costs:Taxes", "COGS"), ("internal_taxes", "Overhead:Taxes", "EXP"),
    ("accrued_taxes", "Accrued Taxes", "OCLIAB"),
]
SEPARATE = '[payroll_tax]\nmode = "separate"'
pytestmark = pytest.mark.capability("C52")


def past(root, more: str = SEPARATE) -> Past:
    """Ann earns 800.00 a week; the base is 2,000.00, and 600.00 of it was paid before go-live."""
    company = Past(root, more=more)
    company.tables |= {
        "accounts.csv": [*ACCOUNTS, *TAXES],
        "payroll_taxes.csv": [("futa", "*", "*", "*", "6", "2000", "USD", "*", "notice", "R. Ortiz", "2026-01-01", "")],
        "private/tax_wages.csv": [("E1", "*", "2026-10-30", "600.00", "USD", "register")],
    }
    return company


def week_of(company: Past, week: int) -> None:
    company.work("\n".join(f"w{week}{day} ann web {7 * week + day} 8:00" for day in range(5)))


def shown(company: Past, week: int) -> list[str]:
    columns = ("wages_before", "wages", "taxable_wages", "amount")
    return [" ".join(f"{row[name]:.2f}" for name in columns) for row in company.rows(week, "payroll_taxes")]


def test_a_base_is_used_up_over_the_batches_of_the_year(tmp_path):
    company = past(tmp_path)
    for week in range(3):
        week_of(company, week)
        company.publish(week)
    assert [shown(company, week) for week in range(3)] == [
        ["600.00 800.00 800.00 48.00"], ["1400.00 800.00 600.00 36.00"], ["2200.00 800.00 0.00 0.00"]
    ]  # fmt: skip
    assert not [row for row in company.rows(2, "postings") if "Taxes" in row["account"]]
    before = company.digests()
    run = company.rules(0)   # a run of the first week again, when later ones are exported
    run.end()
    outcome = company.draft(0)
    assert outcome.title == "batch 0001 is already exported; nothing has changed"
    assert company.digests() == before


def test_late_pay_counts_to_the_base_and_its_tax_is_told(tmp_path):
    company = past(tmp_path)
    week_of(company, 0)
    company.publish_first()
    company.work("late ann web 5 1:00")
    for week in (1, 2):
        week_of(company, week)
        company.publish(week)
    [told] = [row for row in company.rows(1, "exceptions") if row["code"] == "TE192"]
    assert (told["employee_ref"], told["worked_on"]) == ("E1", MONDAY)
    assert told["found"] == "30.000 USD of this workweek paid now"
    assert shown(company, 2) == ["2230.00 800.00 0.00 0.00"], "600 + 800 + 800 + 30"


def test_an_earlier_payroll_of_the_year_has_to_be_there(tmp_path):
    company = past(tmp_path)
    week_of(company, 0)
    week_of(company, 1)
    with pytest.raises(RefusedError, match=f"ends on {sunday(0)} is paid earlier in the year and is not exp") as caught:
        company.rules(1)
    assert caught.value.code == "TAX_YEAR_OPEN"


@pytest.mark.capability("C158")
def test_a_payroll_without_taxes_is_declared(tmp_path):
    """The first week was exported before taxes were computed here; then its wages are declared."""
    company = past(tmp_path, more="")
    week_of(company, 0)
    company.publish_first()
    company.more = SEPARATE
    week_of(company, 1)
    with pytest.raises(RefusedError, match="was exported without employer taxes"):
        company.rules(1)
    company.more = f"{SEPARATE}\nopening = {date(2026, 11, 13)}"
    company.tables["private/tax_wages.csv"].append(("E1", "*", "2026-11-13", "800.00", "USD", "register"))
    company.tables["private/tax_wages.csv"].append(("E2", "*", "2026-11-13", "0", "USD", "register"))
    company.publish(1)
    assert shown(company, 1) == ["1400.00 800.00 600.00 36.00"]


@pytest.mark.capability("M1")
def test_a_tax_line_is_explained_by_its_entries(tmp_path):
    company = past(tmp_path)
    week_of(company, 0)
    company.publish_first()
    for line in ("0001-E-001", "0001-E-002", "0001-ER-001"):
        found = steps.explain(line, tmp_path, COMPANY)
        assert [row[0] for row in found.rows] == [f"tracker:w0{day}" for day in range(5)], line
