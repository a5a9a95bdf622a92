"""Corrections: what changed in exported periods, as lines of the open one; each names batch, line and cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl import tables as schemas
from etl.errors import RefusedError
from etl.law.overpayments import overpayment_rules
from etl.periods import DAY, LAST_DAY
from etl.sql.order import CORRECTIONS, MAP, MARTS, RULES
from etl.sql.run import Engine
from etl.steps.earlier import Earlier, changed, earlier_periods, exported_batches, period_run
from etl.steps.inputs import CORRECTION_TABLES, put_inputs, put_no_corrections, refuse_gaps
from etl.steps.map_entries import landed_between, put_landed, refuse_mass_withdrawal
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.steps.time_before import put_time_before
from etl.steps.time_inputs import put_let_through
from etl.store import batches
from etl.store.batches import Batch, Sealed
from etl.terms import CORRECTED, STREAMS
from etl.units import clock_hours, document_number, money
from etl.workspace import is_sandbox

SIDES: Mapping[str, pa.Schema] = {
    "entries": schemas.ENTRIES,
    "pieces": schemas.PIECES,
    "payroll_lines": schemas.PAYROLL_LINES,
    "postings": schemas.POSTINGS,
    "billable_lines": schemas.BILLABLE_LINES,
    "allocations": schemas.ALLOCATIONS,
    "pay_additions": schemas.PAY_ADDITIONS,
    "vendor_lines": schemas.VENDOR_LINES,
    "converted_shares": schemas.CONVERTED_SHARES,
}
_MADE_FROM = MARTS[: MARTS.index("converted_shares") + 1]
_COUNTED = ("exported", "settled")
_ITEMS = ("TE160", "TE161", "TE162", "TE163")


def find_corrections(run: Run, engine: Engine) -> None:
    """Put the corrections of this run into its working database, right after the rules.

    An exported period keeps those it was exported with; otherwise every earlier exported period whose inputs have
    changed is computed again and compared with all that was exported for it.
    """
    put_no_corrections(engine)
    exported = batches.find_batch(run.workspace, run.company, run.period_end, run.records())
    if exported is not None:
        _put_as_exported(engine, exported)
        return
    earlier = earlier_periods(run)
    if earlier and (looked_at := changed(run, engine, earlier)):
        correct(run, engine, looked_at)


def correct(run: Run, engine: Engine, looked_at: Sequence[Earlier]) -> None:
    """Compare these periods as computed today with the sum of everything exported for them; the lines are the rest."""
    _put_parameters(run, engine, looked_at)
    sides: dict[str, list[pa.Table]] = {name: [] for name in SIDES}
    for item in looked_at:
        for name, table in today(run, engine, item.batch).items():
            sides[name].append(side(table, item.batch, is_now=True))
            sides[name].append(side(_as_exported(item.batch, name), item.batch, is_now=False))
    for name, parts in sides.items():
        engine.put(f"side_{name}", pa.concat_tables(parts))
    _put_earlier_corrections(run, engine, {item.batch.batch for item in looked_at})
    engine.run(CORRECTIONS)


def waiting_for(run: Run, engine: Engine, exported: Batch) -> Outcome:
    """What the next open period will correct in this exported one, as things stand; no row where no line moves."""
    records = run.records()
    later = replace(run, period_end=LAST_DAY, _engine=None)
    item = next(item for item in earlier_periods(later) if item.batch.batch == exported.batch)
    correct(run, engine, [item])
    lines = schemas.assert_schema(engine.fetch("corrections"), schemas.CORRECTIONS, "corrections").to_pylist()
    opened = sorted(
        {pay.period.end for pay in run.mappings.pay_periods if pay.period.end > run.period_end}
        - {record.day("period_end") for record in records if record.type == "export"}
    )
    when = f" --period-end {opened[0]}" if opened else " of the next period, once the calendar has it"
    return Outcome(
        title=f"{len(lines)} correction(s) wait",
        facts=(("corrections waiting", str(len(lines))),) if lines else (),
        headings=("stream", "corrects", "cause", "what", "time", "amount"),
        rows=tuple(_shown(line) for line in lines),
        next_step=f"they come with the next open period: timebooks week --company {run.company}{when}" if lines else "",
    )


def corrected_by(run: Run, exported: Batch) -> list[int]:
    """The exported batches that have corrected this one so far."""
    return [
        batch.batch
        for batch in exported_batches(run)
        if batch.has_table("corrections")
        and exported.batch in batch.table("corrections", ["batch"])["batch"].to_pylist()
    ]


def _shown(line: Mapping[str, Any]) -> tuple[str, ...]:
    """One correcting line for a screen."""
    pay, books = ("employee_name", "pay_item", "workweek_start"), ("account", "customer_job", "class")
    keys = (*pay, *books, "service_item", "bill_rate")
    what = ", ".join(_printed(line[key]) for key in keys if line[key] is not None)
    amount = "" if line["amount"] is None else money(line["amount"], line["currency"])
    kind = line["stream"] if line["state"] == "exported" else f"{line['stream']}, {line['state']}"
    return kind, line["corrects"], line["cause"], what, clock_hours(line["seconds"]), amount


def _printed(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def today(run: Run, engine: Engine, batch: Batch) -> dict[str, pa.Table]:
    """The tables of an exported period by today's inputs, through the same statements."""
    own = period_run(run, batch)
    refuse_gaps(own)
    with own.engine() as again:
        put_inputs(own, again)
        if own.settings.approval.time != "none":
            put_let_through(again, _let_through(run, batch))
        put_landed(again, landed_between(engine, own.window.start - 2 * DAY, own.window.end))
        again.put("checked_items", schemas.EXCEPTIONS.empty_table())
        again.run(MAP)
        refuse_mass_withdrawal(own, again)
        put_time_before(own, engine, again)
        again.run(RULES)
        again.run(_MADE_FROM)
        found = {name: schemas.assert_schema(again.fetch(name), schema, name) for name, schema in SIDES.items()}
        _refuse_abroad(batch, again, found)
    own.end()
    return found


def _let_through(run: Run, batch: Batch) -> list[str]:
    """Entries that this batch, or one that corrected it, took into pay, cost or billing beside being approved."""
    entries = batch.table("entries", ["entry_id", "cost_state", "bill_state"]).to_pylist()
    out = {row["entry_id"] for row in entries if "exported" in (row["cost_state"], row["bill_state"])}
    for other in exported_batches(run):
        if other.has_table("correction_parts"):
            own = other.table("corrections", ["line_id", "batch"])
            lines = own.filter(pc.equal(own["batch"], batch.batch))["line_id"].to_pylist()
            parts = other.table("correction_parts", ["line_id", "entry_id"])
            out |= set(parts.filter(pc.is_in(parts["line_id"], pa.array(lines, pa.string())))["entry_id"].to_pylist())
    return sorted(out - {None})


def _refuse_abroad(batch: Batch, today: Engine, found: Mapping[str, pa.Table]) -> None:
    """Nothing, where each line of the period, then and now, is in the home currency, or no line of it moves.

    Raises RefusedError CORRECTION_ABROAD: where the books convert there is a journal for each currency, which no
    correction writes; a person paid in another currency than then, and a pay addition on no entry, have no one line.
    """
    is_converted = found["converted_shares"].num_rows or _as_exported(batch, "converted_shares").num_rows
    if not is_converted and not today.count("weeks_paid_abroad"):
        return
    then = {name: _as_exported(batch, name) for name in SIDES}
    sides = (then, found)
    if all(found[name].equals(then[name]) for name in SIDES if name not in ("entries", "pieces")):
        return   # what was changed has been undone
    paid = {(row["employee_id"], row["workweek_start"], row["currency"])
            for one in sides for row in one["payroll_lines"].to_pylist()}
    reasons = {
        "its journals are in several currencies": any(len(_journal_currencies(one["postings"])) > 1 for one in sides),
        "somebody is paid in another currency than then": len({key[:2] for key in paid}) < len(paid),
        "a pay addition in another currency rests on no entry": any(
            one["converted_shares"]["piece_id"].null_count for one in sides),
    }
    if not (told := [reason for reason, holds in reasons.items() if holds]):
        return
    raise RefusedError(
        "CORRECTION_ABROAD",
        what=f"Something changed in batch {batch.batch:04d}, period {batch.period_end}, and {', '.join(told)}: such a "
        "period is not corrected by itself",
        where=f"period {batch.period_end}",
        fix="Undo the change, or correct it in the books and in payroll by hand and keep the old row as it was.",
    )


def _journal_currencies(postings: pa.Table) -> set[str]:
    """The currencies of the labor journal, the part of the postings that corrections compare."""
    return set(postings.filter(_is_letter(postings["line_id"], "L"))["currency"].to_pylist())


def _as_exported(batch: Batch, name: str) -> pa.Table:
    return batch.table(name) if batch.has_table(name) else SIDES[name].empty_table()


def side(table: pa.Table, batch: Batch, *, is_now: bool) -> pa.Table:
    """One side's rows of a period, marked with it."""
    rows = len(table)
    return table.append_column("is_now", pa.array([is_now] * rows, pa.bool_())).append_column(
        "batch", pa.array([batch.batch] * rows, pa.int32())
    )


def _put_parameters(run: Run, engine: Engine, looked_at: Sequence[Earlier]) -> None:
    number, sandbox, lock = run.batch_number(), is_sandbox(run.company), run.settings.books.locked_through
    labor = document_number(number, "labor", sandbox=sandbox)
    engine.put(
        "correction_parameters",
        pa.Table.from_pylist(
            [
                {
                    "batch_text_now": f"{number:04d}",
                    "correction_document": f"{labor.removesuffix('L')}D",
                    "posting_day": run.owned.end,
                    "has_books_lock": lock is not None,
                    "books_open_from": lock + DAY if lock else run.owned.end,
                    "home_currency": run.settings.company.home_currency,
                }
            ]
        ),
    )
    own = [period_run(run, item.batch) for item in looked_at]
    engine.put(
        "earlier_batches",
        pa.Table.from_pylist(
            [
                {
                    "batch": item.batch.batch,
                    "batch_text": f"{item.batch.batch:04d}",
                    "period_start": period.owned.start,
                    "period_end": period.owned.end,
                    "labor_document": document_number(item.batch.batch, "labor", sandbox=sandbox),
                    "labor_posting": period.settings.labor_posting.mode,
                }
                for item, period in zip(looked_at, own, strict=True)
            ]
        ),
    )
    engine.put("overpayment_rules", overpayment_rules())


def _put_earlier_corrections(run: Run, engine: Engine, looked_at: set[int]) -> None:
    """What exported batches have corrected in these periods so far; overpaid wages that still wait are none."""
    correcting = [batch for batch in exported_batches(run) if batch.has_table("corrections")]
    lines = pa.concat_tables([schemas.CORRECTIONS.empty_table(), *(batch.table("corrections") for batch in correcting)])
    wanted = pa.array(sorted(looked_at), pa.int32())
    engine.put(
        "earlier_corrections",
        lines.filter(pc.and_(pc.is_in(lines["batch"], wanted), pc.is_in(lines["state"], pa.array(_COUNTED)))),
    )
    parts = [schemas.CORRECTION_PARTS.empty_table(), *(batch.table("correction_parts") for batch in correcting)]
    engine.put("earlier_parts", pa.concat_tables(parts))


def _put_as_exported(engine: Engine, batch: Batch) -> None:
    """The corrections an exported batch holds, from its sealed tables."""
    if not batch.has_table("corrections"):
        return
    for name in CORRECTION_TABLES:
        engine.put(name, batch.table(name))
    postings, hours = batch.table("postings"), batch.table("payroll_hours")
    items, rolled = batch.table("exceptions"), batch.table("roll_forward")
    engine.put("correction_postings", postings.filter(_is_letter(postings["line_id"], "C|CR")))
    engine.put("correction_hours", hours.filter(_is_letter(hours["line_id"], "W")))
    engine.put("correction_items", items.filter(pc.is_in(items["code"], pa.array(_ITEMS))))
    engine.put("correction_rolled", rolled.filter(pc.is_in(rolled["state"], pa.array(CORRECTED))))


def _is_letter(lines: pa.ChunkedArray, letters: str) -> pa.ChunkedArray:
    return pc.match_substring_regex(lines, f"^[0-9]+-({letters})-")


def told(control: Mapping[str, Any], state: str = "corrected") -> str:
    """Entries, time and money of the corrections in a batch's control figures; empty where there are none."""
    return "; ".join(
        f"{stream} {states[state]['entries']:,} | {clock_hours(states[state]['seconds'])}"
        + "".join(f" | {money(Decimal(amount), currency)}" for currency, amount in states[state]["money"].items())
        for stream in STREAMS
        if state in (states := control.get(stream, {}))
    )


def facts_of(control: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of earlier periods a batch corrects or refers, as lines for a screen."""
    words = (
        ("corrected", "corrects earlier periods"),
        ("referred", "overpaid, waits for a person"),
        ("settled", "overpaid, settled"),
    )
    return [(said, text) for state, said in words if (text := told(control, state))]


def refuse_corrected_twice(run: Run, draft: Sealed) -> None:
    """Nothing, where no other batch has corrected the same periods since this draft was made.

    Raises RefusedError CORRECTIONS_STALE: both together would correct twice.
    """
    if not draft.has_table("corrections"):
        return
    own = set(draft.table("corrections", ["batch"])["batch"].to_pylist())
    for batch in exported_batches(run):
        if batch.number > draft.number and batch.has_table("corrections"):
            both = own & set(batch.table("corrections", ["batch"])["batch"].to_pylist())
            if both:
                raise RefusedError(
                    "CORRECTIONS_STALE",
                    what=f"Batch {batch.batch:04d} was exported after this draft was made and corrects "
                    f"{', '.join(f'batch {number:04d}' for number in sorted(both))} too",
                    where=f"draft batch {draft.batch:04d} revision {draft.revision}, sheet Corrections",
                    fix=f"Run timebooks week --company {run.company} --period-end {run.period_end} again and have the "
                    "new draft approved.",
                )
