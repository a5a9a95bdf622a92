"""The shared golden samples, reproduced: time byte for byte, the wage lines of both journals line by line."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from etl import tables
from etl.targets import iif_journal, iif_time, qbo_csv
from etl.targets.documents import document
from tests.shared import shared
from tests.targets.examples import HEADER, from_rows, settings
from tests.targets.readers import read_iif, read_journal_csv
from tests.targets.test_golden import rendered_files

PAY_ITEMS = {"REG": "Hourly Regular", "OT": "Overtime 1.5x", "": ""}
IS_WAGES = re.compile("Direct Labor|Internal Labor|Accrued Wages Payable")
LABOR, INTERNAL = "Job Costs:Direct Labor", "Overhead:Internal Labor"
WAGE_LINES = [   # account, job, class, amount, memo: as the sample week's labor journal posts them
    (LABOR, "Foxglove Robotics:Gait Controller UI", "Engineering", "1224.50", "Gait Controller UI"),
    (LABOR, "Foxglove Robotics:Telemetry Dashboard", "Engineering", "1311.61", "Telemetry Dashboard"),
    (INTERNAL, "", "Engineering", "124.00", "internal"),
    (LABOR, "Harbor Lane Credit Union:Loan Portal Refresh", "Design", "1050.84", "Loan Portal Refresh"),
    (LABOR, "Harbor Lane Credit Union:Branch Kiosk", "Design", "662.83", "Branch Kiosk"),
    (LABOR, "Mistral Tea Co:Wholesale Storefront", "Research", "517.92", "Wholesale Storefront"),
    (LABOR, "Harbor Lane Credit Union:Loan Portal Refresh", "Research", "343.75", "Loan Portal Refresh"),
    (LABOR, "Foxglove Robotics:Gait Controller UI", "Research", "210.83", "Gait Controller UI"),
    (LABOR, "Mistral Tea Co:Wholesale Storefront", "Engineering", "1505.62", "Wholesale Storefront"),
]


def sample_time():
    text = (shared("samples/targets/_source") / "time_entries.csv").read_text(encoding="utf-8")
    rows = [{
        "line_id": f"0042-T-{number:03d}", "entry_id": entry["entry_key"], "worked_on": entry["work_date"],
        "customer_job": entry["client_project"], "employee_name": entry["worker"],
        "service_item": entry["service_item"], "pay_item": PAY_ITEMS[entry["pay_type"]],
        "class": entry["service_item"], "note": entry["note"], "entry_ref": entry["entry_key"],
        "pay_seconds": int(entry["minutes"]) * 60,
        "exported_seconds": int(entry["minutes"]) * 60, "is_for_payroll": entry["worker_kind"] == "employee",
        "is_billable": entry["billable"] == "1",
    } for number, entry in enumerate(csv.DictReader(text.splitlines()), 1)]
    return from_rows(tables.TIME_ACTIVITIES, rows)


def sample_wages():
    lines = [*((account, job, kind, amount, f"Labor {memo} / {kind}")
               for account, job, kind, amount, memo in WAGE_LINES),
             ("Accrued Wages Payable", "", "", "-6951.90", "Gross wages week 2026-W46")]
    return from_rows(tables.POSTINGS, [{
        "line_id": f"0042-L-{number:03d}", "document_number": "AP-46-LABOR", "line_number": number,
        "posted_on": "2026-11-15", "account": account, "customer_job": job, "class": kind, "amount": amount,
        "currency": "USD", "memo": memo,
    } for number, (account, job, kind, amount, memo) in enumerate(lines, 1)])


def test_time_of_the_sample_week_byte_for_byte():
    sample = (shared("samples/targets/qbd_iif_timeact") / "time_2026w46.iif").read_bytes()
    [file] = iif_time.render(sample_time(), HEADER, settings())
    assert file.content.splitlines(keepends=True) == sample.splitlines(keepends=True)
    assert (file.path, file.role, file.rows) == ("upload/quickbooks_desktop/time_2026-11-15.iif", "import", 25)


def test_wage_lines_of_the_desktop_journal_byte_for_byte():
    sample = (shared("samples/targets/qbd_iif_general_journal") / "journal_2026w46.iif").read_bytes()
    [file] = iif_journal.render(sample_wages(), HEADER, settings())
    assert lines_of(file.content) == lines_of(sample)
    assert file.content.splitlines()[:3] == sample.splitlines()[:3], "the header lines"


def test_wage_lines_of_the_online_journal_byte_for_byte():
    sample = (shared("samples/targets/qbo_csv_journal") / "journal_2026w46.csv").read_bytes()
    [file] = qbo_csv.render(sample_wages(), HEADER, settings())
    assert lines_of(file.content) == lines_of(sample)
    assert file.content.splitlines()[0] == sample.splitlines()[0], "the header"


def lines_of(content: bytes) -> list[bytes]:
    lines = [line for line in content.splitlines(keepends=True) if IS_WAGES.search(line.decode("cp1252"))]
    assert len(lines) == len(WAGE_LINES) + 1, "every wage line is compared"
    return lines


def test_the_judge_accepts_the_samples():
    folder = shared("samples/targets")
    counts = {
        "qbd_iif_timeact/time_2026w46.iif": 26,   # TIMERHDR and 25 TIMEACT
        "qbd_iif_general_journal/journal_2026w46.iif": 28,   # 26 lines and 2 ENDTRNS
        "qbo_csv_journal/journal_2026w46.csv": 26,
    }
    for name, count in counts.items():
        read = read_iif if name.endswith(".iif") else read_journal_csv
        assert len(read((folder / name).read_bytes())) == count, name


FORMS = {   # sample file -> document
    "adp_csv_paydata/PRA7PEPI.csv": "payroll.adp", "gusto_csv_hours/hours_2026w46.csv": "payroll.gusto",
    "paychex_csv_spi/spi_2026w46.csv": "payroll.paychex", "qbd_iif_bill/bill_DEL-0046.iif": "quickbooks_desktop.bill",
    "qbd_iif_general_journal/journal_2026w46.iif": "quickbooks_desktop.labor_journal",
    "qbd_iif_invoice/invoice_INV-2046.iif": "quickbooks_desktop.invoice",
    "qbd_iif_lists/lists.iif": "quickbooks_desktop.lists",
    "qbd_iif_timeact/time_2026w46.iif": "quickbooks_desktop.time",
    "qbo_csv_bill/bills_2026w46.csv": "quickbooks_online.bill",
    "qbo_csv_invoice/invoices_2026w46.csv": "quickbooks_online.invoice",
    "qbo_csv_journal/journal_2026w46.csv": "quickbooks_online.labor_journal",
    "xero_csv_bill/bills_2026w46.csv": "xero.bill", "xero_csv_manual_journal/journal_2026w46.csv": "xero.labor_journal",
    "xero_csv_sales_invoice/invoices_2026w46.csv": "xero.invoice",
}
DECIDED = {"payroll.adp", "quickbooks_desktop.invoice", "quickbooks_desktop.lists"}   # rows of decision 0064


@pytest.mark.parametrize(("sample", "name"), FORMS.items())
def test_headings_and_line_ends_are_the_samples_or_decided(sample, name):
    given = (shared("samples/targets") / sample).read_bytes()
    [ours] = [file for file in rendered_files(document(name)) if file.role == "import"][:1]
    decision = next((Path(__file__).resolve().parents[2] / "docs/adr").glob("0064-*")).read_text(encoding="utf-8")
    assert (heads(given) != heads(ours.content)) == (name in DECIDED)
    assert name not in DECIDED or f"| `{sample.rpartition('/')[2]}` |" in decision
    assert b"\n" not in given.replace(b"\r\n", b"") + ours.content.replace(b"\r\n", b"")
    assert [content.startswith(b"\xef\xbb\xbf") for content in (given, ours.content)] == [False, False]


def heads(content: bytes) -> list[bytes]:
    lines = content.splitlines()
    return [line for line in lines if line.startswith(b"!")] or lines[:1]
