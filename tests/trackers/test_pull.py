"""From a tracker's API to a closed period: pulled, mapped, drafted, exported."""

from __future__ import annotations

import pytest

from etl import steps
from etl.sandbox.server.serving import PracticeServer
from tests.faults import tiny
from tests.trackers import practice


@pytest.mark.parametrize("source", practice.SOURCES)
def test_a_week_from_the_api_is_closed(tmp_path, source):
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, source)
        outcome = steps.week(practice.start(workspace))
    assert outcome.exit_code == 0
    assert (tmp_path / "reports" / tiny.COMPANY / "2026-11-08" / "batch-0001").is_dir()
    assert len(practice.landed(workspace)) == (10 if source == "timetagger" else 20)   # one person's, or everybody's
