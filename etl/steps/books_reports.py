"""Reading the books' reports: which form a file has, the days it answers for, and every report together as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from etl.books.cells import CELLS, cells_of
from etl.books.forms import Form, declared, forms, recognized
from etl.books.span import span_of
from etl.errors import EtlError, SourceError
from etl.settings import Settings
from etl.settings.books import BooksReport
from etl.sources.findings import FileRefusedError
from etl.sources.grid import Grid, read_grid
from etl.sql.order import BOOKS_READ
from etl.sql.run import Engine
from etl.steps.books_sides import DAY
from etl.store.books import Received
from etl.tables import TEXT
from etl.tables.kinds import schema

_FLAGS = ("person", "account", "job", "class", "pay_item", "line", "document", "quantity")
REPORTS = schema(
    ("report_no", pa.int64()),
    *((name, TEXT) for name in ("form", "kind", "grain", "group_feeds", "label_feeds", "decimal_sign", "sign",
                                "account_words", "types", "party", "home_currency")),
    ("first_day", DAY), ("last_day", DAY), ("has_date", pa.bool_()), *((f"has_{name}", pa.bool_()) for name in _FLAGS),
)
"""One row per report of the books: its form, the days it answers for, and what it has columns for."""
_SHOWN = 8


@dataclass(frozen=True)
class Reading:
    """How one report is read: its form, where its headings stand, and its cells."""

    form: Form
    header_at: int
    grid: Grid
    file_name: str

    def titles(self) -> list[str]:
        """The texts above and in the headings."""
        return [cell for row in self.grid[:self.header_at + 1] for cell in row if cell]


def known_forms(settings: Settings) -> tuple[Form, ...]:
    """The company's own forms, then those that ship."""
    return (*(declared(report) for report in settings.books.reports), *forms())


def read_report(content: bytes, file_name: str, known: Sequence[Form], name: str = "") -> Reading:
    """A file as the one form it has. Raises FileRefusedError, or SourceError BOOKS_FORM."""
    grids: dict[tuple[str, str, str], Grid] = {}
    problems: list[EtlError] = []
    for form in known:
        key = (form.encoding, form.delimiter, form.sheet)
        if key not in grids and (not name or form.name == name):
            try:
                grids[key] = read_grid(content, file_name, encoding=form.encoding, delimiter=form.delimiter,
                                       sheet=form.sheet)
            except FileRefusedError as error:
                problems.append(error)
                grids[key] = []
    if not any(grids.values()) and problems:
        raise problems[0]
    form, header_at = recognized(grids, known, file_name, name)
    return Reading(form, header_at, grids[form.encoding, form.delimiter, form.sheet], file_name)


def as_recorded(report: Received) -> Reading:
    """A report that was taken in, read the way its record says."""
    body = report.record.body
    own = body.get("declared")
    known = (declared(BooksReport.model_validate(own)),) if isinstance(own, dict) else forms()
    return read_report(report.content, report.record.text("file_name"), known, report.record.text("form"))


def put_reports(engine: Engine, readings: Sequence[tuple[Reading, date | None, date | None]], currency: str) -> None:
    """Every report's rows, parsed, as book_rows; a report without a span has the days of its rows.

    Raises SourceError BOOKS_CELLS, BOOKS_FOOTING or BOOKS_SPAN with what and where.
    """
    cells = [cells_of(reading.form, reading.header_at, reading.grid, number, reading.file_name)
             for number, (reading, _, _) in enumerate(readings, 1)]
    engine.put("book_cells", pa.concat_tables(cells) if cells else CELLS.empty_table())
    engine.put("book_reports", pa.Table.from_pylist(
        [_row(number, reading, first, last, currency) for number, (reading, first, last) in enumerate(readings, 1)],
        schema=REPORTS))
    engine.run(BOOKS_READ)


def refuse_unread(engine: Engine, file_name: str) -> None:
    """Nothing where every cell was read and every grand total is the sum of its rows."""
    faults = [row for row in engine.fetch("book_rows").to_pylist() if row["fault"]]
    if faults:
        shown = [f"row {row['report_row']}: {_short(row['fault'])} cannot be read" for row in faults[:_SHOWN]]
        more = [f"and {len(faults) - _SHOWN:,} more"] if len(faults) > _SHOWN else []
        raise SourceError(
            "BOOKS_CELLS", what="\n    ".join([f"{len(faults):,} cell(s) of the report cannot be read", *shown, *more]),
            where=file_name, fix="Export the report again in the form's own dates and numbers, or declare how this one "
            "writes them under [[books.reports]] in company.toml. Nothing was taken in.")
    footings = engine.fetch("book_footings").to_pylist()
    if footings:
        row = footings[0]
        printed, summed = ((row["printed_seconds"], row["seconds"]) if row["printed_seconds"] is not None
                           else (row["printed_debits"], row["debits"]))
        raise SourceError(
            "BOOKS_FOOTING", what=f"The report prints a total of {printed}, its rows add up to {summed}",
            where=f"{file_name}, row {row['report_row']}",
            fix="Export the report again, whole and unchanged. Nothing was taken in.")


def span(reading: Reading, days: Sequence[date], given: tuple[date | None, date | None]) -> tuple[date, date, str]:
    """First and last day that a report answers for and how that is known: given, by its titles, by its rows.

    Raises SourceError BOOKS_SPAN.
    """
    titles = span_of(reading.titles())
    if given[0] and given[1]:
        return given[0], given[1], "given"
    if titles:
        return titles[0], titles[1], "titles"
    if days and reading.form.grain != "total":
        return min(days), max(days), "rows"
    raise SourceError(
        "BOOKS_SPAN", what="The report does not say for which days it was run", where=reading.file_name,
        fix="Give them as the report was run: --from 2026-11-09 --to 2026-11-15")


def _row(number: int, reading: Reading, first: date | None, last: date | None, currency: str) -> Mapping[str, Any]:
    form = reading.form
    fed = {*form.places(reading.grid[reading.header_at]), form.group_feeds, form.label_feeds}
    if form.account_words == "ledger":
        fed.add("job")   # the account's own levels
        fed |= {"line"} if "memo" in fed else set()
    if form.kind in ("time", "invoice", "bill") and "memo" in fed:
        fed.add("line")
    if form.kind in ("posting", "invoice", "bill") and "memo" in fed:
        fed.add("document")   # our number is found in a memo too
    if form.kind == "invoice" and "item" in fed:
        fed.add("pay_item")
    return {
        "report_no": number, "form": form.name, "kind": form.kind, "grain": form.grain, "group_feeds": form.group_feeds,
        "label_feeds": form.label_feeds, "decimal_sign": form.decimal_sign, "sign": form.sign,
        "account_words": form.account_words, "types": form.types, "party": form.party, "home_currency": currency,
        "first_day": first, "last_day": last,
        "has_date": "date" in fed, **{f"has_{name}": name in fed for name in _FLAGS}}


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"
