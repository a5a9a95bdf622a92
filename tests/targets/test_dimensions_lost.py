"""What a document cannot carry is told by value and counted by line; what it carries is not."""

from __future__ import annotations

import pytest

from etl.targets.dimensions import lost_dimensions
from etl.targets.documents import DOCUMENTS, document
from etl.targets.facts import facts
from etl.targets.fields import text_fields
from tests.bench.all_targets import batch
from tests.bench.all_targets import header as full_header
from tests.targets.examples import HEADER, settings
from tests.targets.test_books import without

pytestmark = pytest.mark.capability("C138")
MADE = batch(200)


def told(name: str, header=HEADER, company=None) -> dict[tuple[str, str], str]:
    rows = lost_dimensions(MADE[document(name).table], name, header, company or settings()).to_pylist()
    assert all(row["document"] == name and row["after"] == "" for row in rows)
    return {(row["field"], row["before"]): row["why"] for row in rows}


def test_a_class_that_time_in_xero_cannot_carry_is_told_with_its_lines():
    lost = told("xero.time")
    assert set(lost) == {("class", f"Class {number}") for number in range(6)}
    assert lost["class", "Class 0"] == "dimension lost: time in Xero Projects has no tracking (20 line(s))"


def test_it_is_carried_once_the_books_are_described():
    assert told("quickbooks_online.time")
    assert not told("quickbooks_online.time", full_header())
    assert {field for field, _ in told("xero.labor_journal", company=without("tracking_class"))} == {"class"}
    assert not told("xero.labor_journal")
    assert not told("quickbooks_desktop.time")


def test_a_bill_by_csv_loses_the_job_too():
    assert {field for field, _ in told("quickbooks_online.bill")} == {"class", "job"}


def test_every_document_with_a_job_or_class_writes_it_or_says_that_it_is_lost():
    """A document is in the list, or its file shows another class when the table does."""
    lost = {(row["document"], row["column"]) for row in facts("dimensions_lost.csv")}
    for known in DOCUMENTS:
        if "class" not in MADE[known.table].schema.names or known.name.endswith(("worksheet", "lists")):
            continue
        written = "class" in {field.column for field in text_fields(known.name)}
        assert written or (known.name, "class") in lost, known.name
