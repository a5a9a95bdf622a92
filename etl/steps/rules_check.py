"""Check worked examples: each is computed by the decisions of a payroll run and compared with its printed answer."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import SourceError
from etl.law.chosen import Law
from etl.law.rows import as_confirmed, library
from etl.mapping.declared import FILES
from etl.mapping.load import MappingSet, as_table
from etl.periods import PayPeriod, Period
from etl.settings import MinimumWage, PayGroup, Settings, parse_settings
from etl.sql.order import MAP, RULES
from etl.sql.run import Engine, Limits
from etl.steps.compare import Answer, compare
from etl.steps.examples import Example, material, read_examples, shipped_examples
from etl.steps.law import law_of
from etl.steps.map_entries import stage
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store.landing import Pull
from etl.tables import LANDED_ENTRIES
from etl.units import BatchNumber, minor_digits
from etl.workspace import Workspace

ID = "examples"
NEVADA = MinimumWage(jurisdiction="US-NV", hourly="12.00", effective_from=date(2024, 7, 1))  # type: ignore[arg-type]
_TOML = """
[company]
id = "examples"
name = "Worked examples"
home_currency = "{currency}"
zone = "UTC"
go_live = 1900-01-01
policy = "single_person"
[billing]
period = "none"
[labor_posting]
mode = "none"
[targets]
documents = []
[[drops]]
name = "examples"
files = "*.csv"
zone = "UTC"
duration = "seconds"
[drops.columns]
person = "person_ref"
date = "date_text"
start = "start_text"
seconds = "duration_text"
"""


@dataclass
class _ExamplesRun(Run):
    """A run without an audit log: nothing of it is ever drafted."""

    extra: dict[str, Any] = field(default_factory=dict)

    def batch_number(self) -> BatchNumber:
        """Any number will do."""
        return BatchNumber(1)

    @cached_property
    def law(self) -> Law:
        """Every row is ready: here it is the examples that are asked."""
        return law_of(self.settings.pay, self.mappings, self.window, shipped=tuple(map(as_confirmed, library())))


def check_examples(file: Path | None = None, tell: Callable[[str], None] | None = None) -> Outcome:
    """The verdict on every example of a file, or of the law library. Exit code 1 where any differs.

    Raises SourceError for a file that cannot be read.
    """
    if file is None:
        content, where = shipped_examples()
    else:
        try:
            content, where = file.read_bytes(), file.name
        except OSError as error:
            raise SourceError(
                "EXAMPLES_UNREADABLE",
                what=f"The file cannot be read: {error.strerror}",
                where=str(file),
                fix="Give the path of a CSV file with worked examples.",
            ) from None
    examples = read_examples(content, where)
    answers = compute(examples, tell)
    rows, failed = [], 0
    for example in examples:
        differences = compare(example, answers.get(example.example_id))
        failed += bool(differences)
        cells = (example.example_id, example.system, example.first["citation"])
        if differences:
            rows += [(*cells, "DIFFERS", text) for text in differences]
        else:
            rows.append((*cells, "passes", ""))
    return Outcome(
        title=f"checked {len(examples)} worked example(s) of {where}: {len(examples) - failed} pass, {failed} differ",
        headings=("example", "rule", "citation", "verdict", "ours against the example"),
        rows=tuple(rows),
        exit_code=1 if failed else 0,
    )


def compute(examples: Sequence[Example], tell: Callable[[str], None] | None = None) -> dict[str, Answer]:
    """What the decisions make of each example, by example id; examples of one currency and layer share a run."""
    groups: dict[tuple[str, bool], list[Example]] = defaultdict(list)
    for example in examples:
        if example.rule is not None:
            groups[(example.first["currency"] or "USD", example.is_outside_flsa)].append(example)
            if example.is_outside_flsa:  # and what a covered employer owes
                groups[(example.first["currency"] or "USD", False)].append(example)
    answers: dict[str, Answer] = {}
    for (currency, is_outside), own in sorted(groups.items(), key=lambda item: item[0]):
        if tell:
            tell(f"{len(own)} example(s) in {currency}")
        with tempfile.TemporaryDirectory(prefix="timebooks-examples-") as folder:
            found = _answers(own, currency, is_outside=is_outside, place=Path(folder))
        for name, answer in found.items():
            if not is_outside and name in answers:
                answers[name].if_covered = answer
            elif not is_outside and next(e for e in own if e.example_id == name).is_outside_flsa:
                answers[name] = Answer(if_covered=answer)
            else:
                answer.if_covered = answers[name].if_covered if name in answers else None
                answers[name] = answer
    return answers


def _answers(examples: list[Example], currency: str, *, is_outside: bool, place: Path) -> dict[str, Answer]:
    stuff = material(examples)
    settings = _settings(examples, currency, is_outside=is_outside)
    first, last = stuff.first_day - timedelta(days=14), stuff.last_day + timedelta(days=14)
    calendar = tuple(
        PayPeriod(
            e.example_id,
            "monthly",
            Period(first, last),
            datetime.combine(last, datetime.min.time()),
            last,
            e.begins_on,
            2,
        )
        for e in examples
    )
    by_table = {declared.table: declared for declared in FILES}
    tables = {
        name: as_table(
            [{"map_row": line} | row for line, row in enumerate(stuff.tables.get(name, _USUAL.get(name, [])), 2)],
            declared,
        )
        for name, declared in by_table.items()
    }
    run = _ExamplesRun(
        Workspace(place), ID, last, "checker", settings, MappingSet({}, tables, calendar), calendar, None
    )
    landed = [
        dict.fromkeys(LANDED_ENTRIES.names) | {"source_row": n} | entry for n, entry in enumerate(stuff.entries, 2)
    ]
    pq.write_table(pa.Table.from_pylist(landed, schema=LANDED_ENTRIES), place / "entries.parquet")
    declaration = settings.drops[0].model_dump(mode="json")
    request = {"completeness": "additive", "window": [], "population": [], "declaration": declaration}
    pull = Pull("000001", 1, "examples", "examples.csv", place / "entries.parquet", len(landed), request, "0" * 64)
    with Engine(None, place, [place], Limits()) as engine:
        stage(run, engine, (pull,))
        engine.run((*MAP, *RULES, "average_hours"))
        return _read(engine, examples)


_USUAL: dict[str, list[dict[str, Any]]] = {
    "map_pay_items": [
        {"hour_kind": "worked", "hour_class": name, "pay_item": name}
        for name in ("regular", "overtime", "overtime_premium", "double_time", "double_time_premium")
    ]
}


def _settings(examples: list[Example], currency: str, *, is_outside: bool) -> Settings:
    """The company of the examples."""
    settings = parse_settings(_TOML.format(currency=currency), ID, "worked examples")
    groups = []
    for example in examples:
        rule = example.rule
        assert rule is not None
        anchor = date.fromisoformat(example.of("day", "week")[0]["date"]) if rule.period == "14_day" else None
        groups.append(
            PayGroup(pay_group=example.example_id, regimes={rule.jurisdiction: rule.regime}, fourteen_days_from=anchor)
        )
    wages = {"US-NV": NEVADA} | {
        example.first["jurisdiction"]: MinimumWage(jurisdiction=example.first["jurisdiction"], hourly=wage)
        for example in examples
        if (wage := example.fact("minimum_wage")) is not None
    }
    pay = settings.pay.model_copy(
        update={
            "flsa": "not_covered" if is_outside else "covered",
            "groups": tuple(groups),
            "minimum_wages": tuple(wages.values()),
        }
    )
    return settings.model_copy(update={"pay": pay})


def _read(engine: Engine, examples: list[Example]) -> dict[str, Answer]:
    """Hours by multiplier, pay and rates per person and week, from the tables of the run; a few rows an example."""
    answers = {example.example_id: Answer() for example in examples}
    persons = {row["person_no"]: row["employee_id"] for row in engine.fetch("people_on_day").to_pylist()}
    tiers = {row["tier_no"]: row for row in engine.fetch("overtime_tiers").to_pylist()}
    for row in engine.fetch("pieces_classified").to_pylist():
        tier = tiers.get(row["tier_no"])
        multiplier = 1 + Fraction(tier["premium_numerator"], tier["premium_denominator"]) if tier else Fraction(1)
        week = answers[persons[row["person_no"]]].week(row["workweek_start"])
        week.tiers[multiplier] += row["pay_seconds"]
        if tier:
            week.measures[tier["measure"]] += row["pay_seconds"]
    minor = 10 ** minor_digits(examples[0].first["currency"] or "USD")
    for row in engine.fetch("pay_components").to_pylist():
        week = answers[persons[row["person_no"]]].week(row["workweek_start"])
        week.pay += Fraction(int(row["exact_numerator"] or 0), int(row["exact_denominator"]) * minor)
    for row in engine.fetch("payroll_lines_rounded").to_pylist():
        week = answers[row["employee_id"]].week(row["workweek_start"])
        week.lines.append(Fraction(int(row["amount_minor"] or 0), minor))
    for row in engine.fetch("regular_rates").to_pylist():
        week = answers[persons[row["person_no"]]].week(row["workweek_start"])
        week.regular_rate = Fraction(int(row["regular_rate_numerator"]), int(row["regular_rate_denominator"])) / 10**6
    for row in engine.fetch("premiums_by_law").to_pylist():
        week = answers[row["employee_id"]].week(row["workweek_start"])
        week.flsa_premium, week.premium = row["flsa_premium_amount"], row["premium_amount"]
    for row in engine.fetch("average_hours").to_pylist():
        answers[row["employee_id"]].averages[row["workweek_start"]] = row
    return answers
