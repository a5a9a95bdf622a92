"""QuickBooks Online time activities as batch requests for its API. Source: targets reference, section 2.2."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import QuickBooksOnline, Settings
from etl.tables import PRICED_ACTIVITIES
from etl.targets.files import part_name, rendered
from etl.targets.findings import Finding, refuse
from etl.targets.json_text import json_column, json_lists, json_members, json_objects
from etl.targets.printed import by_group, each_distinct, rates
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
from etl.units import SECONDS_PER_HOUR

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
    items = json_objects(2, {"bId": json_column(rows["line_id"], 3), "operation": '"create"',
                             "TimeActivity": _activities(rows, refs, online)})
    parts = json_lists(items, 1, BATCH_LIMIT)
    return [rendered(NAME, "upload", part_name(f"time_{header.period_end.isoformat()}", number, len(parts), "json"),
                     (b'{\n "BatchItemRequest": %b\n}\n' % part, count))
            for number, (part, count) in enumerate(parts, 1)]


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


def _activities(rows: pa.Table, refs: Refs, online: QuickBooksOnline) -> pa.Array:
    """The TimeActivity of each row, its fields in the order of Finance.xsd."""
    employees = {name for name, code in refs["employees"].items() if code}

    def person(name: str) -> str:
        kind = "Employee" if name in employees else "Vendor"
        return json_members(3, {"NameOf": kind, f"{kind}Ref": {"value": refs["employee_name"][name], "name": name}})

    members: dict[str, pa.Array | pa.ChunkedArray | str] = {
        "TxnDate": json_column(rows["worked_on"], 4, str), "": each_distinct(rows["employee_name"], person)}
    for field, column in (("CustomerRef", "customer_job"), ("ItemRef", "service_item"), ("ClassRef", "class")):
        if column in refs:
            members[field] = _ref(rows[column], refs[column])
    if online.transfer_to_payroll:
        item = json_column(rows["pay_item"], 4, lambda name: {"value": name})
        members["PayrollItemRef"] = pc.if_else(rows["is_for_payroll"], item, None).combine_chunks()
    members |= {
        "BillableStatus": pc.if_else(rows["is_billable"], f'"{_STATUS[online.billable_time]}"', '"NotBillable"'),
        "Taxable": "false"}
    if online.billable_time == "billable":
        rate = by_group(rows["bill_rate"], rows["bill_currency"], rates)
        is_priced = pc.and_(rows["is_billable"], pc.is_valid(rows["bill_rate"]))
        members["HourlyRate"] = pc.if_else(is_priced, rate, None).combine_chunks()
    members |= {
        " ": each_distinct(rows["exported_seconds"], lambda seconds: json_members(3, {
            "Hours": seconds // SECONDS_PER_HOUR, "Minutes": seconds % SECONDS_PER_HOUR // GRAIN_SECONDS})),
        "Description": json_column(keyed_notes(time_texts(rows, NAME)), 4)}
    return json_objects(3, members)


def _ref(column: pa.ChunkedArray, ids: Mapping[str, str]) -> pa.Array:
    """Id and name of what a row refers to; absent where it refers to nothing."""
    made = json_column(column, 4, lambda name: {"value": ids[name], "name": name} if name else "")
    return pc.if_else(pc.equal(pc.fill_null(column, ""), ""), None, made).combine_chunks()
