"""Which reader takes which file, and what follows from its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath

from etl.lint import bodies, spreadsheets
from etl.lint.iif import iif_lines
from etl.lint.lines import Fault, Line, ReadFile, UnreadableError
from etl.lint.plain_ledgers import ledger_lines

Reader = Callable[[bytes], Iterable[Line]]
_OWED = {"invoice": "Accounts Receivable", "bill": "Accounts Payable"}
_DATED = ("xero.labor_journal", "xero.bill", "xero.invoice")   # read by the organisation's own form of dates
_READERS: dict[str, Reader] = {
    "quickbooks_online.labor_journal": spreadsheets.qbo_journal, "quickbooks_online.bill": spreadsheets.qbo_bill,
    "quickbooks_online.invoice": spreadsheets.qbo_invoice, "quickbooks_online.time": bodies.qbo_time,
    "xero.time": bodies.xero_time, "xero_api.labor_journal": bodies.xero_journals,
    "sage50.time": spreadsheets.sage_time, "payroll.hours": spreadsheets.own_hours,
    "payroll.gusto": spreadsheets.gusto_hours, "payroll.adp": spreadsheets.adp_hours,
    "payroll.paychex": spreadsheets.paychex_hours,
}


def read_file(path: str, document: str, content: bytes, dates: str = "") -> ReadFile:
    """The file read back, with the reason where its target would not take it.

    `dates`: the form of Xero's dates, DD/MM/YYYY or MM/DD/YYYY.
    """
    try:
        lines = tuple(_reader(path, document, dates)(content))
    except UnreadableError as error:
        return ReadFile(path, document, (), faults=(Fault("TE230", f"{document}: {error}", path),))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"{document}: a part is missing or of another kind ({type(error).__name__} {error})"
        return ReadFile(path, document, (), faults=(Fault("TE230", what, path),))
    return ReadFile(path, document, lines, tuple(_owed(lines)))


def _reader(path: str, document: str, dates: str) -> Reader:
    name = PurePosixPath(path).name
    if name.endswith("_list.csv"):
        return spreadsheets.undo_list
    if name.endswith(".iif"):
        return iif_lines
    if document.startswith(("beancount.", "hledger.")):
        return ledger_lines
    if document in _DATED:
        chosen = {"labor_journal": spreadsheets.xero_journal, "bill": spreadsheets.xero_bill,
                  "invoice": spreadsheets.xero_invoice}[document.partition(".")[2]]
        return partial(chosen, form="DMY" if dates.startswith("D") else "MDY")
    if document not in _READERS:
        raise UnreadableError("there is no reader for this document")
    return _READERS[document]


def _owed(lines: Iterable[Line]) -> Iterator[Line]:
    """What a customer owes or a vendor is owed, which a CSV leaves to the books: one line a document and job."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    heads: dict[tuple[str, str, str], Line] = {}
    for line in lines:
        if line.form.startswith("iif") or line.kind not in _OWED or line.amount is None:
            continue
        key = line.number, line.job, line.currency
        heads.setdefault(key, line)
        sums[key] += line.amount
    for key, total in sums.items():
        head = heads[key]
        yield Line(head.place, head.kind, head.form, {}, head.number, head.day, "", _OWED[head.kind], head.job, -total,
                   head.currency)
