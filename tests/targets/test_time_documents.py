"""Time for QuickBooks Online, Xero Projects and Sage 50: the sample's facts, every minute back, limits, refusals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import tables
from etl.errors import TargetError
from etl.targets import qbo_time, sage_time, xero_time
from etl.targets.documents import ready_lists
from etl.targets.readback import minutes_to_write, time_minutes
from tests.shared import shared
from tests.targets.examples import HEADER, settings, time_activity
from tests.targets.test_samples import sample_time
from tests.targets.time_readers import read_qbo_time, read_sage_time, read_xero_time
from tests.targets.xero_readers import read_json

READ = {qbo_time: read_qbo_time, xero_time: read_xero_time, sage_time: read_sage_time}
EACH = pytest.mark.parametrize("target", READ, ids=lambda target: target.NAME)
KEY = {qbo_time: "bId", xero_time: "key", sage_time: "Ticket Number"}
NOTE = {qbo_time: "Description", xero_time: "description", sage_time: "Memo"}
BILLED = "[targets.quickbooks_online]\nbillable_time = {!r}\ntransfer_to_payroll = {}\n"


def table_of(target, *rows: dict) -> pa.Table:
    """The document's table of activities like the usual one, with these columns otherwise."""
    parts = [time_activity(**({"line_id": f"0042-T-{number:03d}"} | row)) for number, row in enumerate(rows, 1)]
    whole = pa.concat_tables(parts)
    return priced(whole, "165.00") if target is qbo_time else whole


def priced(activities: pa.Table, rate: str) -> pa.Table:
    rows = [row | {"bill_rate": Decimal(rate) if row["is_billable"] else None,
                   "bill_currency": "USD" if row["is_billable"] else None} for row in activities.to_pylist()]
    return pa.Table.from_pylist(rows, schema=tables.PRICED_ACTIVITIES)


def read(target, table, header=HEADER, chosen=None):
    return [row for file in target.render(table, header, chosen or settings()) for row in READ[target](file.content)]


def test_the_api_sample_of_time_activities_item_by_item():
    """All but the bId, which is our line, and the rate's printed zeros."""
    sample = read_json((shared("samples/targets/qbo_api_timeactivity_batch") / "batch_request.json").read_bytes())
    wanted = [item["TimeActivity"] for item in sample["BatchItemRequest"]]
    lists: dict[str, dict[str, str]] = {}
    for one in wanted:
        for field, name in (("EmployeeRef", "employee"), ("VendorRef", "vendor"), ("CustomerRef", "customer_job"),
                            ("ItemRef", "service_item"), ("ClassRef", "class")):
            if field in one:
                lists.setdefault(f"quickbooks_online.{name}", {})[one[field]["name"]] = one[field]["value"]
    rates = {"Engineering": "165", "Design": "140", "Research": "120"}
    rows = [row | {"bill_rate": Decimal(rates[row["service_item"]]) if row["is_billable"] else None,
                   "bill_currency": "USD" if row["is_billable"] else None} for row in sample_time().to_pylist()]
    table = pa.Table.from_pylist(rows, schema=tables.PRICED_ACTIVITIES)
    chosen = settings(more=BILLED.format("billable", "false"))
    [file] = qbo_time.render(table, replace(HEADER, target_lists=lists), chosen)
    ours = [item["TimeActivity"] for item in read_json(file.content)["BatchItemRequest"]]
    assert ours == wanted


def test_the_api_sample_of_project_time_call_by_call():
    """The sample's six calls; of ours those of its entries, since the sample stops there."""
    wanted = read_json((shared("samples/targets/xero_api_projects_time") / "requests.json").read_bytes())
    activities = sample_time()
    rows = {row["entry_ref"]: row for row in activities.to_pylist()}
    lists: dict[str, dict[str, str]] = {"xero.employee": {}, "xero.project": {}, "xero.task": {}}
    project = "00000000-0000-4000-8000-00000000020{}"
    for call in wanted:
        row = rows[call["idempotency_key"]]
        lists["xero.employee"][row["employee_name"]] = call["body"]["userId"]
        lists["xero.project"][row["customer_job"]] = project.format(len(lists["xero.project"]))
        lists["xero.task"][f"{row['customer_job']}/{row['service_item']}"] = call["body"]["taskId"]
    keys = pa.array([call["idempotency_key"] for call in wanted])
    table = activities.filter(pa.compute.is_in(activities["entry_ref"], keys))
    ours = read(xero_time, table, replace(HEADER, target_lists=lists))
    assert [{name: row[name] for name in call["body"]} for row, call in zip(ours, wanted, strict=True)] == [
        call["body"] for call in wanted]


@EACH
@given(st.lists(st.tuples(st.integers(0, 1439), st.booleans()), min_size=1, max_size=70))
def test_every_minute_comes_back_under_its_key(target, drawn):
    table = table_of(target, *({"exported_seconds": minutes * 60, "customer_job": "Foxglove:Gait" if has_job else "",
                                "is_billable": has_job} for minutes, has_job in drawn))
    expected = {f"0042-T-{number:03d}": minutes for number, (minutes, has_job) in enumerate(drawn, 1)
                if minutes and (has_job or target is not xero_time)}
    files = target.render(table, HEADER, settings())
    rows = [row for file in files for row in READ[target](file.content)]
    assert {row[KEY[target]]: row["minutes"] for row in rows} == expected
    assert len(rows) == len(expected) == sum(file.rows for file in files)
    assert all("[AP-0001]" in row[NOTE[target]] for row in rows)
    # what reconciling reads of the files is what the batch holds
    assert sum(time_minutes(file.content, target.NAME) for file in files) == minutes_to_write(table, target.NAME)
    back = target.correct(table, HEADER, settings())
    assert sum(file.rows for file in back) == len(expected)


@EACH
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_hostile_note_stays_beside_its_key(target, note):
    [row] = read(target, table_of(target, {"note": note}))
    assert row[NOTE[target]].endswith("[AP-0001]")


@EACH
def test_a_note_of_5000_characters_is_cut_and_keeps_its_key(target):
    limit = {qbo_time: 4000, xero_time: 5000 + len(" [AP-0001]"), sage_time: 2000}[target]
    table = table_of(target, {"note": "x" * 5000})
    [row] = read(target, table)
    assert len(row[NOTE[target]]) == limit
    assert row[NOTE[target]].endswith("x [AP-0001]")
    changed = target.changed_texts(table, HEADER, settings()).to_pylist()
    assert [change["before"] for change in changed] == ([] if target is xero_time else ["x" * 5000])


def test_batches_hold_30_time_activities_and_are_listed():
    files = qbo_time.render(table_of(qbo_time, *([{}] * 61)), HEADER, settings())
    assert [(file.path.rpartition("/")[2], file.rows) for file in files] == [
        ("time_2026-11-15_1of3.json", 30), ("time_2026-11-15_2of3.json", 30), ("time_2026-11-15_3of3.json", 1)]
    [ready] = ready_lists(files)
    assert ready.path == "upload/quickbooks_online/quickbooks_online.time.ready.json"
    assert ready.role == "control"
    listed = read_json(ready.content)["files"]
    assert [one["file"] for one in listed] == [file.path.rpartition("/")[2] for file in files]
    assert [one["rows"] for one in listed] == [30, 30, 1]
    ids = {one["request_id"] for one in listed}
    assert len(ids) == 3
    assert all(len(one) <= 50 for one in ids), "the most a requestid takes"
    assert ready_lists(files[:1]) == [], "one file is whole by itself"


@pytest.mark.parametrize(("choice", "status", "rate"), [
    ("not_billable", "NotBillable", None), ("has_been_billed", "HasBeenBilled", None),
    ("billable", "Billable", Decimal("165.00"))])
def test_billable_time_is_marked_as_the_company_says(choice, status, rate):
    table = table_of(qbo_time, {}, {"is_billable": False})
    rows = read(qbo_time, table, chosen=settings(more=BILLED.format(choice, "false")))
    assert [(row["BillableStatus"], row.get("HourlyRate")) for row in rows] == [(status, rate), ("NotBillable", None)]


def test_a_rate_has_the_decimals_it_needs():
    table = priced(time_activity(), "162.5055")
    [row] = read(qbo_time, table, chosen=settings(more=BILLED.format("billable", "false")))
    assert row["HourlyRate"] == Decimal("162.5055")


@pytest.mark.capability("C137")
def test_payroll_items_go_along_where_paychecks_are_made_from_the_time():
    chosen = settings(more=BILLED.format("not_billable", "true"))
    table = table_of(qbo_time, {"pay_item": "626270109"}, {"pay_item": "626270109", "is_for_payroll": False})
    rows = read(qbo_time, table, chosen=chosen)
    assert [row.get("PayrollItemRef") for row in rows] == [{"value": "626270109"}, None]
    with pytest.raises(TargetError) as error:
        qbo_time.render(table_of(qbo_time, {}), HEADER, chosen)
    assert error.value.code == "PAY_ITEM_CODE"
    assert "pay_item_codes.csv" in error.value.fix


def test_classes_are_written_where_their_list_is_given():
    table = table_of(qbo_time, {})
    [row] = read(qbo_time, table)
    assert "ClassRef" not in row
    header = replace(HEADER, target_lists=HEADER.target_lists | {"quickbooks_online.class": {"Engineering": "7"}})
    [row] = read(qbo_time, table, header)
    assert row["ClassRef"] == {"value": "7", "name": "Engineering"}
    with pytest.raises(TargetError, match="TARGET_LIST"):
        qbo_time.render(table_of(qbo_time, {"class": "Field"}), header, settings())


def test_tickets_say_who_worked_for_whom():
    rows = read(sage_time, table_of(sage_time, {}, {"employee_name": "Basalt Works LLC", "is_for_payroll": False},
                                    {"customer_job": "", "is_billable": False}),
                chosen=settings(sage="transfer_to_payroll = true"))
    assert [(row["Employee/Vendor"], row["Customer/Job/Adm"], row["Pay Level"], row["Billing Status"])
            for row in rows] == [
        ("0", "2", "Hourly Regular", "1"), ("1", "2", "", "1"), ("0", "3", "Hourly Regular", "2")]
    header = replace(HEADER, target_lists=HEADER.target_lists | {"sage50.customer_job": {"Foxglove": "FOX"}})
    [row] = read(sage_time, table_of(sage_time, {"customer_job": "Foxglove"}), header)
    assert (row["Customer/Job/Adm"], row["Completed for ID"]) == ("1", "FOX")


BOTH = {f"{target}.vendor": {"Priya Nair": "9"} for target in ("quickbooks_online", "sage50")}
REFUSED = [   # targets, columns, lists, code, part of the message
    (tuple(READ), {"employee_name": "Nobody"}, {}, "TARGET_LIST", "'Nobody' is not in the list of"),
    (tuple(READ), {"customer_job": "Foxglove:New"}, {}, "TARGET_LIST", "Foxglove:New"),
    ((qbo_time, sage_time), {"service_item": "Cooking"}, {}, "TARGET_LIST", "Cooking"),
    ((xero_time,), {"service_item": "Cooking"}, {}, "TARGET_LIST", "task 'Foxglove:Gait/Cooking'"),
    ((xero_time,), {}, {"xero.employee": {"Priya Nair": "55"}}, "TARGET_LIST", "none of Xero's"),
    ((qbo_time, sage_time), {}, BOTH, "TARGET_LIST", "an employee and a vendor"),
    ((sage_time,), {"service_item": "", "is_billable": False}, {}, "TARGET_FIELD_EMPTY", "service item"),
    ((sage_time,), {"line_id": "0042-T-" + "1" * 20}, {}, "TARGET_NAME", "more than 20 characters"),
    (tuple(READ), {"exported_seconds": 86400}, {}, "TIME_DURATION", "23:59"),
    (tuple(READ), {"exported_seconds": -60}, {}, "TIME_DURATION", "23:59"),
    (tuple(READ), {"exported_seconds": 61}, {}, "TIME_DURATION", "whole minutes"),
    (tuple(READ), {"entry_ref": None}, {}, "TARGET_FIELD_EMPTY", "entry ref"),
    (tuple(READ), {"employee_name": "=cmd"}, {}, "TARGET_NAME", "formula"),
    (tuple(READ), {"customer_job": "a\u202eb"}, {}, "TARGET_NAME", "U+202E"),
]


@pytest.mark.parametrize(("target", "columns", "lists", "code", "message"), [
    (target, *case) for targets, *case in REFUSED for target in targets])
def test_refusals(target, columns, lists, code, message):
    header = replace(HEADER, target_lists=HEADER.target_lists | lists)
    with pytest.raises(TargetError) as error:
        target.render(table_of(target, columns), header, settings())
    assert error.value.code == code
    assert message in str(error.value)
    assert error.value.fix


def test_a_ticket_without_a_service_item_takes_the_one_for_such_time():
    table = table_of(sage_time, {"service_item": "", "customer_job": "", "is_billable": False})
    [row] = read(sage_time, table, chosen=settings(sage='other_item = "OTHER"'))
    assert (row["Activity Item ID"], row["Description"]) == ("OTHER", "")


def test_billable_time_in_the_books_needs_a_job():
    table = table_of(qbo_time, {"customer_job": ""})
    assert len(read(qbo_time, table)) == 1, "here the books do not bill it"
    with pytest.raises(TargetError, match="TIME_BILLABLE"):
        qbo_time.render(table, HEADER, settings(more=BILLED.format("billable", "false")))
