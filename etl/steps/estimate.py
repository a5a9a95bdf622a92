"""How many calls a pull will make and how long it will take, against what the account may ask. Nothing is asked."""

from __future__ import annotations

from datetime import date

from etl.settings import Connection
from etl.sources.pulling import place_of, quotas_of
from etl.sources.quota import most_seconds
from etl.sources.registry import tracker_of
from etl.sources.trackers import Window
from etl.steps.connections import CALLS, window_of
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import ops_log
from etl.workspace import is_sandbox

ENTRIES_A_DAY = 8   # a person's, where no pull has told yet
USUAL_MILLISECONDS = 400


def estimate(run: Run) -> Outcome:
    """One line a connection: rows expected, calls, minutes, and the limit they were held against."""
    rows = []
    for connection in run.settings.connections:
        window = window_of(run, connection)
        expected, source = _rows(run, connection, window)
        calls = count_calls(connection, window, expected)
        quotas = quotas_of(connection, place_of(connection, loopback_only=is_sandbox(run.company)))
        seconds = max(most_seconds(calls, quotas), calls * _milliseconds(run, connection) // 1000)
        limit = " and ".join(f"{quota.calls:,} in {quota.seconds:,} s" for quota in quotas) or "none"
        rows.append((connection.name, f"{window.start} to {window.end}", f"{expected:,}", source, f"{calls:,}",
                     f"{-(-seconds // 60):,}", limit))
    return Outcome(
        title=f"{len(rows)} connection(s) to ask; nothing was asked",
        headings=("connection", "window", "rows expected", "told by", "calls", "minutes", "calls allowed"),
        rows=tuple(rows),
        next_step="timebooks step pull, without --estimate" if rows else "declare [[connections]] in company.toml",
    )


def count_calls(connection: Connection, window: Window, rows: int) -> int:
    """The calls of a pull that meets no fault: small lists, every page of entries, and what the proof takes."""
    tracker = tracker_of(connection)
    calls = len(tracker.lookups(connection, window)) + (2 if tracker.marker(connection) else 0)
    listings = tracker.entries(connection, window)
    for listing in listings:
        share = -(-rows // len(listings))
        pages = max(1, -(-share // listing.size)) if listing.size else 1
        calls += pages * (2 if listing.proof == "repeat" and pages > 1 else 1)
    return calls


def _rows(run: Run, connection: Connection, window: Window) -> tuple[int, str]:
    """Rows of the window, by the newest complete pull of this connection, else by the people on the books."""
    days = (window.end - window.start).days + 1
    for pull in reversed(run.pulls()):
        if pull.drop == connection.name and pull.request["completeness"] == "complete" and "evidence" in pull.request:
            start, end = (date.fromisoformat(text) for text in pull.request["window"])
            delivered = int(pull.request["evidence"]["counts"]["delivered"])
            return -(-delivered * days // ((end - start).days + 1)), f"pull {pull.pull_id}"
    people = len({row["employee_id"] for row in run.mappings.rows("map_employees")})
    return -(-people * ENTRIES_A_DAY * days * 5 // 7), f"{people} people, {ENTRIES_A_DAY} entries a workday"


def _milliseconds(run: Run, connection: Connection) -> int:
    """What a call of this connection took lately."""
    taken = [int(str(said["milliseconds"])) for said in ops_log.noted(run.workspace, run.company, CALLS)
             if said.get("connection") == connection.name and said.get("status") == 200]
    return sum(taken) // len(taken) if taken else USUAL_MILLISECONDS
