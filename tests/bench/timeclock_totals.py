"""Weekly totals by employee and project of a timeclock file of 100,000 sessions: ours against hledger, each a process.

Our clock holds the reading of the file, as a drop is read, and the totals; the interpreter and its imports come before
it, as in every race here (`with_start` has them too). hledger's is its whole process.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from etl.machine import peak_mib
from etl.settings import Drop
from tests.bench.small_week import ROOT
from tests.bench.told import told
from tests.programs import program

SESSIONS, BUDGET = 100_000, 0.1
PEOPLE, PROJECTS = 40, 25
HUNDREDTH = 36   # seconds: hledger tells hours in hundredths
_TOTALS = """
    with sessions as (select project_ref as account, start_text::timestamp as begun, end_text::timestamp as ended from landed),
    days as (   -- a session over midnight is two, as in hledger
        select account, begun, ended from sessions where begun::date = ended::date
        union all
        select account, greatest(begun, day), least(ended, day + interval 1 day)
        from (select *, unnest(generate_series(date_trunc('day', begun), ended, interval 1 day)) as day from sessions
            where begun::date < ended::date) as cut)
    select account, date_trunc('week', begun)::date as week, sum(epoch(ended - begun)::bigint)::bigint as seconds
    from days where ended > begun group by account, week
"""


def write(path: Path, sessions: int) -> None:
    """Sessions one after the other; the account is employee and project."""
    chance, now = random.Random(20_261_109), datetime(2024, 1, 1, tzinfo=UTC)
    lines = []
    for number in range(sessions):
        begun = now + timedelta(seconds=HUNDREDTH * chance.randrange(10))
        now = begun + timedelta(seconds=HUNDREDTH * chance.randrange(5, 40))
        account = f"Person {chance.randrange(PEOPLE):02d}:Project {chance.randrange(PROJECTS):02d}"
        lines.append(f"i {begun:%Y-%m-%d %H:%M:%S} {account}  topic {number % 500}\no {now:%Y-%m-%d %H:%M:%S}\n")
    path.write_text("".join(lines), encoding="ascii")


def ours(path: str) -> None:
    """The file read as a drop is read, then one statement; the totals as lines of JSON."""
    import duckdb
    import pandas  # noqa: F401, ICN001 - Arrow imports it when it makes its first array; no import is in the clock

    from etl.sources.dialects import effective
    from etl.sources.files import parse_file, read_file

    drop = Drop.model_validate({"name": "log", "files": "*", "dialect": "timeclock", "zone": "UTC",
                                "constants": {"person_ref": "all"}})
    began = time.perf_counter()
    landed = parse_file(read_file(Path(path)), "log.timeclock", effective(drop))
    with duckdb.connect() as connection:
        connection.register("landed", landed)
        rows = connection.execute(_TOTALS).fetchall()
    seconds_taken = time.perf_counter() - began
    print(json.dumps({"seconds": seconds_taken, "peak_mib": peak_mib(),
                      "rows": [(account, str(week), seconds) for account, week, seconds in rows]}))


def hledgers(text: str) -> dict[tuple[str, str], int]:
    """Hundredths of an hour by account and week of what hledger prints."""
    header, *rows = csv.reader(text.splitlines())
    weeks = [name[:10] for name in header[1:]]
    return {(row[0], week): round(Decimal(cell.removesuffix("h")) * 100)
            for row in rows if not row[0].lower().startswith("total") for week, cell in zip(weeks, row[1:], strict=True) if cell != "0"}


def run(runs: int, sessions: int = SESSIONS) -> dict[str, object]:
    """Both interleaved, from the start of a process to its end; equal totals or no line."""
    took: dict[str, list[float]] = {"ours": [], "hledger": []}
    inside: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        path = Path(place) / "log.timeclock"
        write(path, sessions)
        commands = {"ours": [sys.executable, "-m", "tests.bench.timeclock_totals", str(path)],
                    "hledger": [program("hledger"), "-f", str(path), "balance", "-W", "--flat", "-O", "csv"]}
        printed = {}
        for _ in range(runs):
            for side, command in commands.items():
                began = time.perf_counter()
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
                took[side].append(time.perf_counter() - began)
                printed[side] = done.stdout
            inside.append(json.loads(printed["ours"]))
    found = {(account, week): seconds // HUNDREDTH for account, week, seconds in inside[-1]["rows"]}
    if found != (theirs := hledgers(printed["hledger"])):
        raise SystemExit(f"hledger has other totals: {sorted(found.items() ^ theirs.items())[:4]}")
    return told("timeclock_totals", [one["seconds"] for one in inside], took["hledger"], BUDGET, sessions=sessions,
                peak_mib=max(one["peak_mib"] for one in inside), with_start=round(median(took["ours"]), 3))


if __name__ == "__main__":
    ours(sys.argv[1])
