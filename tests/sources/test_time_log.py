"""Two real time logs, 62,026 entries typed and timed by people, read as declared drops (shared/data/cesaw)."""

from __future__ import annotations

import csv
import gzip
import io

import pytest

from etl.sources.files import list_files, parse_file, read_file
from tests.shared import shared
from tests.sources.drops import declared

COLUMNS = {
    "time_log_fact_key": "entry_ref", "organization": "extra", "project_key": "project_ref",
        "person_key": "person_ref",
    "team_key": "extra", "wbs_element_key": "extra", "plan_item_key": "task_ref", "time_log_start_date": "start_text",
    "time_log_end_date": "end_text", "time_log_delta_minutes": "duration_text",
    "time_log_interrupt_minutes": "break_text", "phase_key": "extra", "phase_short_name": "service_ref",
    "phase.process_key": "extra", "process_name": "extra"}
LOGS = [  # organization, entries, people, projects, seconds, undated
    ("C", 42_450, 68, 15, 99_577_320, ["377553"]), ("D", 19_576, 31, 3, 31_462_620, [])]


@pytest.mark.parametrize(("letter", "entries", "people", "projects", "seconds", "undated"), LOGS)
def test_a_real_time_log(letter, entries, people, projects, seconds, undated):
    drop = declared(files=f"time_log_org_{letter}.csv.gz", compression="gzip", null_text=r"\N", columns=COLUMNS,
                    duration="minutes", instant_format="%m/%d/%Y %H:%M")
    (path,) = list_files(shared("data/cesaw"), drop)
    received = read_file(path)
    table = parse_file(received, path.name, drop)
    assert table.num_rows == entries
    assert table["source_row"].to_pylist() == list(range(2, entries + 2))
    rows = table.to_pylist()
    assert len({row["person_ref"] for row in rows}) == people
    assert len({row["project_ref"] for row in rows}) == projects
    assert sum(int(row["duration_text"]) for row in rows) * 60 == seconds
    assert [row["entry_ref"] for row in rows if row["start_text"] is None] == undated

    plain = list(csv.DictReader(io.StringIO(gzip.decompress(received).decode(), newline="")))
    for heading, name in COLUMNS.items():
        if name != "extra":
            expected = [None if item[heading] == r"\N" else item[heading] for item in plain]
            assert [row[name] for row in rows] == expected, name
