"""The reconciliation workbook of 20,000 lines, against openpyxl writing the same cells; then LibreOffice recomputes it."""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path

from openpyxl import Workbook

from etl.workbooks.reconciliation import render_reconciliation
from tests.bench.told import told
from tests.workbooks.example import header, week
from tests.workbooks.readback import cells, opened, recomputed
from tests.workbooks.test_recomputed import figures, same

COUNT_LINES, BUDGET_SECONDS = 20_000, 4.0


def plain_workbook(sheets: dict[str, list[tuple[object, ...]]]) -> bytes:
    """The same values and formulas in openpyxl's streaming mode: no formats, no widths, no outline."""
    book = Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def check(content: bytes, tables: dict[str, object]) -> int:
    """How many formulas LibreOffice came to the figures added up by other means, or the benchmark ends."""
    formulas = {(title, place) for title, place, _, kind, _, _ in cells(content) if kind == "f"}
    wanted = dict(figures(opened(content), tables))
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as folder:
        computed = opened(recomputed(content, Path(folder)), computed=True)
    wrong = [key for key, value in wanted.items() if not same(computed[key[0]][key[1]].value, value)]
    if wrong or formulas - set(wanted):
        raise SystemExit(f"LibreOffice computes another figure: {(wrong or sorted(formulas - set(wanted)))[:5]}")
    return len(formulas)


def run(runs: int, count: int = COUNT_LINES) -> dict[str, object]:
    """Both interleaved in one process; the library and the tables are there before the clock."""
    tables = week(people=count // 50, per_person=50, postings=count)
    content = render_reconciliation(header(), tables)
    count_formulas = check(content, tables)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in opened(content)}
    ours: list[float] = []
    least: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        render_reconciliation(header(), tables)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        plain_workbook(sheets)
        least.append(time.perf_counter() - began)
    return told(
        "workbook_20k", ours, least, None, budget_seconds=BUDGET_SECONDS, count_formulas_recomputed=count_formulas
    )
