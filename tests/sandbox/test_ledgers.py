"""A practice company's weeks in plain-text ledgers: bean-check and hledger accept them together, balances are ours."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from etl import steps
from etl.sandbox.company import make_company
from etl.sandbox.writing import write_company
from etl.workspace import Workspace
from tests.sandbox.practice import Ran, close_weeks
from tests.targets.ledger_judges import balances, checked_beancount, hledger, read_beancount, read_hledger


@pytest.mark.parametrize("weeks", [1, pytest.param(13, marks=pytest.mark.long)])
def test_the_weeks_together(weeks: int, tmp_path: Path) -> None:
    judged_together(close_weeks(make_company(), tmp_path, weeks), tmp_path, weeks)


@pytest.mark.capability("C147")
@pytest.mark.parametrize("weeks", [1, pytest.param(13, marks=pytest.mark.long)])
def test_the_weeks_with_what_is_accrued_at_a_months_end(weeks: int, tmp_path: Path) -> None:
    """From Monday 30 November on: the first week goes over the end of a month, wages and revenue up to it are in it."""
    company = make_company(first_monday=date(2026, 11, 30))
    write_company(Workspace(tmp_path), company, 1)
    accrue_month_ends(Workspace(tmp_path).mappings(company.id))
    ran = close_weeks(company, tmp_path, weeks)
    text = judged_together(ran, tmp_path, weeks)
    at_the_end = balances(hledger(text, "print", "--end", "2026-12-01"))
    signs = {part: amount > 0 for account, amount in at_the_end.items() for part in account.split(":") if amount}
    assert (signs["UnbilledReceivables"], signs["Unbilled"], signs["AccruedWagesPayable"]) == (True, False, False)
    assert sum(at_the_end.values()) == 0
    wages = [row for row in ran[0].tables["postings"] if row["line_id"].split("-")[1] in ("M", "NR")]
    for line in (wages[0]["line_id"], wages[-1]["line_id"], "0001-N-001"):
        entries = steps.explain(line, tmp_path, company.id).rows
        assert {row[1] for row in entries} == {"2026-11-30"}, f"{line} rests on the days up to the month's end"


def accrue_month_ends(folder: Path) -> None:
    """The company accrues wages and unbilled revenue at each month's end."""
    with (folder / "accounts.csv").open("a", encoding="utf-8") as file:
        file.write("unbilled_receivables,Unbilled Receivables,OCASSET\nunbilled_income,Services Income:Unbilled,INC\n")
    toml = (folder / "company.toml").read_text(encoding="utf-8")
    toml = toml.replace('mode = "accrue"\n', 'mode = "accrue"\nmonth_end = "accrue"\n')
    (folder / "company.toml").write_text(toml.replace("[billing]\n", '[billing]\nunbilled = "month_end"\n'))


def judged_together(ran: list[Ran], tmp_path: Path, weeks: int) -> bytes:
    """The weeks' journals for hledger as one text, once both programs have taken them and tell our lines."""
    folders = [uploads(one, tmp_path) for one in ran]
    opened = sorted({line for folder in folders for path in (folder / "beancount").glob("*accounts_*.beancount")
                     for line in path.read_text(encoding="utf-8").splitlines() if " open " in line})
    journals = [path.read_bytes() for folder in folders for path in sorted((folder / "beancount").glob("*journal_*"))]
    counted = checked_beancount("\n".join(opened).encode(), *journals)

    files = [path.read_bytes() for folder in folders for path in sorted((folder / "hledger").glob("*"))]
    text = b"\n".join(sorted(files, key=lambda file: re.search(rb"^[0-9-]{10} ", file, re.MULTILINE)[0]))
    hledger(text, "check", "-s", "payees")
    assert balances(text) == counted
    assert set(counted.values()) == {Decimal(0)}, "each accrual is reversed on the day after"

    posted = {row["line_id"]: row["amount"] for one in ran for row in one.tables["postings"]}
    assert len(posted) > 60 * weeks, "the accruals and their reversals"
    for lines in ([line for content in journals for line in read_beancount(content)], read_hledger(text)):
        assert {line["line"]: Decimal(line["amount"]) for line in lines} == posted
    return text


def uploads(ran: Ran, root: Path) -> Path:
    """The folder of one week's import files."""
    [folder] = (root / "reports" / ran.company.id).glob(f"*/batch-{ran.number + 1:04d}/upload")
    return folder
