"""A seeded week of time entries as a landed Parquet: the same bytes for the same count, on every machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.store.landing import parquet_bytes
from etl.tables import LANDED_COLUMNS, LANDED_ENTRIES
from tests.bench import company

SEED = 20_261_109
DAY = 86_400
MONDAY = int(np.datetime64(company.PERIOD_START, "s").astype(np.int64))
LAST_SLOTS = (7, 15, 23, 31, 39, 45, 49)  # of Monday to Sunday; a late shift takes the last slot of a day


def write_entries(path: Path, count: int) -> None:
    """`count` landed rows, about 50 for each person, none overlapping.

    3 % over midnight (some into or out of the week), 30 % billable, 1 % on unmapped projects or tasks, 0.5 % of no
    time, 0.2 % over 24 hours, a few negative, unreadable or undated.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parquet_bytes(landed_entries(count)))


def landed_entries(count: int) -> pa.Table:
    """The rows, in the order of their starts, as a tracker exports them."""
    rng = np.random.default_rng(SEED)
    people = company.count_people(count)
    person, slot = np.divmod(np.arange(count), company.ENTRIES_PER_PERSON)
    start, seconds = _times(rng, slot)
    projects = rng.integers(company.COUNT_PROJECTS, size=(people, 4))
    items = np.minimum(rng.integers(company.COUNT_ITEMS + 4, size=(people, 3)), company.COUNT_ITEMS - 3)
    items = np.where(items == company.COUNT_ITEMS - 3, rng.integers(company.COUNT_ITEMS - 2, size=(people, 3)), items)
    project = projects[person, rng.integers(4, size=count)]
    item = items[person, rng.integers(3, size=count)]
    item = np.where(rng.random(count) < 0.03, company.COUNT_ITEMS - 2, item)  # a day off
    item = np.where(rng.random(count) < 0.004, company.COUNT_ITEMS - 1, item)  # a task nobody has mapped
    number = rng.permutation(count)
    columns = {
        "entry_ref": pc.cast(pa.array(number + 100_000_000), pa.string()),
        "person_ref": _names([company.person_ref(i) for i in range(people)], person),
        "client_ref": _names([company.client_ref(k) for k in range(company.COUNT_PROJECTS)], project),
        "project_ref": _names([company.project_ref(k) for k in range(company.COUNT_PROJECTS)], project),
        "service_ref": _names([company.service_ref(s) for s in range(company.COUNT_ITEMS)], item),
        "start_text": _start_text(rng, start),
        "duration_text": _duration_text(rng, seconds),
        "billable_text": _names(["Yes", "No", "perhaps"], np.searchsorted([0.3, 0.999], rng.random(count))),
        "note": _names(
            [f"Follow-up on topic {i} with the client" for i in range(5000)], rng.integers(5000, size=count)
        ),
    }
    order = np.argsort(start, kind="stable")
    absent = pa.nulls(count, pa.string())
    table = pa.table(
        [pa.array(np.arange(count) + 2), *(columns.get(name, absent) for name in LANDED_COLUMNS)],
        names=LANDED_ENTRIES.names,
    )
    return table.take(pa.array(order)).set_column(0, "source_row", pa.array(np.arange(count) + 2)).cast(LANDED_ENTRIES)


def _times(rng: np.random.Generator, slot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local start, as seconds since 1970, and duration: eight slots a weekday, fewer on the weekend, and late shifts."""
    size = len(slot)
    day = np.where(slot < 40, slot // 8, np.where(slot < 46, 5, 6))
    turn = np.where(slot < 40, slot % 8, np.where(slot < 46, slot - 40, slot - 46))
    start = MONDAY + day * DAY + 27_000 + turn * 4500 + rng.integers(300, size=size)
    seconds = rng.integers(1560, 4200, size=size)
    late = np.isin(slot, LAST_SLOTS) & (rng.random(size) < 0.2)
    start = np.where(late, MONDAY + day * DAY + 81_000 + rng.integers(4800, size=size), start)
    seconds = np.where(late, rng.integers(6000, 16_200, size=size), seconds)
    eve = (slot == 0) & (rng.random(size) < 0.02)  # the Sunday before, into the first day of the week
    start = np.where(eve, MONDAY - 5400 + rng.integers(1800, size=size), start)
    seconds = np.where(eve, rng.integers(6000, 12_000, size=size), seconds)
    chance = rng.random(size)
    seconds = np.where(chance < 0.005, 0, seconds)
    seconds = np.where((chance >= 0.005) & (chance < 0.007), 90_000 + seconds, seconds)
    return start, np.where((chance >= 0.007) & (chance < 0.0075), -seconds, seconds)


def _start_text(rng: np.random.Generator, start: np.ndarray) -> pa.Array:
    text = pc.strftime(pa.array(start.astype("datetime64[s]")), "%Y-%m-%d %H:%M:%S")
    return pc.if_else(pa.array(rng.random(len(start)) < 0.0005), "the other day", text)


def _duration_text(rng: np.random.Generator, seconds: np.ndarray) -> pa.Array:
    """H:MM:SS with a sign where it is negative; a few nobody can read."""
    size = np.abs(seconds)
    parts = (pc.cast(pa.array(part), pa.string()) for part in (size // 3600, size // 60 % 60, size % 60))
    hours, minutes, rest = (pc.utf8_lpad(part, width, "0") for part, width in zip(parts, (1, 2, 2), strict=True))
    text = pc.binary_join_element_wise(hours, minutes, rest, ":")
    signed = pc.if_else(pa.array(seconds < 0), pc.binary_join_element_wise("-", text, ""), text)
    return pc.if_else(pa.array(rng.random(len(seconds)) < 0.0005), "most of the day", signed)


def _names(names: list[str], index: np.ndarray) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(index))
