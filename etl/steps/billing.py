"""What decisions about invoices read beside the cross-references: choices, earlier invoices; and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from etl.mapping.billing import LIMITED
from etl.mapping.load import Row
from etl.periods import FIRST_DAY
from etl.settings import Settings
from etl.steps.run import Run
from etl.store import batches
from etl.tables import INVOICE_LINES
from etl.targets.invoices import route_of
from etl.units import document_number
from etl.workspace import is_sandbox

_BEFORE = ("customer_job", "currency", "line_kind", "billed_on", "amount")
_WITH_ACCOUNTS = ("quickbooks_desktop.invoice", "xero.invoice")


def invoice_document(settings: Settings) -> str | None:
    """The one document that carries the company's invoices, or None."""
    return next((name for name in settings.targets.documents if name.endswith(".invoice")), None)


def billing_parameters(run: Run) -> dict[str, Any]:
    """What the decisions ask about invoices; of no effect where none are made."""
    settings, billing = run.settings, run.settings.billing
    name = invoice_document(settings)
    route = route_of(name or "quickbooks_desktop.invoice")
    automated = settings.targets.quickbooks_online.automated_sales_tax
    number = document_number(run.batch_number(), "invoice", sandbox=is_sandbox(run.company), series=billing.series)
    return {
        "makes_invoices": billing.makes_invoices and run.billing is not None,
        "reviews_billing": billing.review and run.billing is not None,
        "invoice_series": number,
        "invoice_terms": billing.terms,
        "invoice_terms_days": billing.terms_days or 0,
        "tax_required": billing.tax == "required" and run.billing is not None,
        "imports_off": name == "quickbooks_online.invoice" and automated != "no",
        "imports_negative": route.takes_negative_lines,
        "imports_tax": route.takes_tax_codes,
        "imports_foreign": route.takes_foreign_currency,
        "imports_digits": route.money_digits,
    }


def invoiced_before(run: Run) -> pa.Table:
    """What earlier batches invoiced for jobs with a cap or a retainer: one row a line.

    Earlier is what was exported before this period's batch, or by now; so the same batch comes out again later.
    """
    schema = pa.schema([INVOICE_LINES.field(name) for name in _BEFORE])
    jobs = {row["customer_job"] for row in run.mappings.rows("map_job_limits")}
    if not jobs:
        return schema.empty_table()
    rows: list[Row] = []
    for batch in batches.exported_before(run.workspace, run.company, run.records(), run.period_end, "invoice_lines"):
        rows += [row for row in batch.table("invoice_lines", list(_BEFORE)).to_pylist() if row["customer_job"] in jobs]
    return pa.Table.from_pylist(rows, schema=schema)


def billing_gaps(run: Run) -> list[str]:
    """What invoices need and the company has not said, one sentence each; nothing where all is billed as before."""
    return [*_documents(run.settings), *(_invoices(run) if run.settings.billing.makes_invoices else _without(run))]


def _documents(settings: Settings) -> Iterator[str]:
    output, names = settings.billing.output, settings.targets.documents
    if output == "draft_invoice" and invoice_document(settings) is None:
        yield 'company.toml: billing.output = "draft_invoice" needs an invoice among targets.documents'
    if output != "draft_invoice" and (name := invoice_document(settings)):
        yield f'company.toml: {name} is written only with billing.output = "draft_invoice"'
    if output == "none" and "billing.worksheet" in names:
        yield 'company.toml: billing.output = "none" writes no billing.worksheet'


def _without(run: Run) -> Iterator[str]:
    """Methods that only an invoice can show."""
    for row in run.mappings.rows("map_projects"):
        if row["billing_method"] in (*LIMITED, "fixed_fee"):
            yield (f"projects.csv, line {row['map_row']}: billing_method {row['billing_method']} needs "
                   'billing.output = "draft_invoice" in company.toml')


def _invoices(run: Run) -> Iterator[str]:
    settings, name = run.settings, invoice_document(run.settings)
    if name == "xero.invoice" and settings.billing.tax != "required":
        yield ('company.toml: Xero asks for a tax rate on every line; set billing.tax = "required" and name the rates '
               "in tax_codes.csv, the one without tax too")
    if settings.billing.tax == "required" and not run.mappings.rows("map_tax_codes"):
        yield 'tax_codes.csv: no row, which billing.tax = "required" needs'
    if settings.billing.tax == "none" and run.mappings.rows("map_tax_codes"):
        yield 'company.toml: tax_codes.csv is there; set billing.tax = "required"'
    accounts = {row["service_item"] for row in run.mappings.rows("map_invoice_accounts")}
    if name in _WITH_ACCOUNTS and "*" not in accounts:
        rows = [row for table in ("map_items", "map_fees", "map_job_limits") for row in run.mappings.rows(table)]
        items = {row["service_item"] for row in rows if row.get("hour_kind") in (None, "worked")}
        for item in sorted(items - accounts - {None}):
            yield f"invoice_accounts.csv: no account for {item}; * stands for any item"
    if run.billing is not None:
        yield from _limits(run, run.billing.end)


def _limits(run: Run, day: date) -> Iterator[str]:
    """A capped job without a cap on the day would be billed without end."""
    in_force = {(row["customer_job"], row["kind"]) for row in run.mappings.rows("map_job_limits")
                if row["effective_from"] <= day <= row["effective_to"]}
    begun = max(FIRST_DAY, run.window.start)
    wanted = {(row["customer_job"], LIMITED[row["billing_method"]]) for row in run.mappings.rows("map_projects")
              if row["billing_method"] in LIMITED and row["effective_from"] <= day and row["effective_to"] >= begun}
    for job, kind in sorted(wanted - in_force):
        yield f"job_limits.csv: no {kind} of {job} is in force on {day}"
