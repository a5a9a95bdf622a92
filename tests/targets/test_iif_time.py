"""QuickBooks Desktop time: which rows stand in the file, what each field says, what is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.targets import iif_time
from tests.targets.examples import HEADER, settings, time_activity
from tests.targets.readers import read_csv, read_iif


def fields(table, *, transfer=True):
    [file] = iif_time.render(table, HEADER, settings(transfer=transfer))
    return [record for record in read_iif(file.content) if record["RECORD"] == "TIMEACT"]


FIELDS = [   # columns, transfer to payroll, field, expected, why
    ({}, True, "DATE", "11/09/26", "MM/DD/YY"),
    ({"exported_seconds": 60}, True, "DURATION", "0:01", "a minute"),
    ({"exported_seconds": 86340}, True, "DURATION", "23:59", "the longest"),
    ({}, True, "NOTE", "Pose editor [AP-0001]", "the key is the only way to find it again"),
    ({"note": None}, True, "NOTE", "[AP-0001]", "a key without a note"),
    ({"note": "x" * 2000}, True, "NOTE", "x" * 990 + " [AP-0001]", "cut so that the key stays, 1000 in all"),
    ({}, True, "XFERTOPAYROLL", "Y", "an employee, and paychecks are made from time"),
    ({}, False, "XFERTOPAYROLL", "N", "another payroll pays"),
    ({}, False, "PITEM", "Hourly Regular", "an employee's item is named all the same"),
    ({"is_for_payroll": False}, True, "XFERTOPAYROLL", "N", "a vendor is never on payroll"),
    ({"is_for_payroll": False}, True, "PITEM", "", "a vendor has no payroll item"),
    ({}, True, "BILLINGSTATUS", "1", "billable and unbilled"),
    ({"is_billable": False, "customer_job": None}, True, "BILLINGSTATUS", "0", "internal time"),
    ({"class": None}, True, "PROJ", "", "PROJ is the class, and optional"),
    ({"employee_name": "Toma\u0301s"}, True, "EMP", "Tomás", "composed form"),
]


@pytest.mark.parametrize(("columns", "transfer", "field", "expected", "why"), FIELDS)
def test_fields(columns, transfer, field, expected, why):
    assert fields(time_activity(**columns), transfer=transfer)[0][field] == expected, why


REFUSED = [   # columns, code, part of the message, why
    ({"exported_seconds": 86400}, "TIME_DURATION", "Priya Nair, 2026-11-09", "24:00 is invalid"),
    ({"exported_seconds": -60}, "TIME_DURATION", "between 0:01 and 23:59", "no sign in DURATION"),
    ({"exported_seconds": 90}, "TIME_DURATION", "whole minutes", "the caller did not share out the grain"),
    ({"customer_job": None}, "TIME_BILLABLE", "line 0042-T-001", "billable without job"),
    ({"service_item": None}, "TIME_BILLABLE", "service item", "billable without item"),
    ({"pay_item": None}, "TIME_PAY_ITEM", "payroll item", "C137: a missing code stops the target and is named"),
    ({"employee_name": None}, "TARGET_FIELD_EMPTY", "employee name", "EMP is required"),
    ({"entry_ref": ""}, "TARGET_FIELD_EMPTY", "entry ref", "without a key nothing can be deleted"),
    ({"worked_on": None}, "TARGET_FIELD_EMPTY", "worked on", "DATE is required"),
    ({"exported_seconds": None}, "TARGET_FIELD_EMPTY", "exported seconds", "an absent figure is not a zero"),
    ({"is_billable": None}, "TARGET_FIELD_EMPTY", "is billable", "never guessed"),
    ({"employee_name": "Łukasz"}, "TARGET_NAME", "Ł (U+0141)", "cp1252 lacks it"),
    ({"employee_name": "A:B"}, "TARGET_NAME", "colon", "people have no levels"),
    ({"employee_name": "x" * 42}, "TARGET_NAME", "42 characters", "list names take 41"),
    ({"customer_job": "A:" + "x" * 42}, "TARGET_NAME", "42 characters", "41 a level"),
    ({"customer_job": ":".join(["x" * 41] * 6)}, "TARGET_NAME", "251 characters", "209 in all"),
    ({"customer_job": "A::B"}, "TARGET_NAME", "empty level", "a level without a name"),
    ({"service_item": "x" * 32}, "TARGET_NAME", "32 characters", "item names take 31"),
    ({"class": "=A1"}, "TARGET_NAME", "formula", "B36"),
    ({"entry_ref": "a\tb"}, "TARGET_NAME", "U+0009", "a key is never changed"),
]


@pytest.mark.parametrize(("columns", "code", "message", "why"), REFUSED)
@pytest.mark.parametrize("make", [iif_time.render, iif_time.correct])
def test_refusals(columns, code, message, why, make):
    with pytest.raises(TargetError) as error:
        make(time_activity(**columns), HEADER, settings())
    assert error.value.code == code, why
    assert message in str(error.value), why


def test_all_findings_come_in_one_message():
    table = pa.concat_tables([time_activity(line_id="1", employee_name="Łukasz"),
                              time_activity(line_id="2", exported_seconds=86400),
                              time_activity(line_id="3", customer_job=None)])
    with pytest.raises(TargetError) as error:
        iif_time.render(table, HEADER, settings())
    assert all(part in str(error.value) for part in ("Łukasz", "line 1", "line 2", "23:59", "line 3", "job"))


def test_a_long_list_of_findings_stays_readable():
    table = pa.concat_tables([time_activity(line_id=str(number), customer_job=None) for number in range(500)])
    with pytest.raises(TargetError, match="and 480 more findings") as error:
        iif_time.render(table, HEADER, settings())
    assert len(str(error.value)) < 5000


def test_rows_below_the_grain_are_left_out_and_not_checked():
    table = pa.concat_tables([time_activity(), time_activity(exported_seconds=0, customer_job=None)])
    assert len(fields(table)) == 1
    assert iif_time.render(table.slice(1), HEADER, settings()) == [], "no file without rows"


def test_missing_settings_name_the_key():
    with pytest.raises(TargetError) as error:
        iif_time.render(time_activity(), HEADER, settings(transfer=None))
    assert error.value.code == "TARGET_SETTINGS_MISSING"
    assert "key targets.quickbooks_desktop" in error.value.where
    assert "company_create_time" in error.value.fix


def test_a_company_name_the_code_page_lacks_is_refused():
    with pytest.raises(TargetError, match="Ł"):
        iif_time.render(time_activity(), HEADER, settings(company_name="Łódź Studio"))


def test_the_delete_list_counts_down_to_nothing():
    table = pa.concat_tables([time_activity(), time_activity(exported_seconds=0),
                              time_activity(entry_ref="AP-0002", exported_seconds=3600)])
    [file] = iif_time.correct(table, HEADER, settings())
    assert (file.path, file.role) == ("corrections/quickbooks_desktop/time_2026-11-15_delete_list.csv", "correction")
    columns = ("order", "key_in_note", "duration", "left_of_batch")
    assert [tuple(row[column] for column in columns) for row in read_csv(file.content)] == [
        ("1", "AP-0001", "7:30", "1:00"), ("2", "AP-0002", "1:00", "0:00")]


@given(st.lists(st.integers(0, 1439), min_size=1, max_size=30))
def test_minutes_in_are_minutes_out(minutes):
    table = pa.concat_tables([time_activity(exported_seconds=60 * each) for each in minutes])
    files = iif_time.render(table, HEADER, settings())
    read = [record["DURATION"].split(":") for file in files for record in read_iif(file.content)
            if record["RECORD"] == "TIMEACT"]
    assert sum(60 * int(hours) + int(rest) for hours, rest in read) == sum(minutes)


def test_changed_texts_name_line_field_and_reason():
    table = pa.concat_tables([time_activity(line_id="1", note="=1;2"), time_activity(line_id="2"),
                              time_activity(line_id="3", note="\t", exported_seconds=0),
                              time_activity(line_id="4", note="y" * 995)])
    first, last = iif_time.changed_texts(table, HEADER, settings()).to_pylist()
    why = first.pop("why")
    assert first == {"document": iif_time.NAME, "line_id": "1", "field": "note", "before": "=1;2", "after": "~ =1,2"}
    assert "; became ," in why
    assert "begins like a formula" in why
    assert (last["line_id"], last["after"], last["why"]) == ("4", "y" * 990, "cut to the target's length")
