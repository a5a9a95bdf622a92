"""Which mistakes are planted where: drawn by the seed, so that each can be found, mended and judged by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.errors import RefusedError
from etl.sandbox.dice import Dice
from etl.sandbox.training.kinds import BATCH, BOOKS, EXPORT, REPORT, Kind, kinds_of
from etl.sandbox.training.planting import row_key, touched
from etl.sandbox.training.world import World, ticket


@dataclass(frozen=True)
class Mistake:
    """One planted mistake. `place`: as a person names it, a ticket, a project, a path, a line, a figure.

    `own`: the tickets by which it is judged; no other mistake touches them.
    """

    number: int
    kind: Kind
    place: str
    own: frozenset[int] = frozenset()
    touches: frozenset[int] = frozenset()


def draw(world: World, role: str, seed: int, count: int, elsewhere: Sequence[str] = ()) -> tuple[Mistake, ...]:
    """So many mistakes of the role, no two at one place; `elsewhere`: the places of what is not in the company's files.

    Raises RefusedError TRAINING_MANY where there are not so many places.
    """
    dice = Dice(seed, role, "mistakes")
    waiting = [iter(_candidates(world, kind, dice, elsewhere)) for kind in dice.in_any_order(kinds_of(role))]
    taken: list[tuple[Kind, str, frozenset[int]]] = []
    while waiting and len(taken) < count:
        one = waiting.pop(0)
        for kind, place, found in one:
            if _fits(taken, (kind, place, found)):
                taken.append((kind, place, found))
                waiting.append(one)
                break
    if len(taken) < count:
        raise RefusedError(
            "TRAINING_MANY", what=f"There is room for {len(taken)} mistakes of the role {role}, not for {count}",
            where="--planted-errors", fix=f"Give at most {len(taken)}.")
    return tuple(
        Mistake(number, kind, place, _own(taken, number - 1), found)
        for number, (kind, place, found) in enumerate(taken, 1))


def seal(mistakes: Sequence[Mistake]) -> str:
    """A digest of the answer key: what was planted cannot be read from it, and it cannot be exchanged for another."""
    said = [(one.number, one.kind.kind, one.place, sorted(one.own)) for one in mistakes]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _candidates(
    world: World, kind: Kind, dice: Dice, elsewhere: Sequence[str],
) -> Iterator[tuple[Kind, str, frozenset[int]]]:
    """The places of a kind in the order of the dice, with the tickets that it touches."""
    if kind.where in (BATCH, BOOKS, REPORT):
        places = list(elsewhere)
    elif kind.where == EXPORT:
        places = [str(ticket(entry.note)) for entry in world.entries
                  if entry.person.source == ("phone" if kind.is_mobile else "toggl")
                  and entry.project.client and entry.is_billable
                  and entry.person.worker_type == "employee"]
    elif kind.is_table:
        places = [row_key(kind.where, row) for row in world.tables[kind.where]
                  if (kind.where != "projects.csv" or row["customer_job"])   # a client's; billed, where that is undone
                  and (kind.value != "not_billed" or row["billing_method"] == "time_and_materials")]
    else:
        places = [f"{kind.where} {kind.kind}"]
    for place in dice.in_any_order(places):
        found = touched(world, kind, place)
        if found or not (kind.is_table or kind.where == EXPORT):
            yield kind, place, found


def _fits(taken: Sequence[tuple[Kind, str, frozenset[int]]], new: tuple[Kind, str, frozenset[int]]) -> bool:
    """Whether every mistake, the new one too, keeps a ticket of its own, and no place is used twice."""
    kind, place, _ = new
    if any(place == other and kind.where == known.where for known, other, _ in taken):
        return False
    together = [*taken, new]
    if kind.where == EXPORT and not _is_apart(taken, place):
        return False
    return all(_own(together, at) or not found for at, (_, _, found) in enumerate(together))


def _is_apart(taken: Sequence[tuple[Kind, str, frozenset[int]]], place: str) -> bool:
    """Tickets count up by person and day: neighbors would be told as one finding."""
    tickets = [int(other) for known, other, _ in taken if known.where == EXPORT]
    return all(abs(int(place) - other) > 3 for other in tickets)


def _own(taken: Sequence[tuple[Kind, str, frozenset[int]]], at: int) -> frozenset[int]:
    others = frozenset().union(*(found for n, (_, _, found) in enumerate(taken) if n != at))
    return taken[at][2] - others
