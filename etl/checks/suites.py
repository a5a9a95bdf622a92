"""Run a Great Expectations suite over a table and turn what it finds into exception items. The library's only home."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import SettingsError
from etl.lean_imports import without_iri_grammar
from etl.tables import EXCEPTIONS


@dataclass(frozen=True)
class Suite:
    """One file of expectations/: a table's name and its expectations, each with code, severity and remedy."""

    table: str
    expectations: tuple[dict[str, Any], ...]

    @property
    def columns(self) -> list[str]:
        """The columns the suite names; only these are handed to the library."""
        named = {
            expectation["kwargs"][key]
            for expectation in self.expectations
            for key in ("column",)
            if key in expectation["kwargs"]
        }
        return sorted(named)


def read_suite(path: Path) -> Suite:
    """A suite from its JSON file; the file is named after the table."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        expectations = tuple(raw["expectations"])
        for expectation in expectations:
            _ = [expectation["meta"][name] for name in ("code", "severity", "remedy", "streams")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            "SUITE_UNREADABLE",
            what=f"The suite cannot be read: {error}",
            where=path.name,
            fix="Correct the file; each expectation needs type, kwargs and meta {code, severity, streams, remedy}.",
        ) from None
    return Suite(path.stem, expectations)


def load_library() -> Any:
    """Great Expectations, imported with analytics off. It takes seconds: runs without a suite do without."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with without_iri_grammar():
        import great_expectations  # noqa: PLC0415
    return great_expectations


def check(suite: Suite, table: pa.Table) -> pa.Table:
    """Exception items (EXCEPTIONS) for every row that breaks an expectation of the suite.

    `table` holds the suite's columns and entry_id, person_ref, worked_on, worked_seconds. The library sees only the
    suite's columns; it sends nothing and keeps no project on disk.
    """
    if not suite.expectations or not table.num_rows:
        return EXCEPTIONS.empty_table()
    gx = load_library()
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 - after the library

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frame = table.select(suite.columns).to_pandas()
    batch = (
        context.data_sources.add_pandas("run")
        .add_dataframe_asset(name=suite.table)
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": frame})
    )
    built = gx.ExpectationSuite(
        name=suite.table,
        expectations=[
            {"type": expectation["type"], "kwargs": expectation["kwargs"], "meta": expectation["meta"]}
            for expectation in suite.expectations
        ],
    )
    result = batch.validate(built, result_format={"result_format": "COMPLETE"})
    items: list[dict[str, Any]] = []
    for found in result.results:
        config = found.expectation_config
        if config is None or config.meta is None:
            continue
        exception = found.exception_info or {}
        if not found.success and found.result and "unexpected_index_list" in found.result:
            items += [_item(table, row, config.meta, config.kwargs) for row in found.result["unexpected_index_list"]]
        elif not found.success:
            raise SettingsError(
                "SUITE_UNREADABLE",
                what=f"An expectation of suite {suite.table} could not be checked: {str(exception)[:200]}",
                where=f"expectations/{suite.table}.json",
                fix="Correct the expectation's kwargs.",
            )
    return pa.Table.from_pylist(items, schema=EXCEPTIONS)


def _item(table: pa.Table, row: int, meta: dict[str, Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    entry = table.slice(row, 1).to_pylist()[0]
    column = str(kwargs.get("column", ""))
    bounds = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in sorted(kwargs.items())
        if name not in ("column", "batch_id")
    )
    return {
        "code": meta["code"],
        "severity": meta["severity"],
        "streams": meta["streams"],
        "entry_id": entry["entry_id"],
        "employee_ref": entry["person_ref"],
        "worked_on": entry["worked_on"],
        "seconds": entry["worked_seconds"],
        "found": f"{column} {entry.get(column)}",
        "expected": bounds,
        "remedy": meta["remedy"],
        "due": None,
    }
