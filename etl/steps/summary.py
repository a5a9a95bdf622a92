"""The last screen of a week: per stream what came in, what is exported and held; money; where the files are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from etl.steps.next_step import approve
from etl.steps.outcome import NEW_LINE, Outcome
from etl.steps.run import Run
from etl.store import batches
from etl.terms import POLICY_WORDS, STREAMS
from etl.units import clock_hours, money

STATES = ("exported", "held", "out_of_scope", "withdrawn", "superseded", "rejected")


def summary(run: Run) -> Outcome:
    """Where the period stands, read from the sealed batch or draft itself. The control sheet's figures on a screen."""
    records = run.records()
    batch = batches.find_batch(run.workspace, run.company, run.period_end, records)
    sealed = batch or batches.find_draft(run.workspace, run.company, run.period_end, records)
    if sealed is None:
        return Outcome(
            title=f"{run.company}, period {run.period_end}: nothing is drafted yet", next_step="run the week"
        )
    control = sealed.manifest["control"]
    reconciled = batches.newest(records, "reconcile", run.period_end)
    unreconciled = str(reconciled.whole("unreconciled")) if reconciled else "not reconciled yet"
    kind = "batch" if batch else "draft batch"
    undated = control["pay"].get("undated", {}).get("entries", 0)
    facts = [
        ("policy", POLICY_WORDS[run.settings.company.policy]),
        ("unreconciled", unreconciled),
        ("files", run.shown(sealed.folder)),
    ]
    if run.settings.pilot:
        people = len(run.settings.pilot.employees)
        facts.insert(0, ("pilot", f"only {people} of the people; everybody else is left out"))
    if undated:
        facts.insert(0, ("without a date", f"{undated} entries wait, in no period; see Exceptions"))
    return Outcome(
        title=f"{run.settings.company.name}: {kind} {sealed.batch:04d}, {run.owned.label}"
        f"{', closed' if batches.is_closed(records, run.period_end) else ''}",
        facts=tuple(facts),
        headings=("stream", "in", "exported", "held", "other", "remainder", "money exported"),
        rows=tuple(_row(stream, control[stream], run.settings.company.home_currency) for stream in STREAMS),
        next_step=_next(run, batch),
    )


def _row(stream: str, states: dict[str, Any], home: str) -> tuple[str, ...]:
    def both(*names: str) -> tuple[int, int]:
        return (
            sum(states[name]["entries"] for name in names if name in states),
            sum(states[name]["seconds"] for name in names if name in states),
        )

    received, carried_in, carried_out = both("received"), both("carried_in"), both("carried_out")
    exported, held, other = both("exported"), both("held"), both(*STATES[2:])
    left = received[1] + carried_in[1] - carried_out[1] - exported[1] - held[1] - other[1]
    amounts = states.get("exported", {}).get("money", {})
    home_first = sorted(amounts, key=lambda currency: (currency != home, currency))
    paid = NEW_LINE.join(money(Decimal(amounts[currency]), currency) for currency in home_first)
    return (
        stream,
        *(
            f"{entries:,} | {clock_hours(seconds)}"
            for entries, seconds in (
                (received[0], received[1] + carried_in[1] - carried_out[1]),
                exported,
                held,
                other,
            )
        ),
        f"{received[0] - exported[0] - held[0] - other[0]} | {left}",
        paid,
    )


def _next(run: Run, batch: batches.Batch | None) -> str:
    if batch is None:
        return approve(run.company, run.period_end)
    return f"upload the files in {run.shown(batch.folder)}/upload; what is held is on sheet Exceptions of the workbook"
