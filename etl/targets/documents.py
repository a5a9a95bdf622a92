"""The documents Timebooks can write: one line each in DOCUMENTS, one small file each beside this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from etl.errors import TargetError
from etl.settings import Settings
from etl.targets import (
    beancount,
    billing_worksheet,
    hledger,
    iif_invoice,
    iif_journal,
    iif_time,
    payroll_hours,
    qbo_bill,
    qbo_csv,
    qbo_invoice,
    vendor_worksheet,
    xero_invoice,
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


DOCUMENTS: tuple[Document, ...] = (
    Document(iif_time.NAME, "time_activities", iif_time.GRAIN_SECONDS, frozenset({"pay", "bill"}),
             iif_time.render, iif_time.correct, iif_time.changed_texts),
    Document(iif_journal.NAME, "postings", None, frozenset({"cost"}),
             iif_journal.render, iif_journal.correct, iif_journal.changed_texts),
    Document(qbo_csv.NAME, "postings", None, frozenset({"cost"}),
             qbo_csv.render, qbo_csv.correct, qbo_csv.changed_texts),
    Document(beancount.NAME, "postings", None, frozenset({"cost"}),
             beancount.render, beancount.correct, beancount.changed_texts),
    Document(hledger.NAME, "postings", None, frozenset({"cost"}),
             hledger.render, hledger.correct, hledger.changed_texts),
    Document(payroll_hours.NAME, "payroll_hours", payroll_hours.GRAIN_SECONDS, frozenset({"pay"}),
             payroll_hours.render, payroll_hours.correct, payroll_hours.changed_texts),
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
)


def document(name: str) -> Document:
    """The document of that name; TargetError UNKNOWN_DOCUMENT with the names there are."""
    for known in DOCUMENTS:
        if known.name == name:
            return known
    raise TargetError(
        "UNKNOWN_DOCUMENT", what=f"There is no document {name!r}", where="company.toml, key targets.documents",
        fix=f"Choose from {', '.join(known.name for known in DOCUMENTS)}.")
