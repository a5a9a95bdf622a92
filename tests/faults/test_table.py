"""docs/faults.csv is complete: every fault and bad input of the reference once, and every test it names is there."""

from __future__ import annotations

import ast
import csv
import re
from functools import cache
from pathlib import Path

import pytest

from tests.shared import shared
from tests.sources.test_catalogue import TOLD_AT

ROOT = Path(__file__).resolve().parents[2]
with (ROOT / "docs" / "faults.csv").open(encoding="utf-8", newline="") as file:
    TABLE = list(csv.DictReader(file))


@cache
def named_in(file: str) -> frozenset[str]:
    """The tests of a file, those in a class as Class::name."""
    found = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return frozenset(found)


def test_every_id_of_the_reference_is_in_the_table_once():
    text = (shared("reference") / "reliability.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([FBJXPA]\d\d) \|", text, re.MULTILINE)
    assert len(listed) == len(set(listed)) == 144
    assert sorted(row["id"] for row in TABLE) == sorted(listed)
    assert {row["how"] for row in TABLE} == {"run", "simulated"}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["id"])
def test_the_tests_of_an_id_are_there(row):
    assert row["tests"]
    for place in row["tests"].split():
        file, _, name = place.partition("::")
        assert name in named_in(file), place


def test_the_catalogue_of_files_names_the_same_tests():
    """Where tests/sources/test_catalogue.py says that an input is told elsewhere, so does the table."""
    told = {row["id"]: row["tests"].split() for row in TABLE}
    assert {number: told[number] for number in TOLD_AT} == TOLD_AT
