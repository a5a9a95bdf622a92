"""The company folder of a test: cross-references as text become CSVs, written, loaded and checked as in production."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from etl.mapping.declared import FILES
from etl.mapping.load import MappingSet, load_mappings
from etl.periods import pay_calendar
from etl.settings import Settings, parse_settings
from tests.sql.text import records

ID = "acme"
DEFAULTS: Mapping[str, Mapping[str, str]] = {  # what a cross-reference of a test need not say
    "scope.csv": dict.fromkeys(("pay", "labor", "billing", "tax"), "yes") | {"reason": "agreed", "owner": "Nora Noe"},
    "employees.csv": {
        "source": "*",
        "worker_type": "employee",
        "pay_group": "weekly",
        "flsa_status": "nonexempt",
        "work_location": "US",
    },
    "projects.csv": {"source": "*", "client_ref": "*", "billing_method": "time_and_materials"},
    "items.csv": {"source": "*", "hour_kind": "worked"},
    "rates.csv": {"customer_job": "*", "service_item": "*", "employee_id": "*", "currency": "USD"},
    "private/pay_rates.csv": {"currency": "USD"},
    "private/job_rates.csv": {"currency": "USD"},
    "private/salaries.csv": {"currency": "USD"},
    "private/earnings.csv": {"currency": "USD", "in_regular_rate": "yes"},
    "burden_rates.csv": {"pay_group": "*", "work_location": "*"},
    "payroll_taxes.csv": dict.fromkeys(("employee_id", "pay_group", "work_location", "pay_items"), "*")
    | {"currency": "USD", "confirmed_by": "R. Ortiz"},
    "private/tax_wages.csv": {"tax": "*", "currency": "USD", "reference": "register"},
    "private/cost_rates.csv": dict.fromkeys(("employee_id", "pay_group", "customer_job", "service_item"), "*")
    | {"currency": "USD"},
    "fx_rates.csv": {"source": "ecb", "source_id": "v1", "fetched_at": "2026-11-16 16:00"},
    "holidays.csv": {"calendar": "studio", "name": "Holiday"},
    "holiday_pay.csv": {"pay_group": "*", "work_location": "*", "calendar": "studio", "service_ref": "holiday"},
    "premiums.csv": {"pay_group": "*", "work_location": "*", "hour_class": "night_premium", "regular_rate": "included"}
    | {"caused_by": "agreement", "citation": "agreement"},
    "private/overpayments.csv": {"currency": "USD", "settled_by": "repaid", "reference": "receipt"},
    "vendors.csv": {"w9_state": "on_file", "w9_signed_on": "2026-01-02", "backup_withholding": "no"},
    "contracts.csv": {"currency": "USD"},
    "private/contract_rates.csv": {"customer_job": "*", "service_item": "*"},
    "vendor_invoices.csv": {"invoice_date": "2026-11-16", "period_end": "2026-11-15", "currency": "USD"},
    "customers.csv": {"terms": "net", "terms_days": "30"},
    "invoice_accounts.csv": {"service_item": "*", "account": "Services", "account_type": "INC"},
    "tax_codes.csv": {"customer": "*", "service_item": "*", "place": "*"},
    "fees.csv": {"service_item": "Engineering", "fee_on": "2026-11-10", "currency": "USD"},
    "job_limits.csv": {"currency": "USD"},
    "billing_decisions.csv": {
        "period_end": "2026-11-15",
        "currency": "USD",
        "decided_by": "Rita Review",
        "worksheet": "0" * 64,
    },
    "attachments.csv": {"path": "documents/w9.pdf", "sha256": "0" * 64},
    "dimensions.csv": {"dimension": "class"},
}
TOML = """
[company]
id = "acme"
name = "Acme Studio"
home_currency = "{home}"
zone = "America/New_York"
go_live = {go_live}
policy = "four_eyes"
[pay]
across_midnight = "{across_midnight}"
without_time = "{without_time}"
{pay}
[billing]
period = "{billing}"
first_start = {billing_start}
{bill}
[unmapped]
mode = "{unmapped}"
[labor_posting]
mode = "{posting}"
overtime_premium = "{premium}"
[targets]
documents = [{document_list}]
[targets.quickbooks_desktop]
company_name = "{books_name}"
company_create_time = "1478822400"
transfer_to_payroll = true
"""


@cache
def loaded(choices: tuple[tuple[str, object], ...]) -> tuple[Settings, MappingSet]:
    """Settings and cross-references of a Company, by its fields."""
    company = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in choices}
    with tempfile.TemporaryDirectory() as folder:
        _write(company, Path(folder))
        mappings = load_mappings(Path(folder), ID)
    listed = ", ".join(f'"{name}"' for name in company["documents"].split())
    text = TOML.format(**company, document_list=listed) + company["toml"]
    if company["contractors"]:
        text += f"[contractors]\n{company['contractors']}\n"
    if company["pilot"]:
        text += f"[pilot]\nemployees = {company['pilot'].split()}\n"
    for rule in records(company["rounding"]) if company["rounding"] else ():
        text += "[[rounding]]\n" + "".join(
            f"{name} = {cell if name[:4] in ('unit', 'effe') else repr(cell)}\n"
            for name, cell in rule.items()
            if cell != "-"
        )
    return parse_settings(text, ID, "company.toml"), mappings


def _write(company: Mapping[str, str], folder: Path) -> None:
    (folder / "private").mkdir(mode=0o700)
    for declared in FILES:
        if declared.optional and not company[_field(declared.name)]:
            continue
        rows = (
            _calendar(company["calendar"])
            if declared.name == "pay_calendar.csv"
            else [DEFAULTS.get(declared.name, {}) | row for row in records(company[_field(declared.name)])]
        )
        with (folder / declared.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            given = {name for row in rows for name in row}
            names = [column.name for column in declared.columns if not column.optional or column.name in given]
            writer.writerow(names)
            writer.writerows([[_blank(row.get(name, _usual(name))) for name in names] for row in rows])
    for path in (folder / "private").iterdir():
        path.chmod(0o600)


def _calendar(text: str) -> list[dict[str, str]]:
    rows = []
    for row in records(text):
        [pay] = pay_calendar(row["pay_group"], row["kind"], date.fromisoformat(row["start"]), 1)
        rows.append(
            {
                "pay_group": pay.pay_group,
                "kind": pay.kind,
                "period_start": str(pay.period.start),
                "period_end": str(pay.period.end),
                "cut_off": f"{pay.cut_off:%Y-%m-%d %H:%M}",
                "pay_date": str(pay.pay_date),
                "workweek_start": row["workweek"],
            }
        )
    return rows


def _field(file: str) -> str:
    return file.removeprefix("private/").removesuffix(".csv")


def _usual(column: str) -> str:
    return "1900-01-01" if column == "effective_from" else "-"


def _blank(text: str) -> str:
    return "" if text == "-" else text
