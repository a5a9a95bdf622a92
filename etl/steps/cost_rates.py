"""Standard cost rates: what they need, and work whose standard cost is known in part, which stops the run."""

from __future__ import annotations

from etl.errors import RefusedError
from etl.sql.run import Engine
from etl.steps.run import Run

_SHOWN = 5


def cost_rate_gaps(run: Run) -> list[str]:
    """What cost_rates.csv needs and the choices of the company do not give, one sentence each."""
    posting = run.settings.labor_posting
    if not run.mappings.rows("map_cost_rates") or posting.mode == "none":
        return []
    findings = []
    if "labor_variance" not in {row["purpose"] for row in run.mappings.rows("map_accounts")}:
        findings.append("accounts.csv: no account for labor_variance, which private/cost_rates.csv needs")
    if posting.overtime_premium != "job":
        findings.append(
            f'company.toml, [labor_posting]: overtime_premium = "{posting.overtime_premium}" moves premium, and with '
            "private/cost_rates.csv jobs bear none: it is part of labor_variance; leave overtime_premium out"
        )
    return findings


def refuse_missing_cost_rates(run: Run, engine: Engine) -> None:
    """Stop where hours of one payroll line have a standard cost rate in part. RefusedError COST_RATE_MISSING."""
    missing = engine.fetch("cost_rates_missing").to_pylist()
    if missing:
        shown = "; ".join(
            f"{row['employee_id']} (group {row['pay_group']}), job {row['customer_job'] or '(none)'}, item "
            f"{row['service_item'] or '(none)'} on {row['worked_on']}"
            for row in missing[:_SHOWN]
        )
        raise RefusedError(
            "COST_RATE_MISSING",
            what=f"No standard cost rate for some hours of {len(missing)} person-week(s) whose other hours have one: "
            f"{shown}",
            where=f"mappings/{run.company}/private/cost_rates.csv",
            fix="Add a row for the person or the pay group, with * for any job and item; or take out the rows that "
            "answer the other hours.",
        )
