"""How long it will still take: from what stages took before, at the speed of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.steps.pace import USUAL, Pace, note_stage, pace_of, time_left, usual
from etl.workspace import Workspace

COMPANY = "sandbox-pace"
EXPECTED = {"pull": 1000, "map": 2000, "draft": 3000}

CASES = [  # taken, running, elapsed, at least, at most (ms left), why
    ({}, "", 0, 6000, 6000, "nothing is done: all of it, as it usually takes"),
    ({"pull": 1000}, "", 0, 5000, 5000, "as fast as usual: the rest as usual"),
    ({"pull": 1000}, "map", 500, 4500, 4500, "half a second into the next stage"),
    ({"pull": 1000}, "map", 9000, 3000, 3000, "a stage that takes longer than usual is never counted twice"),
    ({"pull": 2000}, "", 0, 5100, 9900, "a slow day: more than usual, and not twice as much after one stage"),
    ({"pull": 1000, "map": 2000, "draft": 3000}, "", 0, 0, 0, "all is done"),
]


@pytest.mark.parametrize(("taken", "running", "elapsed", "least", "most", "why"), CASES, ids=[c[5] for c in CASES])
def test_the_time_left(
    taken: dict[str, int], running: str, elapsed: int, least: int, most: int, why: str
) -> None:
    assert least <= Pace(EXPECTED, dict(taken)).left(running, elapsed) <= most, why


def test_the_last_run_of_the_company_is_what_counts(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    assert usual(place, COMPANY) == USUAL
    note_stage(place, COMPANY, "map", 10)
    note_stage(place, COMPANY, "map", 1234)
    (place.ops_log(COMPANY) / "stages.jsonl").open("a").write('{"stage": "map", "millis')   # torn by a kill
    note_stage(place, COMPANY, "draft", 77)
    assert pace_of(tmp_path, COMPANY, ["map", "draft"]).expected == {"map": 1234, "draft": USUAL["draft"]}
    note_stage(place, COMPANY, "draft", 88)
    assert pace_of(tmp_path, COMPANY, ["draft"]).expected == {"draft": 88}


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    note_stage(Workspace(tmp_path), COMPANY, "map", 10)
    assert usual(Workspace(tmp_path), COMPANY) == USUAL


@pytest.mark.parametrize(("left", "said"), [(0, "about 0 s left"), (1, "about 1 s left"), (89_000, "about 89 s left"),
                                            (90_000, "about 2 min left"), (600_001, "about 11 min left")])
def test_the_time_left_in_words(left: int, said: str) -> None:
    assert time_left(left) == said
