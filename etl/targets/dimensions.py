"""Dimensions that a document cannot carry are told value by value: dimensions_lost.csv says which, and unless what."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.targets.facts import facts
from etl.targets.fields import TEXT_CHANGES
from etl.terms import BatchHeader


def lost_dimensions(table: pa.Table, document: str, header: BatchHeader, settings: Settings) -> pa.Table:
    """One row per job or class that the document leaves out (fields.TEXT_CHANGES), at its first line."""
    found: list[dict[str, str]] = []
    for fact in facts("dimensions_lost.csv"):
        if fact["document"] != document or _is_carried(fact["unless"], header, settings):
            continue
        column = fact["column"]
        named = table.select(["line_id", column]).drop_null()
        counted = [("line_id", "first"), ("line_id", "count")]
        # one thread: the first line is the first in writing order
        lost = named.group_by(column, use_threads=False).aggregate(counted).to_pylist()
        found += [
            {"document": document, "line_id": row["line_id_first"], "field": fact["label"], "before": row[column],
             "after": "", "why": f"{fact['why']} ({row['line_id_count']:,} line(s))"}
            for row in lost]
    return pa.Table.from_pylist(found, TEXT_CHANGES)


def _is_carried(unless: str, header: BatchHeader, settings: Settings) -> bool:
    """Whether the company has what lets the document carry it: a list of the books, or a tracking category in Xero."""
    kind, _, name = unless.partition(" ")
    if kind == "list":
        return bool(header.target_lists.get(name))
    xero = settings.targets.xero
    return bool(unless and xero and getattr(xero, unless))
