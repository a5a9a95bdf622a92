"""Employer taxes computed here: what they need, and the wages of the year that were paid before this run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from etl.errors import RefusedError
from etl.periods import DAY
from etl.steps.earlier import as_drafted
from etl.steps.run import Run
from etl.store import batches
from etl.tables import AMOUNT
from etl.targets.accounts import BOOKS, AccountRow, account_findings

_ACCOUNTS = ("job_account", "other_account", "credit_account")
_WAGES = pa.schema({"employee_id": pa.string(), "tax": pa.string(), "paid_on": pa.date32(), "currency": pa.string(),
                    "wages": AMOUNT})
Row = Mapping[str, Any]


def tax_gaps(run: Run) -> list[str]:
    """What mode separate needs and the cross-references do not have, one sentence each."""
    if run.settings.payroll_tax.mode != "separate":
        return []
    posting, rows = run.settings.labor_posting.mode, run.mappings.rows("map_payroll_taxes")
    if posting == "none":
        return ['company.toml: payroll_tax.mode = "separate" needs a labor journal; labor_posting.mode is "none"']
    findings = [] if rows else ["payroll_taxes.csv: no row, which payroll_tax.mode separate needs"]
    there = {row["purpose"] for row in run.mappings.rows("map_accounts")}
    against = {"accrue": "accrued_taxes", "clearing": "payroll_clearing"}.get(posting, "tax_expense")
    needed = {
        "employer_taxes": "job_account",
        "internal_taxes": "" if posting == "distribution" else "other_account",
        against: "credit_account",
    }
    findings += [
        f"accounts.csv: no account for {purpose}, which payroll_tax.mode separate needs where payroll_taxes.csv names "
        f"no {column}"
        for purpose, column in sorted(needed.items())
        if column and purpose not in there and any(row[column] is None for row in rows)
    ]
    items = {row["pay_item"] for row in run.mappings.rows("map_pay_items")}
    for row in rows:
        where = f"payroll_taxes.csv, line {row['map_row']}"
        if row["wage_base"] is not None and row["wage_base"] < 0:
            findings.append(f"{where}: wage_base is below 0")
        named = [] if row["pay_items"] == "*" else [name.strip() for name in row["pay_items"].split(";")]
        findings += [f"{where}: pay_items.csv has no pay item {name or '(empty)'}" for name in named
                     if name not in items]
    own = [AccountRow(row[column], where=f"payroll_taxes.csv, line {row['map_row']}")
           for row in rows for column in _ACCOUNTS if row[column]]
    findings += [f"{finding.where}: {finding.what}; {finding.fix}" for finding in account_findings(own, BOOKS)]
    return [*findings, *_openings_missing(run, rows)]


def tax_wages_before(run: Run) -> pa.Table:
    """Wages of each person by pay date before this run's, for the wage bases of the year: declared, or of batches.

    Raises RefusedError TAX_YEAR_OPEN where a payroll of the year is neither.
    """
    if run.settings.payroll_tax.mode != "separate" or not _bases(run):
        return _WAGES.empty_table()
    rows = [dict(row) for row in run.mappings.rows("map_tax_wages")]
    for batch in _earlier_batches(run):
        if batch.has_table("payroll_taxes"):
            names = ["employee_id", "tax", "paid_on", "currency", "wages"]
            rows += batch.table("payroll_taxes", names).to_pylist()
        rows += _paid_late(run, batch)
    return pa.Table.from_pylist(
        [{name: row[name] for name in _WAGES.names} | {"wages": _exact(row["wages"])} for row in rows], schema=_WAGES)


def _exact(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.001"))


def _bases(run: Run) -> list[Row]:
    """The rows with a wage base that are in force in the tax years of this run's pay dates."""
    years = {pay.pay_date.year for pay in run.pay_periods}
    return [row for row in run.mappings.rows("map_payroll_taxes") if row["wage_base"] is not None
            and any(row["effective_from"].year <= year <= row["effective_to"].year for year in years)]


def _opening(run: Run) -> date:
    """The last day whose pay private/tax_wages.csv holds in whole."""
    return run.settings.payroll_tax.opening or run.settings.company.go_live - DAY


def _openings_missing(run: Run, rows: Sequence[Row]) -> Iterator[str]:
    """People employed in the year before the opening of whom no wages of that time are declared; 0 is declared too."""
    opening = _opening(run)
    years = {pay.pay_date.year for pay in run.pay_periods if pay.pay_date.year == opening.year}
    if not years or not any(row["wage_base"] is not None for row in rows):
        return
    declared = {row["employee_id"] for row in run.mappings.rows("map_tax_wages")
                if row["paid_on"].year == opening.year and row["paid_on"] <= opening}
    employed = {row["employee_id"] for row in run.mappings.rows("map_employees") if row["worker_type"] == "employee"
                and row["effective_from"] <= opening and row["effective_to"] >= date(opening.year, 1, 1)}
    for employee in sorted(employed - declared):
        yield (f"private/tax_wages.csv: no wages of {employee} up to {opening}, which wage bases of {opening.year} "
               "need; 0 where there were none")


def _earlier_batches(run: Run) -> list[batches.Batch]:
    """The exported batches of payrolls of the tax year before this one, by the company's calendar and its audit log.

    What was exported after this period's own batch is not known to it, so that it comes out again as it was.
    """
    records, opening = run.records(), _opening(run)
    own = batches.newest(records, "export", run.period_end)
    last = max(pay.pay_date for pay in run.pay_periods)
    first = max(date(min(pay.pay_date for pay in run.pay_periods).year, 1, 1), opening + DAY)
    exported = {batch.period_end: batch for batch in batches.exported(run.workspace, run.company, records)
                if own is None or batch.number < own.number}
    found: dict[date, batches.Batch] = {}
    missing: dict[date, str] = defaultdict(str)
    for pay in run.mappings.pay_periods:
        if pay.period.end == run.period_end or not first <= pay.pay_date <= last:
            continue
        batch = exported.get(pay.period.end)
        if batch is not None and as_drafted(run, batch)[1].payroll_tax.mode == "separate":
            found[pay.period.end] = batch
        elif pay.pay_date < last and pay.period.end < run.period_end:
            missing[pay.period.end] = "is not exported" if batch is None else "was exported without employer taxes"
    if missing:
        raise RefusedError(
            "TAX_YEAR_OPEN",
            what="; ".join(f"The period that ends on {end} is paid earlier in the year and {why}"
                           for end, why in sorted(missing.items()))
            + ". The wage bases of payroll_taxes.csv need its wages",
            where=f"period {run.period_end}, mappings/{run.company}/payroll_taxes.csv",
            fix="Export the earlier periods first; or declare what was paid in private/tax_wages.csv and set opening "
            "under [payroll_tax] to the last pay date that it covers.",
        )
    return [found[end] for end in sorted(found)]


def _paid_late(run: Run, batch: batches.Batch) -> Iterator[dict[str, Any]]:
    """Pay of earlier workweeks that was paid with a batch: it counts to every tax, by the pay date of that batch."""
    if not batch.has_table("corrections"):
        return
    dates = {pay.pay_group: pay.pay_date for pay in run.mappings.pay_periods if pay.period.end == batch.period_end}
    groups = {row["employee_id"]: row["pay_group"] for row in run.mappings.rows("map_employees")
              if row["effective_from"] <= batch.period_end}
    for row in batch.table("corrections").to_pylist():
        paid_on = dates.get(groups.get(row["employee_id"]) or "", max(dates.values()))
        if (row["stream"], row["state"]) == ("pay", "exported") and row["amount"]:
            yield {"employee_id": row["employee_id"], "tax": "*", "paid_on": paid_on, "currency": row["currency"],
                   "wages": row["amount"]}
