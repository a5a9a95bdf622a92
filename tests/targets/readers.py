"""The judge: reads import files as their target would and refuses what the target refuses.

Written from the targets reference, sections 1 and 2.1, and nothing else; it shares no code with the writers.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

LIMITS = {   # record and column: characters per level, characters in all
    ("TIMEACT", "JOB"): (41, 209), ("TIMEACT", "EMP"): (41, 41), ("TIMEACT", "ITEM"): (31, 159),
    ("TIMEACT", "PITEM"): (31, 31), ("TIMEACT", "PROJ"): (41, 159), ("TIMEACT", "NOTE"): (1000, 1000),
    ("TRNS", "ACCNT"): (41, 159), ("TRNS", "NAME"): (41, 209), ("TRNS", "CLASS"): (41, 159),
    ("TRNS", "DOCNUM"): (11, 11), ("TRNS", "MEMO"): (4095, 4095),
}
LISTS = {   # keyword: the columns every record needs
    "ACCNT": ("NAME", "ACCNTTYPE"), "CUST": ("NAME",), "VEND": ("NAME",), "EMP": ("NAME", "INIT"), "CLASS": ("NAME",),
    "INVITEM": ("NAME", "INVITEMTYPE", "ACCNT"),
}
TYPES = {"BANK", "AR", "OCASSET", "FIXASSET", "OASSET", "AP", "CCARD", "OCLIAB", "LTLIAB", "EQUITY", "INC", "COGS",
         "EXP", "EXINC", "EXEXP", "NONPOSTING"}
FORMS = {   # record and column: what the whole field must look like
    ("TIMEACT", "DATE"): r"\d\d/\d\d/\d\d", ("TIMEACT", "DURATION"): r"(?!0:00)([1-9]?\d):[0-5]\d",
    ("TIMEACT", "XFERTOPAYROLL"): "[YN]", ("TIMEACT", "BILLINGSTATUS"): "[012]", ("TIMEACT", "EMP"): ".+",
    ("TIMERHDR", "COMPANYNAME"): ".+", ("TIMERHDR", "COMPANYCREATETIME"): r"\d+",
    ("TRNS", "TRNSTYPE"): "GENERAL JOURNAL|BILL|BILL REFUND",
    ("TRNS", "DATE"): r"\d\d/\d\d/\d{4}", ("TRNS", "ACCNT"): ".+",
    ("TRNS", "AMOUNT"): r"(?!-0\.00)-?\d{1,15}\.\d\d", ("TRNS", "REIMBEXP"): "NOTHING",
}
QBO_HEADER = ["*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits", "Description", "Name", "Currency",
              "Location", "Class"]
QBO_BILL_HEADER = ["*BillNo", "*Supplier", "*BillDate", "*DueDate", "Terms", "Location", "Memo", "*Account",
                   "LineDescription", "*LineAmount", "Currency"]
FORMULA_STARTS = "=+-@|\t\r\n\0\uff1d\uff0b\uff0d\uff20"
FREE_OF = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ReaderError(Exception):
    """The target would not take the file."""


def demand(condition, what: str) -> None:
    if not condition:
        raise ReaderError(what)


def read_iif(content: bytes) -> list[dict[str, str]]:
    """The records in order, each with its keyword under RECORD; SPL lines carry the columns of their header."""
    records, headers, open_block = [], {}, None
    for line in _lines(content.decode("cp1252")):
        keyword, *cells = line.split("\t")
        if keyword.startswith("!"):
            headers[keyword[1:]] = cells
            continue
        demand(keyword in headers, f"{keyword} before its header")
        demand(len(cells) == len(headers[keyword]), f"{keyword}: {len(cells)} columns, not {len(headers[keyword])}")
        record = {"RECORD": keyword, **dict(zip(headers[keyword], cells, strict=True))}
        _check_iif_record(record)
        open_block = _block(open_block, record)
        records.append(record)
    demand(open_block is None, "a transaction is not closed by ENDTRNS")
    return records


def read_journal_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a QuickBooks Online journal import."""
    rows = read_csv(content)
    demand(list(rows[0]) == QBO_HEADER, f"header {list(rows[0])}")
    demand(len(rows) <= 1000, f"{len(rows)} rows")
    totals: dict[str, Decimal] = {}
    closed: set[str] = set()
    for row in rows:
        number, sides = row["*JournalNo"], [row["*Debits"], row["*Credits"]]
        demand(0 < len(number) <= 21 and number not in closed, f"journal number {number!r}")
        closed |= set(totals) - {number}
        demand(sides.count("") == 1, f"{number}: one of debit and credit, not {sides}")
        demand(re.fullmatch(r"\d{1,15}\.\d\d", "".join(sides)), f"{number}: amount {sides}")
        demand(re.fullmatch(r"\d\d/\d\d/\d{4}", row["*JournalDate"]), row["*JournalDate"])
        _check_date(row["*JournalDate"])
        demand(row["*AccountName"] and re.fullmatch("[A-Z]{3}", row["Currency"]), f"{number}: account, currency")
        totals[number] = totals.get(number, Decimal(0)) + Decimal(sides[0] or 0) - Decimal(sides[1] or 0)
    demand(not any(totals.values()), f"unbalanced {totals}")
    return rows


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of any CSV we write: UTF-8 without BOM, CRLF, as many cells as headers, no cell like a formula."""
    text = content.decode("utf-8")
    demand(not text.startswith("\ufeff"), "a BOM")
    lines = _lines(text)
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    demand(len(rows) + 1 == len(lines), "a line break inside a cell")
    for row in rows:
        demand(len(row) == len(header), f"{len(row)} cells, not {len(header)}")
        for cell in row:
            is_number = re.fullmatch(r"-\d{1,15}\.\d{2,3}", cell)
            demand(not cell or is_number or cell[0] not in FORMULA_STARTS, f"{cell!r} begins like a formula")
    return [dict(zip(header, row, strict=True)) for row in rows]


def read_bill_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a QuickBooks Online bill import: one vendor, date and currency a number, at most 100 numbers."""
    rows = read_csv(content)
    demand(list(rows[0]) == QBO_BILL_HEADER, f"header {list(rows[0])}")
    demand(len(rows) <= 1000, f"{len(rows)} rows")
    bills: dict[str, tuple[str, ...]] = {}
    for row in rows:
        number, head = row["*BillNo"], tuple(row[name] for name in ("*Supplier", "*BillDate", "*DueDate", "Currency"))
        demand(0 < len(number) <= 21 and all(head), f"bill {number!r}: {head}")
        demand(bills.setdefault(number, head) == head, f"{number}: {head}, not {bills[number]}")
        demand(row["*Account"] and re.fullmatch(r"\d{1,15}(\.\d\d|\.\d{3})?", row["*LineAmount"]), f"{number}: amount")
        _check_date(row["*BillDate"])
        _check_date(row["*DueDate"])
    demand(len(bills) <= 100, f"{len(bills)} bills")
    return rows


def _lines(text: str) -> list[str]:
    demand(text.endswith("\r\n"), "the last line is not ended")
    lines = text[:-2].split("\r\n")
    demand(not any("\r" in line or "\n" in line for line in lines), "a line end that is not CRLF")
    demand(not FREE_OF.search(text), "a control sign")
    return lines


def _check_iif_record(record: dict[str, str]) -> None:
    kind = {"SPL": "TRNS"}.get(record["RECORD"], record["RECORD"])
    for column, cell in record.items():
        demand('"' not in cell and ";" not in cell, f"{column}: quote or semicolon in {cell!r}")
        demand(re.fullmatch(FORMS.get((kind, column), ".*"), cell), f"{column}: {cell!r}")
        level, whole = LIMITS.get((kind, column), (10_000, 10_000))
        flat = column in ("NOTE", "MEMO")
        longest = max(len(part) for part in ([cell] if flat else cell.split(":")))
        demand(longest <= level and len(cell) <= whole, f"{column}: {len(cell)} characters")
        if column not in ("AMOUNT", "RECORD"):
            demand(cell[:1] not in FORMULA_STARTS or not cell, f"{column}: {cell!r} begins like a formula")
    for column in LISTS.get(kind, ()):
        demand(record[column], f"{kind} without {column}")
    demand(record.get("ACCNTTYPE", "INC") in TYPES, record.get("ACCNTTYPE"))
    if kind == "TIMEACT":
        _check_date(record["DATE"])
        demand(int(record["DURATION"].split(":")[0]) <= 23, record["DURATION"])
        demand(record["BILLINGSTATUS"] != "1" or (record["JOB"] and record["ITEM"]), "billable without job or item")
        demand(record["XFERTOPAYROLL"] != "Y" or record["PITEM"], "to payroll without a payroll item")


def _check_date(text: str) -> None:
    """Month first; a two-digit year is of this century."""
    month, day, year = (int(part) for part in text.split("/"))
    date(year + 2000 if year < 100 else year, month, day)


def _block(block: dict | None, record: dict[str, str]) -> dict | None:
    """The open transaction after this record: its number, date and sum."""
    keyword = record["RECORD"]
    if keyword == "TRNS":
        demand(block is None, "TRNS inside a transaction")
        demand(record["DOCNUM"], "a transaction without a number")
        demand(not record["TRNSTYPE"].startswith("BILL") or record["NAME"], "a bill without a vendor")
        block = {"DOCNUM": record["DOCNUM"], "DATE": record["DATE"], "sum": Decimal(0), "lines": 0}
    if keyword in ("TRNS", "SPL"):
        demand(block is not None, "SPL outside a transaction")
        _check_date(record["DATE"])
        numbers = (block["DOCNUM"], "") if record["TRNSTYPE"].startswith("BILL") else (block["DOCNUM"],)
        demand(record["DOCNUM"] in numbers and record["DATE"] == block["DATE"], "two documents in one block")
        return block | {"sum": block["sum"] + Decimal(record["AMOUNT"]), "lines": block["lines"] + 1}
    if keyword == "ENDTRNS":
        demand(block is not None and block["lines"] > 1, "ENDTRNS without lines")
        demand(block["sum"] == 0, f"{block['DOCNUM']} sums to {block['sum']}")
    return None
