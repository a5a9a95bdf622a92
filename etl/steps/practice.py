"""The practice server over a practice company's own people and week: every tracker's API on this machine."""

from __future__ import annotations

from collections.abc import Callable

from etl.sandbox.company import make_company
from etl.sandbox.server.asking import ACCOUNT, TOKEN
from etl.sandbox.server.book import Book, book_of
from etl.sandbox.server.faults import Schedule
from etl.sandbox.server.serving import ADDRESSES, PracticeServer
from etl.sandbox.week import make_week
from etl.steps.outcome import Outcome


def practice_book(seed: int = 1, weeks: int = 1) -> Book:
    """The account of the practice company's tracker over so many weeks."""
    company = make_company(seed)
    return book_of(company, [entry for week in range(weeks) for entry in make_week(company, week).entries])


def serve(
    *, seed: int = 1, weeks: int = 1, port: int = 8077, faults: int | None = None,
    told: Callable[[Outcome], None] = lambda outcome: None,  # noqa: ARG005
) -> None:
    """Serve until stopped. `faults`: the seed of a schedule of faults; without it every tracker is in good health."""
    server = PracticeServer(practice_book(seed, weeks), schedule=Schedule(faults), port=port)
    told(Outcome(
        title=f"practice server on {server.address}, this machine only; token {TOKEN}, account {ACCOUNT}",
        facts=(("entries", f"{len(server.desk.book.entries):,}"),
               ("faults", "none" if faults is None else f"schedule of seed {faults}")),
        headings=("source", "base_url", "reports_url"),
        rows=tuple((source, server.base_url(source), server.reports_url(source)) for source in ADDRESSES),
        next_step="declare one of them in [[connections]] of a practice company; Ctrl-C ends the server",
    ))
    server.serve()
