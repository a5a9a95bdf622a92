"""The Parquet file of a pull under way: what an abandoned attempt still holds open never reaches the next one."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from etl.errors import SourceError
from etl.sandbox.server.serving import PracticeServer
from etl.sources import pulling
from etl.sources.landing_rows import RowFile
from tests.trackers import practice


def test_an_abandoned_file_never_writes_into_its_successor(tmp_path):
    path = tmp_path / "part.parquet"
    abandoned = RowFile(path)
    abandoned.begin()
    abandoned.add({"entry_ref": [f"old {n}" for n in range(30_000)]}, 30_000)
    follower = RowFile(path)
    follower.begin()
    follower.add({"entry_ref": ["new"], "note": [""]}, 1)
    follower.close()
    abandoned.close()   # as the interpreter does whenever it comes to it
    assert pq.read_table(path, columns=["source_row", "entry_ref", "note"]).to_pylist() == [
        {"source_row": 1, "entry_ref": "new", "note": None}]


def test_a_refused_pull_leaves_no_file_of_entries(tmp_path, monkeypatch):
    """Its file is closed and gone before anybody hears of it."""
    made = []

    class Watched(RowFile):
        def __init__(self, path):
            super().__init__(path)
            made.append(self)

    monkeypatch.setattr(pulling, "RowFile", Watched)
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, "harvest", page_size=3)
        first = server.desk.book.entries[-1]
        server.desk.book.edit(first.id, note=7)   # a number where a text was
        with pytest.raises(SourceError, match="was text or nothing, is a whole number"):
            practice.pull(workspace)
        assert made
        assert not any(one.path.exists() for one in made)
        server.desk.book.edit(first.id, note="seven")
        assert practice.pull(workspace).stopped is None
        assert len(practice.landed(workspace)) == len(server.desk.book.entries)
