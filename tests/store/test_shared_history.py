"""A history in PostgreSQL that several workspaces publish into: leases, fencing, readers, secrets, bucket."""

from __future__ import annotations

import os
import shutil
from urllib.parse import urlsplit

import duckdb
import pytest
from moto.server import ThreadedMotoServer

import etl.steps  # noqa: F401 - tells the store where secrets are found
from etl.errors import BusyError, DamageError, EtlError, RefusedError, SettingsError, StoreError
from etl.store import audit_log, history, history_shared, lake, leases
from etl.store.history_place import Place
from etl.store.lock import company_lock
from etl.workspace import Workspace
from tests import postgres
from tests.store.history_example import WEEK, answers, publish, three_batches, week_of

KEYS = "AKIACANARY:canary-key"


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


@pytest.fixture(autouse=True)
def _secrets(monkeypatch):
    monkeypatch.setenv("TIMEBOOKS_SECRET_HISTORY_CATALOG", postgres.PASSWORD)
    monkeypatch.setenv("TIMEBOOKS_SECRET_HISTORY_FILES", KEYS)


def declare(workspace, catalog, files, **more):
    """The workspace's history.toml."""
    path = workspace.shared_history
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"catalog": catalog, "files": str(files), **more}
    path.write_text("".join(f'{name} = "{value}"\n' for name, value in told.items()), encoding="utf-8")


@pytest.fixture
def shared(server, tmp_path):
    """A workspace whose history is shared, empty."""
    workspace = Workspace(tmp_path / "one")
    (tmp_path / "lake").mkdir()
    declare(workspace, server.database(), tmp_path / "lake")
    return workspace


def another(workspace, name="two"):
    """A second workspace that publishes into the same history."""
    other = Workspace(workspace.root.parent / name)
    other.shared_history.parent.mkdir(parents=True)
    shutil.copy(workspace.shared_history, other.shared_history)
    return other


def asked(workspace, sql):
    return [tuple(row.values()) for row in history.query(workspace, sql).to_pylist()]


@pytest.mark.capability("C92")
def test_it_answers_as_a_history_of_its_own(shared, tmp_path):
    own = Workspace(tmp_path / "own")
    own.root.mkdir()
    batches = three_batches(own)
    history.commit(own, batches)
    assert history.commit(shared, batches) == 3
    assert history.commit(shared, batches) == 0
    assert history.is_current(shared, {"acme": 10, "birch": 5})
    assert not history.is_current(shared, {"acme": 15, "birch": 5})
    history.compact(shared)
    assert answers(shared) == answers(own)
    assert history.row_digests(shared) == history.row_digests(own)
    history.export_copy(shared, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as copy:
        assert copy.execute("select count(*) from time_entries").fetchone() == (7,)
    assert not (shared.history / "catalog.sqlite").exists()
    assert not (shared.history / "files").exists()


def test_two_workspaces_publish_side_by_side_and_rebuild_only_their_own(shared):
    first, *_, third = three_batches(shared)
    other = another(shared)
    history.commit(shared, [first])
    history.commit(other, [third])
    assert history.is_current(other, {"birch": 5})
    assert asked(shared, "select company from batches order by all") == [("acme",), ("birch",)]
    digests = history.row_digests(shared)
    assert history.rebuild(other, [third]) == 1, "the other's own"
    assert history.row_digests(shared) == digests
    shared.audit_log("acme").mkdir(parents=True)
    assert history.rebuild(shared, []) == 0, "what a workspace no longer keeps of its companies goes"
    assert asked(other, "select company from batches") == [("birch",)]
    history.compact(other)
    assert history.compare(other, [third]) == ()
    assert history.rebuild(other, [third], whole=True) == 1
    assert history.commit(shared, [first]) == 1, "and each adds its own again"
    assert history.row_digests(shared) == digests


def test_a_company_of_the_same_name_elsewhere_is_refused(shared):
    history.commit(shared, three_batches(shared)[:1])
    other = another(shared)
    with pytest.raises(RefusedError) as refused:
        history.commit(other, [publish(other, "acme", WEEK, 1, week_of(3))])
    assert refused.value.code == "HISTORY_OWNER"
    assert asked(shared, "select count(*) from time_entries") == [(5,)]


def test_whoever_only_reads_needs_no_more_than_the_right_to_read(server, shared):
    database = urlsplit(shared_catalog := _declared(shared).catalog).path.lstrip("/")
    if server.sql("select 1 from pg_roles where rolname = 'analysts'", "postgres") != "1":
        server.sql(f"create role analysts login password '{postgres.PASSWORD}'", "postgres")
    declare(shared, shared_catalog, _declared(shared).files, readers="analysts")
    batches = three_batches(shared)
    history.commit(shared, batches)
    reader = Workspace(shared.root.parent / "reader")
    declare(reader, shared_catalog.replace(f"{postgres.USER}@", "analysts@"), _declared(shared).files)
    assert asked(reader, "select count(*) from batches") == [(3,)]
    assert history.is_current(reader, {}), "nothing to add, and nothing asked"
    with pytest.raises(StoreError, match="may not do this"):
        history.commit(reader, batches)
    server.sql(f"revoke connect on database {database} from public", "postgres")


def _declared(workspace):
    return history_shared.shared_of(workspace).declared


def test_a_holder_that_lost_its_lease_commits_nothing(shared, monkeypatch):
    monkeypatch.setattr(leases, "SECONDS", 0.6)
    first, second, _ = three_batches(shared)
    history.commit(shared, [first])
    place = Place.of(shared)
    monkeypatch.setattr(leases, "_signs_of_life", lambda *_: None)   # it does not answer, and comes back too late
    with lake.session(place, writing=True) as (connection, _):
        lake.begin(connection, place)
        connection.execute("insert into history.stored.entries from history.stored.entries")
        held = place.shared.held.pop("history")
        assert history.commit(shared, [second]) == 1, "another one takes over once the time is over"
        place.shared.held["history"] = held
        with pytest.raises(BusyError) as lost, lake.in_words(place):
            connection.execute("commit")
    assert lost.value.code == "HISTORY_LEASE"
    assert history.compare(shared, [first, second]) == ()


def test_a_commit_without_a_lease_is_refused_by_the_catalog(shared):
    batches = three_batches(shared)
    history.commit(shared, batches)
    place = Place.of(shared)
    with lake.session(place, writing=True) as (connection, _):
        for before in ("begin", "begin; call history.set_commit_message('x', '', extra_info => '{\"fences\": {}}')"):
            connection.execute(before)
            connection.execute("delete from history.stored.entries")
            with pytest.raises(duckdb.Error, match="holds no lease"):
                connection.execute("commit")
    assert history.compare(shared, batches) == ()


def test_a_run_of_a_company_is_on_one_machine_at_a_time(shared, monkeypatch):
    shared.shared_history.write_text(shared.shared_history.read_text() + 'runs = "many_machines"\n')
    other, batches = another(shared), three_batches(shared)
    with company_lock(shared, "acme", "dana", "week"), company_lock(shared, "acme", "dana"):
        with pytest.raises(BusyError, match=r"Another machine is working on acme: .*process \d+ \(week\)") as busy:
            company_lock(other, "acme", "kofi").__enter__()
        assert busy.value.code == "RUN_BUSY"
        with company_lock(other, "birch", "kofi"):
            pass
        history.commit(shared, batches[:1])
    with company_lock(other, "acme", "kofi"):
        pass
    monkeypatch.setattr(leases, "SECONDS", 0.5)
    monkeypatch.setattr(leases, "_signs_of_life", lambda *_: None)
    with company_lock(shared, "acme", "dana"):
        with company_lock(other, "birch", "kofi"):
            pass
        held = dict(Place.of(shared).shared.held)
        while True:   # until the time of the silent one is over
            try:
                company_lock(other, "acme", "kofi").__enter__()
                break
            except BusyError:
                continue
        Place.of(shared).shared.held.update(held)
        with pytest.raises(BusyError, match="Another machine took over acme") as lost:
            audit_log.append(shared, "acme", "note", {}, person="dana", now=None)
        assert lost.value.code == "HISTORY_LEASE"
        with pytest.raises(BusyError, match="took over"):
            history.commit(shared, batches[1:2])


@pytest.fixture
def bucket(monkeypatch):
    """The address of a prefix in an empty bucket on loopback."""
    s3 = ThreadedMotoServer(port=0, verbose=False)
    s3.start()
    host, port = s3.get_host_and_port()
    import boto3

    key_id, _, key = KEYS.partition(":")
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", aws_access_key_id=key_id,
                 aws_secret_access_key=key).create_bucket(Bucket="books")
    yield f"s3://books/lake?endpoint_override=127.0.0.1:{port}&scheme=http"
    s3.stop()


def test_the_files_may_lie_in_a_bucket(server, shared, bucket, tmp_path):
    declare(shared, server.database(), bucket)
    batches = three_batches(shared)
    assert history.commit(shared, batches[:2]) == 2
    assert history.commit(shared, batches) == 1
    assert history.compare(shared, batches) == ()
    assert asked(shared, "select sum(pay_seconds) from pieces where is_in_pay_period") == [(75600,)]
    assert history.compact(shared) > 0
    assert history.compare(shared, batches) == ()
    with history.attach(shared) as connection:
        for elsewhere in ("s3://books/other.csv", "s3://other/x.csv", "https://example.org/x.csv", "/etc/passwd"):
            with pytest.raises(duckdb.PermissionException):
                connection.execute(f"select * from read_text('{elsewhere}')")
    assert not list((tmp_path / "lake").iterdir())


ASIDE = ["select * from postgres_query('__ducklake_metadata_history', 'select 1')",
         "select * from postgres_scan('host=127.0.0.1', 'public', 'x')", "select * from duckdb_secrets()",
         "select * from __ducklake_metadata_history.timebooks.ducklake_snapshot", "select * from read_text('s3://x/y')",
         "call postgres_execute('__ducklake_metadata_history', 'select 1')"]


def test_a_question_reads_the_history_and_not_its_catalog(shared):
    history.commit(shared, three_batches(shared))
    with history.attach(shared) as connection:
        for sql in ASIDE:
            with pytest.raises(RefusedError) as refused:
                history.ask(connection, sql)
            assert refused.value.code == "QUERY_REFUSED", sql


def _nothing_listens(workspace, server, tmp_path):
    declare(workspace, "postgresql://timebooks@127.0.0.1:1/books", tmp_path)
    return "does not answer: no connection"


def _wrong_password(workspace, server, tmp_path):
    declare(workspace, server.database(), tmp_path)
    os.environ["TIMEBOOKS_SECRET_HISTORY_CATALOG"] = "canary-wrong"
    return "the catalog does not let us in"


def _no_database(workspace, server, tmp_path):
    declare(workspace, f"postgresql://timebooks@127.0.0.1:{server.port}/none", tmp_path)
    return "no such database"


def _no_tls(workspace, server, tmp_path):
    (tmp_path / "root.crt").write_text("-", encoding="utf-8")
    declare(workspace, f"postgresql://timebooks@localhost:{server.port}/none", tmp_path,
            certificate=tmp_path / "root.crt")
    return "certificate can be checked"


def _no_bucket(workspace, server, tmp_path):
    declare(workspace, server.database(), "s3://books/lake?endpoint_override=127.0.0.1:1&scheme=http")
    return "does not answer: no connection"


@pytest.mark.parametrize("spoil", [_nothing_listens, _wrong_password, _no_database, _no_tls, _no_bucket])
def test_what_does_not_answer_is_said_without_a_secret(shared, server, tmp_path, spoil):
    words = spoil(shared, server, tmp_path)
    with pytest.raises(EtlError) as told:
        history.commit(shared, three_batches(shared))
    assert (told.value.code, words in told.value.message()) == ("HISTORY_UNAVAILABLE", True), told.value.message()
    assert "canary" not in told.value.message() + repr(told.value.__dict__) + repr(Place.of(shared))


def test_a_secret_that_is_needed_and_missing_is_named(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "w")
    declare(workspace, "postgresql://timebooks@db.example.com/books", "/srv/lake")
    monkeypatch.delenv("TIMEBOOKS_SECRET_HISTORY_CATALOG")
    with pytest.raises(SettingsError) as told:
        history.commit(workspace, [])
    assert told.value.code == "SECRET_MISSING"
    assert "TIMEBOOKS_SECRET_HISTORY_CATALOG" in told.value.fix
    monkeypatch.setenv("TIMEBOOKS_SECRET_HISTORY_CATALOG", "word")
    monkeypatch.setenv("TIMEBOOKS_SECRET_HISTORY_FILES", "no-colon")
    declare(workspace, "postgresql://timebooks@db.example.com/books", "s3://books/lake")
    with pytest.raises(SettingsError, match="KEY_ID:KEY"):
        history.commit(workspace, [])
    assert "sslmode='verify-full'" in history_shared.options(history_shared.Shared(
        history_shared.read_shared_history(workspace.shared_history), ""))


HERE = "postgresql://timebooks@db/books"


@pytest.mark.parametrize(("catalog", "files", "key"), [
    ("postgresql://timebooks:word@db/books", "/srv/lake", "catalog"), ("mysql://timebooks@db/books", "/x", "catalog"),
    (f"{HERE}?sslmode=disable", "/srv/lake", "catalog"), (HERE, "lake", "files"), (HERE, "https://host/x", "files"),
    (HERE, "s3://key:word@books/lake", "files"), (HERE, "s3://books/lake?access_key=AKIA", "files"),
    (HERE, "s3://books/lake?scheme=http&endpoint_override=db", "files")])
def test_what_cannot_be_declared(tmp_path, catalog, files, key):
    workspace = Workspace(tmp_path / "w")
    declare(workspace, catalog, files)
    with pytest.raises(SettingsError) as told:
        history.commit(workspace, [])
    assert told.value.code == "SETTINGS_INVALID"
    assert f"key {key}" in told.value.where
    assert "word@" not in told.value.message()


def test_a_lost_file_is_said_and_no_other_workspace_pays_for_it(shared, tmp_path):
    history.commit(shared, three_batches(shared))
    for path in (tmp_path / "lake" / "stored" / "entries").iterdir():
        path.unlink()
    with pytest.raises(DamageError) as told:
        history.query(shared, "select sum(worked_seconds) from time_entries")
    assert told.value.code == "HISTORY_DAMAGED"
    assert history.rebuild(shared, three_batches(replace_root(shared)), whole=True) == 3
    assert asked(shared, "select count(*) from time_entries") == [(7,)]


def replace_root(workspace):
    shutil.rmtree(workspace.root / "reports")
    return workspace
