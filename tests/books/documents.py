"""Books with invoices and bills: what an import of the published files makes of them, printed as reports."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from tests.books.ledger import BookPast, printed
from tests.steps.corrected import MONDAY

DOCUMENTS = '"quickbooks_online.invoice", "quickbooks_online.bill", "quickbooks_online.labor_journal", "payroll.hours"'
MORE = """
[targets.quickbooks_online]
automated_sales_tax = "no"
[contractors]
bills = "self_bill"
"""
DECLARED = """
[[books.reports]]
name = "our_bills"
kind = "bill"
[books.reports.columns]
"Number" = "document"
"Date" = "date"
"Vendor" = "person"
"Account" = "account"
"Description" = "memo"
"Amount" = "amount"
"Currency" = "currency"
"Open" = "open_balance"
[[books.reports]]
name = "our_invoices"
kind = "invoice"
grain = "document"
types = ["Rechnung"]
date_format = "%d.%m.%Y"
decimal_sign = ","
delimiter = ";"
[books.reports.columns]
"Art" = "type"
"Nummer" = "document"
"Datum" = "date"
"Kunde" = "job"
"Text" = "memo"
"Brutto" = "amount"
"Steuer" = "tax"
"Status" = "state"
"Währung" = "currency"
"""
WORK = """
    a1 ann web 0 8:00
    a2 ann shop 1 7:30
    a3 ann web 2 6:15
    a4 ann dock 3 2:20
    b1 bob web 0 5:45
    b2 bob shop 3 9:10
    b3 bob yard 4 3:05
    c1 cleo web 1 4:00
    c2 cleo shop 2 3:30
    d1 dan web 2 5:10
    e1 ann web 7 8:00
    e2 bob shop 8 4:20
    e3 cleo web 9 1:15"""


@dataclass
class BilledPast(BookPast):
    """The practice company with invoices for four jobs and the bills of two contractors."""

    documents: str = DOCUMENTS
    books: str = DECLARED
    more: str = MORE

    def __post_init__(self) -> None:
        super().__post_init__()
        always = (MONDAY, "")
        people = [("tracker", f"{name}@x.example", number, name.title(), "contractor", "", "", "US", vendor, *always)
                  for name, number, vendor in (("cleo", "C1", "V1"), ("dan", "C2", "V2"))]
        self.tables["employees.csv"] += people
        self.tables["projects.csv"] += [("tracker", "*", name, f"Mill:{name.title()}", "time_and_materials", *always)
                                        for name in ("dock", "yard")]
        self.tables["rates.csv"] = [("*", "*", who, rate, "USD", *always) for who, rate in (
            ("E1", "120.00"), ("E2", "130.50"), ("C1", "99.00"), ("C2", "101.00"))]
        self.tables["accounts.csv"].append(("subcontractors", "Job Costs:Subcontractors", "COGS"))
        self.tables["target_lists.csv"] = [("xero", "account", "Job Costs:Subcontractors", "412")]
        self.tables["vendors.csv"] = [
            (number, name, "", "", "none", "", "", "missing", "", "", "no", "net", "30", "")
            for number, name in (("V1", "Cleo Design LLC"), ("V2", "Total Works, Inc."))]
        self.tables["contracts.csv"] = [(f"K{at}", f"V{at}", "USD", "", "", "", "", "", "", "", *always)
                                        for at in (1, 2)]
        self.tables["private/contract_rates.csv"] = [("K1", "*", "*", "60.00", *always),
                                                     ("K2", "*", "*", "71.35", *always)]

    def write(self) -> None:
        super().write()
        path = self.root / "mappings" / "sandbox-past" / "company.toml"
        text = path.read_text()
        if "draft_invoice" not in text:
            path.write_text(text.replace(
                '[billing]\n', '[billing]\noutput = "draft_invoice"\nterms = "net"\nterms_days = 30\n'))


@dataclass(frozen=True)
class Row:
    """A line of an invoice or a bill in the books."""

    kind: str
    number: str
    day: date
    party: str
    item: str
    memo: str
    quantity: str
    amount: Decimal
    currency: str = "USD"
    state: str = ""


@dataclass
class Shelf:
    """The invoices and bills of the books; an import takes whole files and knows no duplicates."""

    rows: list[Row] = field(default_factory=list)

    def take(self, past: BookPast, week: int, kind: str, most: int | None = None) -> None:
        """Import the file of a week's invoices or bills, or only its first rows."""
        for path in past.uploads(week, ".csv"):
            if f"_{kind}s_" in path.name:
                with path.open(encoding="utf-8", newline="") as file:
                    self.rows += [_row(kind, row) for row in list(csv.DictReader(file))[:most]]

    def of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row.kind == kind]

    def edit(self, at: int, **changes: object) -> None:
        """Change one line by hand."""
        self.rows[at] = replace(self.rows[at], **changes)

    def change(self, which: str, **changes: object) -> None:
        """Change a whole document by hand."""
        self.rows = [replace(row, **changes) if row.number == which else row for row in self.rows]

    def documents(self, kind: str) -> Iterator[tuple[Row, Decimal]]:
        """The first line and the total of each document, in the order they were entered."""
        seen: dict[tuple[str, str, date], list[Row]] = {}
        for at, row in enumerate(self.of(kind)):
            copy = sum(one.memo == row.memo and one.number == row.number for one in self.of(kind)[:at])
            seen.setdefault((row.number, f"{row.party} {copy}", row.day), []).append(row)
        for rows in seen.values():
            yield rows[0], sum((row.amount for row in rows), Decimal(0))

    def sales_by_customer(self) -> str:
        """QuickBooks Online's "Sales by Customer Detail": lines by customer, before tax."""
        out: list[list[object]] = [
            ["Past Works"], ["Sales by Customer Detail"], ["November 2-30, 2026"], [""],
            ["", "Date", "Transaction Type", "Num", "Product/Service", "Memo/Description", "Qty", "Sales Price",
             "Amount", "Balance"]]
        for party in sorted({row.party for row in self.of("invoice")}):
            own = [row for row in self.of("invoice") if row.party == party]
            out.append([party, *[""] * 9])
            out += [["", f"{row.day:%m/%d/%Y}", "Invoice", row.number, row.item, row.memo,
                     f"{Decimal(row.quantity):.2f}", "",
                     f"{row.amount:,.2f}", ""] for row in own]
            out.append([f"Total for {party}", *[""] * 7, f"${sum(row.amount for row in own):,.2f}", ""])
        out.append(["TOTAL", *[""] * 7, f"${sum(row.amount for row in self.of('invoice')):,.2f}", ""])
        return "\ufeff" + printed(out)

    def invoice_list(self, memos: dict[str, str] | None = None) -> str:
        """QuickBooks Online's "Invoice List"; payments stand among the invoices."""
        out: list[list[object]] = [
            ["Past Works"], ["Invoice List"], ["November 2-30, 2026"], [""],
            ["Date", "Transaction Type", "Num", "Name", "Memo/Description", "Due Date", "Amount", "Open Balance"]]
        for row, total in self.documents("invoice"):
            memo = (memos or {}).get(row.number, "Voided" if row.state == "void" else "Week 2026-W45")
            out.append([f"{row.day:%m/%d/%Y}", "Invoice", row.number, row.party, memo, "12/08/2026", f"{total:,.2f}",
                        f"{total:,.2f}"])
            out.append(["11/20/2026", "Payment", "77", row.party, "", "", f"-{total:,.2f}", "0.00"])
        return "\ufeff" + printed([*out, ["TOTAL", *[""] * 5, "$0.00", "$0.00"]])

    def transactions_by(self, kind: str) -> str:
        """QuickBooks Online's "Transaction List by Customer" or "by Vendor"; what is paid stands among them."""
        word, paid, account = (("Invoice", "Payment", "Accounts Receivable (A/R)") if kind == "invoice" else
                               ("Bill", "Bill Payment (Check)", "Accounts Payable (A/P)"))
        out: list[list[object]] = [
            ["Past Works"], [f"Transaction List by {'Customer' if kind == 'invoice' else 'Vendor'}"],
            ["November 2-30, 2026"], [""],
            ["", "Date", "Transaction Type", "Num", "Posting", "Memo/Description", "Account", "Amount"]]
        for party in sorted({row.party for row in self.of(kind)}):
            out.append([party, *[""] * 7])
            out += [["", f"{row.day:%m/%d/%Y}", word, row.number, "Y", "", account, f"{total:,.2f}"]
                    for row, total in self.documents(kind) if row.party == party]
            out.append(["", "11/28/2026", paid, "901", "Y", "", "Checking", "-5.00"])
            out.append([f"Total for {party}", *[""] * 6, "$1.00"])
        return "\ufeff" + printed(out)

    def desktop_transactions_by(self, kind: str) -> str:
        """QuickBooks Desktop's "Transaction List by Customer" or "by Vendor": a bill is a credit."""
        out: list[list[object]] = [["Nov 2 - 30, 26"], [
            "", "Type", "Date", "Num", "Memo", "Account", "Clr", "Split", "Debit", "Credit"]]
        for party in sorted({row.party for row in self.of(kind)}):
            out.append([party, *[""] * 9])
            for row, total in self.documents(kind):
                sides = [f"{total:,.2f}", ""] if kind == "invoice" else ["", f"{total:,.2f}"]
                if row.party == party:
                    out.append(["", kind.title(), f"{row.day:%m/%d/%Y}", row.number, "", "", "", "", *sides])
            out.append(["", "Check", "11/28/2026", "901", "", "", "", "", "5.00", ""])
        return printed(out)

    def desktop_sales_by_customer(self) -> str:
        """QuickBooks Desktop's "Sales by Customer Detail": lines by customer:job."""
        out: list[list[object]] = [["Nov 2 - 30, 26"], [
            "", "Type", "Date", "Num", "Memo", "Name", "Item", "Qty", "Sales Price", "Amount", "Balance"]]
        for party in sorted({row.party for row in self.of("invoice")}):
            out.append([party, *[""] * 10])
            own = [row for row in self.of("invoice") if row.party == party]
            out += [["", "Invoice", f"{row.day:%m/%d/%Y}", row.number, row.memo, row.party, row.item, row.quantity, "",
                     f"{row.amount:,.2f}", ""] for row in own]
            out.append([f"Total {party}", *[""] * 8, f"{sum(row.amount for row in own):,.2f}", ""])
        return printed(out)

    def our_bills(self) -> str:
        """The lines of bills as a program nobody knows lists them."""
        return printed([["2026-11-02 to 2026-11-30"],
                        ["Number", "Date", "Vendor", "Account", "Description", "Amount", "Currency", "Open"],
                        *([row.number, row.day, row.party, row.item, row.memo, row.amount, row.currency, row.amount]
                          for row in self.of("bill"))])

    def our_invoices(self) -> str:
        """Invoices with tax, as a program nobody knows lists them."""
        out = ["Rechnungen 2026-11-02 to 2026-11-30", "Art;Nummer;Datum;Kunde;Text;Brutto;Steuer;Status;Währung"]
        for row, total in self.documents("invoice"):
            gross, tax = (f"{amount:.2f}".replace(".", ",") for amount in (total + Decimal("7.19"), Decimal("7.19")))
            out.append(f"Rechnung;{row.number};{row.day:%d.%m.%Y};{row.party};;{gross};{tax};{row.state};{row.currency}")
        return "\n".join(out) + "\n"

    def xero(self, kind: str, days: str = "%d/%m/%Y") -> str:
        """Xero's export of invoices or bills, a line a row; the contact is the customer."""
        head = ["ContactName", "InvoiceNumber", "InvoiceDate", "DueDate", "Total", "InvoiceAmountDue", "Description",
                "Quantity", "LineAmount", "AccountCode", "Currency", "Type", "Status"]
        word = "Sales invoice" if kind == "invoice" else "Bill"
        party = (lambda name: name.partition(":")[0]) if kind == "invoice" else str
        return printed([head, *([party(row.party), row.number, row.day.strftime(days), "", "", "0.00", row.memo,
                                 row.quantity, row.amount, "412", row.currency, word, row.state or "Paid"]
                                for row in self.of(kind))])


def _row(kind: str, row: dict[str, str]) -> Row:
    number, party = ("*InvoiceNo", "*Customer") if kind == "invoice" else ("*BillNo", "*Supplier")
    month, day, year = map(int, row["*InvoiceDate" if kind == "invoice" else "*BillDate"].split("/"))
    common = (kind, row[number], date(year, month, day), row[party])
    if kind == "invoice":
        return Row(*common, row["Item(Product/Service)"], row["ItemDescription"], row["ItemQuantity"],
                   Decimal(row["*ItemAmount"]))
    return Row(*common, row["*Account"], row["LineDescription"], "1", Decimal(row["*LineAmount"]), row["Currency"])
