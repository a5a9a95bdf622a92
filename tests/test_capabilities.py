"""docs/capabilities.md is what the generator writes, and names no command, file, test or id that is not there."""

from __future__ import annotations

import ast
import re
from itertools import takewhile
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from etl.cli import app
from etl.mapping.declared import FILES
from etl.mapping.declared_services import SERVICE_FILES
from etl.mapping.declared_vendors import PAYMENT_FILES
from etl.settings import Settings
from etl.store import history
from etl.targets.documents import DOCUMENTS
from tests import capabilities
from tests.capabilities import PAGE, ROOT, SECTIONS, Capability, place, shown
from tests.shared import shared

ROWS = capabilities.capabilities()
MAKE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_page_is_what_the_generator_writes():
    assert PAGE.read_text(encoding="utf-8") == capabilities.page(ROWS, shown()), "run: python -m tests.capabilities"


def test_every_id_is_there_once_under_its_heading():
    text = shared("CAPABILITIES.md").read_text(encoding="utf-8")
    parts = [re.findall(r"^\| ([CM][0-9]+) \|", part, re.MULTILINE) for part in text.split("\n## ")]
    assert [row.id for row in ROWS] == [one for part in parts for one in part]
    assert [row.id for row in ROWS] == sorted((row.id for row in ROWS), key=place)
    assert [first for first, _ in SECTIONS] == [part[0] for part in parts if part]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_an_id_is_shown_by_a_test_or_says_why_not(row: Capability):
    assert row.need
    assert row.open or shown().get(row.id), "done without a test"
    assert row.delivered_by or not shown().get(row.id), "shown, and delivered by nothing"
    assert not row.open or row.open.endswith("."), "a whole sentence"


def test_every_mark_names_a_known_id():
    assert set(shown()) <= {row.id for row in ROWS}


def is_command(words: list[str]) -> bool:
    """Whether these words after `timebooks` are a command, with options that it has."""
    here: Any = typer.main.get_command(app)
    for word in takewhile(lambda word: not word.startswith("-"), words):
        here = getattr(here, "commands", {}).get(word)
        if here is None:
            return False
    options = {option for parameter in here.params for option in parameter.opts}
    return options >= {word for word in words if word.startswith("-")}


def is_setting(section: str, key: str) -> bool:
    """Whether company.toml may have this section, with this key where one is named."""
    field = Settings.model_fields.get(section)
    return field is not None and (not key or any(key in model.model_fields for model in models(field.annotation)))


def models(annotation: Any) -> list[type[BaseModel]]:
    inner = [model for part in get_args(annotation) for model in models(part)]
    return [*inner, annotation] if isinstance(annotation, type) and issubclass(annotation, BaseModel) else inner


def is_there(name: str) -> bool:
    """Whether a name in backticks is a command, setting, file, page, notebook, document or view of this repository."""
    if setting := re.fullmatch(r"\[{1,2}(\w+)\]{1,2}(?: (\w+))?", name):
        return is_setting(setting[1], setting[2] or "")
    words = name.split()
    if words[0] == "timebooks":
        return is_command(words[1:])
    if words[0] == "make":
        return re.search(rf"^{words[1]}:", MAKE, re.MULTILINE) is not None
    if name.endswith(".ipynb"):
        return (ROOT / "notebooks" / name).is_file()
    known = {one.name for one in (*FILES, *PAYMENT_FILES, *SERVICE_FILES, *DOCUMENTS)} | {*history.VIEWS}
    return name in known or ("/" in name and (ROOT / name).is_file())


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_what_delivers_it_exists(row: Capability):
    assert [name for name in re.findall(r"`([^`]+)`", f"{row.delivered_by} {row.open}") if not is_there(name)] == []


@pytest.mark.parametrize("name", [
    "timebooks weak", "timebooks step pull --estimates", "timebooks week more", "make haste", "weak.ipynb", "[bil]",
    "[billing] outputs", "docs/none.md", "none.csv", "payroll.none", "docs"])
def test_what_is_not_there_is_seen(name):
    assert not is_there(name)


MODULE = """
import pytest
pytestmark = [pytest.mark.capability("C1")]
ROWS: list = [pytest.param(1, marks=pytest.mark.capability("C4"))]

@pytest.mark.capability("C2", "C3")
def test_itself(): ...

@pytest.mark.parametrize("row", ROWS)
def test_by_a_row(): ...

def in_no_way(): ...

@pytest.mark.capability("C5")
class TestMany:
    pytestmark = pytest.mark.capability("C6")

    @pytest.mark.long
    def test_in_a_class(self): ...
"""


def test_marks_are_read_wherever_they_stand():
    assert dict(capabilities.marks(ast.parse(MODULE))) == {
        "test_itself": {"C1", "C2", "C3"}, "test_by_a_row": {"C1", "C4"},
        "TestMany::test_in_a_class": {"C1", "C5", "C6"}}


def test_a_row_says_whether_it_is_done_in_part_or_not_at_all():
    rows = [Capability("C1", "done", "x", ""), Capability("C2", "half", "x", "Half."),
            Capability("C3", "not", "", "Why.")]
    text = capabilities.page(rows, {"C1": tuple("abcd"), "C2": ("a",)})
    assert "Of 3 needs 1 are met, 1 in part, 1 are not done" in text
    assert "| C1 | done | x | `a`<br>`b`<br>`c`<br>and 1 more |" in text
    assert "| C2 | half | x | `a`<br>in part |" in text
    assert text.index("## In part") < text.index("| C2 | half | Half. |") < text.index("## Not done")
    assert "| C3 | not | Why. |" in text[text.index("## Not done"):]
