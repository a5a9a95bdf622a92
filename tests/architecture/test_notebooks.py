"""Notebooks are letters: one call a cell, no logic, no outputs, declared and typed parameters."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").rglob("*.ipynb"))
FORBIDDEN = (
    ast.FunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.If,
    ast.Try,
    ast.Lambda,
    ast.ListComp,
    ast.DictComp,
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert "".join(cells[0]["source"]).startswith("# "), "a title comes first"
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1, "exactly one cell is tagged parameters"
    for statement in ast.parse("".join(tagged[0]["source"])).body:
        assert isinstance(statement, ast.AnnAssign), "typed assignments only"
        assert isinstance(statement.annotation, ast.Name)
        assert statement.annotation.id in ("str", "int", "bool")
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        assert not cell["outputs"], "committed without outputs"
        assert cell["execution_count"] is None
        tree = ast.parse("".join(cell["source"]))
        assert not any(isinstance(node, FORBIDDEN) for node in ast.walk(tree)), "".join(cell["source"])
        if cell is not tagged[0]:
            calls = [node for node in tree.body if isinstance(node, (ast.Expr, ast.Assign))]
            assert len(calls) <= 1, "one call a cell"
