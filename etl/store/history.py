"""The history: everything exported, to be queried; a DuckLake, deleted and rebuilt from the batches without loss."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from etl.errors import DamageError, EtlError, StoreError
from etl.settings import read_shared_history
from etl.store import files, lake
from etl.store import history_statements as statements
from etl.store.history_compare import compare, own_companies, row_digests
from etl.store.history_place import (
    HistoryMissingError,
    Place,
    committer,
    damaged,
    delete,
    owned_by_another,
    refused,
    sweep,
    unavailable,
)
from etl.store.history_select import refusal
from etl.store.history_statements import VIEWS
from etl.store.history_tables import STORED, PublishedBatch, check_files, in_portions
from etl.workspace import Workspace

__all__ = ["VIEWS", "PublishedBatch", "ask", "attach", "commit", "compact", "compare", "export_copy", "is_current",
           "is_shared", "publisher", "query", "rebuild", "row_digests"]

Key = tuple[str, int]      # company, batch
Counts = tuple[int, int]   # batches held before, batches new
_PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_ROWS_A_STEP = 10_000
_BATCHES_A_FILE = 200   # every commit reads the table of batches; so many one-row files are merged at a time
_BROKEN = (duckdb.IOException, duckdb.InternalException, duckdb.FatalException, duckdb.SerializationException)


def commit(workspace: Workspace, batches: Sequence[PublishedBatch]) -> int:
    """How many of these batches were new to the history; afterwards it holds all of them, or none of the new ones.

    Give every published batch: only unknown ones are read, each after its digests were checked. One committer at
    a time, one transaction a call. Raises DamageError where the history holds another content of a batch or a batch
    folder was changed, BusyError where another process does not stop writing.
    """
    with publisher(workspace) as publish:
        return publish(batches)


@contextmanager
def publisher(workspace: Workspace) -> Iterator[Callable[[Sequence[PublishedBatch]], int]]:
    """Commits as `commit` does, one after another; of a shared history over one connection, each in a turn of its own.

    For whoever publishes company after company: opening takes longer than committing.
    """
    place = Place.of(workspace)
    if place.shared is None:
        yield lambda batches: _commit(place, batches)
        return
    with lake.session(place, writing=True, in_turns=True) as (connection, _):

        def publish(batches: Sequence[PublishedBatch]) -> int:
            with lake.turn(connection, place), lake.in_words(place):
                return _put(connection, place, batches)

        yield publish


def rebuild(workspace: Workspace, batches: Sequence[PublishedBatch], *, whole: bool = False) -> int:
    """How many batches the history holds, deleted and made again from nothing but them.

    Of a shared history only what it holds of this workspace's companies is made again, in one transaction, so that
    who reads never sees it missing; `whole` deletes it for every workspace, and each adds its batches again with its
    next export or question. A damaged batch raises DamageError before anything is deleted.
    """
    for batch in batches:
        check_files(batch)
    place = Place.of(workspace)
    if place.shared:
        return _rebuild_own(place, own_companies(workspace, batches), batches, whole=whole)
    with committer(place):
        delete(place)
        return _open_and_put(place, batches)


def is_current(workspace: Workspace, heads: Mapping[str, int]) -> bool:
    """Whether the history can be read and holds, per company, exports up to exactly this audit-log number.

    False where it is behind, ahead, missing, of another version or visibly damaged: then commit, or rebuild.
    """
    place = Place.of(workspace)
    if not heads and (place.shared or place.is_missing):
        return True   # whoever only reads a shared history has nothing to add
    try:
        with lake.session(place) as (connection, _), lake.in_words(place):
            held = {str(company): int(number) for company, number in connection.execute(statements.HEADS).fetchall()}
    except (HistoryMissingError, DamageError):
        return False
    if place.shared:   # other workspaces publish there, too
        return {company: held.get(company) for company in heads} == dict(heads)
    return held == dict(heads)


def is_shared(workspace: Workspace) -> bool:
    """Whether this workspace publishes into a history that others read and write, too."""
    return read_shared_history(workspace.shared_history) is not None


def query(workspace: Workspace, sql: str, parameters: Mapping[str, object] | None = None, limit: int = 1000,
          timeout_seconds: float = 60.0, *, known: Mapping[str, int] | None = None) -> pa.Table:
    """At most `limit` rows of the answer to one SELECT over the views; values are bound as $name.

    `known`: as it was known when each of these companies' audit logs ended with this number; others count as unknown.

    Ask for one row more than you show to know whether there are more. Raises RefusedError QUERY_REFUSED for
    anything else than a SELECT over the history, for a mistake in it, and for one that takes too long.
    """
    with attach(workspace, known=known) as connection:
        return ask(connection, sql, parameters, limit, timeout_seconds)


def ask(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None,
        limit: int = 1000, timeout_seconds: float = 60.0) -> pa.Table:
    """The same as `query`, for several questions over one `attach`: opening takes longer than most answers."""
    tree = connection.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchone()
    reason = refusal(tree[0]) if tree else "The query is empty"
    if reason is not None:
        raise refused(reason)
    watchdog = threading.Timer(timeout_seconds, connection.interrupt)
    watchdog.daemon = True
    watchdog.start()
    try:
        return _first_rows(connection.execute(sql, dict(parameters or {})).to_arrow_reader(_ROWS_A_STEP), limit)
    except duckdb.InterruptException:
        raise refused(f"The query took longer than {timeout_seconds:g} seconds") from None
    except duckdb.Error as error:
        if lake.is_shared(connection) and (why := lake.why_out_of_reach(error)):
            raise unavailable(f"The shared history does not answer: {why}", "Ask again in a while.") from None
        if isinstance(error, _BROKEN) or "/data/history/files/" in str(error):
            raise damaged(f"A file of the history cannot be read: {lake.first_line(error)}") from None
        raise refused(f"The query cannot be answered: {lake.first_line(error)}") from None
    finally:
        watchdog.cancel()


def export_copy(workspace: Workspace, path: Path) -> None:
    """A plain DuckDB file with the same tables and views, for tools that cannot open a lake. Never overwrites.

    Raises StoreError HISTORY_COPY where the name is taken or its folder is missing.
    """
    target = path.resolve()
    if target.exists() or not target.parent.is_dir():
        raise StoreError("HISTORY_COPY", where=str(path), fix="Give the name of a new file in a folder that exists.",
                         what="The copy would overwrite a file" if target.exists() else "There is no such folder")
    place = Place.of(workspace)
    with lake.session(place) as (connection, spill), lake.in_words(place):
        made = spill / "copy.duckdb"
        lake.run(connection, [f"attach {statements.quoted(made)} as plain", "use plain", *statements.copy_tables(),
                              "use memory", "detach plain"])
        made.chmod(0o600)
        files.move(made, target)


def compact(workspace: Workspace) -> int:
    """How many small files were merged into larger ones; every answer stays the same.

    Replaced files stay an hour for queries that may still read them; a later call removes them.
    """
    place = Place.of(workspace)
    merged = 0
    with committer(place), lake.session(place, writing=True, in_turns=True) as (connection, _):
        for texts in statements.merges(place, lake.scattered(connection, place)):
            # a turn each, so that no export waits for the whole of it
            with lake.turn(connection, place), lake.in_words(place):
                merged += sum(_merged(connection, place, text) for text in texts)
        with lake.turn(connection, place), lake.in_words(place):
            lake.run(connection, statements.CLEAN)
    sweep(place)
    return merged


def _merged(connection: duckdb.DuckDBPyConnection, place: Place, text: str) -> int:
    lake.begin(connection, place)
    try:
        found = connection.execute(text).fetchall()
        connection.execute("commit")
    except duckdb.Error:
        with suppress(duckdb.Error):
            connection.execute("rollback")
        raise
    return sum(int(count_files) for _schema, _table, count_files, _made in found)


@contextmanager
def attach(
    workspace: Workspace, *, known: Mapping[str, int] | None = None, beside: Mapping[str, pa.Table] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection that reads this history: the views by name, the tables behind them as stored.<table>.

    `beside`: tables of ours that are no part of the history, to be asked with it in this connection.

    For statements of our own; what a person typed goes through `query`. Raises StoreError HISTORY_UNAVAILABLE where
    there is no history, DamageError where it cannot be read.
    """
    place = Place.of(workspace)
    with lake.session(place) as (connection, _):
        with lake.in_words(place):
            if known is not None:
                connection.execute(statements.KNOWN_UP_TO)
                for company, number in known.items():
                    connection.execute(statements.ADD_KNOWN, {"company": company, "number": number})
            lake.run(connection, statements.open_views(as_known=known is not None))
            for name, table in (beside or {}).items():
                connection.register("incoming", table)
                connection.execute(f"create table {name} as from incoming")
                connection.unregister("incoming")
        yield connection


def _commit(place: Place, batches: Sequence[PublishedBatch]) -> int:
    with committer(place):
        return _open_and_put(place, batches)


def _open_and_put(place: Place, batches: Sequence[PublishedBatch]) -> int:
    if place.is_missing:
        delete(place)   # files that no catalog names
    with lake.session(place, writing=True) as (connection, _), lake.in_words(place):
        return _put(connection, place, batches)


def _put(connection: duckdb.DuckDBPyConnection, place: Place, batches: Sequence[PublishedBatch]) -> int:
    held, new = _patiently(lambda: _transaction(connection, place, batches))
    if (held + new) // _BATCHES_A_FILE > held // _BATCHES_A_FILE:
        with suppress(duckdb.Error):   # housekeeping; the batches are in
            _merged(connection, place, statements.MERGE_BATCHES)
    return new


def _rebuild_own(place: Place, own: Sequence[str], batches: Sequence[PublishedBatch], *, whole: bool) -> int:
    with lake.session(place, writing=True, whole=whole) as (connection, _), lake.in_words(place):
        connection.execute(statements.OWN, {"companies": list(own)})
        return _patiently(lambda: _transaction(connection, place, batches, again=True))[1]


def _transaction(connection: duckdb.DuckDBPyConnection, place: Place, batches: Sequence[PublishedBatch], *,
                 again: bool = False) -> Counts:
    """How many batches the history held, and how many are new; `again`: what it held of own companies goes first."""
    lake.begin(connection, place)
    try:
        if found := lake.columns(connection):
            lake.check_layout(found)
        else:
            lake.run(connection, statements.create_tables())
        if again:
            lake.run(connection, (statements.DELETE_OWN.format(name=name) for name in STORED))
        known = {(str(company), int(batch)): tuple(content)
                 for company, batch, *content in connection.execute(
                     statements.KNOWN, {"companies": sorted({batch.company for batch in batches})}).fetchall()}
        held = connection.execute(statements.COUNT).fetchone()
        new = _unknown(place, known, batches)
        for name, table in in_portions(new):
            connection.register("incoming", table)
            connection.execute(statements.insert(name, "incoming"))
            connection.unregister("incoming")
        connection.execute("commit")
    except (duckdb.Error, EtlError):
        with suppress(duckdb.Error):
            connection.execute("rollback")
        raise
    return int(held[0]) if held else 0, len(new)


def _unknown(place: Place, known: Mapping[Key, object], batches: Sequence[PublishedBatch]) -> list[PublishedBatch]:
    """The batches the history does not hold yet. Raises DamageError where it holds another content of one."""
    seen: dict[Key, object] = dict(known)
    new = []
    for batch in batches:
        key = (batch.company, batch.batch)
        content = (batch.period_end, batch.revision, batch.audit_number, batch.manifest_digest)
        if key not in seen:
            seen[key] = content
            new.append(batch)
        elif seen[key] != content and place.shared:
            raise owned_by_another(place, "The shared history holds another content of an exported batch",
                                   f"{batch.company}, batch {batch.batch:04d}")
        elif seen[key] != content:
            raise damaged("The history holds another content of an exported batch",
                          f"data/history, {batch.company}, batch {batch.batch:04d}")
    return new


def _first_rows(reader: pa.RecordBatchReader, limit: int) -> pa.Table:
    kept: list[pa.RecordBatch] = []
    rows = 0
    for some in reader:
        kept.append(some.slice(0, limit - rows))
        rows += kept[-1].num_rows
        if rows >= limit:
            break
    return pa.Table.from_batches(kept, schema=reader.schema)


def _patiently(action: Callable[[], Counts]) -> Counts:
    """Done, even where another process holds the catalog for a moment."""
    for seconds in _PAUSES_SECONDS:
        try:
            return action()
        except duckdb.Error as error:
            if not lake.is_conflict(error):
                raise
            time.sleep(seconds)
    return action()
