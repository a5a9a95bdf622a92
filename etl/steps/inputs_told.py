"""What a batch was made from, as control sheet and workbook tell it: each report, how it was read, its totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from etl import tables as schemas
from etl.sql.run import Engine
from etl.store.landing import Pull


def input_rows(pulls: Sequence[Pull], engine: Engine) -> pa.Table:
    """One row per pull the run rests on (tables.INPUTS), by source and file; `input_totals` has run."""
    totals = {row["pull_id"]: row for row in engine.fetch("input_totals").to_pylist()}
    rows = [_row(pull, totals[pull.pull_id]) for pull in pulls if pull.pull_id in totals]
    rows.sort(key=lambda row: (row["source"], row["file"], str(row["window_start"]), row["rows"], row["seconds"]))
    return pa.Table.from_pylist(rows, schema=schemas.INPUTS)


def _row(pull: Pull, totals: dict[str, Any]) -> dict[str, Any]:
    asked = pull.request
    first, last = (date.fromisoformat(day) for day in asked["window"]) if asked["window"] else (None, None)
    privacy = asked.get("privacy", {})
    return {
        "source": pull.drop, "file": pull.file_name, "read_as": _read_as(asked), "zone": asked["declaration"]["zone"],
        "completeness": asked["completeness"], "window_start": first, "window_end": last,
        "population": ", ".join(asked["population"]) or None,
        "kept_out": ", ".join(str(name) for name in privacy.get("removed", ())) or None,
        "rows": totals["count_rows"], "dated_rows": totals["count_dated"], "first_day": totals["first_day"],
        "last_day": totals["last_day"], "seconds": totals["seconds"],
    }


def _read_as(asked: Any) -> str:
    """A tracker's API, or a file by its format."""
    return "connection" if "connection" in asked else str(asked["declaration"]["format"])
