"""Journal rules that every target shares: what a document must be, its reversal, and which documents share a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import TargetError
from etl.settings import Settings
from etl.tables import POSTINGS, assert_schema
from etl.targets.accounts import AccountRow, account_findings, books_of
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.findings import Finding, empty_cells, refuse
from etl.targets.printed import each_distinct, finer_than, finer_than_currency
from etl.terms import BatchHeader
from etl.units import DOCUMENT_NUMBER_LIMIT, minor_digits

AMOUNT_DIGITS = 2   # what QuickBooks takes, Desktop and Online
_NEEDED = ("document_number", "posted_on", "account", "amount", "currency")
_ALONE = re.compile(   # TB0042LR, TB0042D01R, a month's end TB0042M; LR2 in a currency; X: the way back
    r"((L|C|E|D[0-9]{2,})R|[MN]R?)[0-9]*X?$")
_WITH_CURRENCY = ("quickbooks_online.",)   # journals with a column for the currency, one a document
_BOOKS_NAMED = {"quickbooks_online": "QuickBooks Online", "xero": "Xero"}   # those that take so many rows a file
_REPORT = "Report this: the journal was drafted wrongly; nothing has been written."


@dataclass(frozen=True)
class JournalDocument:
    """The lines of one document: `rows` of them from row `start` of the postings."""

    number: str
    start: int
    rows: int


def checked_postings(
    table: pa.Table, document: str, header: BatchHeader, digits: int = AMOUNT_DIGITS,
) -> pa.Table:
    """The postings, fit to be written; or TargetError with every finding.

    Each document sums to zero in one currency, on one date, on at least two lines that stand together; no amount has
    more digits than the currency and the target (`digits`) take; no line is on an account that is never posted to.
    A file that names no currency is in the home currency only.
    """
    postings = assert_schema(table, POSTINGS, "postings")
    refuse(empty_cells(postings, _NEEDED, document))
    books = books_of(document)
    names = pc.unique(postings["account"]).to_pylist()
    accounts = [AccountRow(name, where=f"{document}, postings") for name in names]
    refuse([*name_findings(postings, document), *account_findings(accounts, {books}),
            *_amount_findings(postings, document, header, digits), *_document_findings(postings, document)])
    return postings


def changed_postings(document: str) -> Callable[[pa.Table, BatchHeader, Settings], pa.Table]:
    """What lists every text that a journal of this document shows otherwise than the postings; for the workbook."""
    def changed(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
        postings = assert_schema(table, POSTINGS, "postings")
        return changes(postings, document, written_texts(postings, document))

    return changed


def journal_documents(postings: pa.Table) -> list[JournalDocument]:
    """The documents in the order of their lines."""
    if not len(postings):
        return []
    numbers = postings["document_number"].combine_chunks()
    changes = pc.indices_nonzero(pc.not_equal(numbers.slice(1), numbers.slice(0, len(numbers) - 1)))
    starts = [0, *(change + 1 for change in changes.to_pylist())]
    return [JournalDocument(numbers[start].as_py(), start, end - start)
            for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True)]


def in_files(documents: Iterable[JournalDocument]) -> list[list[JournalDocument]]:
    """The documents of each file: what has a date of its own (…LR, …CR, …D01R; …M, …N) alone."""
    together: list[JournalDocument] = []
    alone: list[list[JournalDocument]] = []
    for document in documents:
        if _ALONE.search(document.number):
            alone.append([document])
        else:
            together.append(document)
    return [together, *alone] if together else alone


def packed(documents: list[JournalDocument], target: str, limit: int) -> list[list[JournalDocument]]:
    """The documents of each file of at most `limit` rows, whole documents only; TargetError for one that fits none."""
    files: list[list[JournalDocument]] = []
    room = 0
    for document in documents:
        if document.rows > limit:
            raise TargetError(
                "DOCUMENT_TOO_LONG",
                what=f"Journal {document.number} has {document.rows} rows; "
                f"{_BOOKS_NAMED[books_of(target)]} takes {limit} a file",
                where=f"{target}, document {document.number}",
                fix="Make the journal shorter: in the mapping, bring small jobs under one job, or leave classes out. "
                    "A journal must not be parted between files.")
        if not files or document.rows > room:
            files.append([])
            room = limit
        files[-1].append(document)
        room -= document.rows
    return files


def reversed_postings(postings: pa.Table) -> pa.Table:
    """The same lines with signs exchanged under numbers of their own, on the same dates, for uploading after all.

    The memo names the reversed document. Source: targets reference, section 13.
    """
    numbers = pc.unique(postings["document_number"]).to_pylist()
    new_numbers = [reversal_number(number) for number in numbers]
    if taken := sorted({new for new in new_numbers if new in numbers or new_numbers.count(new) > 1}):
        raise TargetError("DOCUMENT_NUMBER", what=f"The reversal's number {', '.join(taken)} is taken",
                          where="postings", fix="Reverse these documents by hand under numbers of your own.")
    old = postings["document_number"].combine_chunks()
    memos = pc.fill_null(postings["memo"], "").combine_chunks()
    parted = pc.if_else(pc.equal(memos, ""), "", ": ")
    replaced = {
        "document_number": each_distinct(old, reversal_number),
        "amount": pc.cast(pc.negate(postings["amount"]), POSTINGS.field("amount").type),
        "memo": pc.binary_join_element_wise("Reversal of ", old, parted, memos, ""),
    }
    return pa.table({name: replaced.get(name, postings[name]) for name in POSTINGS.names}, schema=POSTINGS)


def reversal_number(number: str) -> str:
    """The number of a document's reversal: an X after it, TB0042LX; in place of the last sign of a full one."""
    if len(number) != DOCUMENT_NUMBER_LIMIT:
        return f"{number}X"
    return f"{number[:-1]}X"


def _amount_findings(postings: pa.Table, document: str, header: BatchHeader, most_digits: int) -> list[Finding]:
    is_foreign = pc.not_equal(postings["currency"], header.home_currency)
    finer = pc.and_(is_foreign, pc.or_(finer_than(postings["amount"], most_digits),
                                       finer_than_currency(postings["amount"], postings["currency"])))
    digits = min(minor_digits(header.home_currency), most_digits)
    kinds = [
        (finer, "AMOUNT_DIGITS", f"has more than {most_digits} decimals, which the books do not take",
         'Convert here ([currency] convert = "here"), or post this amount in the books by hand.'),
        (pc.and_(pc.invert(is_foreign), finer_than(postings["amount"], digits)), "AMOUNT_DIGITS",
         f"has more than {digits} decimals", _REPORT),
    ]
    if not document.startswith(_WITH_CURRENCY):
        way_out = ('This file names no currency. Convert here ([currency] convert = "here"), or post this amount in '
                   "the books by hand.")
        kinds.insert(0, (is_foreign, "JOURNAL_CURRENCY", f"is not in {header.home_currency}", way_out))
    return [Finding(code, f"{row['amount']} {row['currency']} {what}",
                    f"{document}, {row['document_number']}, line {row['line_id']}", fix)
            for mask, code, what, fix in kinds for row in postings.filter(mask).to_pylist()]


def _document_findings(postings: pa.Table, document: str) -> list[Finding]:
    runs = [item.number for item in journal_documents(postings)]
    sums = postings.group_by("document_number").aggregate(
        [("amount", "sum"), ("posted_on", "count_distinct"), ("line_number", "count"),
         ("currency", "count_distinct")]).sort_by("document_number")
    findings = []
    for row in sums.to_pylist():
        number = row["document_number"]
        problems = (
            (row["amount_sum"] != 0, "JOURNAL_UNBALANCED", f"does not sum to zero but to {row['amount_sum']}"),
            (row["posted_on_count_distinct"] != 1, "JOURNAL_SHAPE", "has lines on several dates"),
            (row["currency_count_distinct"] != 1, "JOURNAL_SHAPE", "has lines in several currencies"),
            (row["line_number_count"] < 2, "JOURNAL_SHAPE", "has only one line"),
            (runs.count(number) > 1, "JOURNAL_SHAPE", "has lines of another document between its own"),
        )
        findings += [Finding(code, f"Journal {number} {what}", f"{document}, document {number}", _REPORT)
                     for is_found, code, what in problems if is_found]
    return findings
