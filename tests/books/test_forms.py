"""Reports of the books in every form that ships, as their programs print them, and what each tells of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from etl.books.forms import forms
from tests.books.ledger import BookPast, Ledger, Line, bring, codes, printed, week_of
from tests.books.test_books import imported
from tests.books.test_kinds import TIME, WORK, clock, published
from tests.shared import shared
from tests.steps.corrected import sunday

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 9)
JOURNALS = '"quickbooks_online.labor_journal", "payroll.hours"'
CODES = {"Job Costs:Labor": "310", "Overhead:Labor": "320", "Accrued Wages": "803"}
SHIPPED = {form.name for form in forms() if form.kind not in ("invoice", "bill")}   # those: test_documents


def by_account(ledger: Ledger) -> Iterable[tuple[str, list[Line]]]:
    for account in sorted({line.account for line in ledger.lines}):
        yield account, [line for line in ledger.lines if line.account == account and FIRST <= line.day <= LAST]


def sides(amount: Decimal) -> tuple[str, str]:
    return (f"{amount:,.2f}", "") if amount >= 0 else ("", f"{-amount:,.2f}")


def transactions_by_account(ledger: Ledger) -> str:
    """QuickBooks Online's "Transaction Detail by Account": one amount, positive on the account's own side."""
    out: list[list[object]] = [
        ["Past Works"], ["Transaction Detail by Account"], ["November 2-9, 2026"], [""],
        ["", "Date", "Transaction Type", "Num", "Name", "Memo/Description", "Split", "Amount", "Balance"]]
    for account, lines in by_account(ledger):
        side, balance = -1 if account == "Accrued Wages" else 1, Decimal(0)
        out.append([account, *[""] * 8])
        for line in lines:
            balance += side * line.amount
            out.append(["", f"{line.day:%m/%d/%Y}", "Journal Entry", line.number, line.job, line.memo, "-Split-",
                        f"{side * line.amount:,.2f}", f"{balance:,.2f}"])
        out.append([f"Total for {account}", *[""] * 6, f"${balance:,.2f}", ""])
    return "\ufeff" + printed(out)


def transaction_detail(ledger: Ledger) -> str:
    """QuickBooks Desktop's "Transaction Detail by Account", with the columns Debit and Credit."""
    out: list[list[object]] = [
        ["Past Works"], ["Nov 2 - 9, 26"],
        ["", "Type", "Date", "Num", "Name", "Memo", "Class", "Clr", "Split", "Debit", "Credit", "Balance"]]
    for account, lines in by_account(ledger):
        out.append([account, *[""] * 11])
        out += [["", "General Journal", f"{line.day:%m/%d/%Y}", line.number, line.job, line.memo, "", "", "-SPLIT-",
                 *sides(line.amount), ""] for line in lines]
        totals = sum((max(line.amount, Decimal(0)) for line in lines), Decimal(0))
        out.append([f"Total {account}", *[""] * 8, f"{totals:,.2f}", "", ""])
    return printed(out)


def account_transactions(ledger: Ledger) -> str:
    """Xero's "Account Transactions", grouped by account: the account's name stands alone in the first column."""
    out: list[list[object]] = [
        ["Account Transactions"], ["Past Works"], ["For the period 2 November 2026 to 9 November 2026"], [""],
        ["Date", "Source", "Description", "Reference", "Debit", "Credit", "Running Balance"]]
    for account, lines in by_account(ledger):
        out.append([account, *[""] * 6])
        out += [[f"{line.day:%d %b %Y}", "Manual Journal", line.memo, line.number, *sides(line.amount), ""]
                for line in lines]
        out.append([f"Total {account}", "", "", "", *sides(sum((line.amount for line in lines), Decimal(0))), ""])
    return printed(out)


def journal_report(ledger: Ledger) -> str:
    """Xero's journals with account codes."""
    out: list[list[object]] = [
        ["Journal Report"], ["Past Works"], ["From 2 Nov 2026 to 9 Nov 2026"],
        ["Date", "Narration", "Description", "Account Code", "Account", "Debit", "Credit"]]
    out += [[f"{line.day:%d %b %Y}", f"{line.number} week", line.memo, CODES.get(line.account, "999"), line.account,
             *sides(line.amount)] for line in ledger.lines if FIRST <= line.day <= LAST]
    return printed(out)


POSTINGS: dict[str, Callable[[Ledger], str]] = {
    "quickbooks_online.transactions_by_account": transactions_by_account,
    "quickbooks_desktop.transaction_detail": transaction_detail, "xero.account_transactions": account_transactions,
    "xero.journal_report": journal_report,
}
IN_OTHER_TESTS = {   # test_books, test_kinds; the samples below
    "quickbooks_online.journal_report", "quickbooks_online.time_by_employee", "quickbooks_desktop.time_by_name",
    "payroll.register", "hledger.print", "beancount.query"}


@pytest.fixture(name="week", scope="module")
def _week(tmp_path_factory: pytest.TempPathFactory) -> BookPast:
    past = BookPast(tmp_path_factory.mktemp("forms"), documents=JOURNALS)
    past.tables["target_lists.csv"] = [("xero", "account", name, code) for name, code in CODES.items()]
    past.work(WORK)
    past.publish(0)
    return past


def planted(change: str, ledger: Ledger) -> None:
    at = next(at for at, line in enumerate(ledger.lines) if line.number == "SB0001L" and line.amount > 0)
    match change:
        case "amount":
            ledger.edit(at, amount=ledger.lines[at].amount + Decimal("0.01"))
        case "account":
            ledger.edit(at, account="Office Supplies")
        case "deleted":
            del ledger.lines[at]
        case "posting":
            ledger.lines.append(Line(sunday(0), "ADJ-9", "Job Costs:Labor", "Mill:Web", "by hand", Decimal("12.34")))


@pytest.mark.capability("C94", "C95")
@pytest.mark.parametrize("form", POSTINGS)
@pytest.mark.parametrize(("change", "code"), [
    ("nothing", ""), ("amount", "TE214"), ("account", "TE215"), ("deleted", "TE213"), ("posting", "TE220")])
def test_each_form_of_postings(week: BookPast, form: str, change: str, code: str) -> None:
    ledger = imported(week, 0)
    planted(change, ledger)
    outcome = bring(week, POSTINGS[form](ledger), f"{form}-{change}.csv")
    assert f"{form} (unconfirmed), {FIRST} to {LAST}" in dict(outcome.facts)["newest"]
    assert set(codes(outcome)) == ({code} if code else set()), outcome.text()
    assert dict(outcome.facts)["unreconciled"] == "0"


@pytest.mark.parametrize(("change", "code"), [("nothing", ""), ("hours", "TE216"), ("gone", "TE213")])
def test_time_by_job_detail(tmp_path: Path, change: str, code: str) -> None:
    past = published(tmp_path, TIME)
    rows = past.rows(0, "time_activities")
    if change == "hours":
        rows[0]["exported_seconds"] += 900
    if change == "gone":
        del rows[1]
    out: list[list[object]] = [["Nov 2 - 8, 26"], ["", "Date", "Name", "Service Item", "Notes", "Duration"]]
    for job in sorted({row["customer_job"] or "No job assigned" for row in rows}):
        own = [row for row in rows if (row["customer_job"] or "No job assigned") == job]
        out.append([job, *[""] * 5])
        out += [["", f"{row['worked_on']:%m/%d/%Y}", row["employee_name"], "Engineering",
                 f"{row['note'] or ''} [{row['entry_ref']}]", clock(row["exported_seconds"])] for row in own]
        out.append([f"Total {job}", *[""] * 4, clock(sum(row["exported_seconds"] for row in own))])
    outcome = bring(past, printed(out).encode("cp1252"), first=str(week_of(0)[0]), last=str(week_of(0)[1]))
    assert "quickbooks_desktop.time_by_job_detail" in dict(outcome.facts)["newest"]
    assert set(codes(outcome)) == ({code} if code else set()), outcome.text()


@pytest.mark.parametrize(("folder", "form"), [
    ("readback_qbo_time_by_employee", "quickbooks_online.time_by_employee"),
    ("readback_qbd_time_by_name", "quickbooks_desktop.time_by_name")])
def test_the_sample_reports_are_read_to_their_totals(tmp_path: Path, folder: str, form: str) -> None:
    """A printed total that is not the sum of its rows would refuse the report (BOOKS_FOOTING)."""
    [sample] = (shared("samples/targets") / folder).iterdir()
    outcome = bring(published(tmp_path, TIME), sample.read_bytes(), sample.name)
    assert form in dict(outcome.facts)["newest"]
    assert dict(outcome.facts)["unreconciled"] == "0"


def test_every_form_is_tested() -> None:
    assert {*POSTINGS, *IN_OTHER_TESTS, "quickbooks_desktop.time_by_job_detail"} == SHIPPED


def test_names_are_compared_as_they_were_written(tmp_path: Path) -> None:
    """The mapping spells a job with a combining accent; files and books have it composed."""
    past = BookPast(tmp_path, documents=JOURNALS)
    past.tables["projects.csv"][0] = (*past.tables["projects.csv"][0][:3], "Mill:Cafe\u0301",
                                      *past.tables["projects.csv"][0][4:])
    past.work(WORK)
    past.publish(0)
    ledger = imported(past, 0)
    assert any(line.job == "Mill:Caf\u00e9" for line in ledger.lines)
    assert codes(bring(past, ledger.journal_report(FIRST, LAST))) == []
