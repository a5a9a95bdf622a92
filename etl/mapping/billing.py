"""What must hold between the files about invoices: a job's billing method, its cap or retainer, amounts, decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from etl.units import minor_digits

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
LIMITED = {"capped": "cap", "retainer": "retainer"}


def billing_findings(rows: Rows) -> Iterator[str]:
    """One sentence per fault, by file and line. Nothing where no such file is there and all is billed by the hour."""
    yield from _methods(rows)
    for row in rows.get("map_customers", ()):
        if (row["terms"] is None) != (row["terms_days"] is None):
            yield f"customers.csv, line {row['map_row']}: terms and terms_days are given together, such as net and 30"
    for file, table, names in (
        ("fees.csv", "map_fees", ("amount",)),
        ("job_limits.csv", "map_job_limits", ("amount", "used_before")),
        ("billing_decisions.csv", "map_billing_decisions", ("line_amount", "amount")),
    ):
        for row in rows.get(table, ()):
            yield from _finer(row, names, f"{file}, line {row['map_row']}")
    for row in rows.get("map_job_limits", ()):
        if row["kind"] == "retainer" and row["service_item"] is None:
            yield f"job_limits.csv, line {row['map_row']}: a retainer needs a service_item, which its line carries"
    for row in rows.get("map_billing_decisions", ()):
        yield from _decision(row)


def _methods(rows: Rows) -> Iterator[str]:
    """A job billed otherwise than by the hour is so in every row of projects.csv, and has what its method needs."""
    projects = rows.get("map_projects", ())
    special = {row["customer_job"] for row in projects if row["billing_method"] in (*LIMITED, "fixed_fee")}
    limits = {(row["customer_job"], row["kind"]) for row in rows.get("map_job_limits", ())}
    named: dict[str, str] = {}
    for row in projects:
        where, job, method = f"projects.csv, line {row['map_row']}", row["customer_job"], row["billing_method"]
        if method in (*LIMITED, "fixed_fee") and job is None:
            yield f"{where}: billing_method {method} needs a customer_job"
        elif job in special and named.setdefault(job, method) != method:
            yield f"{where}: {job} is billed as {named[job]} in another row, and as {method} here"
        if method in LIMITED and job is not None and (job, LIMITED[method]) not in limits:
            yield f"{where}: job_limits.csv has no {LIMITED[method]} for {job}"
    kinds = {(job, LIMITED[method]) for job, method in named.items() if method in LIMITED}
    for row in rows.get("map_job_limits", ()):
        if (row["customer_job"], row["kind"]) not in kinds:
            yield (f"job_limits.csv, line {row['map_row']}: no row of projects.csv bills {row['customer_job']} as "
                   f"{'capped' if row['kind'] == 'cap' else 'retainer'}")


def _finer(row: Row, names: Sequence[str], where: str) -> Iterator[str]:
    """An amount below the currency's minor unit could never be billed."""
    for name in names:
        if row[name] is not None and row[name] % Decimal(1).scaleb(-minor_digits(row["currency"])):
            yield f"{where}: {name} {row[name].normalize():f} has more decimals than {row['currency']}"


def _decision(row: Row) -> Iterator[str]:
    where, decision, amount = f"billing_decisions.csv, line {row['map_row']}", row["decision"], row["amount"]
    is_written = decision in ("write_down", "write_up")
    if is_written != (amount is not None):
        yield f"{where}: amount is given exactly where the line is written down or up"
    elif decision == "write_down" and not 0 <= amount < row["line_amount"]:
        yield f"{where}: written down from {row['line_amount'].normalize():f}, the amount is 0 or more and below that"
    elif decision == "write_up" and amount <= row["line_amount"]:
        yield f"{where}: written up from {row['line_amount'].normalize():f}, the amount is above that"
    if decision != "bill" and row["reason"] is None:
        yield f"{where}: {decision} needs a reason"
