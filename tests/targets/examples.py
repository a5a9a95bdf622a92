"""Small tables for the tests of targets, as text a bookkeeper can read, and the company they belong to."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pyarrow as pa

from etl import tables
from etl.settings import Settings, parse_settings
from etl.terms import BatchHeader, PayrollPerson
from etl.units import BatchNumber

_GUID = "00000000-0000-4000-8000-00000000010"
_JOBS = ("Foxglove:Gait", "Quince Observatory:Dome Motor", "Quince Observatory:Visitor Centre")
_ITEMS = ("Engineering", "Design")
_NAMES = {
    "employee": ("Priya Nair", "Okafor, Ifeoma", "Renée Søby"), "vendor": ("Basalt Works LLC",), "customer_job": _JOBS,
    "project": _JOBS, "service_item": _ITEMS, "task": tuple(f"{job}/{item}" for job in _JOBS for item in _ITEMS),
}
HEADER = BatchHeader(
    company_id="alder", company_name="Alder & Pine Studio", home_currency="USD", period_start=date(2026, 11, 9),
    period_end=date(2026, 11, 15), period_label="week 2026-W46", batch=BatchNumber(42), is_sandbox=False,
    policy="four_eyes", labor_posting="accrue", mapping_digest="0" * 64, product_version="0.1.0",
    account_types={"Job Costs:Direct Labor": "COGS", "Overhead:Internal Labor": "EXP",
                   "Accrued Wages Payable": "OCLIAB"},
    target_lists={
        "xero.account": {"Job Costs:Direct Labor": "310", "Job Costs:Subcontractors": "315",
                         "Overhead:Internal Labor": "477", "Accrued Wages Payable": "814"},
        "quickbooks_desktop.account": {"Accrued Wages Payable": ""}, "quickbooks_desktop.class": {"Office": ""},
        "quickbooks_desktop.service_item": {"Engineering": ""}, "quickbooks_desktop.vendor": {"Callum Reid": ""},
        "quickbooks_desktop.customer_job": {"Foxglove": "", "Foxglove:Gait": ""},
        "quickbooks_desktop.employee": {"Priya Nair": ""},
        **{f"{target}.{name}": {one: form.format(number) for number, one in enumerate(names, 1)}
           for target, form in (("quickbooks_online", "20{}"), ("sage50", "ID-{}"), ("xero", f"{_GUID}{{}}"))
           for name, names in _NAMES.items() if (target, name) != ("xero", "customer_job")},
    },
    payroll_people={
        "E001": PayrollPerson("000101", "Okafor", "Ifeoma", "Senior Engineer"),
        "E002": PayrollPerson("000102", "Søby", "Renée"),
        "E003": PayrollPerson("000103", "Quill", "Tam"),
    })

SETTINGS_TEXT = """
[company]
id = "alder"
name = "Alder & Pine Studio"
home_currency = "USD"
zone = "America/New_York"
go_live = 2026-01-01
policy = "four_eyes"
[billing]
period = "none"
[labor_posting]
mode = "{mode}"
[targets]
documents = []
[targets.adp]
company_code = "A7P"
{adp_columns}
[targets.paychex]
client_id = "1234ABCD"
[targets.sage50]
billing_type = 2
[targets.xero]
date_format = "DD/MM/YYYY"
tax_rate = "Tax Exempt (0%)"
tracking_job = "Project"
tracking_class = "Practice"
"""
_ADP_COLUMNS = """columns = [
    "Co Code", "Batch ID", "File #", "Reg Hours", "O/T Hours", "Hours 3 Code", "Hours 3 Amount", "Earnings 3 Code",
    "Earnings 3 Amount",
]"""
_DESKTOP = """
[targets.quickbooks_desktop]
company_name = "{company_name}"
company_create_time = "1478822400"
transfer_to_payroll = {transfer}
item_account = "Professional Services Income"
"""


def settings(
    mode: str = "accrue", *, transfer: bool | None = True, company_name: str = "Alder & Pine Studio", more: str = "",
    sage: str = "",
) -> Settings:
    """The company's settings; `transfer` None leaves QuickBooks Desktop undescribed; `more` sections, `sage` keys."""
    desktop = "" if transfer is None else _DESKTOP.format(transfer=str(transfer).lower(), company_name=company_name)
    given = SETTINGS_TEXT.replace("billing_type = 2", f"billing_type = 2\n{sage}")
    text = given.format(mode=mode, adp_columns=_ADP_COLUMNS) + desktop
    return parse_settings(text + more, "alder", "mappings/alder/company.toml")


def from_text(schema: pa.Schema, text: str) -> pa.Table:
    """A table from columns parted by " | "; absent columns are null, so is an empty cell."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return from_rows(schema, [dict(zip(lines[0], line, strict=True)) for line in lines[1:]])


def from_csv(schema: pa.Schema, text: str) -> pa.Table:
    return from_rows(schema, list(csv.DictReader(io.StringIO(text, newline=""))))


def from_rows(schema: pa.Schema, rows: list[dict]) -> pa.Table:
    """A table of exactly this schema; texts are read as what the column holds."""
    unknown = {name for row in rows for name in row} - set(schema.names)
    assert not unknown, unknown
    return pa.table({field.name: pa.array([_value(row.get(field.name), field.type) for row in rows], field.type)
                     for field in schema}, schema=schema)


def _value(cell, kind: pa.DataType):
    if not isinstance(cell, str) or pa.types.is_string(kind):
        return None if cell == "" else cell
    if cell == "":
        return None
    if pa.types.is_boolean(kind):
        return {"yes": True, "no": False}[cell]
    if pa.types.is_date(kind):
        return date.fromisoformat(cell)
    return Decimal(cell) if pa.types.is_decimal(kind) else int(cell)


def time_activity(**columns) -> pa.Table:
    """One time activity that can be written, with these columns otherwise."""
    row = {"line_id": "0042-T-001", "entry_id": "e1", "worked_on": "2026-11-09", "customer_job": "Foxglove:Gait",
           "employee_name": "Priya Nair", "service_item": "Engineering", "pay_item": "Hourly Regular",
           "class": "Engineering", "note": "Pose editor", "entry_ref": "AP-0001", "pay_seconds": 27000,
           "exported_seconds": 27000, "is_for_payroll": True, "is_billable": True}
    return from_rows(tables.TIME_ACTIVITIES, [row | columns])


def posting(**columns) -> dict:
    row = {"line_id": "0042-L-001", "document_number": "TB0042L", "line_number": 1, "posted_on": "2026-11-15",
           "account": "Job Costs:Direct Labor", "customer_job": "Foxglove:Gait", "class": "Engineering",
           "amount": "100.00", "currency": "USD", "memo": "Labor Gait"}
    return row | columns


def journal(*lines: dict, balanced: bool = True) -> pa.Table:
    """Postings of these lines; by default with a last line that balances them on the first line's document."""
    rows = [posting(**line) for line in lines]
    if balanced:
        total = sum(Decimal(row["amount"]) for row in rows)
        rows.append(posting(**(lines[0] if lines else {})) | {
            "account": "Accrued Wages Payable", "customer_job": "", "class": "", "memo": "Gross wages",
            "amount": str(-total)})
    numbered = [row | {"line_id": f"0042-L-{number:03d}", "line_number": number}
                for number, row in enumerate(rows, 1)]
    return from_rows(tables.POSTINGS, numbered)
