"""Pulling 200,000 entries in pages of 200 from a server on this machine, against a bare requests loop over the pages.

The loop only reads the bodies. Ours proves the end, reads every row strictly, keeps every page and lands the entries.
The peak of memory is told for a fifth of the pages too: it must not grow with their number.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import requests

from etl.machine import peak_mib
from tests.bench.told import Line, told

ROOT = Path(__file__).resolve().parents[2]
PAGES, A_PAGE, BUDGET, MEMORY_BUDGET = 1_000, 200, 2.0, 1.1
PEOPLE = 60


def sheet(number: int) -> dict[str, object]:
    """One timesheet as QuickBooks Time sends it."""
    day, hour = 2 + number // PEOPLE % 5, 8 + number % 9
    return {
        "id": 241_000_000 + number, "user_id": 5_520_000 + number % PEOPLE, "jobcode_id": 61_500_100 + number % 40,
        "start": f"2026-11-{day:02}T{hour:02}:00:00-05:00", "end": f"2026-11-{day:02}T{hour + 1:02}:00:00-05:00",
        "duration": 3600, "date": f"2026-11-{day:02}", "tz": -5, "tz_str": "tsET", "type": "regular",
        "location": "(Portland, OR?)", "on_the_clock": False, "locked": 0, "notes": f"Ticket {number}: release notes",
        "customfields": {"88010": "Development", "88012": "Yes"}, "attached_files": [],
        "created_by_user_id": 5_520_003, "last_modified": f"2026-11-{day:02}T20:02:00+00:00"}


def bodies(pages: int) -> dict[str, bytes]:
    """Every answer by its list and page."""
    lists: dict[str, list[dict[str, object]]] = {
        "users": [{"id": 5_520_000 + n, "first_name": "Person", "last_name": str(n), "email": f"p{n}@bench.example"}
                  for n in range(PEOPLE)],
        "jobcodes": [{"id": 61_500_100 + n, "parent_id": 0, "name": f"Job {n}", "type": "regular", "billable": True}
                     for n in range(40)],
        "customfields": [{"id": 88010, "name": "Service Item"}, {"id": 88012, "name": "Billable (Yes/No)"}]}
    made = {f"{name}-1": json.dumps({"results": {name: {str(row["id"]): row for row in rows}}, "more": False}).encode()
            for name, rows in lists.items()}
    for page in range(pages):
        rows = {str(row["id"]): row for row in map(sheet, range(page * A_PAGE, (page + 1) * A_PAGE))}
        made[f"timesheets-{page + 1}"] = json.dumps({"results": {"timesheets": rows}, "more": page + 1 < pages}).encode()
    made["last_modified_timestamps-1"] = b'{"results":{"last_modified_timestamps":{"timesheets":"2026-11-09"}}}'
    return made


def serve(pages: int, port: multiprocessing.Queue[int]) -> None:
    """The server, in a process of its own, until it is ended."""
    made = bodies(pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version, disable_nagle_algorithm, wbufsize = "HTTP/1.1", True, -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = made[f"{parts.path.rsplit('/', 1)[-1]}-{parse_qs(parts.query).get('page', ['1'])[0]}"]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def ours(folder: str, port: str, pages: str) -> int:
    """The pull as the step does it, landing included; the entries landed."""
    importlib.import_module("pandas")   # Arrow loads it at first use; like every import it comes before the clock

    from etl.steps import connections
    from tests.faults import tiny
    from tests.trackers import practice

    workspace = tiny.make_company(Path(folder))
    settings = workspace.mappings(tiny.COMPANY) / "company.toml"
    text = settings.read_text()
    settings.write_text(text[:text.index("[[drops]]")] + f"""[[connections]]
name = "tracker"
source = "quickbooks_time"
base_url = "http://127.0.0.1:{port}/api/v1"
zone = "America/New_York"
reread_days = 0
""")
    secret = workspace.mappings(tiny.COMPANY) / "private" / "tracker.secret"
    secret.touch(0o600)
    secret.write_text("bench")
    run = practice.start(workspace)
    began = time.perf_counter()
    with run.locked("pulling"):
        connections.ask(run, run.settings.connections[0], lambda text: None)
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time()}))
    return int(pq.read_metadata(run.pulls()[-1].entries_path).num_rows)


def bare(folder: str, port: str, pages: str) -> int:
    """The least there is: a session, a loop, the bodies; the entries in them, by the pages."""
    began = time.perf_counter()
    with requests.Session() as session:
        for page in range(1, int(pages) + 1):
            response = session.get(f"http://127.0.0.1:{port}/api/v1/timesheets", params={"page": page, "limit": A_PAGE})
            response.raise_for_status()
            assert response.content
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time()}))
    return int(pages) * A_PAGE


def race(side: str, port: int, pages: int) -> dict[str, float]:
    """One run of one side in a process of its own: seconds, peak memory, entries."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as folder:
        command = [sys.executable, "-m", "tests.bench.pull_pages", side, folder, str(port), str(pages)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr[-2000:]}")
    said: dict[str, float] = {}
    for line in done.stdout.splitlines():
        said |= json.loads(line)
    if said["entries"] != pages * A_PAGE:
        raise SystemExit(f"{side}: {said['entries']} entries of {pages * A_PAGE}")
    return said


def run(runs: int, pages: int = PAGES) -> Iterator[Line]:
    """Both interleaved against the same server."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(pages, ports), daemon=True)
    fifth = multiprocessing.Process(target=serve, args=(pages // 5, ports), daemon=True)
    server.start()
    port = ports.get(timeout=120)
    try:
        pulled, read = [], []
        for _ in range(runs):
            pulled.append(race("ours", port, pages))
            read.append(race("bare", port, pages))
        yield told("pull_pages", [one["seconds"] for one in pulled], [one["seconds"] for one in read], BUDGET,
                   entries=pages * A_PAGE, peak_mib=round(max(one["peak_mib"] for one in pulled)))
        fifth.start()
        small = [race("ours", ports.get(timeout=120), pages // 5)]
        yield told("pull_pages_memory_against_a_fifth", [one["peak_mib"] for one in pulled],
                   [one["peak_mib"] for one in small], MEMORY_BUDGET)
    finally:
        for process in (server, fifth):
            if process.is_alive():
                process.terminate()


if __name__ == "__main__":
    entries = {"ours": ours, "bare": bare}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({"entries": entries, "peak_mib": peak_mib()}))
