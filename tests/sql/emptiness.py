"""That a statement has no row without certain others, whatever stands in the other tables: by DuckDB's own plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from etl.sql.run import Engine

_AS_THEIR_INPUT = {"PROJECTION", "FILTER", "WINDOW", "STREAMING_WINDOW", "HASH_GROUP_BY", "PERFECT_HASH_GROUP_BY",
                   "ORDER_BY", "TOP_N", "LIMIT", "STREAMING_LIMIT", "UNNEST"}
_JOINS = {"HASH_JOIN", "NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "PIECEWISE_MERGE_JOIN", "IE_JOIN", "CROSS_PRODUCT",
          "ASOF_JOIN", "LEFT_DELIM_JOIN", "RIGHT_DELIM_JOIN"}


def is_empty_without(engine: Engine, text: str, needed: Sequence[str]) -> bool:
    """Whether the statement's plan shows that no row comes, where none of the needed rows is there."""
    ask = engine._ask
    hidden = []
    try:
        for one in needed:
            table, _, condition = one.partition(" where ")
            if condition and f"from {one}" in text:   # the statement asks for just these rows
                text = text.replace(f"from {one}", f"from {table} where false")
                continue
            ask(f"create or replace temp view {table} as "
                f"select * from memory.main.{table} where {f'not ({condition})' if condition else 'false'}")
            hidden.append(table)
        [(_, plan)] = ask(f"explain (format json) {text}").fetchall()
    finally:
        for table in hidden:
            ask(f"drop view temp.{table}")
    return _is_empty(json.loads(plan)[0], {})


def _is_empty(node: Mapping[str, Any], parts: Mapping[str, bool]) -> bool:
    """`parts`: of the named queries around, by index."""
    name, children, told = node["name"].strip(), node["children"], node.get("extra_info", {})
    if name == "EMPTY_RESULT":
        return True
    if name == "CTE_SCAN":
        return parts.get(str(told["CTE Index"]), False)
    if name == "CTE":
        return _is_empty(children[1], {**parts, str(told["Table Index"]): _is_empty(children[0], parts)})
    if name in _AS_THEIR_INPUT:
        return bool(children) and _is_empty(children[0], parts)
    if name == "UNION":
        return all(_is_empty(child, parts) for child in children)
    if name in _JOINS:
        left, right = (_is_empty(child, parts) for child in children[:2])
        return {"INNER": left or right, "SEMI": left or right, "LEFT": left, "SINGLE": left, "MARK": left, "ANTI": left,
                "RIGHT": right}.get(str(told.get("Join Type", "INNER")).upper(), left and right)
    return False
