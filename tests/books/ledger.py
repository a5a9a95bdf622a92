"""Books as plain rows: what an import of a published batch makes of them, edited by hand, printed as reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from etl import steps
from etl.steps.outcome import Outcome
from tests.steps.corrected import COMPANY, Past, sunday

DOCUMENTS = '"quickbooks_online.labor_journal", "payroll.hours"'


@dataclass(frozen=True)
class Line:
    """A line of a journal in the books, debit positive."""

    day: date
    number: str
    account: str
    job: str
    memo: str
    amount: Decimal


@dataclass
class BookPast(Past):
    """The practice company with other documents, and settings of its books."""

    documents: str = DOCUMENTS
    books: str = ""

    def write(self) -> None:
        super().write()
        path = self.root / "mappings" / COMPANY / "company.toml"
        text = path.read_text()
        start = text.index("documents = [")
        end = text.index("]", start) + 1
        path.write_text(f"{text[:start]}documents = [{self.documents}]{text[end:]}\n{self.books}\n")

    def uploads(self, week: int, name: str) -> list[Path]:
        return sorted((self.folder(week) / "upload").rglob(f"*{name}"))


@dataclass
class Ledger:
    """The books. An import takes whole files, knows no duplicates and makes every name."""

    lines: list[Line] = field(default_factory=list)

    def take(self, path: Path, most: int | None = None) -> None:
        """Import a journal CSV, or only its first rows."""
        with path.open(encoding="utf-8", newline="") as file:
            for row in list(csv.DictReader(file))[:most]:
                month, day, year = map(int, row["*JournalDate"].split("/"))
                amount = Decimal(row["*Debits"] or 0) - Decimal(row["*Credits"] or 0)
                self.lines.append(Line(date(year, month, day), row["*JournalNo"], row["*AccountName"], row["Name"],
                                       row["Description"], amount))

    def edit(self, at: int, **changes: object) -> None:
        """Change one line by hand."""
        self.lines[at] = replace(self.lines[at], **changes)

    def journal_report(self, first: date, last: date) -> str:
        """QuickBooks Online's report "Journal": date, type and number on the first line of each transaction only."""
        out: list[list[object]] = [
            ["Past Works"], ["Journal"], [f"{first:%B} {first.day} - {last:%B} {last.day}, {last.year}"], [""],
            ["Date", "Transaction Type", "Num", "Name", "Memo/Description", "Account", "Debit", "Credit"]]
        above = None
        debits = Decimal(0)
        for line in self.lines:
            if first <= line.day <= last:
                head = (line.day, line.number)
                shown = ["", "", ""] if head == above else [f"{line.day:%m/%d/%Y}", "Journal Entry", line.number]
                above = head
                debit, credit = (f"{line.amount:,.2f}", "") if line.amount >= 0 else ("", f"{-line.amount:,.2f}")
                debits += max(line.amount, Decimal(0))
                out.append([*shown, line.job, line.memo, line.account, debit, credit])
        out += [["TOTAL", "", "", "", "", "", f"${debits:,.2f}", f"${debits:,.2f}"],
                ["Friday, Nov 27, 2026 09:12:44 AM GMT-5"]]
        return "\ufeff" + printed(out)

    def plain(self) -> str:
        """A table of a program nobody knows, its columns declared in company.toml."""
        rows: list[list[object]] = [["Booked", "Voucher", "Ledger account", "Cost object", "Text", "Value"]]
        rows += [[line.day, line.number, line.account, line.job, line.memo, line.amount] for line in self.lines]
        return printed(rows)


DECLARED = """
[[books.reports]]
name = "our_erp"
kind = "posting"
[books.reports.columns]
"Booked" = "date"
"Voucher" = "document"
"Ledger account" = "account"
"Cost object" = "job"
"Text" = "memo"
"Value" = "amount"
"""


def printed(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def bring(past: Past, text: str | bytes, name: str = "report.csv", **asked: str) -> Outcome:
    """Take a report in."""
    path = past.root / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return steps.take_in_books(past.root, COMPANY, path, asked=steps.Asked(**asked), person="ada")


def found(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """Code, status, batch figure and books figure of each item shown."""
    at = [outcome.headings.index(name) for name in ("code", "status", "batch", "books")]
    return sorted(tuple(str(row[place]) for place in at) for row in outcome.rows)  # type: ignore[misc]


def codes(outcome: Outcome) -> list[str]:
    return sorted(row[0] for row in found(outcome))


def week_of(week: int) -> tuple[date, date]:
    return date.fromordinal(sunday(week).toordinal() - 6), sunday(week)
