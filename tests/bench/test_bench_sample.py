"""The benchmark's peers give our figures, to the second and the cent; speed is told by make bench alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import company, overtime, overtime_data
from tests.bench.__main__ import check_results, over_budget
from tests.bench.entries import write_entries


def test_every_peer_gives_our_figures(tmp_path: Path) -> None:
    write_entries(company.entries_path(company.write_company(tmp_path, 5_000)), 5_000)
    check_results(tmp_path)   # ends the test with the differing tables named
    assert len(list(tmp_path.glob("result-*"))) == 4


def test_a_query_written_for_california_gives_our_figures_there(tmp_path: Path) -> None:
    overtime_data.write(tmp_path, 24_000)
    assert overtime.californians_differ(tmp_path) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": "week", "ours": 3.0, "peer": 2.0, "ratio": 1.5, "budget": 1.5}, ""),
        ({"name": "week", "ours": 3.2, "peer": 2.0, "ratio": 1.6, "budget": 1.5}, "1.6 x its peer, the budget is 1.5 x"),
        ({"name": "peer", "ours": 9.0, "peer": 1.0, "ratio": 9.0, "budget": None}, ""),
        ({"name": "book", "ours": 4.1, "peer": 1.0, "ratio": 4.1, "budget": None, "budget_seconds": 4.0}, "4.1 s"),
    ],
)
def test_a_passed_budget_is_told(told: dict[str, object], words: str) -> None:
    assert words in over_budget(told)
    assert bool(over_budget(told)) == bool(words)
