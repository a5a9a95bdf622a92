"""The books' own reports against the batches: every planted difference has its cause, and nothing is left over."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from etl import steps
from etl.errors import RefusedError
from tests.books.ledger import DECLARED, BookPast, Ledger, bring, codes, found, week_of
from tests.steps.corrected import COMPANY, sunday

WORK = """
    a1 ann web 0 8:00
    a2 ann shop 1 7:30
    a3 ann web 2 6:15 no
    b1 bob web 0 5:45
    b2 bob shop 3 9:10
    c1 ann web 7 8:00
    c2 bob shop 8 4:20
    d1 ann shop 14 6:00
    d2 bob web 15 3:30
    e1 ann web 21 7:00
    e2 bob shop 22 2:15"""


@pytest.fixture(name="past")
def _past(tmp_path: Path) -> BookPast:
    past = BookPast(tmp_path, books=DECLARED)
    past.work(WORK)
    past.publish(0)
    return past


def imported(past: BookPast, *weeks: int) -> Ledger:
    ledger = Ledger()
    for week in weeks:
        for path in past.uploads(week, ".csv"):
            if "journal" in path.name:
                ledger.take(path)
    return ledger


def close(past: BookPast, week: int) -> steps.Outcome:
    run = steps.start(COMPANY, sunday(week), past.root, person="ada", in_memory=True)
    try:
        steps.reconcile(run)
        return steps.close(run)
    finally:
        run.end()


@pytest.mark.parametrize("form", ["journal report", "declared"])
def test_books_that_have_the_batch_as_it_is_leave_nothing(past: BookPast, form: str) -> None:
    ledger = imported(past, 0)
    outcome = bring(past, ledger.journal_report(*week_of(0)) if form == "journal report" else ledger.plain())
    assert codes(outcome) == []
    assert outcome.exit_code == 0
    assert dict(outcome.facts)["unreconciled"] == "0"
    assert "closed" in close(past, 0).title


def test_a_changed_amount_keeps_the_period_open(past: BookPast) -> None:
    ledger = imported(past, 0)
    ledger.edit(0, amount=ledger.lines[0].amount + 1)
    outcome = bring(past, ledger.plain())
    assert codes(outcome) == ["TE214"]
    assert outcome.exit_code == 1
    with pytest.raises(RefusedError, match="TE214 Amount changed") as refused:
        close(past, 0)
    assert refused.value.code == "BOOKS_OPEN"
