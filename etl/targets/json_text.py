"""JSON for the APIs of targets: one form for one content.

A space of indent a level, names in their order. Many objects of one form are made column by column: each distinct value
is turned to text once, and Arrow joins the texts of a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.targets.files import joined_bytes
from etl.targets.printed import each_distinct

_ESCAPED = r'["\\\x00-\x1f]'   # what a text of JSON cannot hold as it is
_plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def json_text(value: object) -> str:
    """One value that has no members."""
    return _plain(value)


def json_column(
    column: pa.ChunkedArray | pa.Array, depth: int, turn: Callable[[Any], object] | None = None,
) -> pa.Array:
    """The JSON of each cell, or of what `turn` makes of it, as it stands at that depth."""
    line = "\n" + " " * depth
    if turn is not None:
        return each_distinct(column, lambda value: _text(turn(value), line))
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pc.any(pc.match_substring_regex(whole, _ESCAPED)).as_py():
        return each_distinct(whole, _plain)
    return pc.fill_null(pc.binary_join_element_wise('"', whole, '"', ""), "")


def json_objects(depth: int, members: Mapping[str, pa.Array | pa.ChunkedArray | str]) -> pa.Array:
    """One object per row as text: each name with a column of JSON, or with one JSON for all.

    Where a column is absent (null) the object lacks that member; the first member is in every object. Under a blank
    name stand members made together (`json_members`).
    """
    line = "\n" + " " * (depth + 1)
    parts: list[Any] = ["{"]
    for at, (name, column) in enumerate(members.items()):
        head = f"{',' if at else ''}{line}" + (f"{_plain(name)}: " if name.strip() else "")
        if isinstance(column, str):
            parts.append(head + column)
        elif column.null_count:
            parts.append(pc.fill_null(pc.binary_join_element_wise(head, column, ""), ""))
        else:
            parts += [head, column]
    return pc.binary_join_element_wise(*parts, f"{line[:-1]}}}", "")


def json_members(depth: int, members: Mapping[str, object]) -> str:
    """Several members of an object at that depth, as they stand one after another in it."""
    line = "\n" + " " * (depth + 1)
    return f",{line}".join(f"{_plain(name)}: {_text(value, line)}" for name, value in members.items())


def json_list(items: Sequence[str], depth: int) -> str:
    """The texts of a list's items, each made for one level more than the list stands at."""
    line = "\n" + " " * (depth + 1)
    return f"[{line}{f',{line}'.join(items)}{line[:-1]}]" if items else "[]"


def json_lists(items: pa.Array | pa.ChunkedArray, depth: int, most: int) -> list[tuple[bytes, int]]:
    """The same of a column of items as bytes, in lists of at most so many, each with its number of items."""
    line = "\n" + " " * (depth + 1)
    ended = pc.binary_join_element_wise(items, "", f",{line}")
    whole = ended.combine_chunks() if isinstance(ended, pa.ChunkedArray) else ended
    head, tail, gap = f"[{line}".encode(), f"{line[:-1]}]".encode(), len(line) + 1
    return [(head + joined_bytes(whole, start, end)[:-gap] + tail, end - start)
            for start in range(0, len(whole), most) for end in [min(start + most, len(whole))]]


def _text(value: object, line: str) -> str:
    """One value; `line` begins a new line at the indent of what holds it."""
    inner = f"{line} "
    if isinstance(value, Mapping):
        parts = [f"{_plain(key)}: {_text(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{line}}}" if parts else "{}"
    return _plain(value)
