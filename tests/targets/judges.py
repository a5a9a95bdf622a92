"""Every rendered file to the judge of its form."""

from __future__ import annotations

from tests.targets.invoice_readers import read_iif_invoices, read_qbo_invoices, read_xero_invoices
from tests.targets.ledger_judges import read_beancount, read_hledger
from tests.targets.payroll_readers import READERS
from tests.targets.readers import read_bill_csv, read_csv, read_iif, read_journal_csv
from tests.targets.time_readers import read_qbo_time, read_sage_time, read_xero_time
from tests.targets.xero_readers import read_manual_journals, read_xero_bill, read_xero_journal

_BY_DOCUMENT = {name: (lambda content, read=read: read(content)[0]) for name, read in READERS.items()} | {
    "xero.labor_journal": read_xero_journal, "xero.bill": read_xero_bill,
    "xero_api.labor_journal": read_manual_journals, "quickbooks_online.bill": read_bill_csv,
    "quickbooks_online.time": read_qbo_time, "xero.time": read_xero_time, "sage50.time": read_sage_time,
}   # import files, and the corrections that are imported
_BY_ENDING = {"iif": read_iif, "beancount": read_beancount, "journal": read_hledger}

_INVOICES = {"quickbooks_desktop.invoice": read_iif_invoices, "quickbooks_online.invoice": read_qbo_invoices,
             "xero.invoice": read_xero_invoices}


def judged(file) -> list[dict[str, str]]:
    """The records of a rendered file, once its reader has accepted it."""
    ending = file.path.rpartition(".")[2]
    if file.document.endswith(".invoice"):
        imported = file.role == "import" or ending == "iif"
        return (_INVOICES[file.document] if imported else read_csv)(file.content)
    if file.document in _BY_DOCUMENT and not file.path.endswith("_list.csv"):
        return _BY_DOCUMENT[file.document](file.content)
    if ending == "csv":
        return (read_journal_csv if "/journal_" in file.path else read_csv)(file.content)
    return _BY_ENDING[ending](file.content)
