"""The company's settings and cross-references, as a bookkeeper would keep them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from importlib.resources import files
from string import Template

from etl.periods import Kind, pay_calendar
from etl.sandbox.company import ABROAD_ZONE, LEAVE, NO_PROJECT, TASKS, TRAINEES, ZONE, Company, Person

_YEAR = 52   # weeks of the pay calendar
_BILL_RATES = {"Engineering": "165.00", "Design": "140.00", "Project Management": "150.00", "Installation": "95.00"}
_ABROAD = {"EUR": "135.50", "JPY": "14500"}
_HEADERS = {
    "employees.csv": "source,person_ref,employee_id,employee_name,worker_type,pay_group,flsa_status,work_location,"
                     "vendor_id,effective_from,effective_to",
    "projects.csv": "source,client_ref,project_ref,customer_job,billing_method,effective_from,effective_to",
    "items.csv": "source,service_ref,service_item,hour_kind,effective_from,effective_to",
    "pay_items.csv": "hour_kind,hour_class,pay_item",
    "accounts.csv": "purpose,account,account_type",
    "dimensions.csv": "dimension,by,ref,value,precedence,effective_from,effective_to",
    "rates.csv": "customer_job,service_item,employee_id,bill_rate,currency,effective_from,effective_to",
    "private/pay_rates.csv": "employee_id,pay_rate,currency,effective_from,effective_to",
    "pay_calendar.csv": "pay_group,kind,period_start,period_end,cut_off,pay_date,workweek_start",
}
_PAY_ITEMS = (
    ("worked", "regular", "Hourly Regular"), ("worked", "overtime", "Overtime 1.5x"),
    ("worked", "overtime_premium", "Overtime Premium"), ("paid_leave", "regular", "Paid Leave Hourly"),
    ("holiday", "regular", "Holiday Hourly"))
_ACCOUNTS = (
    ("direct_labor", "Job Costs:Direct Labor", "COGS"), ("internal_labor", "Overhead:Internal Labor", "EXP"),
    ("leave_expense", "Overhead:Paid Leave", "EXP"), ("accrued_wages", "Accrued Wages Payable", "OCLIAB"),
    ("wages_expense", "Wages Expense", "EXP"), ("suspense", "Suspense:Unmapped Labor", "OCASSET"))
_CLASSES = {"Engineering": "Engineering", "Design": "Design", "Research": "Research", "Installation": "Field",
            "Project Management": "Client Services", "Training": "Studio", "Admin": "Studio"}


def origin(company: Company) -> str:
    """The first line of company.toml: what made this company, so that nothing of another one is mixed into it."""
    return f"# Practice company {company.number} of seed {company.seed}, from {company.first_monday}."


def mapping_files(company: Company) -> dict[str, bytes]:
    """Every file below mappings/<company>/, by name."""
    rows: dict[str, Iterable[Sequence[object]]] = {
        "employees.csv": _employees(company), "projects.csv": _projects(company), "items.csv": _items(company),
        "pay_items.csv": _PAY_ITEMS, "accounts.csv": _ACCOUNTS, "dimensions.csv": _dimensions(company),
        "rates.csv": _rates(company), "private/pay_rates.csv": _pay_rates(company),
        "pay_calendar.csv": _calendar(company),
    }
    return {"company.toml": _settings(company)} | {name: _csv(_HEADERS[name], given) for name, given in rows.items()}


def _settings(company: Company) -> bytes:
    text = (files("etl.sandbox") / "company.toml").read_text(encoding="utf-8")
    values = {"origin": origin(company), "id": company.id, "name": company.name, "zone": ZONE,
              "abroad_zone": ABROAD_ZONE, "first_monday": company.first_monday}
    return Template(text).substitute(values).encode()


def _csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()


def _employees(company: Company) -> Iterable[Sequence[object]]:
    first, change = company.first_monday, company.change_day

    def row(person: Person, ref: str, since: object, until: object) -> Sequence[object]:
        vendor = f"VEND-{person.employee_id[1:]}" if person.worker_type == "contractor" else ""
        return (person.source, ref, person.employee_id, person.name, person.worker_type, person.pay_group,
                person.flsa_status, person.work_location, vendor, since, until)

    for person in company.people:
        if person.earlier_ref:
            yield row(person, person.earlier_ref, first, change - timedelta(days=1))
        yield row(person, person.ref, change if person.earlier_ref else first, "")


def _projects(company: Company) -> Iterable[Sequence[object]]:
    for project in (*company.projects, NO_PROJECT):
        yield ("*", project.client or "(none)", project.name or "(none)", project.customer_job,
               "time_and_materials" if project.is_billed else "not_billed",
               company.change_day if project == TRAINEES else company.first_monday, "")


def _items(company: Company) -> Iterable[Sequence[object]]:
    for task, item in (*TASKS.items(), ("(none)", "Admin")):
        yield "*", task, item, "worked", company.first_monday, ""
    for task, kind in LEAVE.items():
        yield "*", task, task, kind, company.first_monday, ""


def _dimensions(company: Company) -> Iterable[Sequence[object]]:
    for item, name in (_CLASSES | dict.fromkeys(LEAVE, "Studio")).items():
        yield "class", "service_item", item, name, 1, company.first_monday, ""


def _rates(company: Company) -> Iterable[Sequence[object]]:
    """By item; research goes up on the first Thursday; E44 is dearer, at no client abroad; those have one rate each."""
    first, change = company.first_monday, company.change_day
    for item, rate in _BILL_RATES.items():
        yield "*", item, "*", rate, "USD", first, ""
    yield "*", "Research", "*", "120.00", "USD", first, change - timedelta(days=1)
    yield "*", "Research", "*", "124.50", "USD", change, ""
    yield "*", "Engineering", "E44", "185.00", "USD", first, ""
    for project in company.projects:
        if project.currency != "USD" and project.client:
            yield project.customer_job, "*", "*", _ABROAD[project.currency], project.currency, first, ""


def _pay_rates(company: Company) -> Iterable[Sequence[object]]:
    """An hour's pay; of the salaried, the salary over 2,080 hours; abroad, what the employer there charges."""
    first, change = company.first_monday, company.change_day
    for person in (person for person in company.people if person.pay_rate):
        until = change - timedelta(days=1) if person.raised_rate else ""
        yield person.employee_id, _money(person.pay_rate), person.pay_currency, first, until
        if person.raised_rate:
            yield person.employee_id, _money(person.raised_rate), person.pay_currency, change, ""


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _calendar(company: Company) -> Iterable[Sequence[object]]:
    groups: tuple[tuple[Kind, int], ...] = (("weekly", _YEAR), ("biweekly", _YEAR // 2))
    for group, count in groups:
        for pay in pay_calendar(group, group, company.first_monday, count):
            yield (group, group, pay.period.start, pay.period.end, f"{pay.cut_off:%Y-%m-%d %H:%M}", pay.pay_date,
                   "monday")
