"""Which rule versions hold for a place, a pay group and a status, and why a run cannot use them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from etl.errors import SettingsError
from etl.law.confirming import how_to
from etl.law.rows import AGREED, Rule, library, tiers_of
from etl.settings import Agreement, Pay

FEDERAL = "us_flsa_40"
Span = tuple[date, date]


def available(pay: Pay, confirmed: Collection[str] = (), shipped: Sequence[Rule] | None = None) -> tuple[Rule, ...]:
    """The library, or other rows in its stead, and the company's agreements.

    `confirmed`: digests of rows that a person of the company has read; they are ready.
    """
    rows = library() if shipped is None else tuple(shipped)
    if confirmed:
        rows = tuple(
            replace(rule, status="company") if not rule.is_ready and rule.digest in confirmed else rule for rule in rows
        )
    return rows + tuple(map(_agreed, pay.agreements))


def _agreed(agreement: Agreement) -> Rule:
    """An agreement as a rule of its place. Raises SettingsError for tiers that cannot be read."""
    try:
        tiers = tuple(
            (name, tiers_of(text))
            for name, text in (("day", agreement.day_tiers), ("week", agreement.week_tiers))
            if text
        )
    except ValueError as error:
        raise SettingsError(
            "SETTINGS_INVALID",
            what=f"The agreement {agreement.rule_id}: {error}",
            where="company.toml, key pay.agreements",
            fix='Give hours and multipliers, such as week_tiers = "35:1.1;43:1.5".',
        ) from None
    return Rule(
        agreement.rule_id,
        agreement.jurisdiction,
        AGREED,
        agreement.rule_id,
        "an agreement of the company",
        "",
        tiers,
        "none",
        agreement.combine,
        "straight_hours",
        agreement.premium_base,
        "workweek",
        None,
        agreement.effective_from,
        agreement.effective_to,
        agreement.citation,
        agreement.citation,
        "company",
        agreement.effective_from,
        "",
    )


def rules_of(
    combo: tuple[str, str, str], pay: Pay, window: Span, known: Sequence[Rule]
) -> tuple[tuple[Rule, ...], list[str]]:
    """The rule versions for a place, pay group and status inside a window, and why the run cannot use them."""
    place, group, status = combo
    jurisdiction = "US-FED" if place == "US" else place
    regime = next(
        (own.regimes.get(jurisdiction, own.regimes.get(place, "")) for own in pay.groups if own.pay_group == group), ""
    )
    of_place = [rule for rule in known if rule.jurisdiction == jurisdiction]
    rules = [
        rule
        for rule in of_place
        if rule.regime == regime and rule.effective_to >= window[0] and rule.effective_from <= window[1]
    ]
    if status != "nonexempt":
        return (_exempt(place, known),), []
    regimes = ", ".join(sorted({rule.regime for rule in of_place if rule.regime})) or "none"
    if not of_place:
        places = ", ".join(sorted({rule.jurisdiction for rule in known if rule.is_ready}))
        return (), [
            f"no overtime rule is known for {place}; confirmed are {places} (US: the federal 40-hour week alone)"
        ]
    if not rules:
        chosen = f"regime {regime}" if regime else "no regime chosen"
        return (), [
            f"no overtime rule of {place}, {chosen}, is in force from {window[0]} on; regimes of this place: {regimes}"
        ]
    faults = [
        f"{rule.rule_id} ({rule.citation}) is {rule.status}, not confirmed; {how_to(rule.rule_id, pay)}, or choose "
        "another"
        for rule in rules
        if not rule.is_ready
    ] + list(_gaps(rules, window))
    if pay.flsa == "covered" and jurisdiction.startswith("US-"):
        rules = [_with_federal(rule, known) for rule in rules]
    return tuple(rules), list(dict.fromkeys(faults))


def _gaps(rules: Iterable[Rule], window: Span) -> Iterable[str]:
    """Days of the window that no version answers, for each test of the rate on its own."""
    for test in sorted({rule.rate_test for rule in rules}):
        day = window[0]
        for rule in sorted((r for r in rules if r.rate_test == test), key=lambda r: r.effective_from):
            if rule.effective_from > day:
                break
            day = max(
                day, rule.effective_to if rule.effective_to == date.max else rule.effective_to + timedelta(days=1)
            )
        if day <= window[1]:
            yield f"no overtime rule of {next(iter(rules)).jurisdiction} is in force on {day}"


def _exempt(place: str, known: Iterable[Rule]) -> Rule:
    federal = next(rule for rule in known if rule.rule_id == FEDERAL)
    return replace(
        federal,
        rule_id="exempt",
        jurisdiction="US-FED" if place == "US" else place or "US-FED",
        tiers=(),
        status="company",
        average=None,
    )


def _with_federal(rule: Rule, known: Iterable[Rule]) -> Rule:
    """Both layers of law hold: where the state asks for less in the week, the federal 40 hours stand."""
    if rule.period != "workweek":
        return rule
    own, federal = rule.of("week"), next(row for row in known if row.rule_id == FEDERAL).of("week")
    if own and own[0][0] <= federal[0][0]:
        return rule
    return replace(rule, tiers=(*((name, tiers) for name, tiers in rule.tiers if name != "week"), ("week", federal)))
