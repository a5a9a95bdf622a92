"""What each cross-reference file must hold: columns, kinds, and the key that may answer only once a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "key", "text", "date_from", "date_to", "date", "instant", "rate", "currency", "whole", "choice", "fx_rate"
]


@dataclass(frozen=True)
class Column:
    """One column. `wildcard`: the cell may be * for any. `blank`: the cell may be empty."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    blank: bool = False
    wildcard: bool = False


@dataclass(frozen=True)
class MappingFile:
    """One CSV. `key`: with the dates, the columns that may answer once only. `table`: its name in the decisions."""

    name: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows_needed: bool = True
    optional: bool = False  # a company without such a thing needs no file


FROM, TO = Column("effective_from", "date_from"), Column("effective_to", "date_to", blank=True)
HOUR_CLASSES = (
    "regular",
    "overtime",
    "overtime_premium",
    "double_time",
    "double_time_premium",
    "meal_premium",
    "rest_premium",
)
HOUR_KINDS = ("worked", "paid_leave", "unpaid_leave", "holiday")
PAID_KINDS = (*HOUR_KINDS, "premium")  # premium: pay that is no hour, which no entry can be
PURPOSES = (
    *("direct_labor", "internal_labor", "leave_expense", "wages_expense", "accrued_wages", "suspense"),
    *("rounding_difference", "burden_expense", "burden_applied"),
)
ACCOUNT_TYPES = (
    "BANK",
    "AR",
    "OCASSET",
    "FIXASSET",
    "OASSET",
    "AP",
    "CCARD",
    "OCLIAB",
    "LTLIAB",
    "EQUITY",
    "INC",
    "COGS",
    "EXP",
    "EXINC",
    "EXEXP",
    "NONPOSTING",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "employees.csv",
        "map_employees",
        (
            Column("source", "key", wildcard=True),
            Column("person_ref", "key"),
            Column("employee_id", "key"),
            Column("employee_name", "text"),
            Column("worker_type", "choice", ("employee", "contractor")),
            Column("pay_group", "key", blank=True),
            Column("flsa_status", "choice", ("nonexempt", "exempt", "")),
            Column("work_location", "key", blank=True),
            Column("vendor_id", "key", blank=True),
            FROM,
            TO,
        ),
        ("source", "person_ref"),
    ),
    MappingFile(
        "projects.csv",
        "map_projects",
        (
            Column("source", "key", wildcard=True),
            Column("client_ref", "text", wildcard=True),
            Column("project_ref", "text"),
            Column("customer_job", "text", blank=True),
            Column("billing_method", "choice", ("time_and_materials", "not_billed")),
            FROM,
            TO,
        ),
        ("source", "client_ref", "project_ref"),
    ),
    MappingFile(
        "items.csv",
        "map_items",
        (
            Column("source", "key", wildcard=True),
            Column("service_ref", "text"),
            Column("service_item", "text"),
            Column("hour_kind", "choice", HOUR_KINDS),
            FROM,
            TO,
        ),
        ("source", "service_ref"),
    ),
    MappingFile(
        "pay_items.csv",
        "map_pay_items",
        (
            Column("hour_kind", "choice", PAID_KINDS),
            Column("hour_class", "choice", HOUR_CLASSES),
            Column("pay_item", "text"),
        ),
        ("hour_kind", "hour_class"),
    ),
    MappingFile(
        "accounts.csv",
        "map_accounts",
        (
            Column("purpose", "choice", PURPOSES),
            Column("account", "text"),
            Column("account_type", "choice", ACCOUNT_TYPES),
        ),
        ("purpose",),
    ),
    MappingFile(
        "dimensions.csv",
        "map_classes",
        (
            Column("dimension", "choice", ("class",)),
            Column("by", "choice", ("service_item", "customer_job", "employee")),
            Column("ref", "text"),
            Column("value", "text"),
            Column("precedence", "whole"),
            FROM,
            TO,
        ),
        ("dimension", "by", "ref"),
        rows_needed=False,
    ),
    MappingFile(
        "rates.csv",
        "map_rates",
        (
            Column("customer_job", "text", wildcard=True),
            Column("service_item", "text", wildcard=True),
            Column("employee_id", "key", wildcard=True),
            Column("bill_rate", "rate"),
            Column("currency", "currency"),
            FROM,
            TO,
        ),
        ("customer_job", "service_item", "employee_id"),
        rows_needed=False,
    ),
    MappingFile(
        "burden_rates.csv",
        "map_burden_rates",
        (
            Column("pay_group", "key", wildcard=True),
            Column("work_location", "key", wildcard=True),
            Column("percent", "rate"),
            FROM,
            TO,
        ),
        ("pay_group", "work_location"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "fx_rates.csv",
        "map_fx_rates",
        (
            Column("rate_date", "date"),
            Column("from_currency", "currency"),
            Column("to_currency", "currency"),
            Column("rate", "fx_rate"),
            Column("source", "text"),
            Column("source_id", "text"),
            Column("fetched_at", "instant"),
        ),
        (),  # what may stand twice, and what not: etl/mapping/fx_rates.py
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/pay_rates.csv",
        "map_pay_rates",
        (
            Column("employee_id", "key"),
            Column("pay_rate", "rate"),
            Column("currency", "currency"),
            FROM,
            TO,
        ),
        ("employee_id",),
    ),
    MappingFile(
        "private/job_rates.csv",
        "map_job_rates",
        (
            Column("employee_id", "key"),
            Column("service_item", "text"),
            Column("kind", "choice", ("rate", "differential", "piece")),
            Column("rate", "rate"),
            Column("currency", "currency"),
            FROM,
            TO,
        ),
        ("employee_id", "service_item"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/salaries.csv",
        "map_salaries",
        (
            Column("employee_id", "key"),
            Column("salary", "rate"),
            Column("per", "choice", ("week", "two_weeks", "half_month", "month", "year")),
            Column("hours", "rate", blank=True),
            Column("currency", "currency"),
            FROM,
            TO,
        ),
        ("employee_id",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/earnings.csv",
        "map_earnings",
        (
            Column("employee_id", "key"),
            Column("earning", "text"),
            Column("amount", "rate"),
            Column("currency", "currency"),
            Column("in_regular_rate", "choice", ("yes", "no", "flat_sum")),
            Column("earned_from", "date"),
            Column("earned_to", "date"),
            Column("paid_on", "date"),
        ),
        ("employee_id", "earning", "earned_from"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "pay_calendar.csv",
        "map_pay_calendar",
        (
            Column("pay_group", "key"),
            Column("kind", "choice", ("weekly", "biweekly", "semimonthly", "monthly")),
            Column("period_start", "date"),
            Column("period_end", "date"),
            Column("cut_off", "instant"),
            Column("pay_date", "date"),
            Column("workweek_start", "choice", WEEKDAYS),
        ),
        ("pay_group", "period_start"),
    ),
)
