"""A history in PostgreSQL that several workspaces publish into: leases, fencing, readers, secrets; folder and bucket."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import date
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
from tests.store.history_example import WEEK, answers, many_batches, publish, three_batches, week_of

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


def test_it_answers_as_a_history_of_its_own(shared, tmp_path):
    own = Workspace(tmp_path / "own")
    own.root.mkdir()
    batches = three_batches(own)
    history.commit(own, batches)
    assert history.commit(shared, batches) == 3
    assert history.commit(shared, batches) == 0
    assert answers(shared) == answers(own)
    assert history.row_digests(shared) == history.row_digests(own)
    assert history.compare(shared, batches) == ()
    assert history.is_current(shared, {"acme": 10, "birch": 5})
    assert not history.is_current(shared, {"acme": 15, "birch": 5})
    history.compact(shared)
    assert answers(shared) == answers(own)
    history.export_copy(shared, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as copy:
        assert copy.execute("select count(*) from time_entries").fetchone() == (7,)
    assert not (shared.history / "catalog.sqlite").exists()
    assert not (shared.history / "files").exists()
