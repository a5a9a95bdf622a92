"""What has become of each planted mistake: mended, found, still there, or mended at the cost of something else."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.sandbox.training.kinds import BATCH, EXPORT, SETTINGS
from etl.sandbox.training.plan import Mistake
from etl.sandbox.training.planting import spoil_settings
from etl.steps.training_facts import ALL_COLUMNS, COLUMNS, EXPORT_COLUMNS, Facts, columns_of

FIXED, FOUND, OPEN, UNDONE = "fixed", "found", "open", "undone"


@dataclass(frozen=True)
class Mark:
    """The state of one mistake and, while it does not count, what to look at."""

    mistake: Mistake
    state: str
    hint: str


@dataclass(frozen=True)
class Judged:
    """Which mistakes are gone, and how much of what was right is wrong now, by file."""

    gone: frozenset[int]
    harmed: Mapping[str, int]


def judge_entries(mistakes: Sequence[Mistake], right: Facts, now: Facts) -> Judged:
    """By the entries: each mistake by its own tickets, everything else by what should not have moved."""
    listed = [one for one in mistakes if one.touches]
    gone = frozenset(one.number for one in listed if all(
        _is_same(right[number], now.get(number, []), columns_of(one.kind.where)) for number in one.own))
    harmed: Counter[str] = Counter()
    for number in right.keys() | now.keys():
        waiting = [one for one in listed if number in one.touches and one.number not in gone]
        if any(one.kind.where == EXPORT for one in waiting) and now.get(number):
            continue
        free = {name for one in waiting for name in columns_of(one.kind.where)}
        if number not in right or len(now.get(number, [])) != len(right[number]):
            harmed[EXPORT] += 1
        elif wrong := {name for name in ALL_COLUMNS if name not in free
                       and right[number][0][name] != now[number][0][name]}:
            harmed[_to_blame(wrong)] += 1
    return Judged(gone, harmed)


def _is_same(right: list[dict[str, Any]], now: list[dict[str, Any]], columns: Sequence[str]) -> bool:
    return [[row[name] for name in columns] for row in right] == [[row[name] for name in columns] for row in now]


def _to_blame(wrong: set[str]) -> str:
    """The file whose column is wrong; what follows from another column is not counted again."""
    order: tuple[tuple[str, tuple[str, ...]], ...] = (
        (EXPORT, EXPORT_COLUMNS), ("employees.csv", COLUMNS["employees.csv"][:4]),
        ("projects.csv", ("customer_job",)), ("items.csv", ("service_item", "hour_kind")),
        ("projects.csv", ("is_fixed_fee",)), ("rates.csv", COLUMNS["rates.csv"]))
    return next((name for name, columns in order if wrong & set(columns)), "private/pay_rates.csv")


def judge_settings(mistakes: Sequence[Mistake], right: str, now: str) -> Judged:
    """By the keys of company.toml: each as agreed, and no other key another one."""
    listed = [one for one in mistakes if one.kind.where == SETTINGS]
    if not listed:
        return Judged(frozenset(), {})
    try:
        found = _flat(tomllib.loads(now))
    except tomllib.TOMLDecodeError:
        return Judged(frozenset(), {SETTINGS: 1})
    agreed = _flat(tomllib.loads(right))
    moved = {one.number: changed_keys(one, right) for one in listed}
    gone = frozenset(number for number, keys in moved.items() if all(found.get(key) == agreed.get(key) for key in keys))
    planted = {key for keys in moved.values() for key in keys}
    harmed = sum(found.get(key) != agreed.get(key) for key in (found.keys() | agreed.keys()) - planted)
    return Judged(gone, {SETTINGS: harmed} if harmed else {})


def changed_keys(one: Mistake, right: str) -> set[str]:
    """The keys of company.toml that a mistake moves."""
    agreed, spoiled = _flat(tomllib.loads(right)), _flat(tomllib.loads(spoil_settings(one.kind, right)))
    return {key for key in agreed.keys() | spoiled.keys() if agreed.get(key) != spoiled.get(key)}


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Every leaf by its dotted name; places in lists are counted."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        return {name: value}
    found: dict[str, Any] = {}
    for key, inner in parts:
        found |= _flat(inner, f"{name}.{key}" if name else str(key))
    return found


def judge_rows(
    places: Mapping[int, tuple[str, ...]], right: Sequence[tuple[str, ...]], now: Sequence[tuple[str, ...]],
) -> Judged:
    """By the lines of a table: a mistake is gone when its right line stands there as often as it should.

    `places`: the right line of each mistake. Whatever stands in place of a mistake that is still there may stand there.
    """
    wanted, found = Counter(right), Counter(now)
    gone = frozenset(number for number, row in places.items() if found[row] == wanted[row])
    waiting = [row for number, row in places.items() if number not in gone]
    base = wanted - Counter(waiting)
    harmed = sum((base - found).values()) + max(0, sum((found - base).values()) - len(waiting))
    return Judged(gone, {"lines": harmed} if harmed else {})


def is_named(one: Mistake, findings: Sequence[Mapping[str, str]], keys: set[str]) -> bool:
    """Whether somebody has written down where this mistake is; a ticket is named by its number."""
    said = [row.get("where", "") for row in findings]
    if one.kind.where == EXPORT:
        return any(_number(text) == int(one.place) for text in said)
    if one.kind.where == SETTINGS:
        return any(key.rpartition(".")[2] in text for text in said if text for key in keys)
    place = one.place
    if one.kind.where == BATCH and one.kind.change == "added":
        place = str(Path(place).with_name(f"{Path(place).stem}_2{Path(place).suffix}"))
    return any(text and text in (place, Path(place).name) for text in said)


def _number(text: str) -> int:
    digits = "".join(sign for sign in text if sign.isdigit() and sign.isascii())
    return int(digits[:9] or -1)
