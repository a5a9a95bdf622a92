"""The first sheet of a batch: whose it is, its documents, both sides of every control figure, and lines to sign."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from etl.tables import CONTROL_TOTALS, assert_schema
from etl.terms import POLICY_WORDS, STREAMS, BatchHeader
from etl.workbooks.documents import documents
from etl.workbooks.looks import EXACT_DIGITS
from etl.workbooks.pivots import BILL_SECONDS, PAY_SECONDS
from etl.workbooks.roll_forward import RollForward
from etl.workbooks.sheets import Cell, Page, Sheet
from etl.workbooks.sign_off import SUMMARY, sign_off
from etl.workbooks.words import (
    BANNER,
    OPENING,
    POSTING_WORDS,
    STATE_WORDS,
    STREAM_WORDS,
    PageRows,
    agreed,
    batch_words,
    heads,
)

_WIDTHS = (36, 20, 16, 20, 16, 16, 15, 14)
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


@dataclass(frozen=True)
class Behind:
    """The sheets behind the summary, whose cells it refers to."""

    roll_forward: RollForward
    by_employee: Sheet
    by_project: Sheet
    lines: Sheet


@dataclass
class _Checks:
    """Where the words of the live checks stand."""

    ranges: list[str] = field(default_factory=list)
    count: int = 0

    def put(self, places: str, count: int) -> None:
        """Note a range of check words."""
        if count:
            self.ranges.append(places)
            self.count += count

    def verdict(self) -> Cell:
        """How many checks do not agree; one that cannot be computed does not agree either."""
        if not self.count:
            return Cell("nothing to compare")
        agreed_ones = "+".join(f'COUNTIF({places},"agreed")' for places in self.ranges)
        return Cell(formula=f'=IF({self.count}-({agreed_ones})=0,"all {self.count} checks agree",'
                            f'({self.count}-({agreed_ones}))&" of {self.count} checks: DIFFERENCE, see below")')


def summary(header: BatchHeader, tables: Mapping[str, pa.Table], behind: Behind) -> Page:
    """The summary of a batch. Every figure with a sheet behind it is a live formula on that sheet."""
    page, checks = PageRows(), _Checks()
    page.add(Cell("Reconciliation", look="title"))
    if header.is_sandbox:
        page.add(Cell(BANNER, look="banner"))
    page.add()
    for label, text in _facts(header):
        page.add(Cell(label, look="label"), Cell(text))
    verdict = page.add()
    first, count = documents(page, tables, behind.lines)
    checks.put(f"H{first}:H{first + count - 1}", count)
    _streams(page, checks, behind.roll_forward)
    _control_totals(page, checks, tables.get("control_totals"), behind)
    sign_off(page)
    page.replace(verdict, Cell("Checks on this sheet", look="label"), checks.verdict())
    return page.page(SUMMARY, _WIDTHS, is_upright=True)


def _facts(header: BatchHeader) -> list[tuple[str, str]]:
    return [
        ("Company", f"{header.company_name} ({header.company_id})"),
        ("Period", f"{header.period_label}, from {header.period_start} to {header.period_end}"),
        ("Batch", batch_words(header)),
        ("Labor posting", POSTING_WORDS.get(header.labor_posting, header.labor_posting)),
        ("Approval policy", POLICY_WORDS[header.policy]),
        ("Mappings in force (digest)", header.mapping_digest),
        ("Product version", header.product_version),
    ]


def _streams(page: PageRows, checks: _Checks, roll: RollForward) -> None:
    """Per stream, entries and hours: what came in, what became of it, and the remainder that must be 0."""
    page.add()
    page.add(Cell("Entries and hours, by stream", look="heading"))
    streams = [stream for stream in STREAMS if stream in roll.remainders]
    if not streams:
        page.add(Cell("The entry roll-forward is not part of this workbook.", look="note"))
        return
    words = [f"{STREAM_WORDS[stream]} {unit}" for stream in streams for unit in ("entries", "hours")]
    page.add(*heads("State", *words, numbers=range(1, len(words) + 1)))
    for state, word in (OPENING | STATE_WORDS).items():
        page.add(Cell(word, is_wrapped=True), *(cell for stream in streams for cell in roll.in_state(stream, state)))
    row = page.add(Cell("Remainder, must be 0", look="total"), *(
        cell for stream in streams for cell in roll.remainder(stream)))
    letters = "BCDEFG"[:len(words)]
    page.add(Cell("Check"), *(agreed(f"{letter}{row}", is_right=True) for letter in letters))
    checks.put(f"B{row + 1}:{letters[-1]}{row + 1}", len(letters))


def _control_totals(page: PageRows, checks: _Checks, table: pa.Table | None, behind: Behind) -> None:
    """Each control figure as found on both sides, the difference live."""
    page.add()
    page.add(Cell("Control totals on both sides", look="heading"))
    rows = [] if table is None else assert_schema(table, CONTROL_TOTALS, "control_totals").to_pylist()
    crossed = [("Pay seconds", PAY_SECONDS), ("Bill seconds", BILL_SECONDS)]
    has_pivots = bool(behind.by_employee.count_rows and behind.by_project.count_rows)
    if not rows and not has_pivots:
        page.add(Cell("No control totals are part of this workbook.", look="note"))
        return
    page.add(*heads("Figure", "One side", "Value", "Other side", "Value", "Difference", "", "0 = agreed",
                    numbers=(2, 4, 5)))
    first = page.next_row
    for row in rows:
        left, right, difference = _both(page.next_row, row["left_value"] or "", row["right_value"] or "")
        page.add(*(Cell(row[name], is_wrapped=True) for name in ("figure", "left_name")), left,
                 Cell(row["right_name"], is_wrapped=True), right, difference, None, agreed(f"F{page.next_row}"))
    for figure, heading in crossed if has_pivots else ():
        at = page.next_row
        page.add(
            Cell(figure), Cell(behind.by_employee.title),
            Cell(kind="seconds", formula=behind.by_employee.total_of(heading)),
            Cell(behind.by_project.title), Cell(kind="seconds", formula=behind.by_project.total_of(heading)),
            Cell(kind="seconds", formula=f"=C{at}-E{at}"), None, agreed(f"F{at}"))
    checks.put(f"H{first}:H{page.next_row - 1}", page.next_row - first)


def _both(row: int, left: str, right: str) -> tuple[Cell, Cell, Cell]:
    """Both values and the live difference: of numbers their difference, of other texts 0 when equal, else 1."""
    values = [_number(left), _number(right)]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return (Cell(left, is_wrapped=True, is_right=True), Cell(right, is_wrapped=True, is_right=True),
                Cell(kind="count", formula=f"=IF(EXACT(C{row},E{row}),0,1)"))
    digits = max(_digits(number) for number in numbers)
    one, other = (Cell(number, "amount", digits=digits) for number in numbers)
    return one, other, Cell(kind="amount", digits=digits, formula=f"=ROUND(C{row}-E{row},{digits})")


def _digits(number: Decimal) -> int:
    """Decimal places to show: 6951.900 is money and shows two; a whole number shows none."""
    shown, given = (int(value.as_tuple().exponent) for value in (number.normalize(), number))
    return max(-shown, 2) if given else 0


def _number(text: str) -> Decimal | None:
    """The number a text stands for; None for a code, a digest, or more digits than a spreadsheet keeps."""
    if not _PLAIN_NUMBER.fullmatch(text) or sum(sign.isdigit() for sign in text) > EXACT_DIGITS:
        return None
    return Decimal(text)
