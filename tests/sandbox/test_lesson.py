"""What the cells of a training do: look, mend, decide; a blank changes nothing, and what is refused is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import steps
from etl.sandbox.training.planting import world_row
from etl.steps.lesson import Lesson
from etl.steps.training import opened
from tests.sandbox.learner import score


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return steps.lesson("controller", str(tmp_path))


def files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_blanks_change_nothing_and_say_so(lesson: Lesson, tmp_path: Path) -> None:
    before = files(tmp_path)
    for outcome in (lesson.add("rates.csv", ""), lesson.replace("rates.csv", "", ""), lesson.remove("export", ""),
                    lesson.find("", ""), lesson.protect(""), lesson.approve_weeks(""), lesson.decide(""),
                    lesson.back_up(""), lesson.lines("export", "")):
        assert outcome.title == "Not filled in yet: nothing was changed."
    assert files(tmp_path) == before


def test_a_mistake_is_mended_from_the_cells(lesson: Lesson, tmp_path: Path) -> None:
    root = tmp_path / "training" / "controller"
    one = opened(root)
    mistake = next(mistake for mistake in one.mistakes if mistake.kind.kind == "rate_zero")
    right = world_row(one.world, mistake.kind, mistake.place)["bill_rate"]
    assert ",0.00," in str(lesson.lines("rates.csv", mistake.place).rows)
    assert lesson.replace("rates.csv", f"{mistake.place},*,*,0.00", f"{mistake.place},*,*,{right}").title.endswith(
        "changed")
    hints = {row[0]: row[3] for row in lesson.grade().rows}
    assert hints[mistake.number] == "mended; no draft with it is approved yet"
    assert score(root) == "0/12"


def test_what_is_not_there_or_not_once_is_told_and_left(lesson: Lesson, tmp_path: Path) -> None:
    before = files(tmp_path)
    assert "stands in 0 lines" in lesson.replace("rates.csv", "no such text", "x").title
    assert "lines of rates.csv" in lesson.replace("rates.csv", "USD", "EUR").title
    assert "is no file of this training" in lesson.add("../../../etc/passwd", "x").title
    assert "There is no file" in lesson.look("desk/../../data/training/sealed.json").title
    assert files(tmp_path) == before


def test_what_a_step_refuses_is_told_with_its_code(lesson: Lesson) -> None:
    outcome = lesson.decide("approve")
    assert dict(outcome.facts)["code"] == "NO_DRAFT"
    assert lesson.decide("refuse").title.startswith("The draft is refused")


def test_a_code_is_told_however_it_is_typed() -> None:
    assert steps.code_told(" te008 ").title == "TE008: The project is not mapped"
    assert "There is no code" in steps.code_told("TE999").title
