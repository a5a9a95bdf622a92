"""Open the lake: one locked connection to one workspace's history, and what DuckDB says, in words."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from etl.disk import told
from etl.errors import BusyError, EtlError
from etl.store import files, leases
from etl.store import history_shared as shared_sql
from etl.store import history_statements as statements
from etl.store.history_place import LOCK_SECONDS, Place, damaged, lease_lost, missing, out_of_reach, unavailable
from etl.store.history_tables import layout
from etl.store.leases import LeaseBusyError

__all__ = ["LeaseBusyError", "begin", "check_layout", "columns", "company_lease", "first_line", "in_words",
           "is_conflict", "is_shared", "load_extensions", "run", "scattered", "session", "turn",
           "why_out_of_reach"]


@contextmanager
def session(place: Place, *, writing: bool = False, in_turns: bool = False,
            whole: bool = False) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A locked connection with the lake attached as `history`, and its folder for temporary files, gone afterwards.

    Writing a shared history holds its lease meanwhile; `in_turns`: only within each `turn`, so that others get theirs
    between them. `whole`: what it held of every workspace is gone before.
    Raises HistoryMissingError where there is nothing to read, DamageError where it cannot be read.
    """
    if not writing and place.is_missing:
        raise missing()
    own = place.work / secrets.token_hex(8)
    home, spill = own / "home", own / "spill"
    for folder in (place.work, *(() if place.data_path.startswith("s3://") else (Path(place.data_path),))):
        files.make_folder(folder)
    with told("make the folder", own):
        for folder in (own, home, spill):
            folder.mkdir(mode=0o700)
    connection = duckdb.connect(":memory:", config=dict(statements.CONFIG))
    try:
        run(connection, statements.before_the_lake(home, spill))
        load_extensions(connection, statements.extensions(place))
        if place.shared:
            _reach(connection, place, place.shared, writing=writing)
        with ExitStack() as held:
            if writing:
                held.enter_context(turn(connection, place))
            if whole and place.shared:
                with in_words(place):
                    leases.Database(connection).run(shared_sql.drop_lake(place.shared))
            _open(connection, place, spill, writing=writing)
            if in_turns:
                held.close()
            yield connection, spill
    finally:
        connection.close()
        with suppress(EtlError):
            files.remove_tree(own)


def load_extensions(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Extensions from their wheels. Raises StoreError HISTORY_UNAVAILABLE naming the wheel that is missing."""
    for extension in names:
        try:
            connection.execute(statements.load(extension, duckdb.__version__))
        except duckdb.Error as error:
            wheel = f"duckdb-extension-{extension.replace('_', '-')}=={duckdb.__version__}"
            raise unavailable(f"DuckDB's extension {extension} does not load: {first_line(error)}",
                              f"Install {wheel}, then run again.") from None


def _reach(connection: duckdb.DuckDBPyConnection, place: Place, shared: shared_sql.Shared, *, writing: bool) -> None:
    """The secrets of a shared history in this connection's memory; whoever writes also reaches the leases."""
    with in_words(place):
        run(connection, [*shared_sql.settings_of_transport(shared), *shared_sql.secret_statements(shared)])
        if writing:
            connection.execute(shared_sql.attach_leases(shared))
            leases.prepare(leases.Database(connection), shared)


@contextmanager
def turn(connection: duckdb.DuckDBPyConnection, place: Place) -> Iterator[None]:
    """The lease of whoever writes a shared history; nothing to wait for elsewhere. Raises BusyError."""
    if place.shared is None:
        yield
        return
    with ExitStack() as held:
        try:
            with in_words(place):
                held.enter_context(
                    leases.lease(leases.Database(connection), place.shared, shared_sql.HISTORY, LOCK_SECONDS))
        except LeaseBusyError as busy:
            raise BusyError(
                "HISTORY_UNAVAILABLE", what=f"Others have been writing the shared history for {LOCK_SECONDS} seconds, "
                f"now {busy}", where=place.shared.declared.shown, fix="Run again later; nothing is lost.") from None
        yield


def _open(connection: duckdb.DuckDBPyConnection, place: Place, spill: Path, *, writing: bool) -> None:
    """The opening sequence; its order matters: the lake, external access off, the lock last."""
    with in_words(place):
        connection.execute(statements.attach_the_lake(place, writing=writing))
        run(connection, statements.after_the_lake(place))
        if place.shared and writing:
            leases.guard(leases.Database(connection), place.shared)
    _prove_locked(connection, statements.allowed(place, spill))
    if not writing:
        with in_words(place):
            check_layout(columns(connection))


@contextmanager
def company_lease(place: Place, company: str, what: str) -> Iterator[None]:
    """While this lasts, no other machine works on a company. Raises LeaseBusyError telling who does."""
    if place.shared is None:
        yield
        return
    connection = duckdb.connect(":memory:", config=dict(statements.CONFIG))
    try:
        load_extensions(connection, ("postgres_scanner",))
        database = leases.Database(connection)
        with ExitStack() as held:
            with in_words(place):
                run(connection, [*shared_sql.secret_statements(place.shared)[:1],
                                 shared_sql.attach_leases(place.shared)])
                leases.prepare(database, place.shared)
                held.enter_context(leases.lease(database, place.shared, shared_sql.company_lease(company), 0, what))
            yield
    finally:
        connection.close()


def scattered(connection: duckdb.DuckDBPyConnection, place: Place) -> set[str]:
    """The tables of a shared history that lie in more files than they need; empty for one's own."""
    if place.shared is None:
        return set()
    return {str(name) for (name,) in leases.Database(connection).rows(shared_sql.to_merge(place.shared))}


def begin(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """A transaction; on a shared history one that its catalog checks against the leases of this process."""
    connection.execute("begin")
    if place.shared:
        connection.execute(shared_sql.under(place.shared.fences))


def _prove_locked(connection: duckdb.DuckDBPyConnection, allowed: set[str]) -> None:
    """What was set is read back, and one forbidden read has to be refused, for that reason and no other."""
    row = connection.execute(statements.PROOF).fetchone()
    is_locked = row is not None and row[:3] == (True, False, False) and set(row[3]) == allowed
    with suppress(duckdb.PermissionException):
        connection.execute("select size from read_text($path)", {"path": __file__})
        is_locked = False
    if not is_locked:
        raise unavailable("The connection to the history is not locked as it must be",
                          "Report this; nothing was read.")


def columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The stored tables as they are: per table its columns and their types."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(statements.COLUMNS).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def check_layout(found: Mapping[str, Mapping[str, str]]) -> None:
    """Nothing, where the stored tables are those of this version."""
    if not found:
        raise missing()
    if found != layout():
        raise damaged("The history was written by another version of Timebooks, or its catalog was changed")


def run(connection: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> None:
    """Statements, in order."""
    for text in texts:
        connection.execute(text)


@contextmanager
def in_words(place: Place | None = None) -> Iterator[None]:
    """What DuckDB raises while it works for us, in words and with what to do."""
    try:
        yield
    except duckdb.Error as error:
        if place and place.shared:
            raise _shared_in_words(place, error) from None
        if is_conflict(error):
            raise unavailable("Another program holds the history",
                              "Wait until it has ended, then run again.") from None
        if _is_full(error):
            raise unavailable(f"There is no room: {first_line(error)}", "Free disk space, then run again.") from None
        raise damaged(f"The history cannot be read: {first_line(error)}") from None


def _shared_in_words(place: Place, error: duckdb.Error) -> EtlError:
    text = str(error)
    if leases.is_lost(error):
        return lease_lost(place)
    if "creating a new DuckLake is explicitly disabled" in text:
        return missing()
    if _is_full(error):
        return unavailable(f"There is no room: {first_line(error)}", "Free disk space, then run again.")
    if why := why_out_of_reach(error):
        return out_of_reach(place, why)
    if is_conflict(error):
        return unavailable("Others write the shared history at the same time", "Run again; nothing was written.")
    return damaged(f"The shared history cannot be read: {first_line(error)}")


def is_shared(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the lake of a connection is a shared one."""
    found = connection.execute("select path from duckdb_databases() where database_name = 'history'").fetchone()
    return bool(found) and str(found[0] if found else "").startswith("postgres:")


_WHY = (   # what PostgreSQL, libpq and HTTP say, and what it means; their own texts are not repeated
    (r"password authentication failed|no password supplied|role .* does not exist", "the catalog does not let us in"),
    (r"permission denied|must be owner", "the catalog's role may not do this"),
    (r"database .* does not exist", "the catalog has no such database"),
    (r"certificate|SSL|TLS", "the connection is not one whose certificate can be checked"),
    (r"HTTP(.*)(403|401)|Forbidden|Authentication Failure", "the bucket does not let us in"),
    (r"NoSuchBucket", "there is no such bucket"),
    (r"(?i)could not connect|unable to connect|connection refused|server closed|terminating connection|timeout|"   # noqa: ISC004
     r"no connection to the server|connection to server|http(.*)5[0-9][0-9]|connection error", "no connection"),
)


def why_out_of_reach(error: duckdb.Error) -> str:
    """Why a shared history does not answer, in words; empty where the reason is another."""
    text = str(error)
    return next((why for pattern, why in _WHY if re.search(pattern, text)), "")


def _is_full(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.OutOfMemoryException) or "No space left" in str(error)


def is_conflict(error: duckdb.Error) -> bool:
    """Whether another process stood in the way, so that a second try may do."""
    return "database is locked" in str(error) or "conflict" in str(error).lower() or leases.is_crowded(error)


def first_line(error: Exception) -> str:
    """What an error says, without the statement it repeats."""
    return shared_sql.masked(next(iter(str(error).splitlines()), type(error).__name__))
