"""The history: everything exported, to be queried; a DuckLake that is deleted and rebuilt from the batches without loss."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files as resources
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from etl.errors import BusyError, DamageError, EtlError, RefusedError, StoreError
from etl.store import files
from etl.store.disk import told
from etl.store.history_select import refusal
from etl.store.history_tables import BATCH_COLUMNS, STORED, PublishedBatch, batch_rows, check_files, read_tables
from etl.workspace import Workspace

__all__ = ["VIEWS", "PublishedBatch", "attach", "commit", "compact", "compare", "export_copy", "is_current", "query",
           "rebuild", "row_digests"]

VIEWS: tuple[str, ...] = (
    "batches", "time_entries",
    "time_entries_latest",   # reads time_entries
    "pieces", "journal_lines", "line_entries", "payroll", "billing", "exceptions_open_history", "roll_forward_by_week",
)
"""What analysts read, in the order they are made; one file each in history_sql/, described in docs/history.md."""

_CONFIG = {
    "autoload_known_extensions": "false", "autoinstall_known_extensions": "false", "allow_community_extensions": "false",
    "allow_persistent_secrets": "false", "python_enable_replacements": "false", "memory_limit": "2GiB", "threads": "2",
}
_EXTENSIONS = ("sqlite_scanner", "ducklake")   # the second needs the first
_ATTACH = """attach {catalog} as history (DATA_PATH {data}, OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0,
    META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 20000{mode})"""   # WAL: a long query never blocks the committer
_LAYOUT = """select table_name, column_name, data_type from duckdb_columns()
    where database_name = 'history' and schema_name = 'stored'"""
_HEADS = "select company, max(audit_number) from history.stored.batches group by company"
_INSERT = "insert into history.stored.{name} by name select * from incoming"
_SELECT = "select {columns} from history.stored.{name}"
_DIGESTS = """select company, batch, sha256(string_agg(row_digest, '' order by row_digest))
    from (select company, batch, sha256({row}) as row_digest from {relation}) as rows group by company, batch"""

_LOCK_SECONDS = 120
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_ROWS_AT_ONCE = 500_000
_REBUILD = "Run timebooks history rebuild; nothing is lost, it is made again from the exported batches."
_FATAL = (duckdb.IOException, duckdb.InternalException, duckdb.FatalException, duckdb.SerializationException)


@dataclass(frozen=True)
class _Place:
    """The folders of one workspace's history, as absolute paths: the catalog must never lead out of this workspace."""

    root: Path

    @property
    def catalog(self) -> Path:
        return self.root / "catalog.sqlite"

    @property
    def data(self) -> Path:
        return self.root / "files"

    @property
    def work(self) -> Path:
        return self.root / "work"


def commit(workspace: Workspace, batches: Sequence[PublishedBatch]) -> int:
    """How many of these batches were new to the history; all of them are in it afterwards, or none of the new ones.

    Give every published batch of the companies concerned: only unknown ones are read, each after its digest was
    checked. One committer at a time, one transaction a call. Raises DamageError where the history holds another
    content of a batch, or a batch folder was changed; BusyError where another process keeps writing.
    """
    place = _place(workspace)
    with _committer(place):
        return _commit(place, batches)


def rebuild(workspace: Workspace, batches: Sequence[PublishedBatch]) -> int:
    """How many batches the history holds, made again from nothing but them. Damaged batches are found before it is deleted."""
    for batch in batches:
        check_files(batch)
    place = _place(workspace)
    with _committer(place):
        _delete(place)
        return _commit(place, batches)


def is_current(workspace: Workspace, heads: Mapping[str, int]) -> bool:
    """Whether the history can be read and holds, per company, exports up to exactly this audit-log number.

    False where it is behind, ahead, missing or visibly damaged: then commit, or rebuild.
    """
    place = _place(workspace)
    if not place.catalog.exists():
        return not heads
    try:
        with attach(workspace) as connection, _in_words(place):
            return {str(company): int(head) for company, head in connection.execute(_HEADS).fetchall()} == dict(heads)
    except DamageError:
        return False


def query(workspace: Workspace, sql: str, parameters: Mapping[str, object] | None = None,
          limit: int = 1000, timeout_seconds: float = 60.0) -> pa.Table:
    """At most `limit` rows of the answer to one SELECT over the views; values are bound as $name.

    Ask for one row more than you show to know whether there are more. Raises RefusedError QUERY_REFUSED for
    anything else than a SELECT over the history, a mistake in it, or one that takes too long.
    """
    place = _place(workspace)
    with attach(workspace) as connection:
        tree = connection.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchone()
        reason = refusal(tree[0]) if tree else "The query cannot be read"
        if reason is not None:
            raise _refused(reason)
        watchdog = threading.Timer(timeout_seconds, connection.interrupt)
        watchdog.start()
        try:
            return _first_rows(connection.execute(sql, dict(parameters or {})).to_arrow_reader(10_000), limit)
        except duckdb.InterruptException:
            raise _refused(f"The query took longer than {timeout_seconds:g} seconds") from None
        except duckdb.Error as error:
            if isinstance(error, _FATAL) or str(place.data) in str(error):
                raise _damaged(error) from None
            raise _refused(f"The query cannot be answered: {_first_line(error)}") from None
        finally:
            watchdog.cancel()


def export_copy(workspace: Workspace, path: Path) -> None:
    """A plain DuckDB file with the same tables and views, for tools that cannot open a lake. Never overwrites."""
    place, target = _place(workspace), path.resolve()
    if target.exists():
        raise StoreError("HISTORY_COPY_EXISTS", what="The copy would overwrite a file", where=str(path),
                         fix="Give another name, or remove that file first.")
    if not target.parent.is_dir():
        raise StoreError("HISTORY_COPY_EXISTS", what="The folder for the copy does not exist", where=str(path.parent),
                         fix="Make that folder, or give another name.")
    with _session(place, writing=False) as (connection, spill), _in_words(place):
        connection.execute(f"attach {_quoted(spill / 'copy.duckdb')} as plain")
        connection.execute("use plain")
        connection.execute("create schema stored")
        for name in STORED:
            connection.execute(f"create table stored.{name} as {_select(name)} order by company, audit_number")
        _make_views(connection)
        connection.execute("use memory")
        connection.execute("detach plain")
        files.move(spill / "copy.duckdb", target)


def compact(workspace: Workspace) -> int:
    """How many small files were merged into larger ones; the answers stay the same.

    Replaced files stay an hour for queries that still read them, then the next call removes them.
    """
    place = _place(workspace)
    with _committer(place), _session(place, writing=True) as (connection, _), _in_words(place):
        merged = connection.execute("call ducklake_merge_adjacent_files('history')").fetchall()
        connection.execute("call ducklake_expire_snapshots('history', older_than => now())")
        for job in ("ducklake_cleanup_old_files", "ducklake_delete_orphaned_files"):
            connection.execute(f"call {job}('history', older_than => now() - interval 1 hour)")
        return sum(int(row[2]) for row in merged)


def row_digests(workspace: Workspace) -> dict[str, str]:
    """Per table one digest over all its rows, whatever their order on disk; equal before and after a rebuild."""
    place = _place(workspace)
    with attach(workspace) as connection, _in_words(place):
        digests = {name: _batch_digests(connection, name, f"history.stored.{name}") for name in STORED}
    return {name: files.sha256_bytes(repr(sorted(found.items())).encode()) for name, found in digests.items()}


def compare(workspace: Workspace, batches: Sequence[PublishedBatch]) -> tuple[str, ...]:
    """What in the history differs from these published batches, one sentence per table and batch; () where nothing does.

    Give every published batch. A flipped byte in the history's files may go unnoticed by queries; here it does not.
    """
    place = _place(workspace)
    with attach(workspace) as connection, _in_words(place):
        held = {name: _batch_digests(connection, name, f"history.stored.{name}") for name in STORED}
        expected: dict[str, dict[tuple[str, int], str]] = {name: {} for name in STORED}
        for batch in batches:
            for name, table in (*read_tables(batch), ("batches", batch_rows([batch]))):
                connection.register("incoming", table)
                expected[name].update(_batch_digests(connection, name, "incoming"))
                connection.unregister("incoming")
    return tuple(
        f"Table {name} of {company}, batch {number:04d}, differs from the exported batch"
        for name in STORED for company, number in sorted(held[name].keys() | expected[name].keys())
        if held[name].get((company, number)) != expected[name].get((company, number)))


@contextmanager
def attach(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection that can read the history and nothing else: the views by name, the tables as stored.<table>.

    Raises StoreError HISTORY_UNAVAILABLE where there is no history yet, DamageError where it cannot be read.
    """
    place = _place(workspace)
    with _session(place, writing=False) as (connection, _):
        with _in_words(place):
            connection.execute("create schema stored")
            for name in STORED:
                connection.execute(f"create view stored.{name} as {_select(name)}")
            _make_views(connection)
        yield connection


@contextmanager
def _session(place: _Place, *, writing: bool) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A locked connection with the lake attached, and the folder for its temporary files, gone afterwards."""
    if not writing and not place.catalog.exists():
        raise _missing()
    own = place.work / secrets.token_hex(8)
    home, spill = own / "home", own / "spill"
    with told("make the folder", own):
        for folder in (place.data, home, spill):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = duckdb.connect(":memory:", config=_CONFIG)
    try:
        _open(connection, place, (home, spill), writing=writing)
        if not writing:
            _check_layout(connection, place)
        yield connection, spill
    finally:
        connection.close()
        with suppress(EtlError):
            files.remove_tree(own)


def _open(connection: duckdb.DuckDBPyConnection, place: _Place, private: tuple[Path, Path], *, writing: bool) -> None:
    """The opening sequence; its order matters: folders, extensions, the lake, external access off, the lock last."""
    home, spill = private
    for setting in (
        f"home_directory = {_quoted(home)}", f"secret_directory = {_quoted(home)}", f"temp_directory = {_quoted(spill)}",
        "max_temp_directory_size = '4GB'", "enable_external_file_cache = false", "enable_progress_bar = false",
        "TimeZone = 'UTC'",
    ):
        connection.execute(f"set {setting}")
    for name in _EXTENSIONS:
        _load(connection, name)
    with _in_words(place):
        connection.execute(_ATTACH.format(
            catalog=_quoted(f"ducklake:sqlite:{place.catalog.as_posix()}"), data=_quoted(f"{place.data.as_posix()}/"),
            mode="" if writing else ", READ_ONLY"))
    for setting in (f"allowed_directories = [{_quoted(f'{place.data.as_posix()}/')}]", "enable_external_access = false",
                    "lock_configuration = true"):
        connection.execute(f"set {setting}")
    _prove_locked(connection, {f"{folder.as_posix()}/" for folder in (place.data, spill)})


def _load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """One extension from its wheel; DuckDB checks its signature."""
    package = find_spec(f"duckdb_extension_{name}")
    folders = package.submodule_search_locations if package else None
    path = Path(next(iter(folders or ()), "")) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    try:
        connection.execute(f"load {_quoted(path)}")
    except duckdb.Error as error:
        raise _unavailable(
            f"DuckDB's extension {name} does not load: {_first_line(error)}",
            f"Install duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}, then run again.") from None


def _prove_locked(connection: duckdb.DuckDBPyConnection, allowed: set[str]) -> None:
    """Read back what was set, and one forbidden read has to be refused for that reason and no other."""
    row = connection.execute(
        "select current_setting('lock_configuration'), current_setting('enable_external_access'), "
        "current_setting('allow_unsigned_extensions'), current_setting('allowed_directories')").fetchone()
    is_locked = row is not None and row[:3] == (True, False, False) and set(row[3]) == allowed
    with suppress(duckdb.PermissionException):
        connection.execute("select size from read_text($path)", {"path": __file__})
        is_locked = False
    if not is_locked:
        raise _unavailable("The connection to the history is not locked as it must be",
                           "Report this; the history was not opened.")


def _commit(place: _Place, batches: Sequence[PublishedBatch]) -> int:
    if not place.catalog.exists():
        _delete(place)   # files that no catalog names
    with _session(place, writing=True) as (connection, _), _in_words(place):
        return _patiently(lambda: _transaction(connection, place, batches))


def _transaction(connection: duckdb.DuckDBPyConnection, place: _Place, batches: Sequence[PublishedBatch]) -> int:
    connection.execute("begin")
    try:
        if not _columns(connection):
            _create_tables(connection)
        _check_layout(connection, place)
        new = _unknown(connection, batches)
        for name, table in _in_portions(new):
            connection.register("incoming", table)
            connection.execute(_INSERT.format(name=name))
            connection.unregister("incoming")
        connection.execute("commit")
    except (duckdb.Error, EtlError):
        with suppress(duckdb.Error):
            connection.execute("rollback")
        raise
    return len(new)


def _unknown(connection: duckdb.DuckDBPyConnection, batches: Sequence[PublishedBatch]) -> list[PublishedBatch]:
    """The batches the history does not hold. Raises DamageError where it holds another content under the number."""
    known = {tuple(row[:2]): tuple(row[2:]) for row in connection.execute(
        "select company, batch, period_end, revision, audit_number, manifest_digest from history.stored.batches").fetchall()}
    new = {}
    for batch in batches:
        key = (batch.company, batch.batch)
        content = (batch.period_end, batch.revision, batch.audit_number, batch.manifest_digest)
        if known.setdefault(key, content) != content:
            raise DamageError("HISTORY_DAMAGED", what="The history holds another content of an exported batch",
                              where=f"data/history, {batch.company} batch {batch.batch:04d}", fix=_REBUILD)
        new[key] = batch
    return list(new.values())
