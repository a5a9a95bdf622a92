"""Is the history what was exported? Digests over its rows, and over those of the published batches."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from etl.store import files, lake
from etl.store import history_statements as statements
from etl.store.history_place import Place
from etl.store.history_tables import STORED, PublishedBatch, in_portions
from etl.workspace import Workspace


def row_digests(workspace: Workspace) -> dict[str, str]:
    """Per table one digest over all its rows, whatever their order on disk; equal before and after a rebuild."""
    place = Place.of(workspace)
    with lake.session(place) as (connection, _), lake.in_words(place):
        held = {name: _batch_digests(connection, name, f"history.stored.{name}") for name in STORED}
    return {name: files.sha256_bytes(repr(sorted(digests.items())).encode()) for name, digests in held.items()}


def compare(workspace: Workspace, batches: Sequence[PublishedBatch]) -> tuple[str, ...]:
    """What in the history differs from the published batches, a sentence per table and batch; () where nothing does.

    Give every published batch. A flipped byte in the history's files may go unnoticed by a query; here it does not.
    """
    expected: dict[str, dict[tuple[str, int], str]] = {name: {} for name in STORED}
    place = Place.of(workspace)
    with lake.session(place) as (connection, _), lake.in_words(place):
        relation = "history.stored.{name}"
        if place.shared:
            connection.execute(statements.OWN, {"companies": own_companies(workspace, batches)})
            relation = statements.ONLY_OWN
        held = {name: _batch_digests(connection, name, relation.format(name=name)) for name in STORED}
        for name, table in in_portions(batches):
            connection.register("incoming", table)
            expected[name].update(_batch_digests(connection, name, "incoming"))
            connection.unregister("incoming")
    return tuple(
        f"Table {name} of {company}, batch {number:04d}, is not what was exported"
        for name in STORED for company, number in sorted(held[name].keys() | expected[name].keys())
        if held[name].get((company, number)) != expected[name].get((company, number)))


def own_companies(workspace: Workspace, batches: Sequence[PublishedBatch]) -> list[str]:
    """The companies this workspace publishes: those with an audit log, and of these batches."""
    logs = workspace.audit_log("any").parent
    return sorted({path.name for path in logs.iterdir() if path.is_dir()} if logs.is_dir() else set()
                  | {batch.company for batch in batches})


def _batch_digests(connection: duckdb.DuckDBPyConnection, name: str, relation: str) -> dict[tuple[str, int], str]:
    rows = connection.execute(statements.digests(name, relation)).fetchall()
    return {(str(company), int(batch)): str(digest) for company, batch, digest in rows}
