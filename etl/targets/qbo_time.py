"""QuickBooks Online time activities as batch requests for its API. Source: targets reference, section 2.2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from etl.settings import QuickBooksOnline, Settings
from etl.tables import PRICED_ACTIVITIES
from etl.targets.files import part_name, rendered
from etl.targets.findings import Finding, refuse
from etl.targets.json_text import json_bytes
from etl.targets.printed import dates
from etl.targets.target_names import codes_in, in_both, names_in
from etl.targets.time_rows import (
    GRAIN_SECONDS,
    TimeDocument,
    changed_time,
    checked_time,
    delete_list,
    keyed_notes,
    time_texts,
)
from etl.terms import BatchHeader, RenderedFile
from etl.units import SECONDS_PER_HOUR, minor_digits

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render"]

NAME = "quickbooks_online.time"
BATCH_LIMIT = 30
_DOCUMENT = TimeDocument(NAME, PRICED_ACTIVITIES, "priced_activities")
_STATUS = {"not_billable": "NotBillable", "has_been_billed": "HasBeenBilled", "billable": "Billable"}
_PAY_ITEM_ID = re.compile("[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*")   # its form is not documented; a name is none
Refs = Mapping[str, Mapping[str, str]]   # a column -> name -> id


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """Numbered batch requests of at most 30 time activities, hours and minutes as whole numbers; no file without rows.

    A person is an employee or a vendor by the list that holds the name; ids come from target_lists.csv. Classes are
    written where their list is given. The batch's line is the bId, the entry's key stands in the description. Raises
    TargetError with every finding.
    """
    online = settings.targets.quickbooks_online
    rows = _rows(table, online)
    if not len(rows):
        return []
    refs = _refs(rows, header)
    texts = time_texts(rows, NAME)
    more = zip(dates(rows["worked_on"], "%Y-%m-%d").to_pylist(), keyed_notes(texts).to_pylist(), strict=True)
    items = [{"bId": row["line_id"], "operation": "create",
              "TimeActivity": _activity(row, day, note, refs, online)}
             for row, (day, note) in zip(rows.to_pylist(), more, strict=True)]
    parts = [items[start:start + BATCH_LIMIT] for start in range(0, len(items), BATCH_LIMIT)]
    return [rendered(NAME, "upload", part_name(f"time_{header.period_end.isoformat()}", number, len(parts), "json"),
                     (json_bytes({"BatchItemRequest": part}), len(part)))
            for number, part in enumerate(parts, 1)]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The list of time activities to delete, by the Id and SyncToken of the answer; the key is in the description."""
    return delete_list(_rows(table, settings.targets.quickbooks_online), NAME, header, "key_in_description")


changed_texts = changed_time(_DOCUMENT)


def _rows(table: pa.Table, online: QuickBooksOnline) -> pa.Table:
    rows = checked_time(_DOCUMENT, table, is_transferred=online.transfer_to_payroll,
                        is_billed=online.billable_time == "billable")
    if online.transfer_to_payroll:
        paid = rows.filter(rows["is_for_payroll"])
        refuse([Finding("PAY_ITEM_CODE", f"{item!r} is no id of a payroll item of QuickBooks Online", NAME,
                        f"Give the pay item its id there: a row {NAME},<pay item>,<id> in pay_item_codes.csv.")
                for item in names_in(paid, "pay_item") if not _PAY_ITEM_ID.fullmatch(item)])
    return rows


def _refs(rows: pa.Table, header: BatchHeader) -> Refs:
    """The id of every name that is written; TargetError with each that has none."""
    findings = in_both(rows, NAME, header)
    refs = {}
    for column in ("employee_name", "customer_job", "service_item", "class"):
        if column == "class" and not header.target_lists.get("quickbooks_online.class"):
            continue   # the books have no classes, or they are not told: that dimension is lost
        refs[column], missing = codes_in(rows, column, NAME, header)
        findings += missing
    refuse(findings)
    refs["employees"] = dict(header.target_lists.get("quickbooks_online.employee", {}))
    return refs


def _activity(row: dict[str, Any], day: str, note: str, refs: Refs, online: QuickBooksOnline) -> dict[str, Any]:
    """One TimeActivity, its fields in the order of Finance.xsd."""
    name = row["employee_name"]
    kind = "Employee" if refs["employees"].get(name) else "Vendor"
    activity: dict[str, Any] = {
        "TxnDate": day, "NameOf": kind, f"{kind}Ref": {"value": refs["employee_name"][name], "name": name}}
    for field, column in (("CustomerRef", "customer_job"), ("ItemRef", "service_item"), ("ClassRef", "class")):
        if row[column] and column in refs:
            activity[field] = {"value": refs[column][row[column]], "name": row[column]}
    if online.transfer_to_payroll and row["is_for_payroll"]:
        activity["PayrollItemRef"] = {"value": row["pay_item"]}
    activity |= {"BillableStatus": _STATUS[online.billable_time] if row["is_billable"] else "NotBillable",
                 "Taxable": False}
    if activity["BillableStatus"] == "Billable" and row["bill_rate"] is not None:
        rate, currency = row["bill_rate"], row["bill_currency"]
        digits = max(minor_digits(currency), -rate.normalize().as_tuple().exponent)
        activity["HourlyRate"] = round(rate, digits)
    hours, rest = divmod(row["exported_seconds"], SECONDS_PER_HOUR)
    return activity | {"Hours": hours, "Minutes": rest // GRAIN_SECONDS, "Description": note}
