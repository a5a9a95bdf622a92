"""Peer: the same result by one hand-written DuckDB script, for this company and week alone and without any audit."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from tests.bench.figures import FIGURES


def prepare(folder: Path) -> tuple[duckdb.DuckDBPyConnection, str]:
    """A session with what ours may use of the machine, and the script."""
    session = duckdb.connect(config={"threads": 2, "memory_limit": "2GiB"})
    session.execute("set TimeZone = 'UTC'")
    session.execute("set variable folder = $folder", {"folder": str(folder)})
    return session, Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def work(prepared: tuple[duckdb.DuckDBPyConnection, str]) -> duckdb.DuckDBPyConnection:
    """The script, from beginning to end."""
    session, script = prepared
    session.execute(script)
    return session


def tables(session: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    """The result, outside the measured time."""
    return {name: session.execute(f"select * from {name} order by rowid").to_arrow_table() for name in FIGURES}
