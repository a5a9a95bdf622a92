"""docs/checks.md shows every type and column, and an example that works."""

from __future__ import annotations

import json
import re
from pathlib import Path

from etl.checks.grammar import TYPES
from etl.checks.suites import SEVERITIES
from etl.checks.tables import CHECKED
from tests.checks.rows import suites

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")


def test_every_type_table_column_and_severity_is_described():
    words = set(re.findall(r"`([A-Za-z_]+)`", TEXT))
    columns = {name for schema in CHECKED.values() for name in schema.names}
    arguments = {name for kind in TYPES.values() for name in (*kind.required, *kind.optional)}
    assert {*TYPES, *CHECKED, *columns, *arguments, *SEVERITIES} - words == set()
    assert {word for word in words if word.startswith("expect_")} == set(TYPES)


def test_the_example_of_an_own_suite_can_be_used(tmp_path):
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    folder = tmp_path / "acme" / "expectations"
    folder.mkdir(parents=True)
    listed = json.loads(example)["expectations"]
    for table, chosen in {"people": listed[:1], "entries": listed[1:2], "projects": listed[2:]}.items():
        (folder / f"{table}.json").write_text(json.dumps({"expectations": chosen}), encoding="utf-8")
    found = {one.id: one for one in suites(folder).expectations}
    assert found["a_day_is_not_too_long"].promise == "day at most 12:00:00"
    assert found["entries_do_not_overlap"].severity == "stop"
    assert "a_job_is_worked_on_weekdays" not in found
    assert found["job_code"].code == "TE090"
