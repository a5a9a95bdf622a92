"""Ask the expectations of the tables with Great Expectations, and tell what broke as exception items. Its only home."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from etl.checks.fewer_copies import make_fewer_copies
from etl.checks.grammar import spoken, told
from etl.checks.suites import Expectation, Suites
from etl.errors import SettingsError, no_memory
from etl.lean_imports import without_iri_grammar
from etl.tables import EXCEPTIONS

_RESULT_FORMAT = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
_NO_MEMORY = ("MemoryError", "Unable to allocate", "bad_alloc", "can't start new thread")   # the library's text of it


@dataclass(frozen=True)
class Result:
    """One expectation asked of one table: how many rows it looked at, and an exception item for each that broke it."""

    expectation: Expectation
    count_rows: int
    items: tuple[Mapping[str, Any], ...]


def validate(suites: Suites, tables: Mapping[str, pa.Table]) -> tuple[Result, ...]:
    """Every expectation of the suites asked of its table (etl/checks/tables.py), in the suites' order.

    The library sees the columns named and nothing else; it sends nothing and keeps nothing on disk. A table without
    rows has no row that breaks a promise.
    """
    found: dict[tuple[str, str], Sequence[int]] = {}
    filled = {name: table for name, table in tables.items() if table.num_rows and suites.of(name)}
    if filled:
        whole_table = _whole_table()
        for name, table in filled.items():
            found |= _rows_found(whole_table, name, table, suites.of(name))
    results = []
    for expectation in suites.expectations:
        table = tables[expectation.table]
        rows = sorted(found.get((expectation.table, expectation.id), ()))
        broken = table.take(pa.array(rows, pa.int64())).to_pylist()
        results.append(Result(expectation, table.num_rows, tuple(_item(expectation, row) for row in broken)))
    return tuple(results)


def exception_items(results: Sequence[Result]) -> pa.Table:
    """The items of all results (EXCEPTIONS)."""
    return pa.Table.from_pylist([dict(item) for result in results for item in result.items], schema=EXCEPTIONS)


def load_library() -> Any:
    """Great Expectations, imported with analytics off. It takes seconds: a run without rows does without."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with without_iri_grammar():
        import great_expectations  # noqa: PLC0415
    make_fewer_copies()
    return great_expectations


def _whole_table() -> Any:
    """The library's handle for a table in memory. One for all tables: it writes its settings anew for every other."""
    gx = load_library()
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)  # noqa: FBT003 - the library's own name for it
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("run").add_dataframe_asset(name="table")
    return asset.add_batch_definition_whole_dataframe("all")


def _rows_found(
    whole_table: Any, name: str, table: pa.Table, expectations: Sequence[Expectation]
) -> dict[tuple[str, str], Sequence[int]]:
    """The places of the rows that break each expectation of one table."""
    import great_expectations as gx  # noqa: PLC0415 - as above

    columns = sorted({column for expectation in expectations for column in expectation.columns})
    batch = whole_table.get_batch({"dataframe": table.select(columns).to_pandas()})
    asked = [{"type": one.type, "kwargs": dict(one.kwargs), "meta": {"id": one.id}} for one in expectations]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas tells developers about groups in a pattern; nobody here can act on it
        answer = batch.validate(gx.ExpectationSuite(name=name, expectations=asked), result_format=_RESULT_FORMAT)
    found: dict[tuple[str, str], Sequence[int]] = {}
    for one in answer.results:
        asked_id = one.expectation_config.meta["id"]
        if not one.success and "unexpected_index_list" not in one.result:
            if any(words in str(one.exception_info) for words in _NO_MEMORY):
                raise no_memory("the checks of the entries")
            origin = next(known.origin for known in expectations if known.id == asked_id)
            raise SettingsError(
                "SUITE_UNREADABLE",
                what=f"The expectation {asked_id} could not be asked: {str(one.exception_info)[:200]}",
                where=f"{origin}, {asked_id}",
                fix="Correct its kwargs, then check again.",
            )
        found[name, asked_id] = [] if one.success else one.result["unexpected_index_list"]
    if len(found) != len(expectations):
        raise RuntimeError(name)  # an expectation nobody answered is not a promise kept
    return found


def _item(expectation: Expectation, row: Mapping[str, Any]) -> dict[str, Any]:
    row_values = [row[column] for column in expectation.columns]
    values = ", ".join(f"{spoken(column)} {told(column, row[column])}" for column in expectation.columns)
    return {
        "code": expectation.code,
        "severity": "stop" if expectation.severity == "hold" else expectation.severity,
        "streams": expectation.streams,
        "entry_id": row["entry_id"],
        "employee_ref": row["employee_ref"],
        "worked_on": row["worked_on"],
        "seconds": row["seconds"],
        "found": values + (f" ({row['subject']})" if row["subject"] and row["subject"] not in row_values else ""),
        "expected": expectation.promise,
        "remedy": expectation.remedy,
        "due": None,
    }
