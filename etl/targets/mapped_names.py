"""Names in the cross-references that a document of the company cannot carry: told before anything is computed (B38)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.errors import MappingError
from etl.targets.fields import problems_of, profile_of, text_fields
from etl.targets.findings import Finding, refuse

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
_COMES_FROM = {   # a document's column: the cross-reference and the column its names come from
    "account": ("map_accounts", "accounts.csv", "account"),
    "customer_job": ("map_projects", "projects.csv", "customer_job"),
    "service_item": ("map_items", "items.csv", "service_item"),
    "pay_item": ("map_pay_items", "pay_items.csv", "pay_item"),
    "employee_name": ("map_employees", "employees.csv", "employee_name"),
    "vendor_name": ("map_vendors", "vendors.csv", "vendor_name"),
    "class": ("map_classes", "dimensions.csv", "value"),
    "tax_code": ("map_tax_codes", "tax_codes.csv", "tax_code"),
}


def refuse_names(rows: Rows, documents: Sequence[str], company: str) -> None:
    """Nothing when every mapped name fits every document that carries it; MappingError with every one that does not.

    `rows` holds the cross-references by table (map_accounts, …); a row has `map_row`, the line a person sees.
    """
    found = {(finding.what, finding.where): finding for document in documents
             for finding in _findings(rows, document, f"mappings/{company}")}
    refuse(list(found.values()), MappingError)


def _named(rows: Rows, document: str, written: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The rows whose names a document's column carries: file, column, row. Its own codes stand for pay items."""
    codes = [row for row in rows.get("map_pay_item_codes", ()) if row["document"] == document]
    if written == "pay_item" and codes:
        yield from (("pay_item_codes.csv", "code", row) for row in codes)
        return
    if written == "account" and document.endswith(".invoice"):
        yield from (("invoice_accounts.csv", "account", row) for row in rows.get("map_invoice_accounts", ()))
        return
    table, file, column = _COMES_FROM[written]
    yield from ((file, column, row) for row in rows.get(table, ()))
    if written == "account":
        yield from (("pay_items.csv", "account", row) for row in rows.get("map_pay_items", ()) if row.get("account"))


def _findings(rows: Rows, document: str, folder: str) -> Iterator[Finding]:
    for field in text_fields(document):
        if field.kind not in ("name", "flat") or field.column not in _COMES_FROM:
            continue
        for file, column, row in _named(rows, document, field.column):
            name = unicodedata.normalize("NFC", row[column] or "")
            if problems := problems_of(name, field, profile_of(document)):
                yield Finding(
                    "MAPPED_NAME", f"The {field.label} {name!r} {', '.join(problems)} ({document})",
                    f"{folder}/{file}, line {row['map_row']}",
                    "Give it a name the target can take, in the books and in the mapping.")
