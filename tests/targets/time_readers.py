"""The judge of time for QuickBooks Online, Xero Projects and Sage 50: reads it back, minute by minute and key by key.

Written from the targets reference, sections 2.2, 3.2 and 5, and nothing else; it shares no code with the writers.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tests.targets.readers import demand, read_csv
from tests.targets.xero_readers import GUID, read_json

SAGE = [
    *("Employee/Vendor", "Recorded by ID", "Ticket Number", "Ticket Date", "Used in Sales", "Invoice Number Used"),
    *("Activity Item ID", "Customer/Job/Adm", "Completed for ID", "Pay Level", "Used in Payroll", "Manual/Timed"),
    *("Start", "End", "Break", "Duration", "Description", "Memo", "Billing Type", "Billing Rate", "Billing Status"),
]
FIELDS = ["TxnDate", "NameOf", "EmployeeRef", "VendorRef", "CustomerRef", "ItemRef", "ClassRef", "PayrollItemRef",
          "BillableStatus", "Taxable", "HourlyRate", "Hours", "Minutes", "Description"]   # those of Finance.xsd we use


def read_qbo_time(content: bytes) -> list[dict[str, object]]:
    """The time activities of one batch request, each with its bId and its minutes."""
    body = read_json(content)
    demand(list(body) == ["BatchItemRequest"] and 0 < len(body["BatchItemRequest"]) <= 30, "items of a batch")
    rows = []
    for item in body["BatchItemRequest"]:
        demand(list(item) == ["bId", "operation", "TimeActivity"] and item["operation"] == "create", f"{item}")
        one = item["TimeActivity"]
        demand([name for name in FIELDS if name in one] == list(one), f"fields {list(one)}")
        date.fromisoformat(one["TxnDate"])
        person = [name for name in ("EmployeeRef", "VendorRef") if name in one]
        demand(person == [f"{one['NameOf']}Ref"], f"{one['NameOf']} with {person}")
        for ref in (value for name, value in one.items() if name.endswith("Ref")):
            demand(isinstance(ref["value"], str) and ref["value"], f"{ref}")
        demand(one["BillableStatus"] in ("Billable", "NotBillable", "HasBeenBilled"), one["BillableStatus"])
        if one["BillableStatus"] == "Billable":
            demand({"CustomerRef", "ItemRef", "HourlyRate"} <= one.keys(), "billable without customer, item or rate")
            demand(isinstance(one["HourlyRate"], (int, Decimal)) and one["HourlyRate"] > 0, f"{one}")
        demand(type(one["Hours"]) is type(one["Minutes"]) is int and 0 <= one["Minutes"] < 60, f"{one}")
        demand(0 < one["Hours"] * 60 + one["Minutes"] < 24 * 60, f"{one}")
        demand(len(one["Description"]) <= 4000, "description")
        rows.append({"bId": item["bId"], "minutes": one["Hours"] * 60 + one["Minutes"], **one})
    demand(len({row["bId"] for row in rows}) == len(rows), "a bId twice")
    return rows


def read_xero_time(content: bytes) -> list[dict[str, object]]:
    """The calls of one file, each with its key and its minutes."""
    calls = read_json(content)
    demand(0 < len(calls) <= 5000, f"{len(calls)} calls")
    rows = []
    for call in calls:
        demand(re.fullmatch(rf"/Projects/{GUID}/Time", call["path"]), call["path"])
        demand(0 < len(call["idempotency_key"]) <= 128, call["idempotency_key"])
        body = call["body"]
        demand(list(body) == ["userId", "taskId", "dateUtc", "duration", "description"], f"{body}")
        demand(re.fullmatch(GUID, body["userId"]) and re.fullmatch(GUID, body["taskId"]), f"{body}")
        demand(re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", body["dateUtc"]), body["dateUtc"])
        demand(type(body["duration"]) is int and 1 <= body["duration"] <= 59940, f"{body['duration']}")
        rows.append({"key": call["idempotency_key"], "minutes": body["duration"], **body})
    return rows


def read_sage_time(content: bytes) -> list[dict[str, object]]:
    """The time tickets, each with its minutes."""
    rows = read_csv(content)
    demand(list(rows[0]) == SAGE, f"header {list(rows[0])}")
    tickets = []
    for row in rows:
        demand(0 < len(row["Ticket Number"]) <= 20 and row["Recorded by ID"] and row["Activity Item ID"], f"{row}")
        demand(re.fullmatch(r"\d\d/\d\d/\d\d", row["Ticket Date"]), row["Ticket Date"])
        demand(row["Employee/Vendor"] in "01" and row["Manual/Timed"] in "01", f"{row}")
        demand(row["Used in Sales"] == row["Used in Payroll"] == "FALSE", f"{row}")
        demand((row["Customer/Job/Adm"] == "3") == (row["Completed for ID"] == ""), f"{row}")
        demand(row["Employee/Vendor"] == "0" or not row["Pay Level"], "a vendor with a pay level")
        demand(row["Billing Type"] in "1234" and row["Billing Status"] in "1234", f"{row}")
        demand(len(row["Description"]) <= 160 and len(row["Memo"]) <= 2000, f"{row}")
        demand(re.fullmatch(r"(?!00:00)([01]\d|2[0-3]):[0-5]\d", row["Duration"]), row["Duration"])
        hours, minutes = (int(part) for part in row["Duration"].split(":"))
        tickets.append({"minutes": hours * 60 + minutes, **row})
    demand(len({row["Ticket Number"] for row in rows}) == len(rows), "a ticket twice")
    return tickets
