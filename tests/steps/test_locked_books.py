"""Books that are locked take nothing more: the draft stops, what is exported already stays, corrections move on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest

from etl import steps
from etl.errors import RefusedError
from etl.steps.locked_books import refuse_locked_books
from etl.tables import INVOICE_LINES, VENDOR_LINES
from tests.steps.corrected import COMPANY, Past, sunday


def locked(through: date) -> str:
    return f"[books]\nlocked_through = {through}"


@pytest.fixture(name="company")
def _company(tmp_path):
    company = Past(tmp_path / "past")
    company.work("a ann web 0 8:00")
    return company


@pytest.mark.capability("C151")
def test_a_week_that_lies_in_locked_books_is_not_drafted(company):
    company.more = locked(sunday(0))
    with pytest.raises(RefusedError) as caught:
        company.draft(0)
    assert caught.value.code == "BOOKS_LOCKED"
    assert "locked through 2026-11-08" in caught.value.what
    assert "of 2026-11-08" in caught.value.what, "the document and its day"
    assert "locked_through" in caught.value.where
    assert "accountant" in caught.value.fix
    assert not list((company.root / "reports").rglob("draft-*")), "nothing was drafted"


@pytest.mark.capability("C151")
def test_books_locked_up_to_the_day_before_take_the_week(company):
    company.more = locked(sunday(0) - timedelta(days=1))
    assert "draft" in company.draft(0).title


def test_an_exported_week_may_be_locked_and_looked_at_again(company):
    company.publish_first()
    company.more = locked(sunday(0))
    run = company.rules(0)
    try:
        steps.check(run)
        told = steps.draft(run)
    finally:
        run.end()
    assert "already exported" in told.title


@pytest.mark.parametrize(("table", "schema", "row", "said"), [
    ("invoice_lines", INVOICE_LINES, {"invoice_number": "TB42I1", "billed_on": sunday(0)}, "TB42I1 of 2026-11-08"),
    ("vendor_lines", VENDOR_LINES, {"vendor_id": "VC"}, "quickbooks_online.bill of 2026-11-08"),
])
def test_invoices_and_bills_are_documents_too(company, table, schema, row, said):
    company.more = locked(sunday(0))
    company.write()
    run = steps.start(COMPANY, sunday(0), company.root, in_memory=True)
    targets = run.settings.targets.model_copy(update={"documents": ("quickbooks_online.bill",)})
    run = replace(run, settings=run.settings.model_copy(update={"targets": targets}))
    try:
        with pytest.raises(RefusedError) as caught:
            refuse_locked_books(run, {table: pa.Table.from_pylist([dict.fromkeys(schema.names) | row], schema=schema)})
        assert said in caught.value.what
        refuse_locked_books(run, {table: schema.empty_table()})
    finally:
        run.end()
