"""QuickBooks Desktop labor journal: GENERAL JOURNAL blocks. Source: targets reference, sections 1.1 and 1.4."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import Folder, rendered
from etl.targets.iif import LINE_END, iif_bytes, iif_rows
from etl.targets.journals import (
    AMOUNT_DIGITS,
    changed_postings,
    checked_postings,
    in_files,
    journal_documents,
    reversed_postings,
)
from etl.targets.printed import amounts, dates
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_desktop.labor_journal"
_COLUMNS = ("TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO")
_HEADERS = (("!TRNS", "TRNSID", *_COLUMNS), ("!SPL", "SPLID", *_COLUMNS), ("!ENDTRNS",))


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """One balanced GENERAL JOURNAL block per document; an automatic reversal (…LR) stands in a file of its own.

    Amounts with two decimals, debit positive. Raises TargetError with every finding of names, amounts, documents.
    """
    return _files(checked_postings(table, NAME, header), "upload")


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The reversing journal: same lines, signs exchanged, own document numbers.

    Dated as the document; where that period is closed by then, the accountant moves it to the first open one.
    """
    postings = reversed_postings(checked_postings(table, NAME, header))
    return _files(checked_postings(postings, NAME, header), "corrections")


changed_texts = changed_postings(NAME)


def _files(postings: pa.Table, folder: Folder) -> list[RenderedFile]:
    documents = journal_documents(postings)
    rows = _rows(postings)
    files = []
    for together in in_files(documents):
        lines = [line for document in together for line in rows.slice(document.start, document.rows).to_pylist()]
        content = iif_bytes(_HEADERS, lines), len(lines)
        files.append(rendered(NAME, folder, f"journal_{together[0].number}.iif", content))
    return files


def _rows(postings: pa.Table) -> pa.Array:
    """One text per posting: TRNS for a document's first line, SPL for the others, ENDTRNS after its last."""
    texts = written_texts(postings, NAME)
    numbers = texts["document_number"]
    is_new = pc.not_equal(numbers.slice(1), numbers.slice(0, max(len(numbers) - 1, 0)))
    keyword = pc.if_else(pa.concat_arrays([_true(numbers), is_new]), "TRNS", "SPL")
    end = pc.if_else(pa.concat_arrays([is_new, _true(numbers)]), f"{LINE_END}ENDTRNS", "")
    lines = iif_rows((
        keyword, "", "GENERAL JOURNAL", dates(postings["posted_on"], "%m/%d/%Y"), texts["account"],
        texts["customer_job"], texts["class"], amounts(postings["amount"], AMOUNT_DIGITS), numbers, texts["memo"],
    ))
    return pc.binary_join_element_wise(lines, end, "")


def _true(column: pa.Array) -> pa.Array:
    """One true for the open side of a column, none for an empty column."""
    return pa.array([True][:len(column)], pa.bool_())
