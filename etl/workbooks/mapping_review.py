"""The quarterly review of the cross-references as a workbook: what each row carried, what changed, who looked."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet
from etl.workbooks.words import BANNER, PageRows, heads
from etl.workbooks.writer import render_workbook

Note = tuple[str, str, str]
ROWS, CHANGES = "Rows", "Changes and sign-off"
_NOTE = (
    "Hours and money of exported batches since the day above. stale: no use for half a year; ended: its last day lies "
    "before it. Keep, end or delete each row that is not used. A row with money in two currencies has two lines."
)
_NAMES = (
    *("file", "map_row", "what", "effective_from", "effective_to", "last_used_on", "standing", "seconds", "cost"),
    *("billed", "currency"),
)


def render_mapping_review(
    company: str, since: str, rows: pa.Table, changes: Sequence[Note], *, is_sandbox: bool,
) -> bytes:
    """The workbook. `rows`: mapping_row_use; `changes`: trigger, what, what to look at."""
    whose = (*([BANNER] if is_sandbox else []), f"{company} · cross-references since {since}")
    columns = (
        Column("File", "text", 22), Column("Line", "count", 7), Column("Row", "text", 44), Column("From", "date", 12),
        Column("To", "date", 12), Column("Last use", "date", 12), Column("Standing", "text", 12),
        Column("Seconds", "seconds", 11), Column("Hours", "hours", 10, "={Seconds}/3600"),
        Column("Cost", "amount", 14, currency="Currency"),
        Column("Billed", "amount", 14, currency="Currency"), Column("Currency", "text", 10),
        Column("Decision", "text", 16), Column("By", "text", 12))
    table = [(*(row[name] for name in _NAMES), None, None) for row in rows.to_pylist()]
    sheet = Sheet(ROWS, columns, table, notes=(*whose, _NOTE), empty="No rows.")
    pages: list[Sheet | Page] = [sheet, _changes(changes, whose)]
    return render_workbook(
        pages, title="Mapping review", subject=f"{company}, cross-references since {since}",
        marks=Marks(company, f"Cross-references since {since}", "", BANNER if is_sandbox else ""))


def _changes(changes: Sequence[Note], whose: tuple[str, ...]) -> Page:
    page = PageRows()
    page.add(Cell(CHANGES, look="title"))
    for line in whose:
        page.add(Cell(line, look="note"))
    page.add()
    page.add(*heads("Trigger", "What changed", "Look at"))
    for trigger, what, look in changes:
        page.add(Cell(trigger, is_wrapped=True), Cell(what, is_wrapped=True), Cell(look, is_wrapped=True))
    if not changes:
        page.add(Cell("none", look="note"))
    page.add_signers("Reviewed by", "Approved by")
    return page.page(CHANGES, (26, 60, 44), is_upright=True)
