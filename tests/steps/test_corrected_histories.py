"""Whatever happens to closed weeks: all exported lines together are the last state; nothing published moves a byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.steps.corrected import Past
from tests.steps.histories import differences, history, last_state

WEEKS = 4
CAUSES = {"late entry", "edited", "withdrawn", "suspense cleared", "released hold", "re-mapped", "rate", "rule"}


def prove(folder: Path, *seeds: int) -> None:
    past = history(folder / "past", seeds, WEEKS)
    wanted = last_state(past, folder / "fresh", WEEKS)
    assert differences(past, wanted, WEEKS) == {}, f"history {seeds}"
    for week in range(1, WEEKS):
        names_its_origin(past, week)


def names_its_origin(past: Past, week: int) -> None:
    """Each correcting line names an exported batch, a line of it, and a cause; its entries add up to it."""
    parts = past.rows(week, "correction_parts")
    for line in past.rows(week, "corrections"):
        assert 1 <= line["batch"] <= week
        assert re.fullmatch(rf"000[1-{week}]-[A-Z](-[0-9]+)?", line["corrects"]), line
        assert line["cause"] in CAUSES
        own = [part for part in parts if part["line_id"] == line["line_id"]]
        if own and line["stream"] != "pay":
            assert sum(part["amount"] for part in own) == line["amount"]
        if own:
            assert sum(part["seconds"] for part in own) == line["seconds"]
        assert own or line["stream"] == "cost", "only the line that balances a journal has no entries of its own"


def fives(first: int, end: int) -> list[tuple[int, ...]]:
    return [tuple(range(seed, seed + 5)) for seed in range(first, end, 5)]


@pytest.mark.capability("M3")
@pytest.mark.capability("C143")
@pytest.mark.parametrize("seeds", [(1,), *fives(5, 15)], ids=str)
def test_the_sum_of_all_exported_lines_is_the_last_state(tmp_path, seeds):
    """Alone, and five at a time as teams of one company: none may move a line of another."""
    prove(tmp_path, *seeds)


@pytest.mark.long
@pytest.mark.parametrize("seeds", [*((seed,) for seed in range(5)), *fives(5, 500)], ids=str)
def test_500_histories(tmp_path, seeds):
    prove(tmp_path, *seeds)
