"""The rounding certificate on the way out: this run as a file of the batch, the year so far beside the checks.

A batch is a function of what landed, the mappings and the settings, so the figures of earlier batches stay out of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from etl.steps.run import Run
from etl.store import batches
from etl.tables import ROUNDING_CERTIFICATE
from etl.targets.text import CSV, escape, unescape
from etl.units import clock_hours

FILE_NAME = "rounding_certificate.csv"
YEAR_FILE_NAME = "rounding_year.csv"
_KEYS = ["purpose", "employee_id"]
_FIGURES = [
    "exact_seconds", "rounded_seconds", "difference_seconds", "count_events", "count_up", "count_down",
    "expected_seconds",
]


def certificate_csv(table: pa.Table) -> bytes:
    """The certificate (ROUNDING_CERTIFICATE) as a CSV, texts that could be read as a formula marked."""
    return _csv(table.column_names, [list(row.values()) for row in table.to_pylist()])


def _csv(headings: list[str], rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([escape(cell, CSV.lead) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def year_so_far(run: Run, certificate: pa.Table) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """This run and, with the exported batches of the same year before it, the year so far: a CSV, and what to tell.

    The year of a batch is the one its period ends in. A batch without a certificate rounded nothing, or was made by a
    version that wrote none: it is counted apart, never guessed.
    """
    earlier, without = [], 0
    for batch in _earlier_of_year(run):
        table = _certificate_of(batch)
        earlier += [table] if table is not None else []
        without += table is None
    columns = [*_KEYS, *_FIGURES]
    whole = pa.concat_tables([table.select(columns) for table in (certificate, *earlier)])
    sums = whole.group_by(_KEYS).aggregate([(name, "sum") for name in _FIGURES])
    year = {(row["purpose"], row["employee_id"]): row for row in sums.to_pylist()}
    rows: list[list[object]] = []
    now = {(row["purpose"], row["employee_id"]): row for row in certificate.to_pylist()}
    for key in [*now, *sorted(year.keys() - now.keys())]:   # who was rounded earlier in the year comes after
        row, total = now.get(key, {}), year[key]
        is_short = key[0] == "pay" and total["difference_seconds_sum"] < 0
        rows.append(
            [*key, row.get("employee_name", "")]
            + [row.get(name, 0) for name in _FIGURES]
            + [total[f"{name}_sum"] for name in _FIGURES]
            + [f"paid {clock_hours(-total['difference_seconds_sum'])} less than worked" if is_short else ""]
        )
    headings = ["purpose", "employee_id", "employee_name", *_FIGURES, *(f"year_{name}" for name in _FIGURES), "warning"]
    return _csv(headings, rows), (("rounding, year so far", _told(sums, len(earlier), without)),)


def _told(sums: pa.Table, counted: int, without: int) -> str:
    pay = sums.filter(pc.equal(sums["purpose"], "pay"))
    short = pay.filter(pc.less(pay["difference_seconds_sum"], 0)).sort_by("difference_seconds_sum")
    words = f"{counted} earlier batch(es) counted" + (f", {without} without a certificate" if without else "")
    if not short.num_rows:
        return f"nobody is paid less than worked; {words}" if pay.num_rows else f"pay is exact; {words}"
    worst = short.slice(0, 1).to_pylist()[0]
    return (
        f"{short.num_rows} of {pay.num_rows} people are paid less than worked, most of all {worst['employee_id']} by "
        f"{clock_hours(-worst['difference_seconds_sum'])}; {words}"
    )


def _earlier_of_year(run: Run) -> Iterator[batches.Batch]:
    records = run.records()
    for record in records:
        if record.type != "export":
            continue
        end = record.day("period_end")
        if end.year == run.period_end.year and end < run.period_end:
            batch = batches.find_batch(run.workspace, run.company, end, records)
            if batch is not None and batch.number == record.number:
                yield batch


def _certificate_of(batch: batches.Batch) -> pa.Table | None:
    """The certificate in an exported batch, its digest checked; None where it has none."""
    paths = [file["path"] for file in batch.manifest["files"] if file["path"].endswith(FILE_NAME)]
    if not paths:
        return None
    kinds = {field.name: field.type for field in ROUNDING_CERTIFICATE}
    table = pa_csv.read_csv(batch.file(paths[0]), convert_options=pa_csv.ConvertOptions(column_types=kinds))
    ids = pa.array([unescape(text, CSV.lead) for text in table["employee_id"].to_pylist()], pa.string())
    return table.set_column(table.column_names.index("employee_id"), "employee_id", ids).select([*_KEYS, *_FIGURES])
