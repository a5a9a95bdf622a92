"""CSV imports read back: QuickBooks Online, Xero, Sage 50, payroll, and our own lists of what to take back.

Source: targets reference, sections 2.1, 3.1, 4, 5 and 13.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from etl.lint.lines import Line, demand
from etl.lint.texts import amount_of, clock_of, csv_cells, day_of, hours_of, key_of
from etl.units import minor_digits

_QBO_BILL = ("*BillNo", "*Supplier", "*BillDate", "*DueDate", "*Account", "*LineAmount", "Currency")
_QBO_INVOICE = ("*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "ItemQuantity", "ItemRate", "*ItemAmount")
_XERO_LINES = ("*ContactName", "*InvoiceNumber", "*InvoiceDate", "*DueDate", "*Quantity", "*UnitAmount", "*AccountCode",
               "*TaxType", "Currency")
_SAGE = ("Employee/Vendor", "Recorded by ID", "Ticket Number", "Ticket Date", "Activity Item ID", "Customer/Job/Adm",
         "Completed for ID", "Duration", "Memo", "Billing Type", "Billing Status")
_KEPT_OF_GUSTO = {"last_name", "first_name", "title", "gusto_employee_id", "personal_note"}


def qbo_journal(content: bytes) -> Iterator[Line]:
    """Journal lines: one of debit and credit, no minus, a number on every row."""
    for place, row in _rows(content, ("*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits", "Currency")):
        sides = (row["*Debits"], row["*Credits"])
        demand(sides.count("") == 1 and "-" not in "".join(sides), f"{place}: one of debit and credit, without a minus")
        demand(row["*JournalNo"] and row["*AccountName"], f"{place}: number or account is missing")
        amount = amount_of("".join(sides), place)
        yield Line(place, "journal", "qbo journal", row, row["*JournalNo"], day_of(row["*JournalDate"], "MDY", place),
                   "", row["*AccountName"], row["Name"], amount if sides[0] else -amount, row["Currency"])


def qbo_bill(content: bytes) -> Iterator[Line]:
    """Lines of bills, the expense positive; what is owed to the vendor follows from them."""
    for place, row in _rows(content, _QBO_BILL):
        demand(row["*BillNo"] and row["*Supplier"] and row["*Account"], f"{place}: number, supplier or account missing")
        amount = amount_of(row["*LineAmount"], place)
        demand(amount >= 0, f"{place}: a bill takes no negative line")
        _in_order(row["*BillDate"], row["*DueDate"], "MDY", place)
        yield Line(place, "bill", "qbo bill", row, row["*BillNo"], day_of(row["*BillDate"], "MDY", place),
                   key_of(row["LineDescription"]), row["*Account"], "", amount, row["Currency"])


def qbo_invoice(content: bytes) -> Iterator[Line]:
    """Lines of invoices, income negative: quantity times rate is the amount, and none is below zero."""
    for place, row in _rows(content, _QBO_INVOICE):
        demand(row["*InvoiceNo"] and row["*Customer"], f"{place}: number or customer is missing")
        amount = amount_of(row["*ItemAmount"], place)
        demand(amount >= 0, f"{place}: an invoice takes no negative line")
        _product(row["ItemQuantity"], row["ItemRate"], amount, place)
        _in_order(row["*InvoiceDate"], row["*DueDate"], "MDY", place)
        item = row["Item(Product/Service)"]
        demand(item, f"{place}: no product or service")
        yield Line(place, "invoice", "qbo invoice", row, row["*InvoiceNo"], day_of(row["*InvoiceDate"], "MDY", place),
                   key_of(row["ItemDescription"]), f"Income of {item}", row["*Customer"], -amount,
                   row.get("Currency", ""))


def xero_journal(content: bytes, form: str) -> Iterator[Line]:
    """Lines of manual journals; the narration begins with the number."""
    for place, row in _rows(content, ("*Narration", "*Date", "*AccountCode", "*TaxRate", "*Amount")):
        demand(row["*Narration"] and row["*AccountCode"] and row["*TaxRate"], f"{place}: narration, account, tax")
        yield Line(place, "journal", "xero journal", row, row["*Narration"].partition(" ")[0],
                   day_of(row["*Date"], form, place), "", row["*AccountCode"], _tracked(row, place),
                   amount_of(row["*Amount"], place))


def xero_bill(content: bytes, form: str) -> Iterator[Line]:
    """Lines of bills, the expense positive; Xero works each amount out itself."""
    for place, row in _rows(content, _XERO_LINES):
        yield _xero_line(row, place, form, ("bill", "Description", 1))


def xero_invoice(content: bytes, form: str) -> Iterator[Line]:
    """Lines of sales invoices, income negative."""
    for place, row in _rows(content, _XERO_LINES):
        yield _xero_line(row, place, form, ("invoice", "*Description", -1))


def sage_time(content: bytes) -> Iterator[Line]:
    """Time tickets; the memo ends with the entry's key."""
    for place, row in _rows(content, _SAGE):
        demand(row["Ticket Number"] and row["Recorded by ID"] and row["Activity Item ID"], f"{place}: ticket")
        demand((row["Customer/Job/Adm"] == "3") == (not row["Completed for ID"]), f"{place}: whom it was completed for")
        demand(row["Billing Type"] in "1234" and row["Billing Status"] in "1234", f"{place}: billing type or status")
        yield Line(place, "time", "sage ticket", row, row["Ticket Number"], day_of(row["Ticket Date"], "MDY", place),
                   key_of(row["Memo"]), job=row["Completed for ID"], seconds=clock_of(row["Duration"], place))


def own_hours(content: bytes) -> Iterator[Line]:
    """Hours of the generic file."""
    for place, row in _rows(content, ("employee_id", "pay_item", "workweek_start", "hours", "amount", "currency")):
        yield Line(place, "hours", "payroll hours", row, key=f"{row['employee_id']} {row['pay_item']}",
                   day=day_of(row["workweek_start"], "ISO", place), seconds=hours_of(row["hours"], place))


def gusto_hours(content: bytes) -> Iterator[Line]:
    """Each cell with hours; a column of money sends no hours."""
    for place, row in _rows(content, ("last_name", "first_name", "gusto_employee_id")):
        demand(row["last_name"] and row["first_name"], f"{place}: no name")
        for column, cell in row.items():
            if cell and column not in _KEPT_OF_GUSTO:
                yield Line(f"{place}, {column}", "hours", "gusto", row, key=f"{row['gusto_employee_id']} {column}",
                           seconds=_hours_or_money(cell, place, is_hours=column.endswith("_hours")))


def adp_hours(content: bytes) -> Iterator[Line]:
    """Each cell with hours; a coded pair is called by its code."""
    for place, row in _rows(content, ("Co Code", "Batch ID", "File #")):
        demand(re.fullmatch("[A-Z0-9]{2,3}", row["Co Code"]) and 0 < len(row["Batch ID"]) <= 8, f"{place}: batch id")
        demand(re.fullmatch("[0-9]{6}", row["File #"]), f"{place}: {row['File #']!r} is no file number")
        for column, cell in row.items():
            if not cell or column in ("Co Code", "Batch ID", "File #") or column.endswith(" Code"):
                continue
            code = row.get(column.replace("Amount", "Code"), "") if column.endswith(" Amount") else ""
            demand(code or not column.endswith(" Amount"), f"{place}: {column} without its code")
            what = column.removesuffix(" Amount") + (f" {code}" if code else "")
            yield Line(f"{place}, {column}", "hours", "adp", row, key=f"{row['File #']} {what}",
                       seconds=_hours_or_money(cell, place, is_hours="Earnings" not in column))


def paychex_hours(content: bytes) -> Iterator[Line]:
    """Each line with its hours, or with an amount alone."""
    for place, row in _rows(content, ("CLIENT ID", "WORKER ID", "PAY COMPONENT", "HOURS", "LINE DATE", "AMOUNT")):
        demand((row["HOURS"] == "") != (row["AMOUNT"] == ""), f"{place}: hours or an amount, one of them")
        yield Line(place, "hours", "paychex", row, key=f"{row['WORKER ID']} {row['PAY COMPONENT']}",
                   day=day_of(row["LINE DATE"], "MDY", place),
                   seconds=_hours_or_money(row["HOURS"] or row["AMOUNT"], place, is_hours=bool(row["HOURS"])))


def undo_list(content: bytes) -> Iterator[Line]:
    """What a list tells people to take back: a document with its amount, an entry's time, hours of a person, a name."""
    header, rows = csv_cells(content)
    found_by = next((name for name in header if name.startswith("key_in_")), "")
    for place, row in rows:
        if found_by:
            yield Line(place, "undo", "undo time", row, key=row[found_by], day=day_of(row["date"], "MDY", place),
                       seconds=clock_of(row["duration"], place))
        elif {"employee_id", "workweek_start", "hours"} <= set(header):
            yield Line(place, "undo", "undo hours", row, key=f"{row['employee_id']} {row['pay_item']}",
                       day=day_of(row["workweek_start"], "ISO", place), seconds=hours_of(row["hours"], place))
        elif {"list", "name"} <= set(header):
            yield Line(place, "undo", "undo name", row, key=f"{row['list']} {row['name']}")
        else:
            number = row.get("bill") or row.get("invoice") or ""
            demand(number, f"{place}: no number of a document")
            yield Line(place, "undo", "undo document", row, number, amount=amount_of(row["amount"], place),
                       currency=row["currency"])


def _rows(content: bytes, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    header, rows = csv_cells(content)
    missing = [name for name in needed if name not in header]
    demand(not missing, f"the header lacks {', '.join(missing)}")
    demand(len(set(header)) == len(header), "a heading stands twice")
    yield from rows


def _xero_line(row: dict[str, str], place: str, form: str, kind: tuple[str, str, int]) -> Line:
    name, told_in, sign = kind
    demand(row["*ContactName"] and row["*InvoiceNumber"] and row["*AccountCode"] and row["*TaxType"],
           f"{place}: contact, number, account or tax rate is missing")
    exact = amount_of(row["*Quantity"], place) * amount_of(row["*UnitAmount"], place)
    amount = exact.quantize(Decimal(1).scaleb(-minor_digits(row["Currency"])), ROUND_HALF_UP)
    _in_order(row["*InvoiceDate"], row["*DueDate"], form, place)
    return Line(place, "bill" if name == "bill" else "invoice", f"xero {name}", row, row["*InvoiceNumber"],
                day_of(row["*InvoiceDate"], form, place), key_of(row[told_in]), row["*AccountCode"],
                _tracked(row, place), sign * amount, row["Currency"])


def _tracked(row: dict[str, str], place: str) -> str:
    for side in "12":
        demand(bool(row[f"TrackingName{side}"]) == bool(row[f"TrackingOption{side}"]), f"{place}: half a tracking pair")
    return row["TrackingOption1"]


def _product(quantity: str, rate: str, amount: Decimal, place: str) -> None:
    exact = amount_of(quantity, place) * amount_of(rate, place)
    product = exact.quantize(amount, ROUND_HALF_UP)
    demand(product == amount, f"{place}: {quantity} x {rate} is {product}, not {amount}")


def _in_order(written: str, due: str, form: str, place: str) -> None:
    demand(day_of(written, form, place) <= day_of(due, form, place), f"{place}: due before its date")


def _hours_or_money(cell: str, place: str, *, is_hours: bool) -> int:
    seconds = hours_of(cell, place)
    demand(seconds, f"{place}: a zero, which overwrites what is there")
    return seconds if is_hours else 0
