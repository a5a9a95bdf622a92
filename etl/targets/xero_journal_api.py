"""Xero manual journals as bodies for its API. Source: targets reference, section 3.2; Xero-OpenAPI 16.1.0."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import TargetError
from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import Folder, part_name, rendered
from etl.targets.findings import refuse
from etl.targets.journals import (
    AMOUNT_DIGITS,
    JournalDocument,
    changed_postings,
    checked_postings,
    in_files,
    journal_documents,
    reversed_postings,
)
from etl.targets.json_text import json_column, json_list, json_objects, json_text
from etl.targets.printed import amounts
from etl.targets.target_names import codes_in
from etl.targets.xero import tracking_columns
from etl.targets.xero_journal import narrations
from etl.terms import BatchHeader, RenderedFile

NAME = "xero_api.labor_journal"
OBJECT_LIMIT, BYTE_LIMIT = 50, 3_500_000


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """Bodies for PUT or POST /api.xro/2.0/ManualJournals: drafts, at most 50 journals and 3.5 MB a file.

    Amounts are numbers with two decimals, debit positive, home currency only. Raises TargetError with every finding.
    """
    return _files(checked_postings(table, NAME, header), "upload", header, settings)


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The bodies of the reversing journals: same lines, signs exchanged, numbers of their own, same dates."""
    postings = reversed_postings(checked_postings(table, NAME, header))
    return _files(checked_postings(postings, NAME, header), "corrections", header, settings)


changed_texts = changed_postings(NAME)


def _files(postings: pa.Table, folder: Folder, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    heads, lines = (column.to_pylist() for column in _journals(postings, header, settings))
    files = []
    for together in in_files(journal_documents(postings)):
        calls = [call for start in range(0, len(together), OBJECT_LIMIT)
                 for call in _calls(together[start:start + OBJECT_LIMIT], heads, lines)]
        for number, call in enumerate(calls, 1):
            name = part_name(f"journal_{together[0].number}", number, len(calls), "json")
            files.append(rendered(NAME, folder, name, call))
    return files


def _calls(
    journals: Sequence[JournalDocument], heads: list[str], lines: list[str],
) -> list[tuple[bytes, int]]:
    """The bodies of these journals and their rows: one call, or halves of it until each is within the limit."""
    listed = json_list([f"{heads[one.start]}{json_list(lines[one.start:one.start + one.rows], 3)}\n  }}"
                        for one in journals], 1)
    content = f'{{\n "ManualJournals": {listed}\n}}\n'.encode()
    if len(content) <= BYTE_LIMIT:
        return [(content, sum(one.rows for one in journals))]
    if len(journals) == 1:
        raise TargetError(
            "DOCUMENT_TOO_LONG",
            what=f"Journal {journals[0].number} is {len(content)} bytes; a call takes {BYTE_LIMIT}",
            where=f"{NAME}, document {journals[0].number}",
            fix="Make the journal shorter: in the mapping, bring small jobs under one job.")
    half = len(journals) // 2
    return [*_calls(journals[:half], heads, lines), *_calls(journals[half:], heads, lines)]


def _journals(postings: pa.Table, header: BatchHeader, settings: Settings) -> tuple[pa.Array, pa.Array]:
    """Per posting what its journal says of itself, up to its lines, and the line; both as JSON."""
    xero, texts = settings.targets.xero, written_texts(postings, NAME)
    codes, findings = codes_in(postings, "account", NAME, header)
    refuse(findings)
    heads = json_objects(2, {
        "Narration": json_column(narrations(texts["document_number"], header), 3),
        "Date": json_column(postings["posted_on"], 3, str), "Status": '"DRAFT"', "LineAmountTypes": '"NoTax"',
        "ShowOnCashBasisReports": "false", "JournalLines": ""})
    lines = json_objects(4, {
        "LineAmount": amounts(postings["amount"], AMOUNT_DIGITS),
        "AccountCode": json_column(postings["account"], 5, codes.__getitem__),
        "Description": json_column(texts["memo"], 5), "TaxType": json_text(xero.tax_type),
        "Tracking": _tracking(tracking_columns(texts, header, xero))})
    return pc.replace_substring(heads, "\n  }", ""), lines


def _tracking(columns: dict[str, pa.Array]) -> pa.Array:
    """The tracking of each line: an object a category, absent where a line has neither."""
    made = [json_objects(6, {"Name": json_column(columns[f"TrackingName{side}"], 7),
                             "Option": json_column(columns[f"TrackingOption{side}"], 7)}) for side in "12"]
    has_job, has_class = (pc.not_equal(columns[f"TrackingName{side}"], "") for side in "12")
    parted = pc.if_else(pc.and_(has_job, has_class), ",\n      ", "")
    whole = pc.binary_join_element_wise(
        "[\n      ", pc.if_else(has_job, made[0], ""), parted, pc.if_else(has_class, made[1], ""), "\n     ]", "")
    return pc.if_else(pc.or_(has_job, has_class), whole, None)
