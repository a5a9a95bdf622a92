"""Who may see what of the dashboard: a table of views, columns and roles. What is not in it is seen by nobody.

A view is seen as one set of rows and columns. Who holds several roles sees the view as those that reach furthest do:
all rows where one of them sees all, with the columns of just these roles; a role for a team adds none to it.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from etl.trust.permissions import ROLES
from etl.trust.standing import EVERYWHERE, Grant

ALL, TEAM = "all", "team"
KINDS = ("text", "name", "pay", "date", "seconds", "count", "rate", "amount")
NAMES = "name"   # a column that may name a person


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view: its name in SQL, its heading, how it is shown, the roles that see it."""

    name: str
    heading: str
    kind: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Reach:
    """What one person sees of one view. `team`: only rows of these employees; None: all rows."""

    columns: tuple[ViewColumn, ...]
    team: frozenset[str] | None


@dataclass(frozen=True)
class _Permitted:
    rows: Mapping[str, str]   # role -> all or team
    columns: tuple[ViewColumn, ...]


@cache
def table() -> Mapping[str, _Permitted]:
    """The views in their order. Raises ValueError where the file is not what it must be."""
    text = files("etl.trust").joinpath("views.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != ("view", "column", "heading", "kind", *ROLES):
        raise ValueError("views.csv does not have one column a role")
    found: dict[str, _Permitted] = {}
    for row in reader:
        if row["column"] == "*":
            found[row["view"]] = _Permitted({role: row[role] for role in ROLES if row[role]}, ())
            if not set(found[row["view"]].rows.values()) <= {ALL, TEAM}:
                raise ValueError(f"views.csv: the rows of {row['view']} are all or team")
            continue
        view, roles = found[row["view"]], frozenset(role for role in ROLES if row[role] == "yes")
        if row["kind"] not in KINDS or not roles <= set(view.rows):
            raise ValueError(f"views.csv: {row['view']}.{row['column']} is of no kind, or of a role that sees no row")
        column = ViewColumn(row["column"], row["heading"], row["kind"], roles)
        found[row["view"]] = _Permitted(view.rows, (*view.columns, column))
    return found


def reach(view: str, held: Mapping[str, Grant], nameless: Collection[str] = ()) -> Reach | None:
    """What the holder of these roles sees of a view; None where it is nothing.

    `nameless`: roles that see no column which may name a person, because the company says so.
    """
    permitted = table()[view]
    wide = {role for role in held if permitted.rows.get(role) == ALL or (
        permitted.rows.get(role) == TEAM and EVERYWHERE in held[role].team)}
    narrow = {role for role in held if permitted.rows.get(role) == TEAM}
    roles = wide or narrow
    columns = tuple(column for column in permitted.columns
                    if column.roles & (roles - set(nameless) if column.kind == NAMES else roles))
    if not columns:
        return None
    return Reach(columns, None if wide else frozenset().union(*(held[role].team for role in narrow)))
