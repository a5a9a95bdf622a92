"""One run: a company, a period, its settings and cross-references, and the working database between the steps."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from etl import __version__
from etl.disk import told
from etl.errors import RefusedError, SettingsError
from etl.law.breaks import Breaks, choose_breaks
from etl.law.chosen import Law
from etl.machine import memory_bytes
from etl.mapping.load import MappingSet, load_mappings
from etl.periods import PayPeriod, Period, calculation_window
from etl.settings import Settings, read_settings
from etl.sql.run import Engine, Limits
from etl.steps.law import confirmed, law_of
from etl.steps.mapping_versions import AS_THEY_LIE, Chosen, choose, file_of
from etl.steps.notebook import show_errors_calmly
from etl.steps.trusted import SANDBOX_PREPARER, Trust, permit, trust_of
from etl.store import audit_log, batches, landing, recovery
from etl.store.lock import company_lock
from etl.store.records import Record
from etl.terms import BatchHeader, PayrollPerson
from etl.units import BatchNumber
from etl.workspace import Workspace, is_sandbox

_AHEAD = timedelta(days=3653)   # a clock that is wrong by some years stops nobody
_HELD = ExitStack()
_LARGE_BYTES, _LARGE = 64 << 20, Limits(memory="3000MiB")   # of entries landed, some millions; docs/adr/0099
_SMALL_BYTES, _SMALL = 256 << 10, Limits(threads=1)   # some ten thousand entries; docs/adr/0100
_ROOMY_BYTES = 8 << 30   # a machine with less keeps its memory


@dataclass
class Run:
    """What every step of one company and period shares. `in_memory`: one process runs all steps (no notebooks)."""

    workspace: Workspace
    company: str
    period_end: date
    person: str
    settings: Settings
    mappings: MappingSet
    pay_periods: tuple[PayPeriod, ...]
    billing: Period | None
    in_memory: bool = False
    limits: Limits | None = None
    chosen: Chosen = AS_THEY_LIE   # which files are taken from the approved mapping set
    of_fleet: bool = False   # nobody looks at what each step says, and the history is committed once, for all
    _engine: Engine | None = field(default=None, repr=False)
    # of earlier batches, by digest
    mapping_sets: dict[str, tuple[MappingSet, Settings]] = field(default_factory=dict, repr=False)

    @cached_property
    def window(self) -> Period:
        """All workweeks, or fixed 14 days, that touch the period, and the billing period."""
        anchors = {group.pay_group: group.fourteen_days_from for group in self.settings.pay.groups}
        window = calculation_window(self.pay_periods, self.billing, anchors)
        # where the workday begins in the morning, the early hours of the next day still belong to the last workweek
        has_late_start = any(group.workday_minutes for group in self.settings.pay.groups)
        return Period(window.start, window.end + timedelta(days=1)) if has_late_start else window

    @cached_property
    def owned(self) -> Period:
        """From the first to the last day of the periods that end on this day."""
        spans = [pay.period for pay in self.pay_periods] + ([self.billing] if self.billing else [])
        return Period(min(span.start for span in spans), max(span.end for span in spans))

    @cached_property
    def confirmed(self) -> frozenset[str]:
        """Digests of the rows of law that the company has confirmed in its audit log."""
        return frozenset(confirmed(self.records()))

    def trust(self) -> Trust | None:
        """Who may do what here, by the people list as it is now; None without a list."""
        return trust_of(self.workspace, self.company, self.settings.company.policy, self.records())

    def permit(self, verb: str, person: str | None = None) -> None:
        """Nothing, where the person (default: who runs this) may do it by the people list; RefusedError NOT_PERMITTED.

        In front of a step it is one look; what an export rests on is proven again by the signatures.
        """
        permit(self.workspace, self.company, verb, person or self.person)

    @cached_property
    def law(self) -> Law:
        """The rules that hold for this company's people in the run's window, and what keeps it from going on."""
        return law_of(self.settings.pay, self.mappings, self.window, self.confirmed)

    @cached_property
    def breaks(self) -> Breaks:
        """The break rules that hold for this company's people, where it has switched them on."""
        people = self.law.tables["law_keys"].to_pylist()
        keys = [(row["law_key"], row["work_location"], row["flsa_status"]) for row in people]
        has_attested = bool(self.mappings.rows("map_rest_attestations"))
        return choose_breaks(self.settings.pay, keys, self.confirmed, has_attested=has_attested)

    @cached_property
    def known_from(self) -> date:
        """The first day of which a run knows the time: as far back as its rules look, not before the go-live.

        A rule looks back a week where days in a row count over the weeks, and over the weeks of an average.
        """
        has_streaks = any(rule.seventh_day.startswith("consecutive") for rule in self.law.rules)
        weeks = max((has_streaks, *self.breaks.tables["break_rules"]["weeks"].to_pylist()))
        first = self.window.start - timedelta(days=7 * weeks)
        return max(first, min(self.settings.company.go_live, self.window.start))

    def mapping_file(self, name: str) -> Path:
        """Where this run finds one file of its cross-references, or the folder of its suites."""
        return file_of(self.workspace, self.company, self.chosen.kept, name)

    @property
    def scratch(self) -> Path:
        """This run's disposable folder."""
        return self.workspace.scratch(self.company) / self.period_end.isoformat()

    @contextmanager
    def locked(self, what: str) -> Iterator[None]:
        """The company's lock, held by this process while it works; what a broken run left is settled first."""
        with company_lock(self.workspace, self.company, self.person, f"{what} {self.period_end}") as is_start:
            recovery.recover(self.workspace, self.company, is_start=is_start)
            yield

    @cached_property
    def engine_limits(self) -> Limits | None:
        """What the working database may use: as given, else by what has landed.

        Little: one thread, since a second would only wait. Very much: more memory, where the machine has it.
        """
        if self.limits is not None:
            return self.limits
        landed = landing.landed_bytes(self.workspace, self.company)
        if landed < _SMALL_BYTES:
            return _SMALL
        return _LARGE if landed >= _LARGE_BYTES and memory_bytes() >= _ROOMY_BYTES else None

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The run's working database: on disk between notebooks, in memory within one process."""
        folders = [self.workspace.landing(self.company), self.workspace.root / "reports", self.scratch]
        if self.in_memory:
            self._engine = self._engine or Engine(None, self.scratch, folders, self.engine_limits)
            yield self._engine
            return
        with told("make the folder", self.scratch):
            self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Engine(self.scratch / "work.duckdb", self.scratch, folders, self.engine_limits) as engine:
            yield engine

    def end(self) -> None:
        """Let the working database of an in-memory run go."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def now(self) -> datetime:
        """The clock, read at the edge; it enters audit-log records and never a rendered file."""
        return datetime.now(UTC)

    def records(self) -> tuple[Record, ...]:
        """The company's audit log, chain checked."""
        return audit_log.read_log(self.workspace, self.company)

    def pulls(self) -> tuple[landing.Pull, ...]:
        """What has landed, digests checked."""
        return landing.read_pulls(self.workspace, self.company)

    def batch_number(self) -> BatchNumber:
        """The number of this period's batch: reserved by its first draft, else the next."""
        return batches.batch_number(self.records(), self.period_end)

    def header(self, mapping_digest: str) -> BatchHeader:
        """What the files of the batch say about it."""
        return BatchHeader(
            company_id=self.company,
            company_name=self.settings.company.name,
            home_currency=self.settings.company.home_currency,
            period_start=self.owned.start,
            period_end=self.owned.end,
            period_label=self.owned.label,
            batch=self.batch_number(),
            is_sandbox=is_sandbox(self.company),
            policy=self.settings.company.policy,
            labor_posting=self.settings.labor_posting.mode,
            mapping_digest=mapping_digest,
            product_version=__version__,
            account_types={row["account"]: row["account_type"] for table in ("map_invoice_accounts", "map_accounts")
                           for row in self.mappings.rows(table)},
            target_lists=_target_lists(self.mappings),
            payroll_people={
                row["employee_id"]: PayrollPerson(
                    row["payroll_id"], row["last_name"], row["first_name"], row["title"] or ""
                )
                for row in self.mappings.rows("map_payroll_people")
            },
        )

    def shown(self, path: Path) -> str:
        """A path as a person in the workspace types it."""
        try:
            return path.relative_to(self.workspace.root).as_posix()
        except ValueError:
            return path.name


def start(
    company: str,
    period_end: str | date,
    workspace: str | Path | None = None,
    *,
    person: str | None = None,
    in_memory: bool = False,
    limits: Limits | None = None,
) -> Run:
    """A run for every calendar of the company with a period ending on this day.

    `workspace`: the folder with mappings/, data/ and reports/; else TIMEBOOKS_WORKSPACE, else the current folder, or
    the one above where a notebook runs in notebooks/.
    Raises SettingsError, MappingError; RefusedError when no period ends on the day.
    """
    place = place_of(workspace)
    chosen = choose(place, company)
    settings = read_settings(file_of(place, company, chosen.kept, "company.toml"), company)
    mappings = load_mappings(place.mappings(company), company, chosen.kept)
    end = read_day(period_end)
    pay_periods = tuple(pay for pay in mappings.pay_periods if pay.period.end == end)
    billing = settings.billing.period_to(end)
    if not pay_periods and billing is None:
        ends = sorted({pay.period.end for pay in mappings.pay_periods}, key=lambda day: abs((day - end).days))[:3]
        raise RefusedError(
            "NO_PERIOD",
            what=f"No pay or billing period of {company} ends on {end}",
            where=f"mappings/{company}/pay_calendar.csv and [billing] in company.toml",
            fix=f"Give a period's last day, such as {', '.join(map(str, sorted(ends)))}, or extend the calendar.",
        )
    _refuse_far(end, settings.company.go_live, company)
    show_errors_calmly()
    who = person or person_of(company)
    run = Run(place, company, end, who, settings, mappings, pay_periods, billing, in_memory, limits, chosen)
    if os.environ.get("TIMEBOOKS_HOLD_LOCK") == "1":  # a run's own kernel keeps the company until it ends
        _HELD.enter_context(run.locked("the week of"))
    return run


def _refuse_far(end: date, go_live: date, company: str) -> None:
    """Nothing, where the period is one that somebody may want: it ends after the go-live and within ten years."""
    if not go_live <= end <= datetime.now(UTC).date() + _AHEAD:
        raise RefusedError(
            "PERIOD_OUTSIDE",
            what=f"The period to {end} lies before the go-live on {go_live}, or more than ten years ahead",
            where=f"--period-end, mappings/{company}/company.toml",
            fix="Give the last day of a period since the go-live.",
        )


def _target_lists(mappings: MappingSet) -> dict[str, dict[str, str]]:
    """The targets' own lists, each by target and kind: "xero.account"."""
    lists: dict[str, dict[str, str]] = {}
    for row in mappings.rows("map_target_lists"):
        lists.setdefault(f"{row['target']}.{row['list']}", {})[row["name"]] = row["code"] or ""
    return lists


def release_locks() -> None:
    """Let go of what a run's own kernel held."""
    _HELD.close()


def read_day(value: str | date, where: str = "--period-end") -> date:
    """A day as it was typed, by default the last of a period. Raises SettingsError DATE_UNREADABLE."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise SettingsError(
            "DATE_UNREADABLE",
            what=f"{value!r} is not a date",
            where=where,
            fix=f"Give the {'last day of the period' if where == '--period-end' else 'day'} as 2026-11-22.",
        ) from None


def place_of(workspace: str | Path | None) -> Workspace:
    """The workspace named, else TIMEBOOKS_WORKSPACE, else this folder, or the one above a folder of notebooks."""
    here = Path.cwd()
    if here.name == "notebooks" and (here.parent / "mappings").is_dir():
        here = here.parent
    return Workspace(Path(workspace or os.environ.get("TIMEBOOKS_WORKSPACE") or here).resolve())


def person_of(company: str) -> str:
    """Who prepares: the sandbox's throw-away preparer, else the name of the operating system's account."""
    if is_sandbox(company):
        return SANDBOX_PREPARER
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
