"""The judge of invoice imports: reads them as their target would and gives back keys, seconds and cents.

Written from the targets reference, sections 0, 1.4, 2.1 and 3.1, and nothing else; it shares no code with the writers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.targets.readers import FORMULA_STARTS, demand, read_csv

QBO_HEADER = ["*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Location", "Memo",
              "Item(Product/Service)", "ItemDescription", "ItemQuantity", "ItemRate", "*ItemAmount", "Service Date"]
QBO_MORE = ([], ["*Item Tax Code"], ["Currency"], ["*Item Tax Code", "Currency"])
XERO_HEADER = [
    "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity",
    "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate",
    "InventoryItemCode", "*Description", "*Quantity", "*UnitAmount", "Discount", "*AccountCode", "*TaxType",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency", "BrandingTheme"]
IIF_NEEDED = {
    "TRNS": {"TRNSTYPE", "DATE", "ACCNT", "NAME", "AMOUNT", "DOCNUM", "DUEDATE", "TERMS", "TOPRINT", "PAID"},
    "SPL": {"TRNSTYPE", "DATE", "ACCNT", "NAME", "AMOUNT", "QNTY", "PRICE", "INVITEM", "TAXABLE", "VALADJ", "REIMBEXP"},
    "ENDTRNS": set(),
}
IIF_LIMITS = {"ACCNT": (41, 159), "NAME": (41, 209), "CLASS": (41, 159), "INVITEM": (31, 159), "DOCNUM": (11, 11),
              "MEMO": (4095, 4095)}
KEY = re.compile(r"\[([0-9]+-[BJ]-[0-9]+)\]$")
TIME = re.compile(r" ([0-9]+):([0-5][0-9])(?::([0-5][0-9]))? h(?: \[|: )")


@dataclass(frozen=True)
class Line:
    """One invoice line as the books would have it."""

    invoice: str
    customer: str
    billed_on: date
    due_on: date
    key: str
    seconds: int
    amount: Decimal


def line_of(number: str, customer: str, days: tuple[date, date], text: str, figures: tuple[str, str, str]) -> Line:
    """A line once its quantity times its price is its amount, and its text holds its key."""
    quantity, price, amount = (Decimal(figure) for figure in figures)
    product = (quantity * price).quantize(Decimal(figures[2]), ROUND_HALF_UP)
    demand(product == amount, f"{number}: {quantity} x {price} is {product}, not {amount}")
    demand(days[0] <= days[1], f"{number}: due before it is billed")
    key, time = KEY.search(text), TIME.search(text)
    demand(key, f"{number}: no key in {text!r}")
    hours, minutes, seconds = time.groups() if time else ("0", "0", "0")
    return Line(number, customer, *days, key[1], int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0), amount)


def read_iif_invoices(content: bytes) -> list[dict[str, str]]:
    """Records of INVOICE or CREDIT MEMO blocks: header before rows, sums of zero, one receivable line a block."""
    text = content.decode("cp1252")
    demand(text.endswith("\r\n") and '"' not in text and ";" not in text, "quotes, semicolons or an open last line")
    headers, records, block = {}, [], None
    for line in text[:-2].split("\r\n"):
        keyword, *cells = line.split("\t")
        if keyword.startswith("!"):
            headers[keyword[1:]] = cells
            demand(IIF_NEEDED[keyword[1:]] <= set(cells), f"{keyword} lacks {IIF_NEEDED[keyword[1:]] - set(cells)}")
            continue
        demand(keyword in headers and len(cells) == len(headers[keyword]), f"{keyword}: {len(cells)} columns")
        record = {"RECORD": keyword, **dict(zip(headers[keyword], cells, strict=True))}
        records.append(record)
        block = _iif_record(block, record)
    demand(block is None, "a transaction is not closed by ENDTRNS")
    return records


def _iif_record(block: dict | None, record: dict[str, str]) -> dict | None:
    keyword = record["RECORD"]
    if keyword == "ENDTRNS":
        demand(block and block["lines"] and block["sum"] == 0, f"block {block}")
        return None
    demand((keyword == "TRNS") == (block is None), f"{keyword} out of place")
    demand(record["TRNSTYPE"] in ("INVOICE", "CREDIT MEMO"), record["TRNSTYPE"])
    demand(re.fullmatch(r"\d\d/\d\d/\d{4}", record["DATE"]) and re.fullmatch(r"-?\d+\.\d\d", record["AMOUNT"]), record)
    for column, (level, whole) in IIF_LIMITS.items():
        cell = record.get(column, "")
        longest = max(len(part) for part in ([cell] if column == "MEMO" else cell.split(":")))
        demand(longest <= level and len(cell) <= whole, f"{column}: {cell!r}")
        demand(not cell or cell[0] not in FORMULA_STARTS, f"{column}: {cell!r} begins like a formula")
    if keyword == "TRNS":
        demand(record["DOCNUM"] and record["NAME"] and record["ACCNT"], "an invoice without number, job or receivable")
        return {"sum": Decimal(record["AMOUNT"]), "lines": 0, "head": record}
    demand(record["NAME"] == "" and record["ACCNT"] and record["REIMBEXP"] == "NOTHING", f"SPL {record}")
    demand(record["DATE"] == block["head"]["DATE"], "a line on another day")
    return block | {"sum": block["sum"] + Decimal(record["AMOUNT"]), "lines": block["lines"] + 1}


def iif_lines(content: bytes) -> list[Line]:
    """The lines of the invoices, debits of the customer positive."""
    found, head = [], {}
    for record in read_iif_invoices(content):
        if record["RECORD"] == "TRNS":
            head = record
        if record["RECORD"] == "SPL":
            figures, days = (record["QNTY"], record["PRICE"], record["AMOUNT"]), (us(head["DATE"]), us(head["DUEDATE"]))
            line = line_of(head["DOCNUM"], head["NAME"], days, record["MEMO"], figures)
            found.append(Line(*(getattr(line, name) for name in Line.__match_args__[:-1]), -line.amount))
    return found


def read_qbo_invoices(content: bytes) -> list[dict[str, str]]:
    """The rows of a QuickBooks Online invoice import: no minus, one customer, day and currency a number."""
    rows = read_csv(content)
    demand(list(rows[0])[:len(QBO_HEADER)] == QBO_HEADER, f"header {list(rows[0])}")
    demand(list(rows[0])[len(QBO_HEADER):] in QBO_MORE, f"header {list(rows[0])}")
    demand(len(rows) <= 1000, f"{len(rows)} rows")
    heads: dict[str, tuple[str, ...]] = {}
    for row in rows:
        number = row["*InvoiceNo"]
        head = (row["*Customer"], row["*InvoiceDate"], row["*DueDate"], row.get("Currency", ""))
        demand(0 < len(number) <= 21 and all(head[:3]), f"{number}: {head}")
        demand(heads.setdefault(number, head) == head, f"{number}: {head}")
        demand(re.fullmatch(r"\d+(\.\d+)?", row["*ItemAmount"]), f"{number}: amount {row['*ItemAmount']}")
        demand(row["Item(Product/Service)"] and "" not in (row["ItemQuantity"], row["ItemRate"]), number)
        demand(row.get("*Item Tax Code") != "", f"{number}: no tax code")
    demand(len(heads) <= 100, f"{len(heads)} invoices")
    return rows


def qbo_lines(content: bytes) -> list[Line]:
    """The same as lines."""
    return [line_of(row["*InvoiceNo"], row["*Customer"], (us(row["*InvoiceDate"]), us(row["*DueDate"])),
                    row["ItemDescription"], (row["ItemQuantity"], row["ItemRate"], row["*ItemAmount"]))
            for row in read_qbo_invoices(content)]


def read_xero_invoices(content: bytes) -> list[dict[str, str]]:
    """The rows of a Xero sales invoice import: adjacent rows a number, tax rate and account on every row."""
    rows = read_csv(content)
    demand(list(rows[0]) == XERO_HEADER, f"header {list(rows[0])}")
    heads: dict[str, tuple[str, ...]] = {}
    before = ""
    for row in rows:
        number = row["*InvoiceNumber"]
        demand(number == before or number not in heads, f"{number}: its rows are parted")
        head = tuple(row[name] for name in ("*ContactName", "*InvoiceDate", "*DueDate", "Currency"))
        demand(all(head) and heads.setdefault(number, head) == head, f"{number}: {head}")
        demand(row["*Description"] and row["*AccountCode"] and row["*TaxType"], f"{number}: {row}")
        for figure in (row["*Quantity"], row["*UnitAmount"]):
            demand(re.fullmatch(r"-?\d+(\.\d{1,4})?", figure), f"{number}: {figure}")
        for side in "12":
            demand((row[f"TrackingName{side}"] == "") == (row[f"TrackingOption{side}"] == ""), f"{number}: tracking")
        before = number
    demand(len(heads) <= 500, f"{len(heads)} invoices")
    return rows


def xero_lines(content: bytes, digits: int = 2) -> list[Line]:
    """The same as lines; Xero works the amount out itself, half up to the currency."""
    found = []
    for row in read_xero_invoices(content):
        product = Decimal(row["*Quantity"]) * Decimal(row["*UnitAmount"])
        amount = str(product.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
        days = (eu(row["*InvoiceDate"]), eu(row["*DueDate"]))
        found.append(line_of(row["*InvoiceNumber"], row["*ContactName"], days, row["*Description"],
                             (row["*Quantity"], row["*UnitAmount"], amount)))
    return found


def us(text: str) -> date:
    month, day, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


def eu(text: str) -> date:
    day, month, year = (int(part) for part in text.split("/"))
    return date(year, month, day)
