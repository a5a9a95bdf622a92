"""QuickBooks Online labor journal as CSV. Source: targets reference, section 2.1."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import Folder, csv_bytes, csv_rows, part_name, rendered
from etl.targets.journals import (
    AMOUNT_DIGITS,
    changed_postings,
    checked_postings,
    in_files,
    journal_documents,
    packed,
    reversed_postings,
)
from etl.targets.printed import amounts, dates
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_online.labor_journal"
ROW_LIMIT = 1000
_HEADER = "*JournalNo,*JournalDate,*AccountName,*Debits,*Credits,Description,Name,Currency,Location,Class"


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The journal import, one row per posting, in files of at most 1000 rows that never part a document.

    The number, date and currency stand on every row; a debit or a credit, never a minus. An automatic reversal
    (…LR) stands in a file of its own. Raises TargetError with every finding.
    """
    return _files(checked_postings(table, NAME, header), "upload")


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The reversing journal: the same rows with debits and credits exchanged, own journal numbers, same dates."""
    postings = reversed_postings(checked_postings(table, NAME, header))
    return _files(checked_postings(postings, NAME, header), "corrections")


changed_texts = changed_postings(NAME)


def _files(postings: pa.Table, folder: Folder) -> list[RenderedFile]:
    rows = _rows(postings)
    files = []
    for together in in_files(journal_documents(postings)):
        parts = packed(together, NAME, ROW_LIMIT)
        for number, part in enumerate(parts, 1):
            lines = pa.concat_arrays([rows.slice(document.start, document.rows) for document in part])
            name = part_name(f"journal_{together[0].number}", number, len(parts), "csv")
            files.append(rendered(NAME, folder, name, (csv_bytes(_HEADER, lines), len(lines))))
    return files


def _rows(postings: pa.Table) -> pa.Array:
    """One text per posting, in the columns of the header; Location is not used."""
    texts = written_texts(postings, NAME)
    amount = postings["amount"].combine_chunks()
    is_debit = pc.greater_equal(amount, 0)
    printed = amounts(pc.abs(amount), AMOUNT_DIGITS)
    return csv_rows((
        texts["document_number"], dates(postings["posted_on"], "%m/%d/%Y"), texts["account"],
        pc.if_else(is_debit, printed, ""), pc.if_else(is_debit, "", printed), texts["memo"], texts["customer_job"],
        postings["currency"].combine_chunks(), pa.array([""] * len(postings), pa.string()), texts["class"],
    ))
