"""Ten times the entries, landing to postings and allocations: the time of each entry against its time in a tenth of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import company
from tests.bench.entries import write_entries
from tests.bench.told import told

COUNT, BUDGET, BUDGET_MIB = 10_000_000, 1.2, 4096
OURS = "timebooks"


def run(runs: int, count: int = COUNT) -> dict[str, object]:
    """Ours at `count` against ten times ours at a tenth; once for the large side, however many runs are asked for."""
    from tests.bench.__main__ import race

    with tempfile.TemporaryDirectory(prefix="tb-bench-10m-") as place:
        folders = {size: Path(place) / str(size) for size in (count, count // 10)}
        for size, folder in folders.items():
            write_entries(company.entries_path(company.write_company(folder, size)), size)
        tenth = [race(OURS, folders[count // 10], None) for _ in range(min(runs, 3))]
        large = [race(OURS, folders[count], None)]
    return told(
        f"entries_{count}_against_ten_times_a_tenth",
        [one["seconds"] for one in large],
        [10 * one["seconds"] for one in tenth],
        BUDGET,
        peak_mib=round(max(one["peak_mib"] for one in large)),
        budget_mib=BUDGET_MIB,
    )
