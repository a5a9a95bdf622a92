"""Lists for QuickBooks Desktop: only names it lacks, parents first, nothing it could not take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.errors import TargetError
from etl.tables import NAMES_WRITTEN
from etl.targets import iif_lists
from etl.targets.target_names import refuse_unlisted
from tests.shared import shared
from tests.targets.examples import HEADER, from_rows, settings, time_activity
from tests.targets.readers import read_iif


def names(*pairs: tuple[str, str]):
    return from_rows(NAMES_WRITTEN, [{"list": one, "name": name, "line_id": "0042-L-001"} for one, name in pairs])


def records(table, header=HEADER):
    return [(row["RECORD"], row["NAME"]) for file in iif_lists.render(table, header, settings())
            for row in read_iif(file.content)]


def test_only_what_the_books_lack_is_made_and_parents_come_first():
    table = names(*(("customer_job", name) for name in ("Foxglove:Gait", "Foxglove:Arm", "Mill:Web:Shop")),
                  *(("account", name) for name in ("Accrued Wages Payable", "Job Costs:Direct Labor")),
                  ("vendor", "Callum Reid"))
    assert records(table) == [
        ("ACCNT", "Job Costs"), ("ACCNT", "Job Costs:Direct Labor"), ("CUST", "Foxglove:Arm"), ("CUST", "Mill"),
        ("CUST", "Mill:Web"), ("CUST", "Mill:Web:Shop")]
    [back] = iif_lists.correct(table, HEADER, settings())
    assert back.rows == 6
    assert iif_lists.render(names(("vendor", "Callum Reid")), HEADER, settings()) == []


def test_the_records_are_those_of_the_sample_in_the_columns_we_write():
    sample = read_iif((shared("samples/targets/qbd_iif_lists") / "lists.iif").read_bytes())
    wanted = {"ACCNT": "account", "CLASS": "class", "INVITEM": "service_item", "CUST": "customer_job",
              "EMP": "employee", "VEND": "vendor"}
    table = names(*((wanted[row["RECORD"]], row["NAME"]) for row in sample))
    types = {row["NAME"]: row["ACCNTTYPE"] for row in sample if row["RECORD"] == "ACCNT"}
    lists = {f"quickbooks_desktop.{one}": {"another": ""} for one in wanted.values()}
    header = replace(HEADER, target_lists=lists, account_types=types)
    [file] = iif_lists.render(table, header, settings())
    ours = read_iif(file.content)
    by_name = {(row["RECORD"], row["NAME"]): row for row in sample}
    assert len(ours) == len(sample)
    for row in ours:
        theirs = by_name[row["RECORD"], row["NAME"]]
        assert row == {column: theirs[column] for column in row} | ({"DESC": row["NAME"]} if "DESC" in row else {})


REFUSED = [   # names, header, code, part of the message
    ((("class", "Field"),), replace(HEADER, target_lists={}), "TARGET_LIST", "is not given"),
    ((("vendor", "A;B"),), HEADER, "TARGET_NAME", "holds ;"),
    ((("customer_job", "x" * 42),), HEADER, "TARGET_NAME", "42 characters"),
    ((("employee", "Łukasz"),), HEADER, "TARGET_NAME", "code page"),
    ((("account", "Sundries"),), HEADER, "TARGET_LIST", "type of the account 'Sundries'"),
    ((("vendor", "Priya Nair"),), HEADER, "TARGET_LIST", "two lists: employee, vendor"),
]


@pytest.mark.parametrize(("pairs", "header", "code", "message"), REFUSED)
def test_refusals(pairs, header, code, message):
    for make in (iif_lists.render, iif_lists.correct):
        with pytest.raises(TargetError) as error:
            make(names(*pairs), header, settings())
        assert error.value.code == code
        assert message in str(error.value)


@pytest.mark.capability("C35")
def test_names_are_compared_with_the_lists_before_anything_is_written():
    unknown = time_activity(employee_name="Nobody", customer_job="Foxglove:Old")
    with pytest.raises(TargetError) as error:
        refuse_unlisted(unknown, "quickbooks_desktop.time", HEADER, settings())
    assert error.value.code == "TARGET_LIST"
    assert "'Nobody'" in error.value.what
    assert "quickbooks_desktop,customer_job,Foxglove:Old" in error.value.fix
    known = HEADER.target_lists | {"quickbooks_desktop.class": {"Engineering": ""}}
    refuse_unlisted(time_activity(), "quickbooks_desktop.time", replace(HEADER, target_lists=known), settings())
    refuse_unlisted(unknown, "quickbooks_desktop.time", replace(HEADER, target_lists={}), settings())


def test_a_company_that_makes_its_lists_is_not_asked():
    making = settings()
    making = making.model_copy(update={
        "targets": making.targets.model_copy(update={"documents": ("quickbooks_desktop.lists",)})})
    refuse_unlisted(time_activity(employee_name="Nobody"), "quickbooks_desktop.time", HEADER, making)
    with pytest.raises(TargetError):
        refuse_unlisted(time_activity(employee_name="Nobody"), "quickbooks_online.time", HEADER, making)
