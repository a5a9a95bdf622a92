"""Law-change replay: what exported weeks would have cost under other rows of law, per person; nothing is recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from etl.disk import told
from etl.errors import MappingError, RefusedError, SettingsError
from etl.law.chosen import Law
from etl.law.replay import begun_on, from_file, replaced
from etl.law.rows import Rule
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.sql.order import MAP, RULES
from etl.sql.run import Engine
from etl.steps.inputs import limits_of_this_release
from etl.steps.law import law_of
from etl.steps.map_entries import stage
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import Run, person_of, place_of, read_day
from etl.steps.time_before import put_time_before
from etl.store import audit_log, batches, landing
from etl.store.batches import Batch
from etl.store.mapping_sets import mapping_folder
from etl.units import BatchNumber, clock_hours, money
from etl.workspace import Workspace

_CUT, _PRICED = RULES.index("pieces_counted"), RULES.index("payroll_lines_rounded") + 1
_COLUMNS = (
    *("employee_id", "employee_name", "workweek_start", "overtime_seconds_before", "overtime_seconds_after"),
    *("double_time_seconds_before", "double_time_seconds_after", "amount_before", "amount_after", "difference"),
    "currency",
)


_Key = tuple[str, date, str]  # employee, workweek, currency


@dataclass
class _Week:
    """One person × workweek × currency over all batches: seconds with a premium and money, before and after."""

    name: str
    seconds: list[int]
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    is_rate_missing: bool = False


class _PastRun(Run):
    """A run that is over, under the number of its batch."""

    batch: BatchNumber

    def batch_number(self) -> BatchNumber:
        return self.batch


@dataclass(frozen=True)
class Change:
    """Rows of a file, or a rule whose newest version begins on another day (ISO)."""

    law: Path | None = None
    rule: str | None = None
    effective_from: str | None = None

    def rows(self) -> tuple[Rule, ...]:
        """The rows that replace those of the library. Raises SettingsError for a change that cannot be read."""
        if (self.law is None) == (self.rule is None) or (self.rule is None) != (self.effective_from is None):
            raise SettingsError(
                "LAW_CHANGE",
                what="The change is not told, or told twice",
                where="--law, --rule, --effective-from",
                fix="Give either --law FILE.csv, or --rule ID with --effective-from DATE.",
            )
        if self.law is None:
            return begun_on(str(self.rule), read_day(str(self.effective_from), "--effective-from"))
        with told("read the file", self.law):
            content = self.law.read_bytes()
        try:
            return from_file(content.decode("utf-8-sig"), self.law.name)
        except UnicodeDecodeError:
            raise SettingsError(
                "LAW_CHANGE", what="The file is not UTF-8 text", where=self.law.name, fix="Save it as CSV UTF-8."
            ) from None


def replay(
    company: str,
    span: tuple[str, str],
    change: Change,
    *,
    output: Path | None = None,
    workspace: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Outcome:
    """The workweeks of exported batches that begin within the span (ISO, inclusive), under the library and a change.

    Both sides are computed now, from what landed and the mapping set each batch was made with.
    """
    shipped = replaced(change.rows())
    days = read_day(span[0], "--from"), read_day(span[1], "--to")
    place = place_of(workspace)
    exports = batches.exported(place, company, audit_log.read_log(place, company))
    weeks: dict[_Key, _Week] = {}
    facts, count, home = [], 0, ""
    for batch in sorted(exports, key=lambda one: (one.period_end, one.batch)):
        with tempfile.TemporaryDirectory(prefix="timebooks-replay-") as folder:
            run = _past(place, company, batch)
            if run.window.end < days[0] or run.owned.start > days[1] or not run.pay_periods:
                continue
            if tell:
                tell(f"batch {batch.batch:04d}, {run.owned.label}")
            differing = _differences(run, batch, shipped, weeks, days, Path(folder))
        count, home = count + 1, run.settings.company.home_currency
        if differing:
            facts.append((f"batch {batch.batch:04d}", f"{differing} payroll line(s) today are not those exported"))
    if not count:
        raise RefusedError(
            "REPLAY_EMPTY",
            what=f"No exported batch of {company} has a workweek from {days[0]} to {days[1]}",
            where="--from and --to",
            fix="Give days within exported periods; timebooks status lists them.",
        )
    if output is not None:
        write_report(output, _COLUMNS, _report_rows(weeks))
    return _outcome(weeks, home, count, facts)


def _past(place: Workspace, company: str, batch: Batch) -> _PastRun:
    """The run that made a batch: the settings and cross-references of its mapping set."""
    folder = mapping_folder(place, company, batch.mapping_digest)
    settings, mappings = read_settings(folder / "company.toml", company), load_mappings(folder, company)
    end = batch.period_end
    pay_periods = tuple(pay for pay in mappings.pay_periods if pay.period.end == end)
    billing = settings.billing.period_to(end)
    run = _PastRun(place, company, end, person_of(company), settings, mappings, pay_periods, billing)
    run.batch = batch.batch
    return run


def _differences(
    run: _PastRun,
    batch: Batch,
    shipped: Sequence[Rule],
    weeks: dict[_Key, _Week],
    days: tuple[date, date],
    scratch: Path,
) -> int:
    """Add the workweeks of one batch that differ; how many lines under today's library are not those exported."""
    before = law_of(run.settings.pay, run.mappings, run.window, shipped=replaced(()))
    after = law_of(run.settings.pay, run.mappings, run.window, shipped=shipped)
    _refuse(run, before)
    _refuse(run, after)
    used = set(batch.pull_ids)
    pulls = tuple(pull for pull in landing.read_pulls(run.workspace, run.company) if pull.pull_id in used)
    folders = [run.workspace.landing(run.company), run.workspace.root / "reports", scratch]
    with Engine(None, scratch, folders, run.limits) as engine:
        run.__dict__["law"] = before
        stage(run, engine, pulls)
        engine.run(MAP)
        put_time_before(run, engine, engine)
        engine.run((*RULES[:_PRICED], "payroll_lines"))
        engine.put("exported_payroll_lines", batch.table("payroll_lines"))
        engine.put("payroll_lines_before", engine.fetch("payroll_lines_rounded"))
        engine.run(("lines_not_exported",))
        differing = int(engine.fetch("lines_not_exported").to_pylist()[0]["count_lines"])
        for name, table in after.tables.items():
            engine.put(name, table)
        engine.run((*RULES[_CUT:_PRICED], "law_differences"))
        for row in engine.fetch("law_differences").to_pylist():
            if days[0] <= row["workweek_start"] <= days[1]:
                _add(weeks, row)
    return differing


def _refuse(run: Run, law: Law) -> None:
    if findings := [*law.findings, *limits_of_this_release(run, law)]:
        raise MappingError(
            "MAPPING_GAPS",
            what=f"The weeks to {run.period_end} cannot be computed under this law:\n    " + "\n    ".join(findings),
            where="the law table given, and the mapping set of the batch",
            fix="Let every day of the weeks have a version of the rule, then replay again.",
        )


def _add(weeks: dict[_Key, _Week], row: dict[str, object]) -> None:
    names = ("overtime_before", "overtime_after", "double_before", "double_after")
    key = (str(row["employee_id"]), cast("date", row["workweek_start"]), str(row["currency"]))
    week = weeks.setdefault(key, _Week(str(row["employee_name"]), [0, 0, 0, 0]))
    week.seconds = [sum(pair) for pair in zip(week.seconds, (int(str(row[name])) for name in names), strict=True)]
    week.before += Decimal(str(row["amount_before"]))
    week.after += Decimal(str(row["amount_after"]))
    week.is_rate_missing |= bool(row["is_rate_missing"])


def _outcome(weeks: dict[_Key, _Week], home: str, count: int, facts: list[tuple[str, str]]) -> Outcome:
    totals: dict[str, Decimal] = {} if weeks else {home: Decimal(0)}
    for (_, _, currency), week in sorted(weeks.items(), key=lambda one: one[0][2]):
        totals[currency] = totals.get(currency, Decimal(0)) + week.after - week.before
    people = len({person for person, _, _ in weeks})
    moved = " and ".join(_signed(total, currency) for currency, total in totals.items())
    return Outcome(
        title=f"{count} exported batch(es) under the changed law: {people} person(s) in {len(weeks)} workweek(s) "
        f"affected, {moved} in all; nothing was recorded",
        facts=tuple(facts),
        headings=(
            *("person", "name", "workweek", "overtime", "overtime then", "double time", "double time then"),
            *("pay", "pay then", "difference"),
        ),
        rows=tuple(
            (
                *(person, week.name, start.isoformat(), *map(clock_hours, week.seconds)),
                *(money(week.before, currency), money(week.after, currency)),
                "rate missing" if week.is_rate_missing else _signed(week.after - week.before, currency),
            )
            for (person, start, currency), week in sorted(weeks.items())
        ),
        next_step="pay that is owed goes as a correction into the next open period"
        if any(total > 0 for total in totals.values()) else "",
    )


def _signed(amount: Decimal, currency: str) -> str:
    return ("+" if amount > 0 else "") + money(amount, currency)


def _report_rows(weeks: dict[_Key, _Week]) -> Iterator[Sequence[object]]:
    for (person, start, currency), week in sorted(weeks.items()):
        difference = "" if week.is_rate_missing else week.after - week.before
        yield person, week.name, start, *week.seconds, week.before, week.after, difference, currency
