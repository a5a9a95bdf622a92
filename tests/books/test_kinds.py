"""Time reports, payroll registers and plain-text ledgers against the batches, read through the books' own programs."""

from __future__ import annotations

import atexit
import csv
import io
import shutil
import tempfile
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.books.ledger import BookPast, bring, codes, found, printed
from tests.books.test_books import WORK
from tests.steps.corrected import sunday
from tests.targets.ledger_judges import hledger, read_beancount

TIME = '"quickbooks_desktop.time", "payroll.hours"'
DESKTOP = """
[targets.quickbooks_desktop]
company_name = "Past Works"
company_create_time = "1"
transfer_to_payroll = false"""
LEDGERS = '"hledger.labor_journal", "beancount.labor_journal"'


@cache
def first_week(documents: str) -> Path:
    """A workspace with one published week, made once."""
    root = Path(tempfile.mkdtemp(prefix="books-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    past = BookPast(root, documents=documents, more=DESKTOP)
    past.work(WORK)
    past.publish(0)
    return root


def published(root: Path, documents: str) -> BookPast:
    made = BookPast(root / "own", documents=documents, more=DESKTOP)
    made.work(WORK)
    shutil.rmtree(made.root)
    shutil.copytree(first_week(documents), made.root)
    return made


def time_report(rows: list[dict[str, Any]]) -> str:
    """QuickBooks Online's "Time Activities by Employee Detail"."""
    out: list[list[object]] = [
        ["Time Activities by Employee Detail"], ["Past Works"], ["November 2-8, 2026"], [""],
        ["", "Activity Date", "Client", "Product/Service", "Memo/Description", "Rates", "Duration", "Billable"]]
    for person in sorted({row["employee_name"] for row in rows}):
        own = [row for row in rows if row["employee_name"] == person]
        out.append([person, *[""] * 7])
        out += [["", f"{row['worked_on']:%m/%d/%Y}", row["customer_job"], "Engineering",
                 f"{row['note'] or ''} [{row['entry_ref']}]", "", clock(row["exported_seconds"]), "Yes"] for row in own]
        out.append([f"Total for {person}", *[""] * 5, clock(sum(row["exported_seconds"] for row in own)), ""])
    out += [["TOTAL", *[""] * 5, clock(sum(row["exported_seconds"] for row in rows)), ""],
            ["Monday, Nov 16, 2026 09:12:44 AM GMT-8"]]
    return "\ufeff" + printed(out)


def time_by_name(rows: list[dict[str, Any]]) -> bytes:
    """QuickBooks Desktop's "Time by Name": totals by person and job, nested, without headings."""
    out: list[list[object]] = [["", "Nov 2 - 8, 26"]]
    for person in sorted({row["employee_name"] for row in rows}):
        own = [row for row in rows if row["employee_name"] == person]
        out.append([person, ""])
        jobs: dict[str, int] = {}
        for row in own:
            job = row["customer_job"] or "No job assigned"
            jobs[job] = jobs.get(job, 0) + row["exported_seconds"]
        out += [[job, clock(seconds)] for job, seconds in sorted(jobs.items())]
        out.append([f"Total {person}", clock(sum(row["exported_seconds"] for row in own))])
    out.append(["TOTAL", clock(sum(row["exported_seconds"] for row in rows))])
    return printed(out).encode("cp1252")


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def register(rows: list[dict[str, Any]]) -> str:
    """What most payroll programs call a register: hours and gross by person and pay item."""
    return printed([
        ["Payroll register"], ["2026-11-02 to 2026-11-08"], ["Employee", "Pay Item", "Hours", "Gross"],
        *([row["employee_name"], row["pay_item"], f"{Decimal(row['exported_seconds']) / 3600:.2f}",
           f"${row['amount']:,.2f}"] for row in rows)])


@pytest.mark.capability("C94", "C95")
@pytest.mark.parametrize(("change", "code"), [
    ("nothing", ""), ("hours", "TE216"), ("deleted", "TE213"), ("half", "TE211"), ("twice", "TE212"), ("job", "TE218"),
    ("day", "TE217"), ("typed in", "TE220"), ("person", "TE219")])
def test_time_by_employee(tmp_path: Path, change: str, code: str) -> None:
    past = published(tmp_path, TIME)
    rows = past.rows(0, "time_activities")
    match change:
        case "hours":
            rows[0]["exported_seconds"] += 900
        case "deleted":
            del rows[1]
        case "half":
            del rows[3:]
        case "twice":
            rows += rows
        case "job":
            rows[0]["customer_job"] = "Mill:Elsewhere"
        case "day":
            rows[0]["worked_on"] += timedelta(days=1)
        case "person":
            rows[0]["employee_name"] = "Zoe"
        case "typed in":
            rows.append({**rows[0], "entry_ref": "typed by hand", "worked_on": sunday(0)})
    outcome = bring(past, time_report(rows))
    assert set(codes(outcome)) == ({code} if code else set()), outcome.text()
    assert dict(outcome.facts)["unreconciled"] == "0"


@pytest.mark.parametrize(("change", "code"), [
    ("nothing", ""), ("hours", "TE216"), ("twice", "TE212"), ("more", "TE220"), ("gone", "TE213")])
def test_time_by_name(tmp_path: Path, change: str, code: str) -> None:
    past = published(tmp_path, TIME)
    rows = past.rows(0, "time_activities")
    match change:
        case "hours":
            rows[0]["exported_seconds"] += 900
        case "twice":
            rows.append(dict(rows[-1]))
        case "more":
            rows.append({**rows[0], "customer_job": "Mill:Elsewhere"})
        case "gone":
            rows = [row for row in rows if (row["employee_name"], row["customer_job"]) != ("Ann", "Mill:Shop")]
    outcome = bring(past, time_by_name(rows))
    assert set(codes(outcome)) == ({code} if code else set()), outcome.text()


@pytest.mark.capability("C94", "C153", "C156")
@pytest.mark.parametrize(("change", "code"), [
    ("nothing", ""), ("hours", "TE216"), ("gross", "TE225"), ("ghost", "TE226"), ("unpaid", "TE227")])
def test_payroll_register(tmp_path: Path, change: str, code: str) -> None:
    past = published(tmp_path, TIME)
    rows = past.rows(0, "payroll_hours")
    match change:
        case "hours":
            rows[0]["exported_seconds"] += 3600
        case "gross":
            rows[0]["amount"] += Decimal("0.37")
        case "ghost":
            rows.append({**rows[0], "employee_name": "Gus Ghost"})
        case "unpaid":
            del rows[0]
    outcome = bring(past, register(rows))
    assert set(codes(outcome)) == ({code} if code else set()), outcome.text()
    assert dict(outcome.facts)["unreconciled"] == "0"


def ledger_text(past: BookPast, week: int, program: str) -> list[str]:
    paths = sorted((past.folder(week) / "upload").rglob(f"*journal_*.{program}"))
    return [path.read_text(encoding="utf-8") for path in paths]


def by_hledger(texts: list[str]) -> str:
    """What hledger itself prints of the books."""
    return hledger("\n".join(texts).encode(), "print", "-O", "csv").decode("utf-8")


def by_beancount(texts: list[str]) -> str:
    """What bean-query prints: the postings as beancount's own loader reads them."""
    rows = [row for text in texts for row in read_beancount(text.encode())]
    assert rows
    names = ("date", "number", "account", "amount", "currency", "line")
    return printed([["date", "links", "account", "number", "currency", "line"],
                    *([row[name] for name in names] for row in rows)])


@pytest.mark.capability("M2")
@pytest.mark.parametrize("program", ["journal", "beancount"])
@pytest.mark.parametrize(("change", "wanted"), [
    ("nothing", set()), ("half", {"TE211"}), ("twice", {"TE212"}), ("amount", {"TE214"}), ("account", {"TE215"}),
    ("posting", {"TE220"})])
def test_a_ledger_kept_by_hand(tmp_path: Path, program: str, change: str, wanted: set[str]) -> None:
    past = published(tmp_path, LEDGERS)
    texts = ledger_text(past, 0, program)
    labor = next(at for at, text in enumerate(texts) if "SB0001L)" in text or "SB0001L\n" in text)
    match change:
        case "half":
            texts.pop(next(at for at, text in enumerate(texts) if at != labor))
        case "twice":
            texts.append(texts[labor])
        case "amount":
            texts[labor] = edited(texts[labor], Decimal("1.00"))
        case "account":
            texts[labor] = texts[labor].replace("Expenses:JobCosts:Labor:Mill:Web", "Expenses:Travel")
        case "posting":
            texts.append(adjusting(program))
    shown = by_hledger(texts) if program == "journal" else by_beancount(texts)
    outcome = bring(past, shown, first="2026-11-02", last="2026-11-09")
    if change == "half":   # the reversal is dated on a day of its own: not imported yet
        wanted = {"TE210"}
    assert set(codes(outcome)) == wanted, outcome.text()
    assert dict(outcome.facts)["unreconciled"] == "0"


def edited(text: str, more: Decimal) -> str:
    """Two amounts of the first transaction changed by hand, so that it still balances."""
    lines = text.splitlines()
    at = [number for number, line in enumerate(lines) if " USD" in line and line.startswith(" ")]
    for place, change in ((at[0], more), (at[-1], -more)):
        word = next(word for word in lines[place].split() if word.lstrip("-").replace(".", "").isdigit())
        lines[place] = lines[place].replace(f" {word} USD", f" {Decimal(word) + change:.2f} USD")
    return "\n".join(lines) + "\n"


def adjusting(program: str) -> str:
    head = ('2026-11-08 * "by hand" "adjusting" ^ADJ9' if program == "beancount"
            else "2026-11-08 * (ADJ9) Past Works (practice company)")
    tag = '\n    line: "x"' if program == "beancount" else ""
    return (f"{head}\n    Expenses:JobCosts:Labor:Mill:Web  5.00 USD{tag}\n"
            f"    Liabilities:AccruedWages  -5.00 USD{tag}\n")


def test_what_a_program_prints_is_read_by_its_headings(tmp_path: Path) -> None:
    past = published(tmp_path, LEDGERS)
    rows = list(csv.reader(io.StringIO(by_hledger(ledger_text(past, 0, "journal")))))
    assert {"date", "code", "account", "amount", "commodity", "posting-comment"} <= set(rows[0])
    outcome = bring(past, printed(rows))
    assert "hledger.print (confirmed)" in dict(outcome.facts)["newest"]
    assert found(outcome) == []
