"""What decisions about contractors read beside the cross-references: what of a cap is used, what is missing."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from etl.steps.run import Run
from etl.store import batches
from etl.tables import AMOUNT, SECONDS
from etl.targets.accounts import BOOKS, AccountRow, account_findings

_USED = pa.schema({"contract_id": pa.string(), "seconds": SECONDS, "amount": AMOUNT})


def used_before(run: Run) -> pa.Table:
    """What earlier batches used of each contract's cap: one row a contract, seconds and amount.

    Earlier is what was exported before this period's batch, or by now; so the same batch comes out again later.
    """
    seconds: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    if not run.mappings.rows("map_contracts"):
        return _USED.empty_table()
    for batch in batches.exported_before(run.workspace, run.company, run.records(), run.period_end, "vendor_lines"):
        lines = batch.table("vendor_lines", ["contract_id", "seconds", "amount", "is_over_cap"])
        for row in lines.filter(pc.invert(lines["is_over_cap"])).to_pylist():
            seconds[row["contract_id"]] += row["seconds"]
            amounts[row["contract_id"]] += row["amount"]
    rows = [{"contract_id": name, "seconds": seconds[name], "amount": amounts[name]} for name in sorted(seconds)]
    return pa.Table.from_pylist(rows, schema=_USED)


def contractor_gaps(run: Run) -> list[str]:
    """What a company with contracts needs and does not have, one sentence each; none without a contracts.csv."""
    contracts = run.mappings.rows("map_contracts")
    if not contracts:
        return []
    findings = []
    settings, accounts = run.settings, {row["purpose"] for row in run.mappings.rows("map_accounts")}
    if settings.billing.period == "none":
        findings.append("company.toml, [billing]: contractors are billed by the billing period, and period is none")
    findings += [
        f"employees.csv, line {row['map_row']}: a contractor has no pay group"
        for row in run.mappings.rows("map_employees")
        if row["worker_type"] == "contractor" and row["pay_group"]
    ]
    findings += _accounts(run)
    if settings.contractors.bills == "accrue":
        home = settings.company.home_currency
        findings += [
            f"contracts.csv, line {row['map_row']}: a journal in {home} (bills = accrue) cannot carry {row['currency']}"
            for row in contracts
            if row["currency"] != home
        ]
        if "accrued_contractors" not in accounts:
            findings.append("accounts.csv: no account for accrued_contractors, which bills = accrue needs")
        if not any(name.endswith(".labor_journal") for name in settings.targets.documents):
            findings.append("company.toml, targets.documents: bills = accrue needs a labor_journal to be written")
        findings += [
            f"vendors.csv, line {row['map_row']}: no expense_account, and accounts.csv has none for subcontractors"
            for row in run.mappings.rows("map_vendors")
            if not row["expense_account"] and "subcontractors" not in accounts
        ]
    return findings


def _accounts(run: Run) -> list[str]:
    rows = [
        AccountRow(row["expense_account"], where=f"vendors.csv, line {row['map_row']}")
        for row in run.mappings.rows("map_vendors")
        if row["expense_account"]
    ]
    return [f"{finding.where}: {finding.what}; {finding.fix}" for finding in account_findings(rows, BOOKS)]
