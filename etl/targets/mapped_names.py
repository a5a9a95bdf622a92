"""Mapped names that a target cannot take (B38), accounts its chart lacks (B39): told before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.errors import MappingError
from etl.targets.accounts import books_of
from etl.targets.fields import problems_of, profile_of, text_fields
from etl.targets.findings import Finding, refuse
from etl.targets.target_names import composed

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
    """Nothing when every mapped name fits every document that carries it and every account is in the chart, if known.

    Raises MappingError with every one that is not.

    `rows` holds the cross-references by table (map_accounts, …); a row has `map_row`, the line a person sees.
    """
    found = {(finding.what, finding.where): finding for document in documents
             for finding in _findings(rows, document, f"mappings/{company}")}
    found |= {(finding.what, finding.where): finding for document in documents
              for finding in _not_in_the_chart(rows, document, documents, f"mappings/{company}")}
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
            name = composed(row[column] or "")
            if problems := problems_of(name, field, profile_of(document)):
                yield Finding(
                    "MAPPED_NAME", f"The {field.label} {name!r} {', '.join(problems)} ({document})",
                    f"{folder}/{file}, line {row['map_row']}",
                    "Give it a name the target can take, in the books and in the mapping.")


def _not_in_the_chart(
    rows: Rows, document: str, documents: Sequence[str], folder: str,
) -> Iterator[Finding]:
    """Each account of a document that the chart of accounts of its books lacks, by name or by code.

    Where the batch writes lists, they make what is missing.
    """
    books = books_of(document)
    chart = {composed(text) for row in rows.get("map_target_lists", ())
             if (row["target"], row["list"]) == (books, "account") for text in (row["name"], row["code"]) if text}
    if not chart or f"{books}.lists" in documents or all(field.column != "account" for field in text_fields(document)):
        return
    for file, column, row in _named(rows, document, "account"):
        name = composed(row[column] or "")
        if name and name not in chart:
            yield Finding(
                "TARGET_LIST", f"The account {name!r} is not in the chart of accounts of {books}",
                f"{folder}/{file}, line {row['map_row']}",
                f"Correct the name, or export the chart of accounts and add the row {books},account,{name},<code> to "
                "target_lists.csv; where the books lack the account, add it there first.")
