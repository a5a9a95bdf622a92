"""One company-week out of a history of 100,000,000 entries: 400 companies, 520 weeks, 481 entries a week each."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from etl.store import history, lake
from etl.store.history_place import Place
from etl.workspace import Workspace
from tests.bench.told import Line

ROWS, COMPANIES, WEEKS, BUDGET_MS, ASKED = 100_000_000, 400, 520, 50, 40
FIRST_END = date(2017, 1, 8)
QUESTION = """select employee_name, customer_job, worked_on, sum(worked_seconds) as seconds, count(*) as entries
    from time_entries where company = $company and period_end = $period_end group by all order by all"""

BATCHES = """insert into history.stored.batches by name
    select 'firm-' || lpad(c::varchar, 4, '0') as company, $first + (7 * w)::integer as period_end,
        (w + 1)::integer as batch, 5 * (w + 1) as audit_number, 1 as revision,
        $first::timestamptz + interval (7 * w + 1) day as exported_at, sha256(c || '/' || w) as manifest_digest
    from range($companies) as companies (c), range($begin, $end) as weeks (w)"""
ENTRIES = """insert into history.stored.entries by name
    with counted as (
        select i // ($each * $companies) as w, i // $each % $companies as c, i % $each as n
        from range($begin * $each * $companies, $end * $each * $companies) as numbers (i))
    select 'firm-' || lpad(c::varchar, 4, '0') as company, $first + (7 * w)::integer as period_end,
        (w + 1)::integer as batch, 5 * (w + 1) as audit_number,
        'E' || (w * 1000000 + c * 1000 + n) as entry_id, 1 as version, 'clock' as source,
        (w * 480 + n)::varchar as entry_ref, 'person' || n % 12 as employee_id, 'Person ' || n % 12 as employee_name,
        'Customer ' || c % 37 || ':Job ' || n % 9 as customer_job, 'Design' as service_item, 'worked' as hour_kind,
        $first + (7 * w - n % 7)::integer as worked_on,
        $first::timestamptz + interval (7 * w - n % 7) day + interval (n % 11) hour as started_at,
        600 + (n * 7919 + c * 31 + w) % 9000 as worked_seconds, worked_seconds as pay_seconds,
        worked_seconds as bill_seconds, n % 3 > 0 as is_billable, 'exported' as pay_state, 'exported' as cost_state,
        'exported' as bill_state
    from counted"""   # in the order of weeks and companies, as exports come


def build(workspace: Workspace, rows: int, weeks: int = WEEKS, companies: int = COMPANIES) -> int:
    """How many entries the history holds, put in a year at a time: so compacting once a year leaves them."""
    each = -(-rows // (weeks * companies))
    history.commit(workspace, [])
    place = Place.of(workspace)
    given = {"first": FIRST_END, "companies": companies}
    made = 0
    for begin in range(0, weeks, 52):
        with lake.session(place, writing=True) as (connection, _):
            lake.begin(connection, place)
            span = {"begin": begin, "end": min(begin + 52, weeks)}
            made += connection.execute(ENTRIES, given | span | {"each": each}).fetchone()[0]
            connection.execute(BATCHES, given | span)
            connection.execute("commit")
    return made


def asked(workspace: Workspace, weeks: int, companies: int) -> Iterator[float]:
    """Milliseconds of one question each, over one open connection, every time another company and week."""
    with history.attach(workspace) as connection:
        for turn in range(ASKED):
            company = f"firm-{turn * 7919 % companies:04d}"
            end = FIRST_END + timedelta(weeks=turn * 104_729 % weeks)
            began = time.perf_counter()
            answer = history.ask(connection, QUESTION, {"company": company, "period_end": end})
            yield 1000 * (time.perf_counter() - began)
            if not answer.num_rows:
                raise SystemExit(f"{company} has no entries in the week to {end}")


def run(runs: int, rows: int = ROWS, weeks: int = WEEKS, companies: int = COMPANIES) -> Line:
    """Built once, about a minute for 10,000,000 rows; asked at 40 places a run."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        workspace = Workspace(Path(place) / "w")
        workspace.root.mkdir()
        began = time.perf_counter()
        made = build(workspace, rows, weeks, companies)
        building = time.perf_counter() - began
        found = [list(asked(workspace, weeks, companies)) for _ in range(runs)]
        files = list((workspace.history / "files").rglob("*.parquet"))
        size = sum(path.stat().st_size for path in files)
    every = sorted(one for times in found for one in times)
    medians = [median(times) for times in found]
    return {"name": "history_company_week", "ours": round(median(every), 1), "peer": None, "ratio": None, "budget": None,
            "budget_ms": BUDGET_MS, "spread": round((max(medians) - min(medians)) / median(medians), 2),
            "slowest_of_100": round(every[int(len(every) * 0.99)], 1), "rows": made, "files": len(files),
            "mib": round(size / 2**20), "building_seconds": round(building)}


if __name__ == "__main__":
    print(run(1, int(sys.argv[1])))
