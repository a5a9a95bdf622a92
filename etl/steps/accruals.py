"""What is accrued at a month's end inside a period and reversed on the first: up to which day, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from etl.periods import FIRST_DAY, Period
from etl.steps.run import Run
from etl.units import document_number
from etl.workspace import is_sandbox


def accrual_parameters(run: Run) -> dict[str, Any]:
    """Up to which day wages and time not yet invoiced are accrued; the first of all days where nothing is."""
    settings, locked = run.settings, run.settings.books.locked_through or FIRST_DAY
    wages = _month_end_within(_pay_span(run)) if settings.labor_posting.month_end == "accrue" else None
    billing = None
    if run.billing is not None and settings.billing.unbilled != "none":
        billing = (run.billing.end if settings.billing.unbilled == "period_end" else _month_end_within(run.billing))
    wages_to, billing_to = (day if day and day > locked else FIRST_DAY for day in (wages, billing))
    numbers = {kind: document_number(run.batch_number(), kind, sandbox=is_sandbox(run.company))
               for kind in ("month_end", "unbilled")}
    return {
        "accrues": max(wages_to, billing_to) > FIRST_DAY,
        "wages_accrued_to": wages_to,
        "billing_accrued_to": billing_to,
        "wages_month_end": wages or FIRST_DAY,
        "billing_month_end": billing or FIRST_DAY,
        "wages_locked": wages is not None and wages <= locked,
        "billing_locked": billing is not None and billing <= locked,
        "wages_accrual_document": numbers["month_end"],
        "unbilled_document": numbers["unbilled"],
    }


def accrual_gaps(run: Run) -> Iterator[str]:
    """The accounts and the document that accruals need, one sentence each."""
    settings, accounts = run.settings, {row["purpose"] for row in run.mappings.rows("map_accounts")}
    needed: dict[str, str] = {}
    if settings.labor_posting.month_end == "accrue":
        needed["accrued_wages"] = 'labor_posting.month_end = "accrue"'
        if settings.payroll_tax.mode == "separate":
            needed["accrued_taxes"] = 'labor_posting.month_end = "accrue"'
    if settings.billing.unbilled != "none":
        why = f'billing.unbilled = "{settings.billing.unbilled}"'
        needed |= dict.fromkeys(("unbilled_receivables", "unbilled_income"), why)
        if not any(name.endswith(".labor_journal") for name in settings.targets.documents):
            yield "company.toml: billing.unbilled needs a journal among targets.documents"
    for purpose, why in needed.items():
        if purpose not in accounts:
            yield f"accounts.csv: no account for {purpose}, which {why} needs"


def _pay_span(run: Run) -> Period | None:
    if not run.pay_periods:
        return None
    return Period(min(pay.period.start for pay in run.pay_periods), run.period_end)


def _month_end_within(period: Period | None) -> date | None:
    """The end of a month that lies in the period and is not its last day; None where it has none."""
    if period is None:
        return None
    day = period.end.replace(day=1) - timedelta(days=1)
    return day if day >= period.start else None
