"""The benchmark's peers give our figures, to the second and the cent; speed is told by make bench alone."""

from __future__ import annotations

from pathlib import Path

from tests.bench import company
from tests.bench.__main__ import check_results
from tests.bench.entries import write_entries


def test_every_peer_gives_our_figures(tmp_path: Path) -> None:
    write_entries(company.entries_path(company.write_company(tmp_path, 5_000)), 5_000)
    check_results(tmp_path)   # ends the test with the differing tables named
    assert len(list(tmp_path.glob("result-*"))) == 4
