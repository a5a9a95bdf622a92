"""What must hold of scope.csv: names that are known, and nobody left unpaid by the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
_KNOWN = {"employee": ("map_employees", "employee_id", "employees.csv"),
          "customer_job": ("map_projects", "customer_job", "projects.csv"),
          "service_item": ("map_items", "service_item", "items.csv")}


def scope_findings(rows: Rows) -> Iterator[str]:
    """One sentence per fault, by line: a misspelled name would silently stay in."""
    for row in rows.get("map_scope", ()):
        where = f"scope.csv, line {row['map_row']}"
        table, column, file = _KNOWN[row["kind"]]
        names = {own[column] for own in rows.get(table, ()) if own[column] is not None}
        if row["kind"] == "customer_job":
            names |= {job.partition(":")[0] for job in names}   # a customer stands for all its jobs
        if row["ref"] not in names:
            yield f"{where}: {file} has no {row['kind']} {row['ref']}"
        if row["kind"] != "employee" and row["pay"] == "no":
            yield (f"{where}: pay is no for a {row['kind']}; hours worked are paid, whatever they were for: "
                   "leave out labor and billing, or a person")
        if row["pay"] == "no" and "yes" in (row["labor"], row["tax"]):
            yield f"{where}: pay is no, so labor and tax must be no: there are no wages to post or to tax"
        if row["kind"] == "service_item" and row["tax"] == "no":
            yield f"{where}: employer taxes are shared to people and jobs, not to service items; tax must be yes"
