"""The billing worksheet as a workbook: written for a reviewer who decides line by line, and read when it comes back."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa

from etl.strict_json import dump
from etl.tables import BILLING_REVIEW, assert_schema
from etl.terms import BatchHeader
from etl.workbooks.returned import DAMAGE
from etl.workbooks.sheets import Column, Sheet
from etl.workbooks.text import shown
from etl.workbooks.words import marks, top_notes
from etl.workbooks.writer import render_workbook

TITLE = "Billing review"
DECISIONS = {"bill": "bill", "hold": "hold", "write down": "write_down", "write up": "write_up"}
_WORDS = {code: words for words, code in DECISIONS.items()}
_NUMBER, _DECISION, _AMOUNT, _REASON = "No.", "Decision", "Amount to bill", "Reason"
_FIXED = {"Customer:job": "customer_job", "Service": "service_item", "Rate": "bill_rate", "Seconds": "seconds",
          "Value": "amount", "Currency": "currency"}
_NEEDED = (_NUMBER, *_FIXED, _DECISION, _AMOUNT, _REASON)
_FIGURES = re.compile(r"Figures ([0-9a-f]{64})\.?")
_MOST_ROWS, _MOST_COLUMNS = 200_000, 60
_NOTE = (
    "Choose a decision for each line: bill, hold (it waits, with its time), write down or write up. Written down or "
    "up, the line needs the amount to bill and a reason; held, a reason. Save a copy elsewhere and take it in with: "
    "timebooks approve billing FILE")


@dataclass(frozen=True)
class Row:
    """One line as it came back, cells as they stand there; `place` is the row a person sees."""

    place: int
    cells: Mapping[str, Any]
    formulas: frozenset[str]


@dataclass(frozen=True)
class Returned:
    """A worksheet that came back: the digest it was written with, and its lines in the order they stand in."""

    figures: str
    rows: tuple[Row, ...]


class NotOursError(Exception):
    """The workbook is not a billing worksheet of ours; the message says why."""


def render_billing_review(header: BatchHeader, table: pa.Table) -> bytes:
    """The workbook with one sheet: all cells locked but decision, amount and reason; realization in live formulas."""
    rows = assert_schema(table, BILLING_REVIEW, "billing_review")
    columns = (
        Column(_NUMBER, "count", 6), Column("Customer:job", "text", 34), Column("Service", "text", 18),
        Column("Rate", "rate", 10), Column("Seconds", "seconds", 10),
        Column("Hours", "hours", 9, "{Seconds}/3600"), Column("Value", "amount", 13, currency="Currency"),
        Column("Currency", "text", 9),
        Column(_DECISION, "text", 12, is_input=True, choices=tuple(DECISIONS)),
        Column(_AMOUNT, "amount", 13, currency="Currency", is_input=True), Column(_REASON, "text", 40, is_input=True),
        Column("Billed", "amount", 13, f'IF({{{_DECISION}}}="hold",0,IF({{{_AMOUNT}}}="",{{Value}},{{{_AMOUNT}}}))',
               "Currency", is_summed=True),
        Column("Realization, %", "hours", 11, 'IF({Value}=0,"",100*{Billed}/{Value})'))
    values = [
        (row["review_no"], row["customer_job"], row["service_item"], row["bill_rate"], row["seconds"], row["amount"],
         row["currency"], _WORDS[row["decision"] or "bill"], row["decided_amount"], row["reason"])
        for row in rows.to_pylist()]
    sheet = Sheet(
        TITLE, columns, values, totals=("Seconds", "Hours", "Value", "Billed", "Realization, %"),
        empty="Nothing is billed in this period.",
        notes=top_notes(header, _NOTE, f"Figures {figures_digest(rows, header.company_id, header.period_end)}"))
    whose = f"{header.company_name}, {header.period_label}"
    return render_workbook([sheet], title=TITLE, subject=whose, marks=marks(header))


def figures_digest(table: pa.Table, company: str, period_end: object) -> str:
    """What the reviewer decides about, as one digest: company, period, every line's key and figures."""
    lines = [[str(row[name]) for name in ("review_no", *_FIXED.values())] for row in table.to_pylist()]
    return hashlib.sha256(dump({"company": company, "period_end": str(period_end), "lines": lines})).hexdigest()


def read_billing_review(content: bytes) -> Returned:
    """What came back, as it stands there. Raises NotOursError where it is no such worksheet."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        if TITLE not in book.sheetnames:
            raise NotOursError(f"it has no sheet {TITLE!r}")
        return _returned(book[TITLE].iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS))
    except DAMAGE as error:
        raise NotOursError(f"it cannot be read as a workbook ({type(error).__name__})") from None


def _returned(rows: Any) -> Returned:
    figures = ""
    headings: list[str] = []
    found: list[Row] = []
    for place, cells in enumerate(rows, 1):
        values = [cell.value for cell in cells]
        if not headings:
            texts = [value.strip() for value in values if isinstance(value, str)]
            figures = next((match[1] for text in texts if (match := _FIGURES.fullmatch(text))), figures)
            headings = [str(value or "").strip() for value in values] if _NUMBER in values else []
            continue
        by_name = dict(zip(headings, cells, strict=False))
        if not _is_line(by_name):
            continue
        formulas = frozenset(name for name, cell in by_name.items() if cell.data_type == "f")
        found.append(Row(place, {name: cell.value for name, cell in by_name.items()}, formulas))
    if missing := [name for name in _NEEDED if headings.count(name) != 1]:
        raise NotOursError(f"the column {', '.join(missing)} is missing or stands there twice")
    if not figures:
        raise NotOursError("the line that begins with Figures is gone")
    return Returned(figures, tuple(found))


def _is_line(cells: Mapping[str, Any]) -> bool:
    """Not an empty row, and not the totals below."""
    values = [cell.value for name, cell in cells.items() if name in _NEEDED]
    is_total = isinstance(cells[_NUMBER].value, str) and cells[_NUMBER].value.startswith("Total")
    return not is_total and any(value not in (None, "") for value in values)


def changed_cells(returned: Returned, table: pa.Table) -> Iterator[str]:
    """One sentence for every line that is not there, too often there, or shows other figures than were written."""
    expected = {row["review_no"]: row for row in table.to_pylist()}
    seen: set[int] = set()
    for row in returned.rows:
        number = _number(row.cells[_NUMBER])
        line = expected.get(int(number)) if number is not None and number == int(number) else None
        if line is None:
            yield f"row {row.place}: {_NUMBER} {row.cells[_NUMBER]!r} is none of the lines written"
            continue
        if line["review_no"] in seen:
            yield f"row {row.place}: line {line['review_no']} stands there twice"
        seen.add(line["review_no"])
        for heading, name in _FIXED.items():
            if not _is_same(row.cells[heading], line[name]):
                yield f"row {row.place}: {heading} was changed from {_plain(line[name])} to {row.cells[heading]!r}"
    lost = sorted(expected.keys() - seen)
    if lost:
        yield f"{len(lost)} line(s) are missing, first line {lost[0]} ({expected[lost[0]]['customer_job']})"


def decisions(returned: Returned, table: pa.Table, findings: list[str]) -> list[dict[str, Any]]:
    """Every line with its decision (tables.BILLING_REVIEW); what cannot be a decision is a finding by row."""
    expected = {row["review_no"]: row for row in table.to_pylist()}
    decided = []
    for row in sorted(returned.rows, key=lambda item: int(item.cells[_NUMBER])):
        decision = DECISIONS.get(" ".join(str(row.cells[_DECISION] or "").replace("_", " ").lower().split()))
        amount, reason = row.cells[_AMOUNT], row.cells[_REASON]
        number = None if amount in (None, "") else _number(amount)
        if typed := sorted(row.formulas & {_DECISION, _AMOUNT, _REASON}):
            findings.append(f"row {row.place}: {', '.join(typed)} holds a formula; type the value")
        elif decision is None:
            findings.append(f"row {row.place}: decision {row.cells[_DECISION]!r} is none of {', '.join(DECISIONS)}")
        elif amount not in (None, "") and number is None:
            findings.append(f"row {row.place}: amount to bill {amount!r} is no number")
        else:
            text = "" if reason is None else str(reason).strip()
            decided.append(expected[int(row.cells[_NUMBER])] | {
                "decision": decision, "decided_amount": number, "reason": text or None, "place": row.place})
    return decided


def _number(value: object) -> Decimal | None:
    """A number cell, exactly as it is printed; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = Decimal(repr(value))
    return number if number.is_finite() else None


def _is_same(cell: object, value: object) -> bool:
    if isinstance(value, str):
        return cell == shown(value)
    return _number(cell) == value


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
