"""What an analyst may ask the history: one SELECT over its views and tables; reads no file and calls nothing else.

The database's own lock is not enough: with it, `sqlite_scan` still reads any SQLite file of the machine, and COPY
still writes into the lake's folder (both tried with DuckDB 1.5.5). So the statement itself is looked at first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

SCHEMAS = frozenset({"", "main", "stored", "information_schema"})
TABLE_FUNCTIONS = frozenset({"generate_series", "range", "unnest"})


def refusal(statement_tree: str) -> str | None:
    """Why a statement is refused, in words; None where it may run.

    `statement_tree` is what DuckDB's `json_serialize_sql` makes of it: it knows SELECT statements only.
    """
    tree = json.loads(statement_tree)
    if tree["error"]:
        return _unreadable(tree)
    if len(tree["statements"]) != 1:
        return "More than one statement was given"
    for node in _nodes(tree):
        kind = node.get("type")
        if kind == "TABLE_FUNCTION" and (name := node["function"]["function_name"].lower()) not in TABLE_FUNCTIONS:
            return f"The function {name} does not read the history"
        if kind == "BASE_TABLE" and not _is_of_history(node):
            names = (node["catalog_name"], node["schema_name"], node["table_name"])
            return f"{'.'.join(filter(None, names))} is no view of the history"
    return None


def _is_of_history(table: dict[str, Any]) -> bool:
    """No other catalog (the lake's own bookkeeping among them), and no name that DuckDB would take for a file."""
    is_plain = not set(table["table_name"]) & set("./\\:*")
    return is_plain and not table["catalog_name"] and table["schema_name"].lower() in SCHEMAS


def _unreadable(tree: dict[str, Any]) -> str:
    if tree.get("error_type") == "parser":
        return f"The query cannot be read: {tree['error_message'].splitlines()[0]}"
    return "Only a single SELECT can be asked; PIVOT, EXPLAIN, COPY and everything that changes something cannot"


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from _nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)
