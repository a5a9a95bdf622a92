"""A report as a CSV that somebody opens in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from etl.disk import told
from etl.targets.text import escape


def report_bytes(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The rows below their headings, UTF-8 with a BOM; a text that begins like a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([escape(cell, "'") if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_report(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The same as a file."""
    content = report_bytes(headings, rows)
    with told("write the file", path):
        path.write_bytes(content)
