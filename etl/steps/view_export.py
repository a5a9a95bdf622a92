"""A view of the history as a file for finance: CSV, XLSX or Parquet; the same bytes for the same history, whole or not.

The rows stand in one order, by all columns from the left, so that a file written again is the same file.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from etl.disk import told
from etl.errors import RefusedError, StoreError
from etl.settings import Settings
from etl.steps.history import settle_history
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.store import files, history
from etl.tables import PARQUET
from etl.workbooks.view import render_view
from etl.workbooks.words import BANNER
from etl.workspace import Workspace, is_sandbox

Form = Literal["csv", "xlsx", "parquet"]
FORMS: tuple[Form, ...] = get_args(Form)
_MOST_ROWS = 20_000_000
_SECONDS = 600.0
_FORMULA = r"^[\s'\",;]*[=+\-@|＝＋－＠｜]"  # noqa: RUF001 - what a spreadsheet could take for a formula


def export_view(workspace: str | Path | None, view: str, file: Path, company: str | None = None) -> Outcome:
    """One view, of one company or all, into a new file; its ending says the form. Never overwrites another content.

    Raises RefusedError QUERY_REFUSED for no view of ours, StoreError HISTORY_COPY for an ending that is no form, a
    folder that is not there, or a name with other content.
    """
    place, form = place_of(workspace), file.suffix.lstrip(".").casefold()
    if form not in FORMS or not file.resolve().parent.is_dir():
        raise StoreError(
            "HISTORY_COPY", where=str(file), fix="End the name in .csv, .xlsx or .parquet, in a folder that exists.",
            what="The form cannot be told from the name" if form not in FORMS else "There is no such folder")
    settled = settle_history(place)
    rows = _rows(place, view, company)
    content = render(rows, view, next(one for one in FORMS if one == form), company or "all companies",
                     banner=_banner(rows))
    with told("write the file", file):
        is_there = file.exists()
        is_same = is_there and file.read_bytes() == content
    if is_there and not is_same:
        raise StoreError("HISTORY_COPY", what="The copy would overwrite a file", where=str(file),
                         fix="Give the name of a new file in a folder that exists.")
    if not is_there:
        files.publish_new(file.resolve(), content)
    return Outcome(
        title=f"{view}: {rows.num_rows:,} row(s) {'are already in' if is_same else 'written to'} {file}",
        facts=(*((("history", settled),) if settled else ()), ("sha256", files.sha256_bytes(content))))


def write_reports(place: Workspace, company: str, settings: Settings) -> list[tuple[str, str]]:
    """The company's own views in the folders that [schedule] names: what and how. Equal content touches no file.

    Each file appears whole under its name, or the one before it stays.
    """
    said: list[tuple[str, str]] = []
    if settings.schedule.reports and (settled := settle_history(place)):
        said.append(("history", settled))
    for report in settings.schedule.reports:
        folder = place.root / report.folder
        name = f"{'SANDBOX_' if is_sandbox(company) else ''}{company}_{report.view}.{report.format}"
        if not folder.is_dir():
            raise StoreError(
                "HISTORY_COPY", what="The folder of a scheduled report is not there", where=str(folder),
                fix=f"Make the folder, or correct schedule.reports in mappings/{company}/company.toml.")
        rows = _rows(place, report.view, company)
        content = render(rows, report.view, report.format, settings.company.name, banner=_banner(rows))
        path = folder / name
        is_same = path.is_file() and files.sha256_file(path) == files.sha256_bytes(content)
        if not is_same:
            files.rewrite(path, content)
        said.append((f"report {name}", f"{rows.num_rows:,} row(s), {'unchanged' if is_same else 'written'}"))
    return said


def render(rows: pa.Table, view: str, form: Form, whose: str, *, banner: str = "") -> bytes:
    """The bytes of the file."""
    if form == "xlsx":
        return render_view(view, rows, whose=whose, banner=banner)
    sink = io.BytesIO()
    if form == "parquet":
        pq.write_table(rows, sink, **PARQUET)
        return sink.getvalue()
    sink.write("\N{BOM}".encode())
    arrow_csv.write_csv(_as_text(rows), sink, arrow_csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()


def _rows(place: Workspace, view: str, company: str | None) -> pa.Table:
    if view not in history.VIEWS:
        raise RefusedError("QUERY_REFUSED", what=f"There is no view {view!r}", where="the history",
                           fix=f"Choose from {', '.join(history.VIEWS)}.")
    which = "" if company is None else "where company = $company"
    text = f"select * from {view} {which} order by all"  # noqa: S608 - a view of ours
    given = {} if company is None else {"company": company}
    rows = history.query(place, text, given, limit=_MOST_ROWS + 1, timeout_seconds=_SECONDS)
    if rows.num_rows > _MOST_ROWS:
        raise RefusedError("QUERY_REFUSED", what=f"{view} has more than {_MOST_ROWS:,} rows", where="the history",
                           fix="Write one company's rows with --company, or take a copy: timebooks history export.")
    return rows


def _as_text(rows: pa.Table) -> pa.Table:
    """The same, but a text that a spreadsheet would take for a formula gets an apostrophe."""
    columns = []
    for column in rows.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            led = pc.binary_join_element_wise("'", column, "")
            columns.append(pc.if_else(pc.match_substring_regex(column, _FORMULA), led, column))
        else:
            columns.append(column)
    return pa.table(dict(zip(rows.column_names, columns, strict=True)))


def _banner(rows: pa.Table) -> str:
    names: Sequence[str] = pc.unique(rows["company"]).to_pylist()
    return BANNER if any(map(is_sandbox, names)) else ""
