"""Read written import files back for their control totals, the way the books would: by header name, exact decimals."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from etl.targets.time_rows import GRAIN_SECONDS
from etl.targets.xero_time import with_project


def journal_totals(content: bytes, document: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Debits and credits by document number of a written journal, in any form it is written in."""
    if document.startswith(("beancount.", "hledger.")):
        rows = _ledger_rows(content)
    elif document.startswith("xero"):
        rows = _xero_rows(content, document)
    else:
        rows = _iif_rows(content, ("TRNS", "SPL")) if document.startswith("quickbooks_desktop.") else _csv_rows(content)
    totals: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in rows:
        number = row.get("DOCNUM") or row.get("*JournalNo") or ""
        debit, credit = totals[number]
        if "AMOUNT" in row:
            amount = Decimal(row["AMOUNT"])
            totals[number] = (debit + max(amount, Decimal(0)), credit - min(amount, Decimal(0)))
        else:
            totals[number] = (debit + Decimal(row["*Debits"] or 0), credit + Decimal(row["*Credits"] or 0))
    return dict(totals)


def time_minutes(content: bytes, document: str) -> int:
    """Whole minutes in a written file of time activities, tickets or calls."""
    if document.startswith("quickbooks_online."):
        items = [item["TimeActivity"] for item in json.loads(content)["BatchItemRequest"]]
        return sum(item["Hours"] * 60 + item["Minutes"] for item in items)
    if document.startswith("xero."):
        return sum(call["body"]["duration"] for call in json.loads(content))
    rows = _csv_rows(content) if document.startswith("sage50.") else _iif_rows(content, ("TIMEACT",))
    durations = ((row.get("DURATION") or row["Duration"]).split(":") for row in rows)
    return sum(int(hours) * 60 + int(minutes) for hours, minutes in durations)


def minutes_to_write(activities: pa.Table, document: str) -> int:
    """Whole minutes of the batch's time activities that a document carries: Xero Projects takes time of jobs only."""
    rows = with_project(activities) if document.startswith("xero.") else activities
    return int(pc.sum(rows["exported_seconds"]).as_py() or 0) // GRAIN_SECONDS


def _iif_rows(content: bytes, keywords: tuple[str, ...]) -> Iterator[dict[str, str]]:
    headers: dict[str, list[str]] = {}
    for line in content.decode("cp1252").split("\r\n"):
        cells = line.split("\t")
        if cells[0].startswith("!"):
            headers[cells[0][1:]] = cells
        elif cells[0] in keywords:
            yield dict(zip(headers[cells[0]], cells, strict=False))


def _ledger_rows(content: bytes) -> Iterator[dict[str, str]]:
    """Number and amount of each posting: under its transaction, whose number stands as a link or as a code."""
    number = ""
    for line in content.decode("utf-8").splitlines():
        if head := re.match(r"\d{4}-\d\d-\d\d \* (?:\((?P<code>[^)]+)\)|.*\^(?P<link>\S+)$)", line):
            number = head["code"] or head["link"]
        elif posting := re.match(r"\s+(?:Assets|Liabilities|Equity|Income|Expenses):\S+ +(-?[0-9.]+) [A-Z]{3}\b", line):
            yield {"DOCNUM": number, "AMOUNT": posting[1]}


def _xero_rows(content: bytes, document: str) -> Iterator[dict[str, str]]:
    """Number and amount of each line; the narration begins with the number."""
    if document.startswith("xero."):
        for row in _csv_rows(content):
            yield {"DOCNUM": row["*Narration"].partition(" ")[0], "AMOUNT": row["*Amount"]}
        return
    for journal in json.loads(content, parse_float=Decimal)["ManualJournals"]:
        for line in journal["JournalLines"]:
            yield {"DOCNUM": journal["Narration"].partition(" ")[0], "AMOUNT": str(line["LineAmount"])}


def _csv_rows(content: bytes) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
