"""The ops log as tables, to be asked beside the history: ops_calls and ops_stages. It may be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from etl.errors import EtlError
from etl.steps.connections import CALLS
from etl.steps.pace import STAGES
from etl.store import ops_log
from etl.workspace import Workspace

_TEXT, _WHOLE, _INSTANT = pa.string(), pa.int64(), pa.timestamp("us")
OPS_CALLS = pa.schema({
    "company": _TEXT, "connection": _TEXT, "called_at": _INSTANT, "status": _WHOLE, "milliseconds": _WHOLE,
    "attempt": _WHOLE, "bytes": _WHOLE})
OPS_STAGES = pa.schema({
    "company": _TEXT, "stage": _TEXT, "ended_at": _INSTANT, "role": _TEXT, "milliseconds": _WHOLE,
    "exit_code": _WHOLE})


def ops_tables(place: Workspace, companies: Sequence[str]) -> dict[str, pa.Table]:
    """ops_calls: one row per call of a tracker's API; ops_stages: one per stage of a run.

    Lines that cannot be read are passed over.
    """
    return {
        "ops_calls": pa.Table.from_pylist(
            [row for company in companies for row in _calls(place, company)], schema=OPS_CALLS),
        "ops_stages": pa.Table.from_pylist(
            [row for company in companies for row in _stages(place, company)], schema=OPS_STAGES)}


def _calls(place: Workspace, company: str) -> Iterator[dict[str, Any]]:
    """Every call of the ops log that can be read."""
    for said in ops_log.all_noted(place, company, CALLS):
        numbers = {name: whole(said.get(name)) for name in ("status", "milliseconds", "attempt", "bytes")}
        at, connection = _logged(said.get("at")), said.get("connection")
        if at is not None and isinstance(connection, str) and None not in numbers.values():
            yield {"company": company, "connection": connection, "called_at": at, **numbers}


def _stages(place: Workspace, company: str) -> Iterator[dict[str, Any]]:
    """Every stage of a run in the ops log that says when it ended."""
    for said in ops_log.all_noted(place, company, STAGES):
        at, stage, milliseconds = _logged(said.get("at")), said.get("stage"), whole(said.get("milliseconds"))
        if at is not None and isinstance(stage, str) and milliseconds is not None:
            yield {"company": company, "stage": stage, "ended_at": at, "role": str(said.get("role") or ""),
                   "milliseconds": milliseconds, "exit_code": whole(said.get("exit_code"))}


def _read(value: object, reader: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        with suppress(ValueError, EtlError):
            return reader(value)
    return None


def day_of(value: object) -> date | None:
    """A day in ISO, None for anything else."""
    found: date | None = _read(value, date.fromisoformat)
    return found


def whole(value: object) -> int | None:
    """A whole number that fits its column, None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62 else None


def instant(text: str) -> datetime:
    """An instant as UTC without a zone, as tables keep it."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _logged(value: object) -> datetime | None:
    found: datetime | None = _read(value, instant)
    return found
