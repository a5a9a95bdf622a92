"""Xero manual journals as bodies for its API. Source: targets reference, section 3.2; Xero-OpenAPI 16.1.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

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
from etl.targets.json_text import json_bytes
from etl.targets.printed import dates
from etl.targets.target_names import codes_in
from etl.targets.xero import tracking_of
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
    heads, lines = _lines(postings, header, settings)
    files = []
    for together in in_files(journal_documents(postings)):
        calls = [call for start in range(0, len(together), OBJECT_LIMIT)
                 for call in _calls(together[start:start + OBJECT_LIMIT], heads, lines)]
        for number, call in enumerate(calls, 1):
            name = part_name(f"journal_{together[0].number}", number, len(calls), "json")
            files.append(rendered(NAME, folder, name, call))
    return files


def _calls(
    journals: Sequence[JournalDocument], heads: list[dict[str, Any]], lines: list[dict[str, Any]],
) -> list[tuple[bytes, int]]:
    """The bodies of these journals and their rows: one call, or halves of it until each is within the limit."""
    content = json_bytes({"ManualJournals": [
        heads[one.start] | {"JournalLines": lines[one.start:one.start + one.rows]} for one in journals]})
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


def _lines(
    postings: pa.Table, header: BatchHeader, settings: Settings,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Per posting what its journal says of itself, and the line."""
    xero, texts = settings.targets.xero, written_texts(postings, NAME)
    codes, findings = codes_in(postings, "account", NAME, header)
    refuse(findings)
    narrated = narrations(texts["document_number"], header).to_pylist()
    heads = [{"Narration": narration, "Date": day, "Status": "DRAFT", "LineAmountTypes": "NoTax",
              "ShowOnCashBasisReports": False}
             for narration, day in zip(narrated, dates(postings["posted_on"], "%Y-%m-%d").to_pylist(), strict=True)]
    memos = texts["memo"].to_pylist()
    lines = []
    for row, memo in zip(postings.to_pylist(), memos, strict=True):
        line = {"LineAmount": round(row["amount"], AMOUNT_DIGITS), "AccountCode": codes[row["account"]],
                "Description": memo, "TaxType": xero.tax_type}
        tracking = tracking_of(row, header, xero)
        lines.append(line | ({"Tracking": tracking} if tracking else {}))
    return heads, lines
