"""Burden on job labor by a declared percentage: what it needs, and a missing percentage that stops the run."""

from __future__ import annotations

from etl.errors import RefusedError
from etl.sql.run import Engine
from etl.steps.run import Run

_SHOWN = 5


def burden_gaps(run: Run) -> list[str]:
    """What mode burden_rate needs and the cross-references do not have, one sentence each."""
    if run.settings.payroll_tax.mode != "burden_rate":
        return []
    if run.settings.labor_posting.mode == "none":
        return ['company.toml: payroll_tax.mode = "burden_rate" needs a labor journal; labor_posting.mode is "none"']
    there = {row["purpose"] for row in run.mappings.rows("map_accounts")}
    findings = [
        f"accounts.csv: no account for {purpose}, which payroll_tax.mode burden_rate needs"
        for purpose in ("burden_applied", "burden_expense")
        if purpose not in there
    ]
    if not run.mappings.rows("map_burden_rates"):
        findings.append("burden_rates.csv: no row, which payroll_tax.mode burden_rate needs")
    return findings


def refuse_missing_burden(run: Run, engine: Engine) -> None:
    """Stop where job labor has no burden rate: none is applied by default. RefusedError BURDEN_RATE_MISSING."""
    missing = [row for row in engine.fetch("charges_rounded").to_pylist() if row["percent"] is None]
    if missing:
        shown = "; ".join(
            f"{row['employee_id']} (group {row['pay_group']}, place {row['work_location']}) in the week of "
            f"{row['workweek_start']}"
            for row in missing[:_SHOWN]
        )
        raise RefusedError(
            "BURDEN_RATE_MISSING",
            what=f"No burden rate for {len(missing)} person-week(s): {shown}",
            where=f"mappings/{run.company}/burden_rates.csv",
            fix="Add a row for the pay group and place, * for any; 0 where no burden is applied.",
        )
