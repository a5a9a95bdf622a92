"""What vendors are owed, as the worksheet and as QuickBooks Online's bills: bytes, refusals, the way back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from etl.errors import TargetError
from etl.tables import VENDOR_LINES
from etl.targets import qbo_bill, vendor_worksheet
from tests.targets.examples import HEADER, settings

LINE = {
    "line_id": "0046-V-001", "document_number": "CR-0046", "vendor_id": "VR", "vendor_name": "Callum Reid",
    "contract_id": "C-1",
    "customer_job": "Foxglove Robotics:Telemetry Dashboard", "service_item": "Engineering", "class": None,
    "rate": Decimal("52.000000"), "seconds": 26700, "amount": Decimal("385.660"), "currency": "GBP",
    "is_over_cap": False,
    "account": "Job Costs:Subcontractors", "billed_on": date(2026, 11, 15), "due_on": date(2026, 12, 15),
    "terms": "Net 30",
}


def lines(*differ: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist([LINE | row for row in differ], schema=VENDOR_LINES)


TWO = lines({}, {"line_id": "0046-V-002", "seconds": 11401, "amount": Decimal("164.670"), "customer_job": None})


@pytest.mark.capability("C150")
def test_bills_have_the_columns_of_the_sample():
    [file] = qbo_bill.render(TWO, HEADER, settings())
    week = HEADER.period_label
    assert file.content.decode() == (
        "*BillNo,*Supplier,*BillDate,*DueDate,Terms,Location,Memo,*Account,LineDescription,*LineAmount,Currency\r\n"
        f"CR-0046,Callum Reid,11/15/2026,12/15/2026,Net 30,,{week},Job Costs:Subcontractors,"
        "Foxglove Robotics:Telemetry Dashboard Engineering 7:25 h [0046-V-001],385.66,GBP\r\n"
        f"CR-0046,Callum Reid,11/15/2026,12/15/2026,Net 30,,{week},Job Costs:Subcontractors,"
        "internal Engineering 3:10:01 h [0046-V-002],164.67,GBP\r\n")
    [back] = qbo_bill.correct(TWO, HEADER, settings())
    assert "CR-0046,Callum Reid,550.33,GBP," in back.content.decode()


def test_a_line_without_a_bill_waits():
    assert qbo_bill.render(lines({"document_number": None}), HEADER, settings()) == []
    [file] = vendor_worksheet.render(lines({"document_number": None}), HEADER, settings())
    assert file.content.decode().splitlines()[1].endswith("Engineering,7:25,52.00,385.66,GBP,no,,2026-12-15")
    assert len(vendor_worksheet.correct(TWO, HEADER, settings())) == 1


@pytest.mark.parametrize(("differs", "code"), [
    ({"account": None}, "TARGET_FIELD_EMPTY"),
    ({"vendor_name": "A:B"}, "TARGET_NAME"),
    ({"document_number": "X" * 22}, "TARGET_NAME"),
    ({"amount": Decimal("1.005")}, "AMOUNT_DIGITS"),
    ({"contract_id": "C-2"}, "DOCUMENT_NUMBER"),
])
def test_what_a_bill_cannot_carry_is_refused(differs, code):
    with pytest.raises(TargetError) as error:
        qbo_bill.render(lines({}, differs), HEADER, settings())
    assert error.value.code == code


def test_a_file_holds_100_whole_bills():
    many = lines(*({"document_number": f"B{n // 2}"} for n in range(202)))
    assert [file.rows for file in qbo_bill.render(many, HEADER, settings())] == [200, 2]
