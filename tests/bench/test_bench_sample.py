"""The benchmark's peers give our figures, to the second and the cent; speed is told by make bench alone."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.bench import (
    all_targets,
    company,
    entries_10m,
    fleet,
    help_page,
    history_commit,
    history_company_week,
    large_week,
    overtime,
    overtime_data,
    pull_pages,
    small_week,
    small_week_cold,
    timeclock_totals,
    workbook_20k,
)
from tests.bench.__main__ import check_results
from tests.bench.entries import write_entries
from tests.bench.told import over_budget


def test_every_peer_gives_our_figures(tmp_path: Path) -> None:
    write_entries(company.entries_path(company.write_company(tmp_path, 5_000)), 5_000)
    check_results(tmp_path)   # ends the test with the differing tables named
    assert len(list(tmp_path.glob("result-*"))) == 4


def test_both_sides_of_a_pull_read_every_entry() -> None:
    lines = {str(line["name"]): line for line in pull_pages.run(runs=1, pages=10)}   # ends where entries are missing
    assert lines["pull_pages"]["entries"] == 2_000


def test_every_target_takes_the_tables_of_its_benchmark() -> None:
    line = all_targets.run(runs=1, lines=2_000)   # a document that refuses its table ends the test
    assert (line["lines"], line["budget"]) == (2_000, 3.0)


def test_a_company_week_in_a_warm_worker_is_measured() -> None:
    line = fleet.company_week(runs=1, count=300)
    assert (line["name"], line["budget_seconds"], line["entries"]) == ("fleet_company_week", 1.5, 300)
    assert 0 < float(str(line["ours"])) < 60


@pytest.mark.long
def test_two_workers_are_measured_against_one() -> None:
    line = fleet.two_workers(runs=1, count=2, weeks=1)
    assert {"name", "ours", "peer", "ratio", "budget", "times_the_throughput"} <= line.keys()


@pytest.mark.parametrize(
    ("benchmark", "count"), [
        pytest.param(small_week, 300, marks=pytest.mark.long), pytest.param(small_week_cold, 300, marks=pytest.mark.long),
        (history_commit, 3), (workbook_20k, 400), (timeclock_totals, 500), (help_page, 1),
        pytest.param(large_week, 300, marks=pytest.mark.long)],
    ids=["small_week", "small_week_cold", "history_commit", "workbook_20k", "timeclock_totals", "help_page", "large_week"])
def test_a_benchmark_comes_to_its_line(benchmark: ModuleType, count: int) -> None:
    """Small and once; what each side did is checked by the benchmark itself, how long it took is not judged here."""
    line = benchmark.run(1, count)
    assert line["name"] == benchmark.__name__.rpartition(".")[2]
    assert {"ours", "peer", "ratio", "budget"} <= line.keys()


def test_ten_times_the_entries_come_to_their_line() -> None:
    line = entries_10m.run(1, 3_000)
    assert (line["budget"], line["budget_mib"]) == (1.2, 4096)
    assert over_budget({**line, "ratio": 1.2}) == ""


def test_one_company_week_is_found_among_all() -> None:
    line = history_company_week.run(1, rows=5_000, weeks=6, companies=4)   # a week without entries ends the test
    assert (line["rows"], line["budget_ms"]) == (5_016, 50)


def test_a_query_written_for_california_gives_our_figures_there(tmp_path: Path) -> None:
    overtime_data.write(tmp_path, 24_000)
    assert overtime.californians_differ(tmp_path) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": "week", "ours": 3.0, "peer": 2.0, "ratio": 1.5, "budget": 1.5}, ""),
        ({"name": "week", "ours": 3.2, "peer": 2.0, "ratio": 1.6, "budget": 1.5}, "1.6 x its peer, the budget is 1.5 x"),
        ({"name": "peer", "ours": 9.0, "peer": 1.0, "ratio": 9.0, "budget": None}, ""),
        ({"name": "big", "ours": 1.0, "peer": 1.0, "ratio": 1.0, "budget": 1.2, "peak_mib": 4097, "budget_mib": 4096}, "4097 MiB"),
        ({"name": "big", "ours": 1.0, "peer": 1.0, "ratio": 1.0, "budget": 1.2, "peak_mib": 4096, "budget_mib": 4096}, ""),
        ({"name": "book", "ours": 4.1, "peer": 1.0, "ratio": 4.1, "budget": None, "budget_seconds": 4.0}, "4.1 s"),
        ({"name": "one", "ours": 51.0, "peer": None, "ratio": None, "budget": None, "budget_ms": 50}, "51.0 ms"),
    ],
)
def test_a_passed_budget_is_told(told: dict[str, object], words: str) -> None:
    assert words in over_budget(told)
    assert bool(over_budget(told)) == bool(words)
