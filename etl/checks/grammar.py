"""What an expectation may say: its types, the arguments of each, and the same in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.checks.tables import CHECKED, columns
from etl.units import clock_hours

MOST_DIGITS = 10**15
MOST_LETTERS = 200


@dataclass(frozen=True)
class ExpectationType:
    """One type: its arguments with the kind of each, and the promise in words. `needs_one_of`: one at least."""

    required: Mapping[str, str]
    words: Callable[[Mapping[str, Any]], str]
    optional: Mapping[str, str] = field(default_factory=dict)
    needs_one_of: tuple[str, ...] = ()


def spoken(column: str) -> str:
    """A column as people say it: worked_seconds is `worked`, count_people `people`."""
    return column.removesuffix("_seconds").removeprefix("count_").replace("_", " ")


def told(column: str, value: Any) -> str:
    """A value as people read it: seconds as hours, nothing as `(none)`."""
    if value is None:
        return "(none)"
    return clock_hours(int(value)) if column.endswith("_seconds") else str(value)


def _range(given: Mapping[str, Any]) -> str:
    column, low, high = given["column"], given.get("min_value"), given.get("max_value")
    limits = [f"at least {told(column, low)}"] * (low is not None) + [f"at most {told(column, high)}"] * (
        high is not None
    )
    return f"{spoken(column)} {' and '.join(limits)}"


def _listed(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values)


_BOUNDS = {"min_value": "whole number", "max_value": "whole number"}

TYPES: Mapping[str, ExpectationType] = {
    "expect_column_values_to_not_be_null": ExpectationType(
        {"column": "column"}, lambda given: f"{spoken(given['column'])} is there"
    ),
    "expect_column_values_to_be_between": ExpectationType(
        {"column": "whole column"}, _range, _BOUNDS, ("min_value", "max_value")
    ),
    "expect_column_values_to_be_in_set": ExpectationType(
        {"column": "text column", "value_set": "texts"},
        lambda given: f"{spoken(given['column'])} is one of {_listed(given['value_set'])}",
    ),
    "expect_column_values_to_not_be_in_set": ExpectationType(
        {"column": "text column", "value_set": "texts"},
        lambda given: f"{spoken(given['column'])} is none of {_listed(given['value_set'])}",
    ),
    "expect_column_values_to_match_regex": ExpectationType(
        {"column": "text column", "regex": "pattern"},
        lambda given: f"{spoken(given['column'])} matches {given['regex']}",
    ),
    "expect_column_values_to_not_match_regex": ExpectationType(
        {"column": "text column", "regex": "pattern"},
        lambda given: f"{spoken(given['column'])} does not match {given['regex']}",
    ),
    "expect_column_value_lengths_to_be_between": ExpectationType(
        {"column": "text column"},
        lambda given: "letters of " + _range(given),
        _BOUNDS,
        ("min_value", "max_value"),
    ),
    "expect_column_values_to_be_unique": ExpectationType(
        {"column": "text column"}, lambda given: f"{spoken(given['column'])} stands once"
    ),
    "expect_column_pair_values_to_be_in_set": ExpectationType(
        {"column_A": "text column", "column_B": "text column", "value_pairs_set": "pairs"},
        lambda given: f"{spoken(given['column_A'])} and {spoken(given['column_B'])} are one of "
        + "; ".join(_listed(pair) for pair in given["value_pairs_set"]),
    ),
    "expect_column_pair_values_to_be_equal": ExpectationType(
        {"column_A": "text column", "column_B": "text column"},
        lambda given: f"{spoken(given['column_A'])} is {spoken(given['column_B'])}",
    ),
}


def named_columns(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns an expectation looks at."""
    return tuple(kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs)


def argument_faults(table: str, kind: Any, kwargs: Any) -> list[str]:
    """What is wrong with an expectation's type and arguments; empty when it can be asked of the table."""
    if not isinstance(kind, str) or kind not in TYPES:
        return [f"type {str(kind)[:80]!r} is unknown; known: {', '.join(TYPES)}"]
    known = {**TYPES[kind].required, **TYPES[kind].optional}
    if not isinstance(kwargs, dict):
        return ["kwargs is not an object"]
    faults = [f"kwargs {name!r} is unknown here; known: {', '.join(known)}" for name in kwargs if name not in known]
    faults += [f"kwargs {name} is missing" for name in TYPES[kind].required if name not in kwargs]
    faults += [
        f"kwargs {name}: {fault}"
        for name, value in kwargs.items()
        if name in known and (fault := _FAULTS[known[name]](table, value))
    ]
    one_of = TYPES[kind].needs_one_of
    if one_of and not any(name in kwargs for name in one_of):
        faults.append(f"kwargs needs {' or '.join(one_of)}")
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if not faults and low is not None and high is not None and low > high:
        faults.append(f"min_value {low} is more than max_value {high}")
    return faults


def _column_fault(table: str, value: Any, kind: str = "") -> str:
    if value in columns(table, kind):
        return ""
    if value in CHECKED[table].names:
        return f"column {value} does not hold {'text' if kind == 'text' else 'whole numbers'}"
    return f"column {str(value)[:80]!r} is unknown; {table} has {', '.join(columns(table, kind))}"


def _whole_fault(value: Any) -> str:
    is_whole = type(value) is int and abs(value) < MOST_DIGITS
    return "" if is_whole else f"{str(value)[:80]!r} is not a whole number; durations are in seconds"


def _texts_fault(value: Any, size: int | None = None) -> str:
    is_list = isinstance(value, list) and 0 < len(value) <= MOST_LETTERS and size in (None, len(value))
    if is_list and all(isinstance(text, str) for text in value):
        return ""
    return "is not a list of texts" if size is None else f"is not a list of {size} texts each"


def _pairs_fault(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return "is not a list of pairs"
    return next((fault for pair in value if (fault := _texts_fault(pair, 2))), "")


def _pattern_fault(value: Any) -> str:
    """A pattern must be one that is answered in linear time (RE2), so that no text can keep a run waiting."""
    if not isinstance(value, str) or not value or len(value) > MOST_LETTERS:
        return f"is not a pattern of 1 to {MOST_LETTERS} letters"
    try:
        pc.match_substring_regex(pa.array(["x"]), value)
    except pa.ArrowInvalid as error:
        return f"{value!r} is no pattern that can be used ({str(error).splitlines()[0]})"
    return ""


_FAULTS: Mapping[str, Callable[[str, Any], str]] = {
    "column": _column_fault,
    "text column": lambda table, value: _column_fault(table, value, "text"),
    "whole column": lambda table, value: _column_fault(table, value, "whole"),
    "whole number": lambda _, value: _whole_fault(value),
    "texts": lambda _, value: _texts_fault(value),
    "pairs": lambda _, value: _pairs_fault(value),
    "pattern": lambda _, value: _pattern_fault(value),
}
