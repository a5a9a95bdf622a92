"""The one table of codes: it feeds messages, exception items, the workbook and the documents."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyarrow as pa


@dataclass(frozen=True)
class Code:
    """One code. Severity: stop | hold | note make an exception item; state only names a reason; run stops the run."""

    code: str
    severity: str
    title: str
    cause: str
    fix: str


@cache
def codes() -> dict[str, Code]:
    """All codes, by code."""
    text = (files("etl") / "codes.csv").read_text(encoding="utf-8")
    return {row["code"]: Code(**row) for row in csv.DictReader(text.splitlines())}


def codes_table() -> pa.Table:
    """All codes as a table (code, severity, title, cause, fix)."""
    return pa.Table.from_pylist([vars(code) for code in codes().values()])
