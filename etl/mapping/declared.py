"""What each cross-reference file must hold: columns, kinds, and the key that may answer only once a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "key", "text", "date_from", "date_to", "date", "instant", "rate", "money", "currency", "whole", "choice",
    "last_four", "digest",
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
HOUR_CLASSES = ("regular", "overtime", "overtime_premium", "double_time", "double_time_premium")
HOUR_KINDS = ("worked", "paid_leave", "unpaid_leave", "holiday")
PURPOSES = (
    *("direct_labor", "internal_labor", "leave_expense", "wages_expense", "accrued_wages", "suspense"),
    *("subcontractors", "accrued_contractors"),
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

TERMS = ("", "net", "end_of_month")  # terms_days after the bill's date, or after the end of its month
FORM_BOXES = ("NEC-1", "MISC-1", "MISC-2", "MISC-3", "MISC-6", "MISC-8", "MISC-10")

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
            Column("hour_kind", "choice", HOUR_KINDS),
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
    MappingFile(
        "vendors.csv",
        "map_vendors",
        (
            Column("vendor_id", "key"),
            Column("vendor_name", "text"),
            Column("legal_name", "text", blank=True),
            Column("state", "key", blank=True),
            Column("form_1099", "choice", ("", "none", *FORM_BOXES)),
            Column("tin_type", "choice", ("", "EIN", "SSN", "ITIN")),
            Column("tin_last_four", "last_four", blank=True),
            Column("w9_state", "choice", ("on_file", "requested", "missing")),
            Column("w9_signed_on", "date", blank=True),
            Column("exemption_code", "key", blank=True),
            Column("backup_withholding", "choice", ("yes", "no")),
            Column("terms", "choice", TERMS),
            Column("terms_days", "whole", blank=True),
            Column("expense_account", "text", blank=True),
        ),
        ("vendor_id",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "contracts.csv",
        "map_contracts",
        (
            Column("contract_id", "key"),
            Column("vendor_id", "key"),
            Column("currency", "currency"),
            Column("cap_hours", "rate", blank=True),
            Column("cap_amount", "rate", blank=True),
            Column("hours_before", "rate", blank=True),
            Column("amount_before", "rate", blank=True),
            Column("terms", "choice", TERMS),
            Column("terms_days", "whole", blank=True),
            Column("document", "text", blank=True),
            FROM,
            TO,
        ),
        ("contract_id",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/contract_rates.csv",
        "map_contract_rates",
        (
            Column("contract_id", "key"),
            Column("customer_job", "text", wildcard=True),
            Column("service_item", "text", wildcard=True),
            Column("rate", "rate"),
            FROM,
            TO,
        ),
        ("contract_id", "customer_job", "service_item"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "vendor_invoices.csv",
        "map_vendor_invoices",
        (
            Column("vendor_id", "key"),
            Column("contract_id", "key"),
            Column("invoice_number", "key"),
            Column("invoice_date", "date"),
            Column("period_end", "date"),
            Column("hours", "rate"),
            Column("amount", "rate"),
            Column("currency", "currency"),
        ),
        ("vendor_id", "invoice_number", "contract_id", "period_end"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "attachments.csv",
        "map_attachments",
        (
            Column("owner_type", "choice", ("vendor", "employee", "contract", "entry")),
            Column("owner", "text"),
            Column("kind", "choice", ("w9", "w8", "contract", "insurance", "license", "approval", "receipt", "other")),
            Column("path", "text"),
            Column("sha256", "digest"),
            Column("valid_from", "date", blank=True),
            Column("expires_on", "date", blank=True),
        ),
        ("owner_type", "owner", "kind", "path"),
        rows_needed=False,
        optional=True,
    ),
)
PAYMENT_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "private/vendor_payments.csv",
        "payments",
        (
            Column("payment_date", "date"),
            Column("vendor_id", "key"),
            Column("amount", "money"),
            Column("currency", "currency"),
            Column("method", "choice", ("check", "ach", "wire", "cash", "card", "third_party_network")),
            Column("account", "text"),
            Column("withheld", "rate", blank=True),
            Column("state_withheld", "rate", blank=True),
            Column("reference", "text"),
        ),
        (),
        rows_needed=False,
    ),
    MappingFile(
        "form_1099_accounts.csv",
        "boxes",
        (Column("account", "text"), Column("box", "choice", ("none", *FORM_BOXES))),
        ("account",),
        rows_needed=False,
        optional=True,
    ),
)
"""What the yearly review of vendors reads beside vendors.csv; no batch rests on it."""
