"""Pulls and mapping sets: landed once, immutable, checked before anybody opens them."""

from __future__ import annotations

import json
import stat

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ConservationError, DamageError, StoreError
from etl.store import audit_log, files, landing, mapping_sets
from etl.tables import LANDED_ENTRIES
from tests.store import week
from tests.store.week import COMPANY, MAPPING, NOW, PREPARER, REQUEST

A, B = b"person,hours\ndana,8\n", b"person,hours\ndana,7\n"


@pytest.mark.capability("C155")
def test_a_pull_keeps_what_came_and_what_was_read(workspace):
    pull = week.land(workspace, A, "Week 46 (final).CSV")
    folder = workspace.landing(COMPANY) / "pulls" / f"000001-{files.sha256_bytes(A)[:12]}"
    assert (pull.is_new, pull.rows, pull.number, pull.drop, pull.file_name) == (
        True, 2, 2, "timesheets", "Week 46 (final).CSV")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        "received/file.csv", "entries.parquet", "pull.json"}
    assert (folder / "received" / "file.csv").read_bytes() == A
    assert pull.entries_path == folder / "entries.parquet"
    assert pq.read_table(pull.entries_path).schema == LANDED_ENTRIES
    said = json.loads((folder / "pull.json").read_text())
    assert (said["file_name"], said["request"], said["entries"]["rows"]) == ("Week 46 (final).CSV", REQUEST, 2)
    record = audit_log.read_log(workspace, COMPANY)[1]
    assert record.type == "pull"
    assert record.body == {
        "pull_id": folder.name, "pull_digest": files.sha256_file(folder / "pull.json"), "drop": "timesheets",
        "file_name": "Week 46 (final).CSV", "rows": 2, "received_digest": files.sha256_bytes(A)}


NAMES = [   # name as it came, name of ours, why
    ("hours.csv", "file.csv", "a known ending is kept"),
    ("HOURS.XLSX", "file.xlsx", "in small letters"),
    ("hours.2026.csv.gz", "file.csv.gz", "packed"),
    ("../../etc/passwd", "file", "a way out of the folder is only data"),
    ("hours.exe", "file", "an unknown ending is not kept"),
    ("=cmd().csv", "file.csv", "a formula is only data"),
    ("b\udcffd.csv", "file.csv", "bytes that are no text"),
]


@pytest.mark.parametrize(("file_name", "own", "why"), NAMES)
def test_a_name_from_outside_is_data(workspace, file_name, own, why):
    pull = week.land(workspace, file_name=file_name)
    assert [path.name for path in (pull.entries_path.parent / "received").iterdir()] == [own], why
    assert landing.read_pulls(workspace, COMPANY)[0].file_name == file_name, why


def test_a_redelivery_changes_nothing(workspace):
    first = week.land(workspace, A)
    before = week.snapshot(workspace)
    again = week.land(workspace, A)
    assert not again.is_new
    assert (again.pull_id, again.number) == (first.pull_id, first.number)
    digest = files.sha256_bytes(A)
    assert landing.already_landed(workspace, COMPANY, "timesheets", "week 46.csv", digest, REQUEST) == again
    assert week.snapshot(workspace) == before


SEQUENCES = [   # deliveries (bytes, file name, zone), numbers of the pulls they are, why
    ([(A, "w.csv", "UTC"), (B, "w.csv", "UTC"), (A, "w.csv", "UTC")], [1, 2, 3], "back to the old content is a change"),
    ([(A, "w.csv", "UTC"), (A, "w.csv", "Asia/Tokyo")], [1, 2], "declared otherwise it reads otherwise"),
    ([(A, "w.csv", "UTC"), (A, "v.csv", "UTC")], [1, 2], "another file may have the same content"),
    ([(A, "w.csv", "UTC"), (B, "v.csv", "UTC"), (A, "w.csv", "UTC")], [1, 2, 1], "the newest of this file counts"),
]


@pytest.mark.parametrize(("deliveries", "numbers", "why"), SEQUENCES)
def test_what_is_a_redelivery(workspace, deliveries, numbers, why):
    landed = [week.land(workspace, received, name, {**REQUEST, "zone": zone}) for received, name, zone in deliveries]
    assert [int(pull.pull_id[:6]) for pull in landed] == numbers, why
    assert [pull.pull_id for pull in landing.read_pulls(workspace, COMPANY)] == list(
        dict.fromkeys(pull.pull_id for pull in landed)), why


@given(st.lists(st.none() | st.text(max_size=8), min_size=1, max_size=40), st.data())
def test_equal_rows_give_equal_parquet(notes, data):
    notes = [None if note is None else note.encode("utf-8", "replace").decode() for note in notes]
    table = week.entries(*notes)
    cut = data.draw(st.integers(0, table.num_rows))
    pieces = pa.concat_tables([table.slice(0, cut), table.slice(cut)]).replace_schema_metadata({"pandas": "{}"})
    assert landing.parquet_bytes(table) == landing.parquet_bytes(pieces)


def test_parquet_is_laid_out_the_same_everywhere():
    many = week.entries(*(str(n) for n in range(landing.ROWS_PER_GROUP + 1)))
    found = pq.ParquetFile(pa.BufferReader(landing.parquet_bytes(many)))
    assert [found.metadata.row_group(n).num_rows for n in range(2)] == [122_880, 1]
    assert found.metadata.row_group(0).column(0).compression == "ZSTD"
    assert not found.metadata.metadata, "no pandas, no Arrow notes"
    assert found.read(use_threads=False).equals(many)
    pieces = pa.concat_tables([many.slice(start, 997) for start in range(0, many.num_rows, 997)])
    assert landing.parquet_bytes(pieces) == landing.parquet_bytes(many), "in whatever pieces the rows came"


def test_a_table_of_another_shape_does_not_land(workspace):
    with pytest.raises(ConservationError):
        landing.land(workspace, COMPANY, week.delivery(), pa.table({"a": [1]}), person=PREPARER, now=NOW)
    assert week.digests(workspace) == {}


def _change(path):
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize("name", ["entries.parquet", "pull.json"])
@pytest.mark.parametrize("spoil", [_change, lambda path: path.unlink()])
def test_a_spoiled_pull_is_not_read(workspace, name, spoil):
    path = week.land(workspace).entries_path.with_name(name)
    landing.read_pulls(workspace, COMPANY)
    spoil(path)
    with pytest.raises(DamageError) as caught:
        landing.read_pulls(workspace, COMPANY)
    assert caught.value.code == "DAMAGE"
    assert name in caught.value.where
    with pytest.raises(DamageError):
        week.land(workspace)   # not even as a redelivery


def test_a_pull_in_the_way_is_seen_before_the_record(workspace):
    (workspace.landing(COMPANY) / "pulls" / f"000001-{files.sha256_bytes(A)[:12]}").mkdir(parents=True)
    with pytest.raises(DamageError):
        week.land(workspace, A)
    assert [record.type for record in audit_log.read_log(workspace, COMPANY)] in ([], ["open"])


def test_pulls_are_read_once(workspace, monkeypatch):
    week.land(workspace)
    landing.read_pulls(workspace, COMPANY)
    read = []
    real = files.sha256_file
    monkeypatch.setattr(files, "sha256_file", lambda path: read.append(path.name) or real(path))
    landing.read_pulls(workspace, COMPANY)
    assert read == []


def test_a_mapping_set_lands_once(workspace):
    digest = week.land_mapping(workspace)
    folder = mapping_sets.mapping_folder(workspace, COMPANY, digest)
    assert {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()} == MAPPING
    assert stat.S_IMODE((folder / "private" / "pay_rates.csv").stat().st_mode) == 0o600
    before = week.snapshot(workspace)
    assert week.land_mapping(workspace) == digest
    assert week.snapshot(workspace) == before
    assert audit_log.read_log(workspace, COMPANY) == (), "drafts name it; it has no record of its own"


def test_a_mapping_set_is_named_by_names_and_contents(workspace):
    digests = {mapping_sets.land_mapping(workspace, COMPANY, changed) for changed in (
        MAPPING, MAPPING | {"items.csv": b"item\nDesign!\n"}, MAPPING | {"extra.csv": b""},
        {("items2.csv" if name == "items.csv" else name): text for name, text in MAPPING.items()})}
    assert len(digests) == 4


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "items.csv").write_bytes(b"item\nOther\n"),
    lambda folder: (folder / "private" / "pay_rates.csv").unlink(),
    lambda folder: (folder / "extra.csv").write_bytes(b""),
    lambda folder: folder.rename(folder.with_name("0" * 64)),
])
def test_a_spoiled_mapping_set_is_not_used(workspace, spoil):
    digest = week.land_mapping(workspace)
    spoil(mapping_sets.mapping_path(workspace, COMPANY, digest))
    with pytest.raises(DamageError):
        mapping_sets.mapping_folder(workspace, COMPANY, digest)


NO_NAMES = ["../x.csv", "/x.csv", "a//b.csv", "a/./b.csv", "a\\b.csv", "con.csv", "x.", ".hidden", "", "rate=0/x.csv",
            "caf\u00e9.csv", "x" * 101]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_not_safe_everywhere_is_refused(workspace, name):
    with pytest.raises(StoreError) as caught:
        mapping_sets.land_mapping(workspace, COMPANY, {name: b""})
    assert caught.value.code == "FILE_NAME"


def test_two_names_that_differ_in_capitals_only_are_refused(workspace):
    with pytest.raises(StoreError, match="capitals"):
        mapping_sets.land_mapping(workspace, COMPANY, {"items.csv": b"", "Items.csv": b""})
