"""The trainings' notebooks in one warm kernel: run as they are, nothing is changed, nothing fails, the score is 0."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl import runner, steps
from etl.codes import codes
from etl.sandbox.training.kinds import ROLES
from etl.shipped import refuse_changed, shipped
from etl.steps.errors_notebook import errors_notebook
from tests.cli.command import timebooks

FOLDER = shipped("notebooks") / "training"


@pytest.mark.capability("C11")
@pytest.mark.parametrize("roles", [("bookkeeper", "administrator"), pytest.param(ROLES, marks=pytest.mark.long)])
def test_each_runs_from_top_to_bottom_without_a_person(tmp_path: Path, roles: tuple[str, ...]) -> None:
    with runner.warm_kernel():
        for role in roles:
            executed = runner.run_notebook(f"training/{role}", {"workspace": str(tmp_path)})
            assert executed.outcome is not None, executed.stopped
            assert executed.outcome.title.endswith("seed 7: 0/12")
            outputs = [output for cell in json.loads(executed.content)["cells"] for output in cell.get("outputs", [])]
            assert not [output for output in outputs if output["output_type"] in ("error", "stream")], role
            assert "Not filled in yet" in executed.content.decode() or role == "analyst"
        told = runner.run_notebook("training/errors", {"code": "te011"}).outcome
    assert told is not None
    assert told.title == f"TE011: {codes()['TE011'].title}"


@pytest.mark.capability("C7")
def test_every_code_stands_in_the_training_on_errors_and_it_is_the_tables() -> None:
    """Otherwise: timebooks sandbox errors."""
    content = (FOLDER / "errors.ipynb").read_bytes()
    assert content == errors_notebook(), "timebooks sandbox errors writes it from etl/codes.csv"
    text = "".join("".join(cell["source"]) for cell in json.loads(content)["cells"])
    assert not [code for code in codes() if f"### {code}\n" not in text]
    for path in FOLDER.glob("*.ipynb"):
        refuse_changed(path)


@pytest.mark.capability("C11")
def test_the_list_of_trainings_is_that_of_the_roles(tmp_path: Path) -> None:
    answer = timebooks("sandbox", "train", "--list", "--json", workspace=tmp_path)
    assert [row["role"] for row in json.loads(answer.facts)["rows"]] == list(ROLES)
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {*ROLES, "errors"}


def test_a_training_is_laid_out_once_and_then_left_alone(tmp_path: Path) -> None:
    steps.train("administrator", workspace=tmp_path)
    mine = tmp_path / "training" / "administrator" / "notebooks" / "administrator.ipynb"
    mine.write_text("{}", encoding="utf-8")
    outcome = steps.train("administrator", workspace=tmp_path)
    assert mine.read_text(encoding="utf-8") == "{}"
    assert outcome.next_step == f"jupyter lab {mine}"
    assert (mine.parent / "errors.ipynb").is_file()
