"""The documents Timebooks can write: one line each in DOCUMENTS, one small file each beside this one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa

from etl.errors import TargetError
from etl.settings import Settings
from etl.strict_json import dump_lines
from etl.targets import (
    adp,
    beancount,
    billing_worksheet,
    gusto,
    hledger,
    iif_bill,
    iif_invoice,
    iif_journal,
    iif_lists,
    iif_time,
    paychex,
    payroll_hours,
    qbo_bill,
    qbo_csv,
    qbo_invoice,
    qbo_time,
    sage_time,
    vendor_worksheet,
    xero_bill,
    xero_invoice,
    xero_journal,
    xero_journal_api,
    xero_time,
)
from etl.terms import BatchHeader, RenderedFile, Stream

Render = Callable[[pa.Table, BatchHeader, Settings], list[RenderedFile]]
TextChanges = Callable[[pa.Table, BatchHeader, Settings], pa.Table]


@dataclass(frozen=True)
class Document:
    """One document of a target: what it reads, how it is written, and how it is taken back.

    `table` is the name of its table in etl.tables, `grain_seconds` the smallest time it can show (None: it shows no
    seconds). `correct` renders the way back the target allows: a reversing file, or a list to work through by hand.
    `changed_texts` lists every text that stands in the file otherwise than in the table (fields.TEXT_CHANGES).
    """

    name: str
    table: str
    grain_seconds: int | None
    purposes: frozenset[Stream]
    render: Render
    correct: Render
    changed_texts: TextChanges
    is_listed: bool = False   # files of one upload stand in a .ready.json, so that nobody takes half of them


DOCUMENTS: tuple[Document, ...] = (
    Document(iif_time.NAME, "time_activities", iif_time.GRAIN_SECONDS, frozenset({"pay", "bill"}),
             iif_time.render, iif_time.correct, iif_time.changed_texts),
    Document(iif_lists.NAME, "names_written", None, frozenset({"pay", "cost"}),
             iif_lists.render, iif_lists.correct, iif_lists.changed_texts),
    Document(qbo_time.NAME, "priced_activities", qbo_time.GRAIN_SECONDS, frozenset({"pay", "bill"}),
             qbo_time.render, qbo_time.correct, qbo_time.changed_texts, is_listed=True),
    Document(xero_time.NAME, "time_activities", xero_time.GRAIN_SECONDS, frozenset({"bill"}),
             xero_time.render, xero_time.correct, xero_time.changed_texts, is_listed=True),
    Document(sage_time.NAME, "time_activities", sage_time.GRAIN_SECONDS, frozenset({"pay", "bill"}),
             sage_time.render, sage_time.correct, sage_time.changed_texts),
    Document(iif_journal.NAME, "postings", None, frozenset({"cost"}),
             iif_journal.render, iif_journal.correct, iif_journal.changed_texts),
    Document(qbo_csv.NAME, "postings", None, frozenset({"cost"}),
             qbo_csv.render, qbo_csv.correct, qbo_csv.changed_texts),
    Document(beancount.NAME, "postings", None, frozenset({"cost"}),
             beancount.render, beancount.correct, beancount.changed_texts),
    Document(hledger.NAME, "postings", None, frozenset({"cost"}),
             hledger.render, hledger.correct, hledger.changed_texts),
    Document(xero_journal.NAME, "postings", None, frozenset({"cost"}),
             xero_journal.render, xero_journal.correct, xero_journal.changed_texts, is_listed=True),
    Document(xero_journal_api.NAME, "postings", None, frozenset({"cost"}),
             xero_journal_api.render, xero_journal_api.correct, xero_journal_api.changed_texts, is_listed=True),
    Document(payroll_hours.NAME, "payroll_hours", payroll_hours.GRAIN_SECONDS, frozenset({"pay"}),
             payroll_hours.render, payroll_hours.correct, payroll_hours.changed_texts),
    Document(gusto.NAME, "payroll_hours", gusto.GRAIN_SECONDS, frozenset({"pay"}),
             gusto.render, gusto.correct, gusto.changed_texts),
    Document(adp.NAME, "payroll_hours", adp.GRAIN_SECONDS, frozenset({"pay"}),
             adp.render, adp.correct, adp.changed_texts),
    Document(paychex.NAME, "payroll_hours", paychex.GRAIN_SECONDS, frozenset({"pay"}),
             paychex.render, paychex.correct, paychex.changed_texts),
    Document(billing_worksheet.NAME, "billable_lines", None, frozenset({"bill"}),
             billing_worksheet.render, billing_worksheet.correct, billing_worksheet.changed_texts),
    Document(vendor_worksheet.NAME, "vendor_lines", None, frozenset({"cost"}),
             vendor_worksheet.render, vendor_worksheet.correct, vendor_worksheet.changed_texts),
    Document(qbo_bill.NAME, "vendor_lines", None, frozenset({"cost"}),
             qbo_bill.render, qbo_bill.correct, qbo_bill.changed_texts),
    Document(iif_invoice.NAME, "invoice_lines", None, frozenset({"bill"}),
             iif_invoice.render, iif_invoice.correct, iif_invoice.changed_texts),
    Document(qbo_invoice.NAME, "invoice_lines", None, frozenset({"bill"}),
             qbo_invoice.render, qbo_invoice.correct, qbo_invoice.changed_texts),
    Document(xero_invoice.NAME, "invoice_lines", None, frozenset({"bill"}),
             xero_invoice.render, xero_invoice.correct, xero_invoice.changed_texts),
    Document(iif_bill.NAME, "vendor_lines", None, frozenset({"cost"}),
             iif_bill.render, iif_bill.correct, iif_bill.changed_texts),
    Document(xero_bill.NAME, "vendor_lines", None, frozenset({"cost"}),
             xero_bill.render, xero_bill.correct, xero_bill.changed_texts, is_listed=True),
)


def document(name: str) -> Document:
    """The document of that name; TargetError UNKNOWN_DOCUMENT with the names there are."""
    for known in DOCUMENTS:
        if known.name == name:
            return known
    raise TargetError(
        "UNKNOWN_DOCUMENT", what=f"There is no document {name!r}", where="company.toml, key targets.documents",
        fix=f"Choose from {', '.join(known.name for known in DOCUMENTS)}.")


def ready_lists(files: Sequence[RenderedFile]) -> list[RenderedFile]:
    """The list of each upload of several files, to be written after them: what a program that uploads must have whole.

    A body for an API has its request id beside it: the same bytes are the same request (targets reference, 2.2).
    """
    lists = []
    for known in DOCUMENTS:
        own = [file for file in files if file.document == known.name and file.role == "import"]
        if not known.is_listed or len(own) < 2:
            continue
        path = PurePosixPath(own[0].path)
        mark = "SANDBOX_" if path.name.startswith("SANDBOX_") else ""
        content = dump_lines({"document": known.name, "files": [_listed(file) for file in own]})
        lists.append(RenderedFile(str(path.with_name(f"{mark}{known.name}.ready.json")), "control", content, len(own)))
    return lists


def _listed(file: RenderedFile) -> dict[str, str | int]:
    digest = hashlib.sha256(file.content).hexdigest()
    listed: dict[str, str | int] = {"file": PurePosixPath(file.path).name, "rows": file.rows, "sha256": digest}
    return listed | ({"request_id": digest[:32]} if file.path.endswith(".json") else {})
