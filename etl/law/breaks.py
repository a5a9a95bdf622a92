"""Break and rest rules of one run: which rows hold for a company's people, as the table the decisions read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pyarrow as pa

from etl.law.chosen import Wages
from etl.law.confirming import digest_of, how_to
from etl.law.tables import NEEDED, check_cells, read_table, shipped, span_of
from etl.settings import Average, Pay

TESTS = ("break", "stretch", "rest", "weekly_rest", "day", "week", "average", "attested", "spread")
MINUTES = ("at_least", "block", "earliest", "latest", "before_end", "waivable_to", "premium_minutes")
PREMIUMS = ("", "meal", "rest", "rest_time", "spread")
_CLASSES = {"meal": "meal_premium", "spread": "spread_premium"}
_CHOICES: dict[str, Sequence[str]] = {
    "test": TESTS,
    "premium": PREMIUMS,
    "status": ("confirmed", "confirmed-secondary", "confirmed-table", "knowledge", "unverified"),
    "verdict": ("breach", "check"),
}
_SCHEMA = pa.schema(
    {
        "law_key": pa.int32(),
        "break_rule_no": pa.int32(),
        "rule_id": pa.string(),
        "test": pa.string(),
        "from_seconds": pa.int64(),
        **{name.replace("_minutes", "") + "_seconds": pa.int64() for name in MINUTES},
        "blocks": pa.int32(),
        "weeks": pa.int32(),
        "age_below": pa.int32(),
        "verdict": pa.string(),
        "premium": pa.string(),
        "premium_mode": pa.string(),
        "spread_mode": pa.string(),
        "wage_millionths": pa.int64(),
        "promise": pa.string(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)
_WAIVERS = pa.schema(
    {
        "employee_id": pa.string(),
        "pay_group": pa.string(),
        "rule_id": pa.string(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)


@dataclass(frozen=True)
class BreakRule:
    """One version of a break or rest rule; minutes, days inclusive. `from_seconds`: it holds from that much time on.

    `premium`: what a missed one costs, empty where nothing is owed to the person. `age_below`: 0 for everybody.
    """

    rule_id: str
    jurisdiction: str
    place: str
    test: str
    from_seconds: int
    minutes: tuple[tuple[str, int | None], ...]
    blocks: int
    weeks: int
    age_below: int
    verdict: str
    premium: str
    effective_from: date
    effective_to: date
    law_text: str
    citation: str
    status: str
    reviewed_on: date
    example: str

    def of(self, name: str) -> int | None:
        """A limit in minutes; None where the rule has none."""
        return dict(self.minutes)[name]

    @property
    def digest(self) -> str:
        """sha256 of what the row says; its standing, review and example are no part of it."""
        said = [
            *(self.rule_id, self.jurisdiction, self.place, self.test, self.from_seconds, list(self.minutes)),
            *(self.blocks, self.weeks, self.age_below, self.verdict, self.premium),
            *(str(self.effective_from), str(self.effective_to), self.law_text, self.citation),
        ]
        return digest_of(said)

    @property
    def is_ready(self) -> bool:
        """Read at its source and shown by a worked example, or a row that only finds and moves no figure."""
        return not self.premium or (self.status == "confirmed" and self.example != "")


@cache
def break_library() -> tuple[BreakRule, ...]:
    """All rows, checked. Raises SettingsError LAW_INVALID with every finding."""
    return read_break_rules(shipped("break_rules.csv"))


def read_break_rules(text: str) -> tuple[BreakRule, ...]:
    """The rows of a table of break rules as text. Raises SettingsError LAW_INVALID."""
    return read_table(text, _rule, table="The table of break rules", where="etl/law/break_rules.csv", among=_twice)


def _twice(rules: Sequence[BreakRule]) -> list[str]:
    ids = [rule.rule_id for rule in rules]
    return [f"{name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})]


def _rule(row: dict[str, str]) -> BreakRule:
    check_cells(row, _CHOICES, (*NEEDED, "place"))
    over, begins = row["over"], row["from"]
    first, last = span_of(row)
    return BreakRule(
        rule_id=row["rule_id"],
        jurisdiction=row["jurisdiction"],
        place=row["place"],
        test=row["test"],
        from_seconds=int(over) * 60 + 1 if over else int(begins or 0) * 60,
        minutes=tuple((name, int(row[name]) if row[name] else None) for name in MINUTES),
        blocks=int(row["blocks"] or 1),
        weeks=int(row["weeks"] or 0),
        age_below=int(row["age_below"] or 0),
        verdict=row["verdict"],
        premium=row["premium"],
        effective_from=first,
        effective_to=last,
        law_text=row["law_text"],
        citation=row["citation"],
        status=row["status"],
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
        example=row["example"],
    )


@dataclass(frozen=True)
class Breaks:
    """The tables by name, the premiums that can become lines, and what keeps the run from going on."""

    tables: dict[str, pa.Table]
    premiums: frozenset[str]
    findings: tuple[str, ...]


def choose_breaks(
    pay: Pay, keys: Sequence[tuple[int, str, str]], confirmed: Collection[str] = (), *, has_attested: bool
) -> Breaks:
    """The break rules of the places a company has switched on. `keys`: law key, work location, flsa_status.

    `has_attested`: missed rest periods are told; without that, rows that rest on it can pay nothing.

    A row that pays needs its source read and an example, or the company's word (`confirmed`: digests of such rows); a
    row that only finds runs as it is and says what it rests on.
    """
    chosen = {row.jurisdiction: row for row in pay.breaks}
    rules = (*break_library(), *map(_agreed, pay.averages))
    known = {rule.jurisdiction for rule in rules}
    findings = [
        f"company.toml, [[pay.breaks]]: no break rule is known for {name}" for name in sorted(set(chosen) - known)
    ]
    findings += _average_findings(pay)
    replaced = {average.instead_of for average in pay.averages}
    rows: list[dict[str, Any]] = []
    premiums: set[str] = set()
    for number, rule in enumerate(rules):
        choice = chosen.get(rule.jurisdiction)
        own = [key for key, place, status in keys if choice and _holds(rule, place, status)]
        if choice is None or not own or rule.rule_id in replaced or (rule.test == "attested" and not has_attested):
            continue
        if rule.test == "spread" and choice.spread == "none":
            continue
        if rule.premium and choice.premiums == "pay":
            premiums.add(_CLASSES.get(rule.premium, "rest_premium"))
            if not rule.is_ready and rule.digest not in confirmed:
                findings.append(
                    f"{rule.rule_id} ({rule.citation}) is {rule.status}, not confirmed, and pays; "
                    f"{how_to(rule.rule_id, pay)}"
                )
        mode = choice.premiums if rule.premium else ""
        chosen_rows = [_row(rule, number, key, mode, choice.effective_from, choice.effective_to) for key in own]
        rows += chosen_rows if rule.test != "spread" else _with_wages(chosen_rows, rule, choice.spread, pay)
    waivers = [waiver.model_dump() for waiver in pay.meal_waivers]
    unknown = {waiver.rule_id for waiver in pay.meal_waivers} - {
        r.rule_id for r in break_library() if r.of("waivable_to")
    }
    findings += [f"company.toml, [[pay.meal_waivers]]: {name} cannot be waived" for name in sorted(unknown)]
    return Breaks(
        {
            "break_rules": pa.Table.from_pylist(rows, schema=_SCHEMA),
            "meal_waivers": pa.Table.from_pylist(waivers, schema=_WAIVERS),
        },
        frozenset(premiums),
        tuple(findings),
    )


def _with_wages(rows: list[dict[str, Any]], rule: BreakRule, mode: str, pay: Pay) -> Iterator[dict[str, Any]]:
    """The rows of a spread of hours, a row a minimum wage; a day without one has a row that says so by none."""
    for row in rows:
        day, last = row["effective_from"], row["effective_to"]
        for (first, until), wage in Wages(pay.minimum_wages).spans(rule.jurisdiction, (day, last)):
            if day < first:
                yield row | {"spread_mode": mode, "effective_from": day, "effective_to": first - timedelta(days=1)}
            yield row | {
                "spread_mode": mode,
                "wage_millionths": wage,
                "effective_from": first,
                "effective_to": until,
            }
            day = until if until == date.max else until + timedelta(days=1)
        if day < last:
            yield row | {"spread_mode": mode, "effective_from": day}


def _average_findings(pay: Pay) -> list[str]:
    """What of the agreed averages names no place that is switched on, or an average that the library does not hold."""
    chosen = {row.jurisdiction for row in pay.breaks}
    library = {rule.rule_id: rule.jurisdiction for rule in break_library() if rule.test == "average"}
    findings = []
    for average in pay.averages:
        where = f"company.toml, [[pay.averages]], {average.rule_id}"
        if average.jurisdiction not in chosen:
            findings.append(f"{where}: {average.jurisdiction} is not switched on under [[pay.breaks]]")
        if average.instead_of and library.get(average.instead_of) != average.jurisdiction:
            own = ", ".join(name for name, place in library.items() if place == average.jurisdiction) or "none"
            findings.append(f"{where}: instead_of is no average of {average.jurisdiction}; those known: {own}")
    return findings


def _agreed(average: Average) -> BreakRule:
    """An average by agreement as a rule of its place; it only finds."""
    return BreakRule(
        rule_id=average.rule_id,
        jurisdiction=average.jurisdiction,
        place="the agreement",
        test="average",
        from_seconds=average.hours * 3600 + 1,
        minutes=tuple((name, None) for name in MINUTES),
        blocks=1,
        weeks=average.weeks,
        age_below=0,
        verdict="check",
        premium="",
        effective_from=average.effective_from,
        effective_to=average.effective_to,
        law_text=average.citation,
        citation=average.citation,
        status="confirmed",
        reviewed_on=average.effective_from,
        example="",
    )


def places_not_tested(pay: Pay, places: Iterable[str]) -> tuple[str, ...]:
    """Places of work whose break rules the company has not switched on."""
    chosen = {row.jurisdiction for row in pay.breaks}
    adult = {rule.jurisdiction for rule in break_library() if not rule.age_below}
    return tuple(sorted({known for known in adult - chosen for place in places if _is_in(known, place)}))


def _is_in(jurisdiction: str, place: str) -> bool:
    if jurisdiction == "US-FED":
        return place == "US" or place.startswith("US-")
    return place == jurisdiction or place.startswith(f"{jurisdiction}-")


def _holds(rule: BreakRule, place: str, status: str) -> bool:
    """Meal and rest periods of a state are for nonexempt people; limits of age and of other countries for everybody."""
    is_for_all = rule.age_below or not rule.jurisdiction.startswith("US-")
    return _is_in(rule.jurisdiction, place) and (bool(is_for_all) or status == "nonexempt")


def _row(rule: BreakRule, number: int, key: int, mode: str, first: date, last: date) -> dict[str, Any]:
    minutes = {name: rule.of(name) for name in MINUTES}
    return {
        "law_key": key,
        "break_rule_no": number,
        "from_seconds": rule.from_seconds,
        **{
            name.replace("_minutes", "") + "_seconds": None if given is None else given * 60
            for name, given in minutes.items()
        },
        **{name: getattr(rule, name) for name in ("rule_id", "test", "blocks", "weeks", "age_below", "verdict")},
        "premium": rule.premium or None,
        "premium_mode": mode or None,
        "promise": promise(rule),
        "effective_from": max(rule.effective_from, first),
        "effective_to": min(rule.effective_to, last),
    }


def promise(rule: BreakRule) -> str:
    """The rule in words: over 5 h California asks for 30 min off duty by the end of hour 5 (Labor Code 512(a))."""
    limit = rule.from_seconds // 60
    when = f"over {_hours(limit)}" if rule.from_seconds % 60 else f"from {_hours(limit)} on"
    least = rule.of("at_least") or 0
    off = f"{least} min off duty" if least < 240 else f"{_hours(least)} off"
    latest = rule.of("latest")
    words = {
        "break": f"{when} {rule.place} asks for {off}"
        + (f", {rule.blocks} times" if rule.blocks > 1 else "")
        + (f", by the end of hour {latest // 60}" if latest else ""),
        "stretch": f"{rule.place} allows {_hours(limit)} without a break",
        "rest": f"{rule.place} asks for {off} between two days of work",
        "weekly_rest": f"{rule.place} asks for {off} in a week",
        "day": f"{rule.place} allows {_hours(limit)} a day",
        "week": f"{rule.place} allows {_hours(limit)} a week",
        "average": f"{rule.place} allows {_hours(limit)} a week on the average of {rule.weeks} weeks",
        "attested": f"{rule.place} asks for rest periods",
        "spread": f"over {_hours(limit)} from the first start to the last end, or in a split shift, {rule.place} asks "
        "for one hour's pay at the minimum wage",
    }[rule.test]
    age = f", under {rule.age_below}" if rule.age_below else ""
    doubt = "" if rule.status == "confirmed" else f", {rule.status}"
    return f"{words}{age} ({rule.law_text}{doubt})"


def _hours(minutes: int) -> str:
    whole, part = divmod(minutes, 60)
    return f"{whole} h" if not part else f"{whole} h {part} min"
