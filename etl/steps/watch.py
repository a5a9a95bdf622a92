"""Watch: micro-batches that pull and draft what has changed, again and again, and never count anything twice.

A micro-batch is the week's own steps under the company's lock. What landed before adds nothing, an entry has one key,
a draft that would say the same stays the same revision, and an exported period is never drafted again: so however often
and however close together they run, the last draft is the one a single run over everything would give.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import BusyError, EtlError, RefusedError
from etl.settings import Settings
from etl.steps.alert_findings import Ran
from etl.steps.alerts import ran_of, tell_calmly
from etl.steps.exceptions import settings_now
from etl.steps.mapping_versions import mappings_now
from etl.steps.outcome import Outcome
from etl.steps.run import Run, person_of, place_of, start
from etl.steps.stages import TO_DRAFT, export, pull, reconcile
from etl.steps.trusted import permit
from etl.steps.view_export import write_reports
from etl.steps.week import week
from etl.store import audit_log, batches, watching
from etl.workspace import Workspace, is_sandbox

MOST_BEHIND = 8          # ended periods that a micro-batch works on; older ones are for a person
_LOOK_SECONDS = 2.0      # between two looks at inbox and audit log
_AGAIN_SECONDS = 10.0    # after a file that was still being written, or another run's lock
_NOT_YET = {"FILE_CHANGING", "RUN_BUSY"}
_LATER = timedelta(days=62)   # no period of ours is longer
Say = Callable[[str], None]


@dataclass
class MicroBatch:
    """What one micro-batch did: per period what came of it, what it ended with, reports written."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    rans: list[Ran] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    is_not_yet: bool = False   # something was on its way, or another run at work: soon again

    @property
    def failed(self) -> list[Ran]:
        """What did not reach its natural stop."""
        return [ran for ran in self.rans if ran.failed]


def micro_batch(place: Workspace, company: str, *, person: str | None = None, today: date | None = None) -> MicroBatch:
    """Pull and draft every period that is due, publish what was approved where the company says so, write the reports.

    One period's failure keeps no other one from its turn.
    """
    done = MicroBatch()
    try:
        settings = settings_now(place, company)
        who = person or settings.schedule.person or person_of(company)
        ended, running = due_periods(place, company, settings, today)
    except EtlError as error:
        return _failed(done, "start", error)
    for end in [*ended, *running]:
        is_pulled_alone = end in running and settings.schedule.drafts == "ended"
        try:
            run = start(company, end, place.root, person=who, in_memory=True)
            try:
                outcome = pull(run) if is_pulled_alone else _through(run)
            finally:
                run.end()
        except EtlError as error:
            _failed(done, str(end), error)
        else:
            done.lines.append((str(end), outcome.title))
            done.rans.append(ran_of(end, outcome))
    try:
        done.reports = write_reports(place, company, settings)
    except EtlError as error:
        _failed(done, "reports", error)
    return done


def _failed(done: MicroBatch, of: str, error: EtlError) -> MicroBatch:
    done.lines.append((of, error.message()))
    if error.code in _NOT_YET:
        done.is_not_yet = True
    else:
        done.rans.append(Ran(of, error.code))
    return done


def due_periods(
    place: Workspace, company: str, settings: Settings, today: date | None = None,
) -> tuple[list[date], list[date]]:
    """The ends of the periods that are over and not through yet, oldest first, and of those that run today.

    Of a long backlog the newest are taken. A day is over by the company's own clock.
    """
    day = today or _today(settings)
    mappings = mappings_now(place, company)
    records = audit_log.read_log(place, company)
    starts = {pay.period.end: pay.period.start for pay in mappings.pay_periods}
    at = settings.company.go_live
    while at <= day + _LATER:
        period = settings.billing.period_to(at)
        if period is not None:
            starts[at] = min(period.start, starts.get(at, period.start))
        at += timedelta(days=1)
    goes_on = settings.schedule.approved == "export" or is_sandbox(company)
    last = "reconcile" if goes_on else "export"   # a run that died between the two is taken up again
    open_ends = sorted(end for end, first in starts.items()
                       if end >= settings.company.go_live and first <= day
                       and batches.newest(records, last, end) is None)
    ended = [end for end in open_ends if end < day]
    return ended[-MOST_BEHIND:], [end for end in open_ends if end >= day]


def _through(run: Run) -> Outcome:
    """One period as far as it goes without a person: a practice company to its close, others to the draft.

    A draft that somebody approved is not touched: what came since is corrected by the next batch.
    """
    if is_sandbox(run.company):
        return week(run)
    records = run.records()
    if batches.newest(records, "export", run.period_end) is not None:
        return reconcile(run)
    found = batches.find_draft(run.workspace, run.company, run.period_end, records)
    if found is not None and batches.approval_of(records, found) is not None:
        if run.settings.schedule.approved == "wait":
            return Outcome(title=f"batch {found.batch:04d} is approved and waits for a person to run the week")
        outcome = export(run)
        return outcome if outcome.exit_code else reconcile(run)
    with run.locked("a micro-batch of"):
        outcome = Outcome(title="nothing was done")
        for name, step in TO_DRAFT.items():
            if name == "draft" and not _may_draft(run):
                return Outcome(title=f"{outcome.title}; {run.person} may not draft, a preparer does")
            outcome = step(run)
            if outcome.exit_code:
                return outcome
        return outcome


def _may_draft(run: Run) -> bool:
    try:
        permit(run.workspace, run.company, "draft", run.person)
    except RefusedError:
        return False
    return True


def watch(
    company: str, workspace: str | Path | None = None, *, once: bool = False, person: str | None = None,
    say: Say = lambda _: None, stop: threading.Event | None = None,
) -> Outcome:
    """One micro-batch, or one after each change until SIGTERM or Ctrl-C; the one under way is finished first.

    What has changed: a file of the inbox or a cross-reference, a decision in the audit log, the day; and where trackers
    are asked through their API, so many minutes have passed. Nothing is kept between two looks but what is on disk, so
    a machine that starts again goes on. With `once` exit code 1 where something did not reach its natural stop.
    """
    place = place_of(workspace)
    settings = settings_now(place, company)
    with watching.only_watch(place, company) as is_ours:
        if not is_ours and once:
            return Outcome(title=f"another watch of {company} is at work; nothing is left to do here")
        if not is_ours:
            raise BusyError("WATCH_RUNNING", what=f"Another watch of {company} is running", where="data/lock",
                            fix="Nothing is to be done: one is enough. End that one first to start another.")
        try:
            if once:
                return _told(place, company, micro_batch(place, company, person=person), say)
            with _ends_calmly(stop or threading.Event()) as ending:
                count = _loop(place, company, settings, person, say, ending)
        except Exception:
            tell_calmly(place, company, [Ran("watch", "UNFORESEEN")], say)
            raise
    return Outcome(title=f"{company}: the watch has ended after {count} micro-batch(es); nothing half-written is left")


def _loop(
    place: Workspace, company: str, settings: Settings, person: str | None, say: Say, ending: threading.Event,
) -> int:
    seen, count, ran_at = "", 0, 0.0
    while not ending.is_set():
        now = _state(place, company, settings)
        is_asked = bool(settings.connections) and time.monotonic() - ran_at >= 60 * settings.schedule.every_minutes
        if now != seen or is_asked:
            brought = watching.brought(place, company)
            done = micro_batch(place, company, person=person)
            count, ran_at = count + 1, time.monotonic()
            _told(place, company, done, say)
            if done.is_not_yet:
                ending.wait(_AGAIN_SECONDS)
                continue
            # what came into the inbox while it ran is seen at the next look; what it recorded itself is not work
            seen = brought + _decided(place, company, settings)
        ending.wait(_LOOK_SECONDS)
    return count


def _state(place: Workspace, company: str, settings: Settings) -> str:
    return watching.brought(place, company) + _decided(place, company, settings)


def _decided(place: Workspace, company: str, settings: Settings) -> str:
    """Records of the audit log, and the company's own day: with it a period can be over."""
    return watching.recorded(place, company) + _today(settings).isoformat()


def _today(settings: Settings) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(settings.company.zone)).date()


def _told(place: Workspace, company: str, done: MicroBatch, say: Say) -> Outcome:
    """The micro-batch as it is shown; its alerts go out now that its work is committed."""
    tell_calmly(place, company, done.rans, say)
    outcome = Outcome(
        title=f"{company}: {len(done.lines)} part(s) worked on, {len(done.failed)} need somebody",
        facts=tuple(done.reports), headings=("period", "what came of it"), rows=tuple(done.lines),
        next_step=f"timebooks status --company {company}" if done.failed else "",
        exit_code=1 if done.failed else 0)
    for of, what in done.lines:
        say(f"{of}: {what.splitlines()[0]}")
    return outcome


@contextmanager
def _ends_calmly(ending: threading.Event) -> Iterator[threading.Event]:
    """While this lasts SIGTERM and Ctrl-C only set the event; outside the main thread somebody else does."""
    if threading.current_thread() is not threading.main_thread():
        yield ending
        return
    before = {number: signal.signal(number, lambda *_: ending.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
