"""Run as a program: some weeks of a shuffled log, then the digest of every batch file but the manifest, as JSON."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
from datetime import date
from pathlib import Path

from etl.sql.run import Limits
from tests.steps import real_logs
from tests.timelog import company_id, make_time_log_company


def shuffled(source: Path, target: Path, seed: int, weeks: set[str] | None = None) -> None:
    """The same log, or its rows of some weeks, with its rows in another order; seed 0 keeps the order."""
    header, *rows = gzip.decompress(source.read_bytes()).splitlines(keepends=True)
    if weeks is not None:
        days = [real_logs.monday(row) for row in real_logs.source_rows(source)]
        rows = [row for row, day in zip(rows, days, strict=True) if day is not None and day.isoformat() in weeks]
    if seed:
        random.Random(seed).shuffle(rows)
    target.write_bytes(gzip.compress(header + b"".join(rows), mtime=0))


def digests(root: Path, company: str) -> dict[str, str]:
    """sha256 by path of everything a batch folder holds; the manifest names the received bytes and is left out."""
    found = {}
    for path in sorted((root / "reports" / company).rglob("batch-*/**/*")):
        if path.is_file() and path.name != "manifest.json":
            found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    for path in sorted((root / "reports" / company).rglob("manifest.json")):
        found[path.relative_to(root).as_posix() + ":figures"] = json.loads(path.read_text())["figures"]
    return found


def main() -> None:
    """Arguments: root, source, organization, shuffle seed, threads, weeks (Mondays, comma separated), whole or cut."""
    root, source, org, seed, threads, weeks, extent = sys.argv[1:]
    place = Path(root)
    mixed = place / "mixed.csv.gz"
    shuffled(Path(source), mixed, int(seed), set(weeks.split(",")) if extent == "cut" else None)
    make_time_log_company(place / "workspace", org, mixed)
    for week in weeks.split(","):
        real_logs.run_week(place / "workspace", company_id(org), date.fromisoformat(week), Limits(threads=int(threads)))
    print(json.dumps(digests(place / "workspace", company_id(org))))


if __name__ == "__main__":
    main()
