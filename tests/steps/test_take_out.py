"""Everything of a company in open forms: read with other libraries, counted against what the tracker had, no secret."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import steps
from etl.errors import RefusedError, StoreError
from etl.sandbox.server.faults import Fault, Schedule
from etl.sandbox.server.serving import PracticeServer
from etl.store.open_files import OpenTable
from tests.faults import tiny
from tests.trackers import practice


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(name="out", scope="module")
def _out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The workspace after a week, and the folder with everything of it."""
    root = tmp_path_factory.mktemp("take-out")
    tiny.make_company(root)
    assert tiny.week(root).exit_code == 0
    secret = root / "mappings" / tiny.COMPANY / "private" / "tracker.secret"
    secret.touch(0o600)
    secret.write_text(practice.SECRET)
    told = steps.take_out(tiny.COMPANY, root / "everything", root)
    assert told.exit_code == 0, told.text()
    assert told.title.endswith("all counts agree")
    return root, root / "everything"


@pytest.mark.capability("C27", "C28")
def test_other_libraries_read_the_same_rows_seconds_and_cents(out):
    root, folder = out
    with (root / "data" / "inbox" / tiny.COMPANY / "time.csv").open(newline="") as file:
        delivered = list(csv.DictReader(file))
    landed = rows_of(folder / "tables" / "landed_entries.csv")
    assert [(row["entry_ref"], row["duration_text"]) for row in landed] == [
        (row["ID"], row["Duration"]) for row in delivered], "what the tracker gave, row by row"
    counts = {(row["table"], row["figure"]): row for row in rows_of(folder / "counts.csv")}
    assert all(row["written"] == row["csv"] == row["parquet"] for row in counts.values())
    for path in sorted((folder / "tables").glob("*.parquet")):
        name = path.stem
        frame, text = pl.read_parquet(path), rows_of(path.with_suffix(".csv"))
        assert frame.height == len(text) == int(counts[name, "rows"]["written"]), name
        assert frame.columns == list(text[0])
        for column in frame.columns:
            told = [str(value) for value in frame[column].to_list() if value is not None] \
                if frame[column].dtype in (pl.String, pl.Int64, pl.Int32, pl.Date) or frame[column].dtype.is_decimal() \
                else None
            assert told is None or told == [row[column] for row in text if row[column]], (name, column)
    entries = rows_of(folder / "tables" / "entries.csv")
    whole = [sum(part * int(text) for part, text in zip((3600, 60, 1), row["Duration"].split(":"), strict=True))
             for row in delivered]
    assert sum(int(row["worked_seconds"]) for row in entries) == sum(whole)
    pay = rows_of(folder / "tables" / "payroll_lines.csv")
    roll = [row for row in rows_of(folder / "tables" / "roll_forward.csv")
            if (row["stream"], row["state"]) == ("pay", "exported")]
    assert sum(Decimal(row["amount"]) for row in pay) == sum(Decimal(row["amount"]) for row in roll) > 0
    schema = {(row["table"], row["column"]): row["type"] for row in rows_of(folder / "schema.csv")}
    assert schema["entries", "worked_seconds"] == "int64"
    assert schema["payroll_lines", "amount"].startswith("decimal128")


@pytest.mark.capability("C27")
def test_the_record_is_there_to_the_byte_and_no_secret_is(out):
    root, folder = out
    for part in ("data/landing", "data/audit_log", "reports", f"mappings/{tiny.COMPANY}"):
        for path in (root / part).rglob("*"):
            if path.is_file() and path.suffix != ".secret":
                assert (folder / "record" / path.relative_to(root)).read_bytes() == path.read_bytes()
    assert not list(folder.rglob("*.secret"))
    assert not any(practice.SECRET.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    listed = dict(line.split("  ", 1)[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert set(listed) == there
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))
    assert "Nothing here needs Timebooks" in (folder / "README.md").read_text()


@pytest.mark.capability("C27")
def test_what_a_tracker_has_is_counted_and_what_was_not_proven_is_told(tmp_path):
    book = practice.book()
    book.add(replace(book.entries[0], id=500_001, kind="running", note="still going", seconds=0))
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, "harvest", page_size=3)
        practice.pull(workspace)
        told = steps.take_out(tiny.COMPANY, tmp_path / "all", tmp_path)
        [row] = rows_of(tmp_path / "all" / "pulls.csv")
        assert (told.exit_code, row["told_by_the_source"], row["landed"], row["written"]) == (0, "21", "20", "20")
        assert row["left_out"] == "1 running"
        assert row["completeness"] == "complete"
        assert row["proof"]
        calls = len(server.asked)
        book.add(replace(book.entries[1], id=500_003, note="one more"))
        server.asked.clear()
        server.schedule = Schedule(faults={calls - 1: Fault("denied")})
        assert practice.pull(workspace).landed == "incomplete"
    told = steps.take_out(tiny.COMPANY, tmp_path / "again", tmp_path)
    assert told.exit_code == 1
    assert dict(told.facts)["not proven complete"] == "tracker"


def test_nothing_is_written_over_and_nothing_damaged_is_taken_out(out, tmp_path):
    root, folder = out
    for place in (folder, root / "none" / "all", root / "data" / "all"):
        with pytest.raises(StoreError) as refused:
            steps.take_out(tiny.COMPANY, place, root)
        assert refused.value.code == "TAKE_OUT_PLACE"
    tiny.make_company(tmp_path)
    with pytest.raises(RefusedError) as empty:
        steps.take_out(tiny.COMPANY, tmp_path / "all", tmp_path)
    assert empty.value.code == "NOTHING_TO_PACK"
    assert tiny.week(tmp_path).exit_code == 0
    [landed] = (tmp_path / "data" / "landing" / tiny.COMPANY).rglob("entries.parquet")
    landed.chmod(0o600)
    landed.write_bytes(landed.read_bytes()[:-1])
    with pytest.raises(RefusedError) as damaged:
        steps.take_out(tiny.COMPANY, tmp_path / "all", tmp_path)
    assert damaged.value.code == "DAMAGE_FIRST"
    assert not [path for path in tmp_path.iterdir() if "all" in path.name]


ODD = ('a"b', "a,b", "x\ny", "=1+1", "", " ", "é", "\r", "NULL", "#")
TEXTS = st.none() | st.sampled_from(ODD) | st.text(max_size=8)
SCHEMA = pa.schema([("text", pa.string()), ("seconds", pa.int64()), ("amount", pa.decimal128(18, 3)),
                    ("day", pa.date32())])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.none() | st.integers(-2**40, 2**40),
                          st.none() | st.decimals(-10**9, 10**9, places=3), st.none() | st.dates(date(1900, 1, 1))),
                max_size=6))
def test_any_row_comes_back_from_both_files(tmp_path, rows):
    table = pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 4, schema=SCHEMA)
    out = OpenTable(tmp_path, "any", SCHEMA)
    with out.writing():
        out.write(table)
    assert out.read_back() == (out.counts, out.counts)
    with out.paths[0].open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in list(csv.reader(file))[1:]] == [text or "" for text, *_ in rows]
    assert [row[0] for row in pl.read_parquet(out.paths[1]).rows()] == [text for text, *_ in rows]
    assert out.counts.said.get("seconds", "0") == str(sum(seconds or 0 for _, seconds, _, _ in rows))
    assert Decimal(out.counts.said.get("amount", "0")) == sum((amount or 0 for _, _, amount, _ in rows), Decimal(0))


def test_a_row_that_is_lost_on_the_way_is_seen(tmp_path):
    out = OpenTable(tmp_path, "one", SCHEMA)
    with out.writing():
        out.write(pa.table([["a", "b"], [60, 90], [None, None], [None, None]], schema=SCHEMA))
    text = out.paths[0].read_text()
    out.paths[0].write_text(text.replace('"90"', '"91"'))
    assert out.read_back() != (out.counts, out.counts)
    out.paths[0].write_text("".join(text.splitlines(keepends=True)[:-1]))
    from_csv, from_parquet = out.read_back()
    assert (from_csv.rows, from_parquet.rows) == (1, 2)
