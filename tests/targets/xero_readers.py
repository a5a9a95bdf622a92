"""The judge of files for Xero: reads CSV imports and API bodies as Xero takes them, and gives back their lines.

Written from the targets reference, section 3, and nothing else; it shares no code with the writers.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

from tests.targets.readers import demand, read_csv

JOURNAL = ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1",
           "TrackingOption1", "TrackingName2", "TrackingOption2"]
BILL = ["*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4",
        "POCity", "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber", "*InvoiceDate", "*DueDate", "Total",
        "InventoryItemCode", "Description", "*Quantity", "*UnitAmount", "*AccountCode", "*TaxType", "TaxAmount",
        "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency"]
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def read_xero_journal(content: bytes) -> list[dict[str, str]]:
    """The rows of a manual journal import; lines of one narration and date sum to zero."""
    rows = read_csv(content)
    demand(list(rows[0]) == JOURNAL, f"header {list(rows[0])}")
    demand(len(rows) <= 300, f"{len(rows)} rows")
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        day_first(row["*Date"])
        demand(row["*Narration"] and row["*AccountCode"] and row["*TaxRate"], f"{row}")
        demand(re.fullmatch(r"-?\d{1,15}\.\d\d", row["*Amount"]), f"amount {row['*Amount']}")
        _check_tracking(row)
        key = row["*Narration"], row["*Date"]
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["*Amount"])
    demand(not any(sums.values()), f"unbalanced {sums}")
    return rows


def read_xero_bill(content: bytes) -> list[dict[str, str]]:
    """The rows of a bill import; one contact, date and currency a number, at most 500 numbers."""
    rows = read_csv(content)
    demand(list(rows[0]) == BILL, f"header {list(rows[0])}")
    bills: dict[str, tuple[str, ...]] = {}
    for row in rows:
        head = tuple(row[name] for name in ("*ContactName", "*InvoiceDate", "*DueDate", "Currency"))
        demand(row["*InvoiceNumber"] and all(head), f"{row}")
        demand(bills.setdefault(row["*InvoiceNumber"], head) == head, f"{row['*InvoiceNumber']}: two heads")
        demand(day_first(row["*InvoiceDate"]) <= day_first(row["*DueDate"]), "due before its date")
        demand(row["*Quantity"] == "1" and re.fullmatch(r"\d{1,15}(\.\d{2,3})?", row["*UnitAmount"]), f"{row}")
        demand(row["*AccountCode"] and row["*TaxType"], f"{row}")
        _check_tracking(row)
    demand(len(bills) <= 500, f"{len(bills)} bills")
    return rows


def read_manual_journals(content: bytes) -> list[dict[str, object]]:
    """The lines of the bodies of PUT ManualJournals, each with its journal's narration and date."""
    body = read_json(content)
    demand(list(body) == ["ManualJournals"] and 0 < len(body["ManualJournals"]) <= 50, "objects")
    demand(len(content) <= 3_500_000, "too long for a call")
    lines = []
    for journal in body["ManualJournals"]:
        demand(journal["Status"] == "DRAFT" and journal["LineAmountTypes"] == "NoTax" and journal["Narration"], "head")
        date.fromisoformat(journal["Date"])
        for line in journal["JournalLines"]:
            demand(line.keys() <= {"LineAmount", "AccountCode", "Description", "TaxType", "Tracking"}, f"{line}")
            demand(isinstance(line["LineAmount"], Decimal) and line["AccountCode"] and line["TaxType"], f"{line}")
            demand(len(line.get("Tracking", [])) <= 2, "tracking")
            demand(all(one["Name"] and one["Option"] for one in line.get("Tracking", [])), f"{line}")
            lines.append({"Narration": journal["Narration"], "Date": journal["Date"], **line})
        demand(sum(line["LineAmount"] for line in journal["JournalLines"]) == 0, f"{journal['Narration']} unbalanced")
    return lines


def read_json(content: bytes):
    """One JSON value: UTF-8, no key twice, exact numbers."""
    def once(pairs):
        demand(len({name for name, _ in pairs}) == len(pairs), "a key twice")
        return dict(pairs)

    return json.loads(content.decode("utf-8"), object_pairs_hook=once, parse_float=Decimal)


def day_first(text: str) -> date:
    """DD/MM/YYYY, the setting of the examples' organisation."""
    demand(re.fullmatch(r"\d\d/\d\d/\d{4}", text), text)
    day, month, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


def _check_tracking(row: dict[str, str]) -> None:
    for number in "12":
        demand(bool(row[f"TrackingName{number}"]) == bool(row[f"TrackingOption{number}"]), f"half a pair: {row}")
