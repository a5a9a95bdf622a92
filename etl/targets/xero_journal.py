"""Xero manual journals as CSV. Source: targets reference, section 3.1."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import Folder, csv_bytes, csv_rows, part_name, rendered
from etl.targets.findings import refuse
from etl.targets.journals import (
    AMOUNT_DIGITS,
    changed_postings,
    checked_postings,
    in_files,
    journal_documents,
    packed,
    reversed_postings,
)
from etl.targets.printed import amounts, each_distinct
from etl.targets.target_names import codes_in
from etl.targets.xero import csv_settings, tracking_columns, xero_dates
from etl.terms import BatchHeader, RenderedFile

NAME = "xero.labor_journal"
ROW_LIMIT = 300
_HEADER = ("*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1,TrackingOption1,TrackingName2,"
           "TrackingOption2")


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The manual journal import, one row per posting, in files of at most 300 lines that never part a document.

    Debit positive, home currency only; Xero makes drafts of it. The narration is the document's number and the period,
    on every row, because rows of one narration and date are one journal. Raises TargetError with every finding.
    """
    return _files(checked_postings(table, NAME, header), "upload", header, settings)


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The reversing journal: same lines, signs exchanged, numbers of their own, same dates; a draft is deleted."""
    postings = reversed_postings(checked_postings(table, NAME, header))
    return _files(checked_postings(postings, NAME, header), "corrections", header, settings)


changed_texts = changed_postings(NAME)


def narrations(numbers: pa.Array | pa.ChunkedArray, header: BatchHeader) -> pa.Array:
    """What joins the lines of a journal and finds it again: TB0042L week 2026-W46."""
    return each_distinct(numbers, lambda number: f"{number} {header.period_label}")


def _files(postings: pa.Table, folder: Folder, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    rows = _rows(postings, header, settings)
    files = []
    for together in in_files(journal_documents(postings)):
        parts = packed(together, NAME, ROW_LIMIT)
        for number, part in enumerate(parts, 1):
            lines = pa.concat_arrays([rows.slice(document.start, document.rows) for document in part])
            name = part_name(f"journal_{together[0].number}", number, len(parts), "csv")
            files.append(rendered(NAME, folder, name, (csv_bytes(_HEADER, lines), len(lines))))
    return files


def _rows(postings: pa.Table, header: BatchHeader, settings: Settings) -> pa.Array:
    """One text per posting, in the columns of the header."""
    xero, texts = csv_settings(settings), written_texts(postings, NAME)
    codes, findings = codes_in(postings, "account", NAME, header)
    refuse(findings)
    return csv_rows((
        narrations(texts["document_number"], header), xero_dates(postings["posted_on"], xero), texts["memo"],
        each_distinct(postings["account"], codes.__getitem__), pa.array([xero.tax_rate] * len(postings), pa.string()),
        amounts(postings["amount"], AMOUNT_DIGITS), *tracking_columns(texts, header, xero).values(),
    ))
