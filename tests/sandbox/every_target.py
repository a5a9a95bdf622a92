"""Practice companies that write for every target the product has: one company for documents that may stand together."""

from __future__ import annotations

from pathlib import Path

from etl.sandbox.company import Company, make_company
from etl.sandbox.writing import write_company
from etl.targets.documents import DOCUMENTS
from etl.workspace import Workspace
from tests.sandbox.test_every_target import describe_targets, read, write

IN_LEDGERS = ("beancount.labor_journal", "hledger.labor_journal")
TOGETHER = {   # what the compatibility matrix lets stand beside one another
    "desktop time": ("quickbooks_desktop.lists", "quickbooks_desktop.time", "quickbooks_desktop.labor_journal",
                     *IN_LEDGERS, "billing.worksheet"),
    "desktop": ("quickbooks_desktop.lists", "quickbooks_desktop.labor_journal", "quickbooks_desktop.invoice",
                "quickbooks_desktop.bill", "payroll.hours", "vendor.worksheet"),
    "online time": ("quickbooks_online.time", "quickbooks_online.labor_journal", "billing.worksheet"),
    "online": ("quickbooks_online.labor_journal", "quickbooks_online.invoice", "quickbooks_online.bill", "payroll.adp"),
    "xero time": ("xero.time", "xero_api.labor_journal", "payroll.gusto"),
    "xero": ("xero.labor_journal", "xero.invoice", "xero.bill", "payroll.paychex"),
    "sage": ("sage50.time", "hledger.labor_journal"),
}
assert {name for names in TOGETHER.values() for name in names} == {known.name for known in DOCUMENTS}


def company_of(name: str) -> Company:
    """The company that writes these documents."""
    return make_company(number=1 + list(TOGETHER).index(name))


def make_books(name: str, root: Path) -> Company:
    """The company of these books, its targets described; the exports of its weeks come later."""
    company = company_of(name)
    write_company(Workspace(root), company, 1)
    folder = Workspace(root).mappings(company.id)
    describe_targets(folder)
    documents = TOGETHER[name]
    codes = [tuple(row.values()) for row in read(folder / "pay_item_codes.csv") if row["document"] in documents]
    write(folder / "pay_item_codes.csv", ("document", "pay_item", "code"), codes)
    toml = (folder / "company.toml").read_text(encoding="utf-8")
    head, _, rest = toml.partition("documents = [")
    listed = ", ".join(f'"{document}"' for document in documents)
    toml = f"{head}documents = [{listed}]{rest.partition(']')[2]}"
    if not any(document.endswith(".bill") or document.startswith("vendor.") for document in documents):
        toml = toml.replace('\n[contractors]\nbills = "self_bill"\n', "")
    if any(document.endswith(".invoice") for document in documents):
        toml = _with_invoices(toml, folder, documents)
    (folder / "company.toml").write_text(toml, encoding="utf-8")
    return company


def _with_invoices(toml: str, folder: Path, documents: tuple[str, ...]) -> str:
    """Invoices instead of the worksheet: accounts of income, and for Xero a tax rate on every line."""
    write(folder / "invoice_accounts.csv", ("service_item", "account", "account_type"),
          [("*", "Services Income", "INC")])
    lists = [tuple(row.values()) for row in read(folder / "target_lists.csv")]
    write(folder / "target_lists.csv", ("target", "list", "name", "code"), [
        *lists, ("xero", "account", "Services Income", "200"), ("quickbooks_online", "account", "Services Income", "")])
    more = 'output = "draft_invoice"\nterms = "net"\nterms_days = 30\n'
    if "xero.invoice" in documents:
        more += 'tax = "required"\n'
        columns = ("customer", "service_item", "place", "tax_code", "effective_from", "effective_to")
        write(folder / "tax_codes.csv", columns,
              [("*", "*", "*", "Tax Exempt (0%)", "2026-01-01", "")])
    toml = toml.replace("[billing]\n", f"[billing]\n{more}")
    return toml.replace('[targets.quickbooks_online]\n', '[targets.quickbooks_online]\nautomated_sales_tax = "no"\n')
