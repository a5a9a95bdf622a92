"""Run the decisions: one hardened DuckDB connection, and the SQL files in their order (etl/sql/order.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from etl.disk import told
from etl.errors import ConservationError, StoreError, no_memory
from etl.sql.order import AUDITS, ONLY_WITH, VIEWS, shape, statement
from etl.tables.sql_types import sql_columns

_LAST_SETTINGS = ("enable_external_access = false", "lock_configuration = true")
_PROOF = "select current_setting('lock_configuration'), current_setting('enable_external_access')"


@dataclass(frozen=True)
class Limits:
    """What a run may use of the machine."""

    threads: int = 2
    memory: str = "1600MiB"


class Engine:
    """A run's working database: tables in, decisions in order, tables out. Nothing outside `folders` is reachable."""

    def __init__(
        self, database: Path | None, scratch: Path, folders: Sequence[Path], limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        self._made: set[str] = set()   # decisions made since anything was put in: they would come out the same
        home = scratch.parent / "no-home"   # never made, and outside what is allowed: nothing is installed there
        spill = scratch / "spill"
        with told("make the folder", spill):
            spill.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._connection = duckdb.connect(
                ":memory:" if database is None else str(database),
                config={
                    "autoload_known_extensions": "false",
                    "autoinstall_known_extensions": "false",
                    "allow_community_extensions": "false",
                    "allow_persistent_secrets": "false",
                    "python_enable_replacements": "false",
                    "threads": str(limits.threads),
                    "memory_limit": limits.memory,
                },
            )
        except duckdb.Error as error:
            raise StoreError(
                "WORK_DATABASE",
                what=f"The run's working database cannot be opened: {_first_line(error)}",
                where=str(database),
                fix="End the other run of this company, then run again.",
            ) from None
        allowed = ", ".join(_quoted(f"{folder}/") for folder in folders)
        for setting in (  # the order matters: directories before external access, the lock last
            f"home_directory = {_quoted(str(home))}",
            f"secret_directory = {_quoted(str(home))}",
            f"temp_directory = {_quoted(str(spill))}",
            "enable_external_file_cache = false",
            "TimeZone = 'UTC'",
            f"allowed_directories = [{allowed}]",
            *_LAST_SETTINGS,
        ):
            self._ask(f"set {setting}")
        self._prove_locked(database)
        for shared in ("words.sql", "money.sql"):
            self._ask((files("etl.sql") / shared).read_text(encoding="utf-8"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; a working database on disk stays for the next step."""
        self._connection.close()

    def _prove_locked(self, database: Path | None) -> None:
        """What was set is read back, and one forbidden read has to be refused, or the connection is not used."""
        row = self._connection.execute(_PROOF).fetchone()
        is_locked = row == (True, False)
        with suppress(duckdb.PermissionException):
            self._connection.execute("select size from read_text($path)", {"path": __file__})
            is_locked = False
        if not is_locked:
            self._connection.close()
            raise StoreError(
                "WORK_DATABASE",
                what="The run's working database is not locked as it must be",
                where=str(database or "in memory"),
                fix="Report this; nothing was read.",
            )

    def _ask(self, text: str, values: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        with in_words():
            return self._connection.execute(text, values)

    def _rows(self, text: str) -> pa.Table:
        with in_words():  # the rows are computed while they are fetched
            return self._connection.execute(text).to_arrow_table()

    def put(self, name: str, table: pa.Table) -> None:
        """Store an Arrow table under a name of our own; one without rows is declared, in a sixth of the time."""
        self._made.clear()
        if not table.num_rows and (columns := _declared(table.schema)):
            self._ask(f"create or replace table {_name(name)} ({columns})")
            return
        self._connection.register("incoming", table)
        self._ask(f"create or replace table {_name(name)} as from incoming")
        self._connection.unregister("incoming")

    def link_parquet(self, name: str, paths: Sequence[Path]) -> None:
        """Name Parquet files of ours, by an explicit list, never a pattern; read when the decisions ask for them."""
        self._made.clear()
        listed = ", ".join(_quoted(str(path)) for path in paths)
        self._ask(
            f"create or replace view {_name(name)} as select * from "  # noqa: S608 - our own names and paths
            f"read_parquet([{listed}], hive_partitioning = false, filename = true)"
        )

    def run(self, names: Iterable[str], *, keep_made: bool = False) -> None:
        """Run statements in the given order, each audit right after its table.

        `keep_made`: one that was made since anything was put in stands, since it would come out the same.
        Raises ConservationError with the first offending rows when an audit finds any.
        """
        for name in names:
            if keep_made and name in self._made:
                continue
            if self._has_no_row(name):
                self._ask(f"create or replace table {_name(name)} ({shape(name)})")
            else:
                kind = "view" if name in VIEWS else "table"
                self._ask(f"create or replace {kind} {_name(name)} as {statement(name)}")
            for audit in (audit for audit, table in AUDITS.items() if table == name):
                self.audit(audit)
            self._made.add(name)

    def _has_no_row(self, name: str) -> bool:
        """Whether a decision has nothing to look at; to plan it takes longer than to ask."""
        needed = ONLY_WITH.get(name, ())
        return bool(needed) and not any(self._ask(f"select 1 from {one} limit 1").fetchone() for one in needed)  # noqa: S608 - our own

    def run_each(self, name: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement once per set of bound values, and keep the rows of all together."""
        self._made.clear()
        text = statement(name)
        for turn, values in enumerate(parameters):
            head = f"create or replace table {_name(name)} as" if turn == 0 else f"insert into {_name(name)} by name"
            self._ask(f"{head} {text}", dict(values))

    def audit(self, name: str) -> None:
        """Prove that no row of the audit exists."""
        offending = self._rows(f"select * from ({statement(name)}) limit 5")  # noqa: S608 - a shipped file
        if offending.num_rows:
            raise ConservationError(
                "AUDIT_FAILED",
                what=f"Audit {name} found rows that must not exist, such as {offending.to_pylist()[0]}",
                where=f"etl/sql/audits/{name}.sql",
                fix="Nothing was written. Report this with the row above; the figures of this run are not to be used.",
            )

    def fetch(self, name: str) -> pa.Table:
        """A whole table as Arrow, in its order; a decision kept as a query has none."""
        order = "" if name in VIEWS else "order by rowid"
        return self._rows(f"select * from {_name(name)} {order}")  # noqa: S608 - our own name

    def count(self, name: str) -> int:
        """How many rows a table has."""
        row = self._ask(f"select count(*) from {_name(name)}").fetchone()  # noqa: S608 - our own name
        return int(row[0]) if row else 0

    def has(self, name: str) -> bool:
        """Whether a table exists."""
        row = self._ask(
            "select count(*) from duckdb_tables() where table_name = $name", {"name": name}
        ).fetchone()
        return bool(row and row[0])


@contextmanager
def in_words() -> Iterator[None]:
    """What the machine refuses DuckDB, as an error with what to do; a fault of a statement stays as it is."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise no_memory("the run's working database") from None
    except duckdb.Error as error:
        if not any(words in str(error) for words in _NO_ROOM):
            raise
        raise StoreError(
            "DISK_FULL",
            what=f"The disk is full: {_first_line(error)}",
            where="data/scratch of the workspace; nothing half-written is left",
            fix="Free space on that disk, then run again.",
        ) from None


def _declared(schema: pa.Schema) -> str:
    """The columns in SQL; nothing where a type is none of our tables'."""
    try:
        return sql_columns(schema)
    except KeyError:
        return ""


_NO_ROOM = ("No space left", "Disk quota exceeded")


def _name(name: str) -> str:
    """A table name of ours; anything else never reaches SQL."""
    if not name.replace("_", "").isalnum() or not name.isascii() or name != name.lower():
        raise ValueError(name)
    return name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
