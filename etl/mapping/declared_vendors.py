"""What the files about vendors must hold: who they are, contracts and rates, invoices, documents, payments."""

from __future__ import annotations

from etl.mapping.columns import FROM, TO, Column, MappingFile

TERMS = ("", "net", "end_of_month")  # terms_days after the bill's date, or after the end of its month
FORM_BOXES = ("NEC-1", "MISC-1", "MISC-2", "MISC-3", "MISC-6", "MISC-8", "MISC-10")

VENDOR_FILES: tuple[MappingFile, ...] = (
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
