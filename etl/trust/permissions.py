"""Who may do what: one table, verb by role. Reading is not in it: a file-based product cannot keep an owner from it."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

PREPARER, TIME_APPROVER, APPROVER = "preparer", "time_approver", "batch_approver"
ADMINISTRATOR, OPERATOR, ACCOUNTANT = "administrator", "operator", "accountant"
ROLES = (PREPARER, TIME_APPROVER, APPROVER, ADMINISTRATOR, OPERATOR, ACCOUNTANT, "auditor", "analyst")


@cache
def matrix() -> dict[str, frozenset[str]]:
    """The roles that may do each verb. Raises ValueError where the table does not have the roles it must."""
    text = files("etl.trust").joinpath("permissions.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != ("verb", *ROLES, "what"):
        raise ValueError("permissions.csv does not have one column a role")
    return {row["verb"]: frozenset(role for role in ROLES if row[role] == "yes") for row in reader}


@cache
def meanings() -> dict[str, str]:
    """Each verb in words, in the order of the table."""
    text = files("etl.trust").joinpath("permissions.csv").read_text(encoding="utf-8")
    return {row["verb"]: row["what"] for row in csv.DictReader(text.splitlines())}
