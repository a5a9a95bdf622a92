"""A week of a million entries from the tracker's file to the sealed draft, through the steps: told, with no budget.

Beside it the part of it that the budget of the million is about: mapping and rules.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from etl.machine import peak_mib
from tests.bench import company
from tests.bench.small_week import COMPANY, ROOT, write_workspace
from tests.bench.told import told

COUNT = 1_000_000


def draft(root: str) -> None:
    """Pull to draft in this process; seconds of each stage and the most memory, as a line of JSON."""
    from etl import steps
    from etl.steps.stages import TO_DRAFT

    run = steps.start(COMPANY, company.PERIOD_END, Path(root), in_memory=True)
    seconds = {}
    with run.locked("the week of"):
        for name, step in TO_DRAFT.items():
            began = time.perf_counter()
            outcome = step(run)
            seconds[name] = round(time.perf_counter() - began, 2)
            if outcome.exit_code:
                raise SystemExit(outcome.text())
    peak = peak_mib()
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


def know_everybody(root: Path, count: int) -> None:
    """The people whom the races of entries do not know would stop a draft, as they should: here they have a row."""
    folder = root / "mappings" / COMPANY
    settings = folder / "company.toml"   # QuickBooks Online takes no journal of so many jobs
    settings.write_text(settings.read_text(encoding="utf-8").replace('"quickbooks_online.labor_journal"', '"hledger.labor_journal"'), encoding="utf-8")
    people = [person for person in range(company.count_people(count)) if company.is_unknown(person)]
    for name, rows in (("employees.csv", [company.employee(person) for person in people]),
                       ("private/pay_rates.csv", [(company.employee(person)[2], "25.00", "USD", "2026-01-01", "") for person in people])):
        with (folder / name).open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def run(runs: int, count: int = COUNT) -> dict[str, object]:
    """Once, however many runs are asked for: it takes minutes."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-week-") as place:
        root = Path(place) / "workspace"
        write_workspace(root, count)
        know_everybody(root, count)
        command = [sys.executable, "-m", "tests.bench.large_week", str(root)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the large week failed:\n{done.stderr[-2000:]}{done.stdout[-2000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        files = list((root / "data" / "drafts").rglob("*.*"))
        size = sum(path.stat().st_size for path in files) >> 20
    stages = found["seconds"]
    return told("large_week", [sum(stages.values())], [stages["map"] + stages["rules"]], None,
                entries=count, seconds=stages, peak_mib=found["peak_mib"], draft_mib=size)


if __name__ == "__main__":
    draft(sys.argv[1])
