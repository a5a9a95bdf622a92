"""Every rendered file to the judge of its form."""

from __future__ import annotations

from tests.targets.invoice_readers import read_iif_invoices, read_qbo_invoices, read_xero_invoices
from tests.targets.ledger_judges import read_beancount, read_hledger
from tests.targets.readers import read_bill_csv, read_csv, read_iif, read_journal_csv

_BY_ENDING = {"iif": read_iif, "beancount": read_beancount, "journal": read_hledger}

_INVOICES = {"quickbooks_desktop.invoice": read_iif_invoices, "quickbooks_online.invoice": read_qbo_invoices,
             "xero.invoice": read_xero_invoices}


def judged(file) -> list[dict[str, str]]:
    """The records of a rendered file, once its reader has accepted it."""
    ending = file.path.rpartition(".")[2]
    if file.document.endswith(".invoice"):
        imported = file.role == "import" or ending == "iif"
        return (_INVOICES[file.document] if imported else read_csv)(file.content)
    if file.document.endswith(".bill") and file.role == "import" and ending == "csv":
        return read_bill_csv(file.content)
    if ending == "csv":
        return (read_journal_csv if "/journal_" in file.path else read_csv)(file.content)
    return _BY_ENDING[ending](file.content)
