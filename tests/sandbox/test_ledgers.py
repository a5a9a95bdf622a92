"""A practice company's weeks in plain-text ledgers: bean-check and hledger accept them together, balances are ours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from etl.sandbox.company import make_company
from tests.sandbox.practice import Ran, close_weeks
from tests.targets.ledger_judges import balances, checked_beancount, hledger, read_beancount, read_hledger


@pytest.mark.parametrize("weeks", [1, pytest.param(13, marks=pytest.mark.long)])
def test_the_weeks_together(weeks: int, tmp_path: Path) -> None:
    ran = close_weeks(make_company(), tmp_path, weeks)
    folders = [uploads(one, tmp_path) for one in ran]
    opened = sorted({line for folder in folders for path in (folder / "beancount").glob("*accounts_*.beancount")
                     for line in path.read_text(encoding="utf-8").splitlines() if " open " in line})
    journals = [path.read_bytes() for folder in folders for path in sorted((folder / "beancount").glob("*journal_*"))]
    counted = checked_beancount("\n".join(opened).encode(), *journals)

    text = b"\n".join(path.read_bytes() for folder in folders for path in sorted((folder / "hledger").glob("*")))
    hledger(text, "check", "-s", "payees")
    assert balances(text) == counted
    assert set(counted.values()) == {Decimal(0)}, "each accrual is reversed on the day after"

    posted = {row["line_id"]: row["amount"] for one in ran for row in one.tables["postings"]}
    assert len(posted) > 60 * weeks, "the accruals and their reversals"
    for lines in ([line for content in journals for line in read_beancount(content)], read_hledger(text)):
        assert {line["line"]: Decimal(line["amount"]) for line in lines} == posted


def uploads(ran: Ran, root: Path) -> Path:
    """The folder of one week's import files."""
    [folder] = (root / "reports" / ran.company.id).glob(f"*/batch-{ran.number + 1:04d}/upload")
    return folder
