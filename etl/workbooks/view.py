"""One view of the history as a workbook: the rows as they are, typed, with a filter; totals are the reader's."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.workbooks.sheets import Column, Kind, Marks, Sheet
from etl.workbooks.writer import render_workbook

_DIGITS = 15   # that a spreadsheet keeps of a number
_MOST_RATE = 10**8
_WIDEST = 44
_CURRENCY = "currency"


def render_view(view: str, rows: pa.Table, *, whose: str, banner: str = "") -> bytes:
    """The workbook. Dates, money with a currency beside it and whole numbers that a spreadsheet keeps are such cells.

    Rates and quantities are numbers too; all else, instants among it, is exact text.
    """
    kinds = {name: _kind(rows, name) for name in rows.column_names}
    columns = tuple(Column(name, kind, _width(name, kind, rows[name]), currency=_CURRENCY if kind == "amount" else "")
                    for name, kind in kinds.items())
    shown = pa.table({name: rows[name].cast(pa.string()) if kind == "typed" else rows[name]
                      for name, kind in kinds.items()})
    notes = (*([banner] if banner else []), whose)
    return render_workbook([Sheet(view, columns, shown, notes=notes, empty="No rows yet.")], title=view, subject=whose,
                           marks=Marks(whose, view, "", banner))


def _kind(rows: pa.Table, name: str) -> Kind:
    column = rows[name]
    if pa.types.is_date(column.type):
        return "date"
    if pa.types.is_integer(column.type):
        most = pc.max(pc.abs(column.cast(pa.int64()))).as_py() or 0
        return "count" if most < 10**_DIGITS else "typed"
    if pa.types.is_decimal(column.type) and column.type.scale == 3 and _CURRENCY in rows.column_names:
        is_alone = pc.and_(pc.is_valid(column), pc.invert(pc.is_valid(rows[_CURRENCY])))
        return "typed" if pc.any(is_alone).as_py() else "amount"
    if pa.types.is_decimal(column.type) and (pc.max(pc.abs(column)).as_py() or 0) < _MOST_RATE:
        return "rate"
    return "typed"


def _width(name: str, kind: Kind, column: pa.ChunkedArray) -> int:
    if kind != "typed":
        return max(14, len(name) + 3)
    longest = pc.max(pc.utf8_length(column.cast(pa.string()))).as_py() or 0
    return min(_WIDEST, max(len(name) + 3, longest + 2))
