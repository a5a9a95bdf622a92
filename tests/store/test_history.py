"""The history can be deleted and rebuilt without loss, killed at any moment, read but never changed by a query."""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from etl.errors import DamageError, RefusedError, StoreError
from etl.store import history
from etl.store import history_statements as statements
from etl.store.history_tables import STORED
from etl.units import decimal_hours
from etl.workspace import Workspace
from tests.store.history_example import (
    FIRST,
    NEXT_WEEK,
    WEEK,
    answers,
    contents,
    many_batches,
    publish,
    table,
    three_batches,
    week_of,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def _made(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("history") / "o'brien & sons")   # a quote in a path is a quote in SQL
    workspace.root.mkdir()
    batches = three_batches(workspace)
    assert history.commit(workspace, batches) == 3
    return workspace, batches


@pytest.fixture
def made(_made, tmp_path):
    """A copy of the three committed batches, to be spoiled: the workspace, and its batches."""
    original, batches = _made
    shutil.copytree(original.root, tmp_path / "books")
    return moved(Workspace(tmp_path / "books"), batches)


@pytest.fixture(scope="module")
def reading(_made):
    """The three batches, for tests that only read."""
    return _made[0]


def moved(workspace, batches):
    return workspace, [replace(batch, folder=workspace.batch_folder(batch.company, batch.period_end, batch.batch))
                       for batch in batches]


def lake_files(workspace, kind="*"):
    return sorted((workspace.history / "files" / "stored").glob(f"{kind}/*.parquet"))


# --- what a question sees -------------------------------------------------------------------------------------------

ASKED = [   # question, answer, why
    ("select count(*) from batches", [(3,)], "one row per exported batch"),
    ("select company, max(audit_number) from batches group by company order by company", [("acme", 10), ("birch", 5)],
     "the head of each company"),
    ("select exported_at from batches where company = 'acme' and batch = 1", ["2026-11-16 08:30:00+00:00"],
     "the time of the export, in UTC"),
    ("select count(*) from time_entries where entry_id = 'E4'", [(2,)], "an entry at the edge: both batches know it"),
    ("select count(*), max(audit_number) from time_entries_latest where entry_id = 'E4'", [(1, 10)],
     "and once to whoever counts entries"),
    ("select version, note from time_entries_latest where entry_id = 'E2'", [(2, 'it\'s "NA", café')],
     "the newest version; a note is kept letter by letter"),
    ("select note is null, note from time_entries where entry_id = 'E3'", [(False, "NULL")], "a person may write NULL"),
    ("select count(*) from time_entries_latest where entry_id = 'E1'", [(2,)], "two companies, two entries"),
    ("select sum(pay_seconds) from pieces where company = 'acme' and is_in_pay_period", [(75600,)],
     "20 h in the first week and 1 h in the second, each once"),
    ("select rule_sentence, customer_job from pieces where piece_id = 'E2/2/1o'",
     [("over 8 h a day", "Harbor:Lighting")], "why an hour is overtime, and on which job"),
    ("select sum(debit), sum(credit), sum(amount) from journal_lines", [(Decimal("760.010"), Decimal("760.010"), 0)],
     "debits are credits"),
    ("select line_kind, sum(seconds), sum(amount) from line_entries group by line_kind order by line_kind",
     [("billing", 64800, Decimal("1800.000")), ("journal", 64800, Decimal("760.010"))], "every cent to entries"),
    ("select account, hour_class, amount from line_entries where line_id = '0001-L-001' and hour_class = 'overtime'",
     [("Labor Cost", "overtime", Decimal("120.010"))], "the overtime cents of a journal line"),
    ("select distinct service_item, customer_job from line_entries where line_kind = 'billing'",
     [("Design", "Harbor:Lighting")], "a billing line knows item and job"),
    ("select pay_seconds, exported_seconds, amount from payroll where employee_id = 'jonah'", [(7200, 7200, None)],
     "hours without a pay rate are still paid"),
    ("select regular_rate_numerator, regular_rate_denominator from payroll where hour_class = 'overtime'",
     [(Decimal(720000000), Decimal(64800))], "the regular rate stays a fraction"),
    ("select quantity_hours * bill_rate = amount from billing", [(True,)], "printed quantity times rate"),
    ("select period_end, first_period_end, last_period_end from exceptions_open_history where seconds=3600 order by 1",
     [(WEEK, WEEK, NEXT_WEEK), (NEXT_WEEK, WEEK, NEXT_WEEK)], "an undated entry stays open"),
    ("select week, count_entries from roll_forward_by_week where stream = 'cost' and state = 'held'",
     [("2026-W46", 1)], "the ISO week the period ends in"),
    ("select count(*) from stored.time_activities", [(1,)], "the tables behind the views can be read, too"),
    ("select decimal_hours(-1800), decimal_hours(18), decimal_hours(17)",
     [(Decimal("-0.50"), Decimal("0.01"), Decimal("0.00"))], "half up in size"),
]


@pytest.fixture(scope="module")
def asked(reading):
    with history.attach(reading) as connection:
        yield connection


@pytest.mark.capability("C92")
@pytest.mark.parametrize(("sql", "answer", "why"), ASKED, ids=[case[-1] for case in ASKED])
def test_views_answer(asked, sql, answer, why):
    rows = asked.execute(sql).to_arrow_table().to_pylist()
    is_text = not isinstance(answer[0], tuple)
    told = [str(*row.values()) if is_text else tuple(row.values()) for row in rows]
    assert told == answer, why


def test_no_column_is_a_binary_float_and_every_column_is_listed(asked):
    for name in (*history.VIEWS, *(f"stored.{kind}" for kind in STORED)):
        schema = asked.execute(f"select * from {name} limit 0").to_arrow_table().schema
        assert schema.names[0] == "company", name
        assert {"period_end", "batch", "audit_number"} <= set(schema.names), name
        assert not [field for field in schema if pa.types.is_floating(field.type)], name
    for path in (ROOT / "etl" / "store" / "history_sql").glob("*.sql"):
        assert path.stem in {*history.VIEWS, "decimal_hours"}
        assert not re.search(r"select \*(?! from stored|, | from time_entries)", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("seconds", [0, 1, 17, 18, 53, 54, 3599, 3600, -17, -18, -90000, 3_600_000_000_000])
def test_decimal_hours_are_those_of_the_files(asked, seconds):
    assert asked.execute("select decimal_hours($seconds)", {"seconds": seconds}).fetchone() == (decimal_hours(seconds),)


def test_a_query_binds_values_and_keeps_to_its_limit(reading):
    rows = history.query(reading, "select entry_id from time_entries where company = $company order by all",
                         {"company": "acme"}, limit=2)
    assert rows.column("entry_id").to_pylist() == ["E1", "E2"]
    assert history.query(reading, "from batches", limit=0).num_rows == 0


# --- what a question may not do -------------------------------------------------------------------------------------

REFUSED = [   # statement, why
    ("insert into stored.batches select * from stored.batches", "a question changes nothing"),
    ("delete from history.stored.entries", "a question changes nothing"),
    ("create table memory.t as select 1", "a question changes nothing"),
    ("copy (select * from time_entries) to '{root}/data/history/files/out.csv'", "the lake's folder is no drop box"),
    ("export database '{root}/data/history/files'", "nor for a whole database"),
    ("attach '{root}/other.sqlite' as other (type sqlite)", "no other database"),
    ("select * from sqlite_scan('{root}/other.sqlite', 'secrets')", "DuckDB's own lock lets this through"),
    ("select (select count(*) from sqlite_scan('{root}/other.sqlite', 'secrets')) from batches", "not in a corner"),
    ("with s as (from sqlite_attach('{root}/other.sqlite')) select * from s", "nor so"),
    ("select * from read_csv('{root}/private.csv')", "no file"),
    ("select * from '{root}/private.csv'", "no file by its name"),
    ("select * from read_text('/etc/passwd')", "no file of the machine"),
    ("select * from glob('/*')", "no list of files"),
    ("select * from query('select * from read_text(''/etc/passwd'')')", "no query in a text"),
    ("select * from json_execute_serialized_sql('{{}}')", "no query in a tree"),
    ("select * from ducklake_snapshots('history')", "snapshot ids mean nothing after a rebuild"),
    ("select * from ducklake_cleanup_old_files('history', cleanup_all => true)", "no housekeeping"),
    ("select * from __ducklake_metadata_history.ducklake_snapshot", "the lake's own bookkeeping is not published"),
    ("from enable_logging()", "no log is written"),
    ("call pragma_version()", "no calls"),
    ("pragma database_list", "no pragmas"),
    ("set lock_configuration = false", "no settings"),
    ("install httpfs", "no downloads"),
    ("load httpfs", "no extensions"),
    ("select 1; delete from history.stored.entries", "one statement"),
    ("", "an empty question"),
    ("selec 1", "a typing error"),
    ("select nonsense from batches", "a column that is not there"),
    ("select $missing", "a value that was not given"),
    ("select cast('x' as integer)", "a mistake that shows while it runs"),
]


@pytest.fixture(scope="module")
def tempting(reading):
    """Beside the workspace's own files, some that a question could reach for."""
    with sqlite3.connect(reading.root / "other.sqlite") as connection:
        connection.execute("create table secrets as select 'hidden' as word")
    connection.close()
    (reading.root / "private.csv").write_text("a\n1\n", encoding="utf-8")
    return reading.root


@pytest.mark.parametrize(("sql", "why"), REFUSED, ids=[case[0][:50] for case in REFUSED])
def test_a_question_reads_the_history_and_nothing_else(asked, reading, tempting, sql, why):
    before = contents(reading.history / "files")
    with pytest.raises(RefusedError) as refused:
        history.ask(asked, sql.format(root=tempting.as_posix().replace("'", "''")))
    assert (refused.value.code, refused.value.exit_code) == ("QUERY_REFUSED", 1), why
    assert "hidden" not in str(refused.value)
    assert contents(reading.history / "files") == before, why
    assert history.ask(asked, "from batches").num_rows == 3, "and the next question is answered"


def test_without_that_look_a_question_would_read_other_files(asked, tempting):
    """Why `refusal` exists: DuckDB's lock alone lets this through. When this fails, it has become stricter."""
    path = (tempting / "other.sqlite").as_posix()
    assert asked.execute("select word from sqlite_scan($path, 'secrets')", {"path": path}).fetchone() == (b"hidden",)


def test_a_question_that_takes_too_long_ends(reading):
    started = time.monotonic()
    with pytest.raises(RefusedError, match=r"longer than 0\.5 seconds"):
        history.query(reading, "select sum(a.range) from range(10000000) as a, range(10000000)", timeout_seconds=0.5)
    assert time.monotonic() - started < 30


PROBES = [
    "insert into history.stored.batches select * from history.stored.batches", "drop table history.stored.entries",
    "select * from read_text('/etc/passwd')", "select * from read_text('{outside}')",
    "select * from read_text('{link}')",
    "select * from read_text('{files}/../../../secret.txt')", "select * from glob('{files}/../*')",
    "copy (select 1) to '{outside}'", "attach '{outside}.db' as other", "export database '{root}/out'",
    "select * from query('select * from read_text(''{outside}'')')", "install httpfs", "load httpfs",
    "set enable_external_access = true", "reset lock_configuration", "set allowed_directories = ['/']",
    "set home_directory = '/'", "set threads = 1", "select * from read_csv('https://example.org/x.csv')",
]


@pytest.fixture(scope="module")
def probed(_made, tmp_path_factory):
    """A workspace of its own, with a file outside the lake and a link to it inside, and a connection to its history."""
    root = tmp_path_factory.mktemp("probed") / "books"
    shutil.copytree(_made[0].root, root)
    workspace = Workspace(root)
    (root / "secret.txt").write_text("hidden", encoding="utf-8")
    (workspace.history / "files" / "link.txt").symlink_to(root / "secret.txt")
    with history.attach(workspace) as connection:
        yield workspace, connection


@pytest.mark.parametrize("probe", PROBES)
def test_even_our_own_connection_is_locked(probed, probe):
    workspace, connection = probed
    files, outside = workspace.history / "files", workspace.root / "secret.txt"
    before = contents(workspace.root)
    with pytest.raises(duckdb.Error) as refused:
        connection.execute(probe.format(
            files=files, outside=outside, link=files / "link.txt", root=workspace.root)).fetchall()
    is_for_that_reason = isinstance(refused.value, duckdb.PermissionException) or re.search(
        r"read-only mode|configuration has been locked|Cannot change", str(refused.value))
    assert is_for_that_reason, f"{type(refused.value).__name__}: {refused.value}"
    assert contents(workspace.root) == before


# --- publishing -----------------------------------------------------------------------------------------------------

def test_committing_again_changes_nothing(made):
    workspace, batches = made
    before, digests = contents(workspace.history / "files"), history.row_digests(workspace)
    assert history.commit(workspace, batches) == 0
    assert history.commit(workspace, [*batches, batches[0]]) == 0
    assert contents(workspace.history / "files") == before
    assert history.row_digests(workspace) == digests


def test_a_batch_given_twice_is_committed_once(workspace):
    first, *_ = three_batches(workspace)
    assert history.commit(workspace, [first, first]) == 1
    assert history.compare(workspace, [first]) == ()


def test_one_table_per_kind_and_no_folder_per_company(made):
    workspace, _ = made
    assert {path.name for path in (workspace.history / "files" / "stored").iterdir()} <= set(STORED)


def test_what_is_current(made):
    workspace, _ = made
    assert history.is_current(workspace, {"acme": 10, "birch": 5})
    for heads, why in (({"acme": 15, "birch": 5}, "behind"), ({"acme": 5, "birch": 5}, "ahead"),
                       ({"acme": 10}, "a company too many"), ({"acme": 10, "birch": 5, "cedar": 1}, "one too few"),
                       ({}, "ahead of nothing")):
        assert not history.is_current(workspace, heads), why
    shutil.rmtree(workspace.history)
    assert not history.is_current(workspace, {"acme": 10, "birch": 5})
    assert history.is_current(workspace, {}), "nothing was exported yet"


def test_a_rebuild_answers_the_same(made):
    workspace, batches = made
    before, digests = answers(workspace), history.row_digests(workspace)
    assert all(before.values()), "every view says something"
    assert history.rebuild(workspace, list(reversed(batches))) == 3
    assert answers(workspace) == before
    assert history.row_digests(workspace) == digests
    assert history.compare(workspace, batches) == ()


def test_row_digests_see_every_value(made):
    workspace, batches = made
    digests = history.row_digests(workspace)
    shutil.rmtree(batches[0].folder)
    text = FIRST["entries"].replace("first sketch", "First sketch")
    tables = {kind: table(kind, text if kind == "entries" else content) for kind, content in FIRST.items()}
    changed = publish(workspace, "acme", WEEK, 1, tables)
    history.rebuild(workspace, [replace(changed, manifest_digest=batches[0].manifest_digest), *batches[1:]])
    assert {name for name, digest in history.row_digests(workspace).items() if digest != digests[name]} == {"entries"}
    assert digests.keys() == STORED.keys()


def test_an_empty_cell_is_not_an_empty_text_and_columns_do_not_run_together():
    digests = set()
    for entry_ref, note in ((None, "ab"), ("", "ab"), ("a", "b"), ("ab", None), ("ab", ""), ("-", "ab"), ("a2:", "b")):
        row = {"company": "acme", "batch": 1, "entry_ref": entry_ref, "note": note}
        with duckdb.connect() as connection:
            connection.register("incoming", pa.Table.from_pylist([row], schema=STORED["entries"]))
            digests.add(connection.execute(statements.digests("entries", "incoming")).fetchone()[2])
    assert len(digests) == 7


# --- damage ---------------------------------------------------------------------------------------------------------

def test_a_changed_batch_is_refused_before_anything_is_touched(made):
    workspace, batches = made
    digests = history.row_digests(workspace)
    late = publish(workspace, "acme", date(2026, 11, 29), 3, week_of(10))
    path = late.folder / "data" / "pieces.parquet"
    path.write_bytes(path.read_bytes()[:-9] + b"X" + path.read_bytes()[-8:])
    for call in (history.commit, history.rebuild):
        with pytest.raises(DamageError, match=r"pieces\.parquet"):
            call(workspace, [*batches, late])
        assert history.row_digests(workspace) == digests, "all or nothing"


def test_a_batch_under_a_known_number_is_damage(made):
    workspace, batches = made
    with pytest.raises(DamageError) as damage:
        history.commit(workspace, [replace(batches[0], manifest_digest="0" * 64)])
    assert (damage.value.code, damage.value.where) == ("HISTORY_DAMAGED", "data/history, acme, batch 0001")
    assert "timebooks history rebuild" in damage.value.fix


STRANGE = [   # change of the entries' columns, why it is refused
    (lambda entries: entries.append_column("mood", pa.array(["glad"] * entries.num_rows)), "a later version's column"),
    (lambda entries: entries.set_column(19, "worked_seconds", pa.array([1.5] * entries.num_rows)), "a binary float"),
]


@pytest.mark.parametrize(("change", "why"), STRANGE, ids=[case[-1] for case in STRANGE])
def test_unknown_columns_are_refused(workspace, change, why):
    batch = publish(workspace, "acme", WEEK, 1, {"entries": change(week_of(3)["entries"])})
    with pytest.raises(StoreError, match="other columns") as refused:
        history.commit(workspace, [batch])
    assert refused.value.code == "HISTORY_UNAVAILABLE", why
    assert not history.is_current(workspace, {"acme": 5})


def test_unknown_tables_and_times_are_refused(workspace):
    batch = publish(workspace, "acme", WEEK, 1, {"entries": week_of(3)["entries"]})
    with pytest.raises(StoreError, match="moods"):
        history.commit(workspace, [replace(batch, tables={**batch.tables, "moods": "0" * 64})])
    for text in ("yesterday", "2026-11-16T08:30:00", "2026-11-16T08:30:00+01:00"):
        with pytest.raises(StoreError, match="instant in UTC"):
            history.commit(workspace, [replace(batch, exported_at=text)])


def test_a_batch_of_an_earlier_version_lacks_columns(workspace):
    batch = publish(workspace, "acme", WEEK, 1, {"entries": week_of(3)["entries"].drop_columns(["note", "class"])})
    assert history.commit(workspace, [batch]) == 1
    assert history.query(workspace, "select count(*) as n, count(note) as notes from time_entries").to_pylist() == [
        {"n": 3, "notes": 0}]


def test_without_a_history_it_is_said_so(workspace):
    for call in (lambda: history.query(workspace, "from batches"), lambda: history.row_digests(workspace)):
        with pytest.raises(StoreError) as missing:
            call()
        assert missing.value.code == "HISTORY_UNAVAILABLE"
        assert "timebooks history rebuild" in missing.value.fix
    assert history.commit(workspace, []) == 0
    assert history.query(workspace, "from batches").num_rows == 0


@pytest.mark.parametrize("spoil", [
    lambda place: place.write_bytes(b"this is no catalog" * 500),
    lambda place: place.unlink(),
    pytest.param(lambda place: place.write_bytes(place.read_bytes()[:30_000]), marks=pytest.mark.long),
    pytest.param(lambda place: place.write_bytes(b""), marks=pytest.mark.long),
], ids=["garbage", "deleted", "truncated", "empty"])
def test_a_spoiled_catalog_is_rebuilt(made, spoil):
    workspace, batches = made
    before, digests = answers(workspace), history.row_digests(workspace)
    for name in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
        (workspace.history / name).unlink(missing_ok=True)
    spoil(workspace.history / "catalog.sqlite")
    assert not history.is_current(workspace, {"acme": 10, "birch": 5})
    with pytest.raises((StoreError, DamageError), match="timebooks history rebuild"):
        history.query(workspace, "from time_entries")
    assert history.rebuild(workspace, batches) == 3
    assert answers(workspace) == before
    assert history.row_digests(workspace) == digests


def test_a_deleted_catalog_is_made_again_by_the_next_commit(made):
    workspace, batches = made
    digests = history.row_digests(workspace)
    (workspace.history / "catalog.sqlite").unlink()
    assert history.commit(workspace, batches) == 3
    assert history.row_digests(workspace) == digests
    assert len(lake_files(workspace, "batches")) == 1, "files that no catalog named are gone"


@pytest.mark.parametrize("count", [3, pytest.param(6, marks=pytest.mark.long)])
def test_flipped_bytes_are_found_by_comparing_or_change_no_answer(made, count):
    workspace, batches = made
    before = answers(workspace)
    chance = random.Random(17)
    found = 0
    for path in chance.sample(lake_files(workspace), count):
        good = path.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(4, len(good) // 2)] ^= 0x10   # the first half is data, the second mostly the footer
        path.write_bytes(bytes(bad))
        try:
            is_found = history.compare(workspace, batches) != ()
        except DamageError as damage:
            is_found = damage.code == "HISTORY_DAMAGED"
        assert is_found or answers(workspace) == before, path
        found += is_found
        path.write_bytes(good)
    assert found, "this test must be able to see damage"
    assert history.compare(workspace, batches) == ()


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:100])],
                         ids=["missing", "truncated"])
def test_a_spoiled_file_of_the_lake_is_said_and_rebuilt(made, spoil):
    workspace, batches = made
    before = answers(workspace)
    spoil(lake_files(workspace, "entries")[0])
    with pytest.raises(DamageError, match="timebooks history rebuild") as damage:
        history.query(workspace, "select sum(worked_seconds) from time_entries")
    assert damage.value.code == "HISTORY_DAMAGED"
    history.rebuild(workspace, batches)
    assert answers(workspace) == before


def test_comparing_names_table_and_batch(made):
    workspace, batches = made
    late = publish(workspace, "acme", date(2026, 11, 29), 3, week_of(2))
    assert history.compare(workspace, [*batches, late]) == tuple(
        f"Table {name} of acme, batch 0003, is not what was exported" for name in ("entries", "pieces", "batches"))
    assert "Table exceptions of acme, batch 0002, is not what was exported" in history.compare(
        workspace, [batches[0], batches[2]])


# --- copies ---------------------------------------------------------------------------------------------------------

def test_a_copied_workspace_never_writes_into_the_original(made, tmp_path):
    original, batches = made
    before = contents(original.root)
    shutil.copytree(original.root, tmp_path / "copy")
    copy, copied = moved(Workspace(tmp_path / "copy"), batches)
    files = set(lake_files(copy))
    late = publish(copy, "acme", date(2026, 11, 29), 3, week_of(500))
    assert history.commit(copy, [*copied, late]) == 1
    assert history.query(copy, "from batches").num_rows == 4
    assert set(lake_files(copy)) > files, "the copy has grown"
    history.compact(copy)
    shutil.rmtree(copy.history)
    assert history.rebuild(copy, copied) == 3
    assert contents(original.root) == before
    assert answers(copy) == answers(original)


def test_a_copy_reads_its_own_files(made, tmp_path):
    original, _ = made
    shutil.copytree(original.root, tmp_path / "copy")
    expected = answers(original)
    shutil.rmtree(original.root)
    assert answers(Workspace(tmp_path / "copy")) == expected


@pytest.mark.capability("C92")
def test_a_plain_copy_answers_the_same(made, tmp_path):
    workspace, _ = made
    history.export_copy(workspace, tmp_path / "plain.duckdb")
    shutil.move(tmp_path / "plain.duckdb", tmp_path / "renamed.duckdb")
    expected = answers(workspace)
    shutil.rmtree(workspace.root)
    with duckdb.connect(str(tmp_path / "renamed.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for view in history.VIEWS:
            rows = connection.execute(f"select * from {view}").to_arrow_table().to_pylist()
            assert sorted(map(repr, rows)) == expected[view], view
        assert connection.execute("select decimal_hours(5400)").fetchone() == (Decimal("1.50"),)


@pytest.mark.parametrize("name", ["taken.duckdb", "no such folder/new.duckdb"])
def test_a_plain_copy_overwrites_nothing(reading, tmp_path, name):
    (tmp_path / "taken.duckdb").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError) as refused:
        history.export_copy(reading, tmp_path / name)
    assert refused.value.code == "HISTORY_COPY"
    assert contents(tmp_path) == {"taken.duckdb": b"mine"}


def test_compacting_merges_files_and_changes_no_answer(workspace):
    batches = many_batches(workspace, 3)
    for batch in batches:
        history.commit(workspace, [batch])
    before, digests = answers(workspace), history.row_digests(workspace)
    assert history.compact(workspace) == 9   # three files each of entries, pieces, batches
    assert answers(workspace) == before
    assert history.row_digests(workspace) == digests
    assert history.compact(workspace) == 0
    assert history.is_current(workspace, {"acme": 15})
    assert history.commit(workspace, batches) == 0


def test_the_table_of_batches_stays_in_few_files(workspace):
    batches = many_batches(workspace, 200, rows=1)
    for part in (batches[:199], batches):
        history.commit(workspace, part)
    assert history.compact(workspace) == 4, "two of entries, two of pieces; those of batches were merged on the way"
    assert history.compare(workspace, batches) == ()


# --- kill -9 and company ---------------------------------------------------------------------------------------------

CHILD = """
import json, sys
from datetime import date
from pathlib import Path
from etl.store import history
from etl.workspace import Workspace
told = json.loads(sys.stdin.read())
workspace = Workspace(Path(told["root"]))
batches = [history.PublishedBatch(**{**batch, "period_end": date.fromisoformat(batch["period_end"]),
                                     "folder": Path(batch["folder"])}) for batch in told["batches"]]
print("ready", flush=True)
for batch in batches:
    history.commit(workspace, [batch])
    print(batch.batch, flush=True)
"""


def committing(workspace, batches):
    """Another process that commits these batches one by one; it is ready to begin."""
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             cwd=ROOT)
    told = [{**vars(batch), "period_end": str(batch.period_end), "folder": str(batch.folder)} for batch in batches]
    child.stdin.write(json.dumps({"root": str(workspace.root), "batches": told}))
    child.stdin.close()
    assert child.stdout.readline() == "ready\n"
    return child


def held(workspace, batches):
    """The batches the history says it holds; none where a kill came before there was one."""
    try:
        numbers = history.query(workspace, "select batch from batches").column("batch").to_pylist()
    except (StoreError, DamageError) as error:
        if "timebooks history rebuild" not in error.fix:
            raise
        return None
    return [batch for batch in batches if batch.batch in numbers]


@pytest.mark.parametrize(("count", "moments"), [
    (20, (0, 1, 2)), pytest.param(40, (0, 1, 2, 1, 3), marks=pytest.mark.long)], ids=["20 batches", "40 batches"])
def test_killed_at_any_moment_only_whole_batches_are_there(workspace, count, moments):
    batches = many_batches(workspace, count)
    chance = random.Random(9)
    there: list = []
    counts = []
    for commits_before in moments:
        child = committing(workspace, [batch for batch in batches if batch not in there])
        acknowledged = [int(child.stdout.readline()) for _ in range(commits_before)]
        time.sleep(chance.uniform(0, 0.6))
        child.kill()
        child.wait()
        there = held(workspace, batches) or []
        counts.append(len(there))
        assert set(acknowledged) <= {batch.batch for batch in there}, "what was acknowledged is there"
        if there:
            assert history.compare(workspace, there) == (), "a batch is there whole, in every table, or not at all"
    print("\nbatches there after each kill:", counts)
    assert counts == sorted(counts)
    try:
        history.commit(workspace, batches)
    except DamageError:
        history.rebuild(workspace, batches)
    assert history.compare(workspace, batches) == ()
    assert history.is_current(workspace, {"acme": 5 * count})
    digests = history.row_digests(workspace)
    assert history.rebuild(workspace, batches) == count
    assert history.row_digests(workspace) == digests


def test_two_processes_commit_at_once(workspace):
    batches = many_batches(workspace, 6)
    children = [committing(workspace, batches[:4]), committing(workspace, list(reversed(batches[2:])))]
    counts = []
    while any(child.poll() is None for child in children):
        there = held(workspace, batches)   # a reader meanwhile sees whole commits, too
        counts.append(0 if there is None else len(there))
        time.sleep(0.5)
    assert [child.wait() for child in children] == [0, 0]
    assert counts == sorted(counts)
    assert history.compare(workspace, batches) == ()


HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.mark.parametrize(("seconds", "is_busy"), [(1, False), (60, True)], ids=["for a moment", "for good"])
def test_a_catalog_that_another_program_holds(workspace, seconds, is_busy):
    first, second = many_batches(workspace, 2)
    history.commit(workspace, [first])
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(workspace.history / "catalog.sqlite"), str(seconds)],
                              stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    if is_busy:
        with pytest.raises(StoreError) as busy:
            history.commit(workspace, [first, second])
        assert busy.value.code == "HISTORY_UNAVAILABLE"
        assert "Wait" in busy.value.fix
    else:
        assert history.commit(workspace, [first, second]) == 1
    assert history.is_current(workspace, {"acme": 5 if is_busy else 10}), "it can be read all the while"
    holder.kill()
    holder.wait()
    assert history.commit(workspace, [first, second]) == (1 if is_busy else 0)
    assert history.compare(workspace, [first, second]) == ()


def test_a_question_under_way_does_not_block_the_committer(workspace):
    first, second = many_batches(workspace, 2, rows=30_000)
    history.commit(workspace, [first])
    with history.attach(workspace) as connection:
        reader = connection.execute("select entry_id from time_entries").to_arrow_reader(1000)
        rows = reader.read_next_batch().num_rows
        assert history.commit(workspace, [second]) == 1
        assert rows + sum(some.num_rows for some in reader) == 30_000, "what it began with"
        assert connection.execute("select count(*) from time_entries").fetchone() == (60_000,)


def test_how_long_it_takes(workspace):
    """Printed, not asserted."""
    times = {}
    batches = many_batches(workspace, 3, rows=2500)
    for name, call in (("first commit of 2,500 rows", lambda: history.commit(workspace, batches[:1])),
                       ("commit of 2,500 rows", lambda: history.commit(workspace, batches[:2])),
                       ("nothing to commit", lambda: history.commit(workspace, batches[:2])),
                       ("attach and ask", lambda: history.query(workspace, "select count(*) from time_entries"))):
        started = time.perf_counter()
        call()
        times[name] = time.perf_counter() - started
    print("\n" + ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in times.items()))


# --- what is written about it -----------------------------------------------------------------------------------------

@pytest.mark.capability("C92")
def test_the_data_dictionary_is_complete_and_its_queries_run(asked):
    text = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE))
    assert list(sections) == list(history.VIEWS)
    for view, body in sections.items():
        described = [name for names in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", body, re.MULTILINE)
                     for name in re.findall(r"\w+", names)]
        described = ["company", "period_end", "batch", "audit_number", *described]
        columns = asked.execute(f"select * from {view} limit 0").to_arrow_table().column_names
        assert sorted(described) == sorted(columns), view
    queries = re.findall(r"^timebooks history query \"(select .*?)\"$", text, re.MULTILINE)
    assert len(queries) >= len(history.VIEWS)
    for query in queries:
        answer = history.ask(asked, query)
        assert answer.num_rows, query
        assert not [field for field in answer.schema if pa.types.is_floating(field.type)], query


def test_the_notebook_shows_every_view():
    notebook = json.loads((ROOT / "notebooks" / "history.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code[0]["metadata"]["tags"] == ["parameters"]
    assert re.findall(r"^(\w+): str = ", code[0]["source"], re.MULTILINE) == ["workspace", "company"]
    shown = re.findall(r'view="(\w+)"', "\n".join(cell["source"] for cell in code))
    assert sorted(shown) == sorted(history.VIEWS)
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
