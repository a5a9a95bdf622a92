"""The working database takes as much of a machine as what has landed needs; no figure depends on it."""

from __future__ import annotations

from pathlib import Path

from etl import steps
from etl.sql.run import Limits
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.store.landing import pull_folder
from etl.workspace import Workspace


def test_a_small_landing_takes_one_thread_and_a_large_one_more_memory(tmp_path: Path, monkeypatch) -> None:
    init(tmp_path, with_sample=True)

    def limits(**given: Limits) -> Limits | None:
        return steps.start(SAMPLE, SAMPLE_PERIOD_END, tmp_path, in_memory=True, **given).engine_limits

    assert limits() == Limits(threads=1)
    path = pull_folder(Workspace(tmp_path), SAMPLE, "000001-large") / "entries.parquet"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(256 << 10)
    assert limits() is None
    with path.open("wb") as file:
        file.truncate(64 << 20)
    monkeypatch.setattr("etl.steps.run.memory_bytes", lambda: 16 << 30)
    assert limits() == Limits(memory="3000MiB")
    assert limits(limits=Limits(threads=1)) == Limits(threads=1), "what is given holds"
    monkeypatch.setattr("etl.steps.run.memory_bytes", lambda: 4 << 30)
    assert limits() is None, "a small machine keeps its memory"
