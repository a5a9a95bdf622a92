"""Rounding at the edge of a run: the rules as tables, what the law of each place says of them, and what is refused."""

from __future__ import annotations

import pyarrow as pa

from etl.errors import SettingsError
from etl.law.confirming import how_to
from etl.law.rounding import Verdict, verdicts
from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings.rounding import SCOPES
from etl.sql.run import Engine
from etl.steps.run import Run
from etl.targets.documents import document

ROUNDING_RULES = pa.schema(
    {
        "rule_no": pa.int16(),
        "purpose": pa.string(),
        "unit_seconds": pa.int64(),
        "mode": pa.string(),
        "grain": pa.string(),
        **dict.fromkeys(SCOPES, pa.string()),
        "closeness": pa.int16(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)
_LAW = pa.schema(
    {
        "rule_no": pa.int16(),
        "work_location": pa.string(),
        "position": pa.string(),
        "sentence": pa.string(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)
_SOURCES = pa.schema({"source": pa.string()})


def put_rounding(run: Run, engine: Engine) -> None:
    """Store the rules of company.toml, the law of the places they meet, and the sources whose time counts as exact."""
    rules = [
        rule.model_dump(include={"purpose", "mode", "effective_from", "effective_to"})
        | {name: rule.scope.get(name) for name in SCOPES}
        | {
            "rule_no": number,
            "unit_seconds": rule.unit_seconds or 1,
            "grain": "entry" if rule.mode == "none" else rule.grain,
            "closeness": rule.closeness,
        }
        for number, rule in enumerate(run.settings.rounding, 1)
    ]
    engine.put("rounding_rules", pa.Table.from_pylist(rules, schema=ROUNDING_RULES))
    law = _law_rows(run) if any(rule.purpose == "pay" for rule in run.settings.rounding) else []
    engine.put("rounding_law", pa.Table.from_pylist(law, schema=_LAW))
    sources = [{"source": name} for name in run.settings.rounding_where.exact_sources]
    engine.put("exact_sources", pa.Table.from_pylist(sources, schema=_SOURCES))


def _law_rows(run: Run) -> list[dict[str, object]]:
    """What each place of work says of each rule of pay, day by day; mode none asks nobody."""
    places = sorted(
        {row["work_location"] or "" for row in run.mappings.rows("map_employees") if row["worker_type"] == "employee"}
    )
    return [
        _law_row(run, number, place, verdict)
        for number, rule in enumerate(run.settings.rounding, 1)
        if rule.purpose == "pay" and rule.unit_seconds is not None
        for place in places
        for verdict in verdicts(place, (rule.mode, rule.unit_seconds, rule.grain), run.confirmed, (FIRST_DAY, LAST_DAY))
    ]


def _law_row(run: Run, number: int, place: str, verdict: Verdict) -> dict[str, object]:
    word = f"; or, to answer for it, {how_to(verdict.rule_id, run.settings.pay)}" if verdict.is_open else ""
    return {
        "rule_no": number,
        "work_location": place,
        "position": verdict.position,
        "sentence": f"{place or 'no work location'}: {verdict.sentence}{word}",
        "effective_from": verdict.span[0],
        "effective_to": verdict.span[1],
    }


def refuse_forbidden_rounding(run: Run, engine: Engine) -> None:
    """Stop where a rule rounds the pay of somebody whose work location forbids it, before anything is computed.

    Raises SettingsError ROUNDING_FORBIDDEN with each rule and person, the law, and the rule that makes it right.
    """
    engine.run(("rounding_spans", "rounding_forbidden"))
    rows = engine.fetch("rounding_forbidden").to_pylist()
    if not rows:
        return
    findings = [
        f"{run.settings.rounding[row['rule_no'] - 1].words(row['rule_no'])} rounds {row['employee_id']} "
        f"(employees.csv, line {row['map_row']}) from {row['first_day']} on; {row['sentence']}"
        for row in rows
    ]
    places = sorted({row["work_location"] for row in rows})
    also = f", and the same for {', '.join(places[1:])}" if places[1:] else ""
    raise SettingsError(
        "ROUNDING_FORBIDDEN",
        what="Pay is rounded where the law forbids it:\n    " + "\n    ".join(findings),
        where=f"mappings/{run.company}/company.toml, key rounding",
        fix=f'Leave the place out: add [[rounding]] with purpose = "pay", mode = "none", work_location = "{places[0]}"'
        f"{also}; with pay_group too where the rule above names one.",
    )


def rounding_facts(run: Run, engine: Engine) -> list[tuple[str, str]]:
    """What is said of rounding that is not done here: whether the input looks it, and what a document cannot carry."""
    where = run.settings.rounding_where
    facts = []
    if "tracker" in (where.pay, where.bill):
        engine.run(("units_of_input",))
        facts += [
            (
                f"rounded in the tracker, {row['source']}",
                "all entries are whole 5 minutes or tenths of an hour"
                if row["count_whole"] == row["count_entries"]
                else f"does not look rounded: {row['count_entries'] - row['count_whole']:,} of "
                f"{row['count_entries']:,} entries are neither whole 5 minutes nor tenths of an hour",
            )
            for row in engine.fetch("units_of_input").to_pylist()
        ]
    for purpose in ("pay", "bill"):
        if where.of(purpose) == "accounting":
            grains = [
                f"{name} carries whole {known.grain_seconds} s"
                for name in run.settings.targets.documents
                for known in [document(name)]
                if purpose in known.purposes and known.grain_seconds is not None and known.grain_seconds > 1
            ]
            if grains:
                facts.append((f"{purpose} is rounded in accounting", "not exact to the second: " + ", ".join(grains)))
    return facts
