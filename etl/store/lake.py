"""Open the lake: one locked connection to one workspace's history, and what DuckDB says, in words."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from etl.disk import told
from etl.errors import EtlError
from etl.store import files
from etl.store import history_statements as statements
from etl.store.history_place import Place, damaged, missing, unavailable
from etl.store.history_tables import layout


@contextmanager
def session(place: Place, *, writing: bool = False) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A locked connection with the lake attached as `history`, and its folder for temporary files, gone afterwards.

    Raises HistoryMissingError where there is nothing to read, DamageError where it cannot be read.
    """
    if not writing and not place.catalog.exists():
        raise missing()
    own = place.work / secrets.token_hex(8)
    home, spill = own / "home", own / "spill"
    for folder in (place.data, place.work):
        files.make_folder(folder)
    with told("make the folder", own):
        for folder in (own, home, spill):
            folder.mkdir(mode=0o700)
    connection = duckdb.connect(":memory:", config=dict(statements.CONFIG))
    try:
        _open(connection, place, home, spill, writing=writing)
        yield connection, spill
    finally:
        connection.close()
        with suppress(EtlError):
            files.remove_tree(own)


def _open(connection: duckdb.DuckDBPyConnection, place: Place, home: Path, spill: Path, *, writing: bool) -> None:
    """The opening sequence; its order matters: folders, extensions, the lake, external access off, the lock last."""
    run(connection, statements.before_the_lake(home, spill))
    for extension in statements.EXTENSIONS:
        try:
            connection.execute(statements.load(extension, duckdb.__version__))
        except duckdb.Error as error:
            wheel = f"duckdb-extension-{extension.replace('_', '-')}=={duckdb.__version__}"
            raise unavailable(f"DuckDB's extension {extension} does not load: {first_line(error)}",
                              f"Install {wheel}, then run again.") from None
    with in_words():
        connection.execute(statements.attach_the_lake(place, writing=writing))
        run(connection, statements.after_the_lake(place))
    _prove_locked(connection, statements.allowed(place, spill))
    if not writing:
        with in_words():
            check_layout(columns(connection))


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
def in_words() -> Iterator[None]:
    """What DuckDB raises while it works for us, in words and with what to do."""
    try:
        yield
    except duckdb.Error as error:
        if is_conflict(error):
            raise unavailable("Another program holds the history",
                              "Wait until it has ended, then run again.") from None
        if isinstance(error, duckdb.OutOfMemoryException) or "No space left" in str(error):
            raise unavailable(f"There is no room: {first_line(error)}", "Free disk space, then run again.") from None
        raise damaged(f"The history cannot be read: {first_line(error)}") from None


def is_conflict(error: duckdb.Error) -> bool:
    """Whether another process stood in the way, so that a second try may do."""
    return "database is locked" in str(error) or "conflict" in str(error).lower()


def first_line(error: Exception) -> str:
    """What an error says, without the statement it repeats."""
    return next(iter(str(error).splitlines()), type(error).__name__)
