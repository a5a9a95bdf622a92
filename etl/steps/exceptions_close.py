"""Which exceptions keep a period open: those that hold or stop pay or billing and that nobody has verified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from etl.errors import RefusedError
from etl.settings.approval import CloseOver
from etl.steps.exceptions import CLOSED, EVENT, OPENED, Item, board, item_id, needs_word, order
from etl.steps.exceptions_live import held_now
from etl.steps.run import Run
from etl.store.batches import Batch
from etl.store.records import Record
from etl.workspace import is_sandbox

_MOST_SHOWN = 3


def exceptions_at_close(run: Run, batch: Batch, records: Sequence[Record], today: date) -> list[dict[str, Any]]:
    """The exceptions of pay and billing that a close leaves open, by the company's leave; none where none is open.

    Raises RefusedError EXCEPTIONS_OPEN naming those that keep the period open. A practice company is not kept.
    """
    if is_sandbox(run.company):
        return []
    left, over = _open(run, batch, records, today), run.settings.approval.close_over
    keeping = [one for one in left if _keeps(one, over)]
    if keeping:
        more = f"; and {len(keeping) - _MOST_SHOWN} more" if len(keeping) > _MOST_SHOWN else ""
        raise RefusedError(
            "EXCEPTIONS_OPEN",
            what=f"{len(keeping)} exception(s) of payroll or billing are not verified: "
            + "; ".join(map(_told, keeping[:_MOST_SHOWN])) + more,
            where=f"{run.company}, period to {run.period_end}",
            fix=f"Have each mended and verified: timebooks exceptions list --company {run.company}; or let the company "
            "choose what a close may leave open, close_over under [approval] in company.toml.")
    return [{"item": one.id, "code": one.found["code"], "streams": one.found["streams"]} for one in left]


def _open(run: Run, batch: Batch, records: Sequence[Record], today: date) -> list[Item]:
    """The period's exceptions of pay and billing that are not closed, payroll first."""
    rows = [row for row in batch.table("exceptions").to_pylist() if _concerns(row)]
    needs, is_followed = needs_word(run.settings), any(record.type in (EVENT, OPENED) for record in records)
    if not is_followed and (needs or not rows):   # nobody has verified anything: all that went out held is open
        found = {item_id(row): Item(item_id(row), row, run.period_end, today) for row in rows}
        return sorted(found.values(), key=lambda one: order(one, today))
    items = board(run.workspace, run.company, records, today, held_now(run.workspace, run.company, records))
    return [one for one in items if one.period_end == run.period_end and _concerns(one.found)
            and one.state(needs_word=needs) != CLOSED]


def _concerns(row: Any) -> bool:
    """Whether a finding stops, or holds pay or billing."""
    return row["severity"] == "stop" or (row["severity"] == "hold" and bool({"pay", "bill"} & _streams(row)))


def _keeps(one: Item, over: CloseOver) -> bool:
    if one.found["severity"] == "stop" or over == "nothing":
        return True
    return over == "billing" and "pay" in _streams(one.found)


def _streams(row: Any) -> set[str]:
    return set((row["streams"] or "").split(", "))


def _told(one: Item) -> str:
    row = one.found
    who = ", ".join(filter(None, (row["employee_ref"], str(row["worked_on"] or ""))))
    return f"{one.id} {row['code']} ({row['streams']}; {who}): {row['found']}"
