"""What the files about invoices must hold: customers, accounts, tax codes, fees, caps and retainers, decisions."""

from __future__ import annotations

from etl.mapping.columns import FROM, TO, Column, MappingFile
from etl.mapping.declared_vendors import TERMS

BILLING_METHODS = ("time_and_materials", "not_billed", "fixed_fee", "retainer", "capped", "internal")
ACCOUNT_TYPES_BILLED = ("INC", "EXINC", "OCLIAB")  # income; a retainer is drawn from a liability
DECISIONS = ("bill", "hold", "write_down", "write_up")

BILLING_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "customers.csv",
        "map_customers",
        (
            Column("customer", "text"),  # a customer, or one customer:job of it
            Column("place", "key", blank=True),
            Column("terms", "choice", TERMS),
            Column("terms_days", "whole", blank=True),
            *(Column(f"address_{line}", "text", blank=True, optional=True) for line in range(1, 5)),
        ),
        ("customer",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "invoice_accounts.csv",
        "map_invoice_accounts",
        (
            Column("service_item", "text", wildcard=True),
            Column("account", "text"),
            Column("account_type", "choice", ACCOUNT_TYPES_BILLED),
        ),
        ("service_item",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "tax_codes.csv",
        "map_tax_codes",
        (
            Column("customer", "text", wildcard=True),
            Column("service_item", "text", wildcard=True),
            Column("place", "key", wildcard=True),
            Column("tax_code", "text"),
            FROM,
            TO,
        ),
        ("customer", "service_item", "place"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "fees.csv",
        "map_fees",
        (
            Column("customer_job", "text"),
            Column("service_item", "text"),
            Column("fee_on", "date"),
            Column("amount", "rate"),
            Column("currency", "currency"),
            Column("text", "text", blank=True),
        ),
        ("customer_job", "service_item", "fee_on"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "job_limits.csv",
        "map_job_limits",
        (
            Column("customer_job", "text"),
            Column("kind", "choice", ("cap", "retainer")),
            Column("service_item", "text", blank=True),
            Column("amount", "rate"),
            Column("used_before", "rate", blank=True),
            Column("currency", "currency"),
            FROM,
            TO,
        ),
        ("customer_job", "kind", "currency"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "billing_decisions.csv",
        "map_billing_decisions",
        (
            Column("period_end", "date"),
            Column("customer_job", "text"),
            Column("service_item", "text"),
            Column("bill_rate", "rate"),
            Column("currency", "currency"),
            Column("seconds", "rate"),  # whole; a line may have more than the six digits of a whole number
            Column("line_amount", "money"),
            Column("decision", "choice", DECISIONS),
            Column("amount", "money", blank=True),
            Column("reason", "text", blank=True),
            Column("decided_by", "text"),
            Column("worksheet", "digest"),
        ),
        ("period_end", "customer_job", "service_item", "bill_rate", "currency"),
        rows_needed=False,
        optional=True,
    ),
)
