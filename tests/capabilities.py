"""What users need, what delivers it, which tests show it: `python -m tests.capabilities` writes docs/capabilities.md.

docs/capabilities.csv says need, delivery and what is missing; the tests are those marked `capability`, read from their
sources without importing them.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE, PAGE = ROOT / "docs" / "capabilities.csv", ROOT / "docs" / "capabilities.md"
NAMED = 3   # tests a row names; the others are counted
SECTIONS = (   # the first id of each, in order
    ("C1", "In short"), ("C6", "Change and training"), ("C14", "Before the start"), ("C25", "Vendors and contracts"),
    ("C32", "People and projects"), ("C39", "Figures about the work itself"), ("C47", "Accounts, items and billing"),
    ("C54", "Limits of a tracker's API"), ("C60", "Rounding, overtime, billable time"), ("C65", "Contractors and 1099"),
    ("C70", "Practice and pilot"), ("C75", "Currencies and other countries"), ("C81", "When and how data moves"),
    ("C87", "Reports and dashboards"), ("C94", "Reconciling"), ("C99", "Retention and archive"),
    ("C104", "What goes wrong"), ("C110", "Versions of the cross-references"), ("C116", "Security and permissions"),
    ("C120", "Mobile work"), ("C124", "Upkeep"), ("C128", "Labor law and compliance"), ("C134", "In the long run"),
    ("C136", "What practice asks for besides"), ("M1", "Beyond other products"),
)
INTRO = """# Capabilities

What users need, what delivers it, and the tests that show it, one row an id. The ids are those of the tests' marks.
Written by `python -m tests.capabilities` from capabilities.csv and the tests; do not edit it by hand.
"""


@dataclass(frozen=True)
class Capability:
    """One id. `delivered_by` and `open`: words with names in backticks; `open` empty: nothing is missing."""

    id: str
    need: str
    delivered_by: str
    open: str


@cache
def capabilities() -> tuple[Capability, ...]:
    """Every row of docs/capabilities.csv, as it stands."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(Capability(**row) for row in csv.DictReader(file))


def place(name: str) -> tuple[str, int]:
    """Where an id stands: C before M, by number."""
    return name[0], int(name[1:])


@cache
def shown() -> dict[str, tuple[str, ...]]:
    """Per id marked anywhere the tests that show it, as path::name below tests/, sorted."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, ids in marks(ast.parse(path.read_text(encoding="utf-8"))):
            for one in ids:
                found.setdefault(one, set()).add(f"{path.relative_to(ROOT / 'tests').as_posix()}::{name}")
    return {one: tuple(sorted(tests)) for one, tests in found.items()}


def marks(module: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Each test of a module with the ids it is marked with: by itself, a parameter of it, its class or its module."""
    constants = {name: node.value for node in module.body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
                 for name in _names(node)}
    yield from _of_body(module.body, "", set(), constants)


def _of_body(
    body: Sequence[ast.stmt], before: str, outer: set[str], constants: dict[str, ast.expr],
) -> Iterator[tuple[str, set[str]]]:
    own = [node.value for node in body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
           and "pytestmark" in _names(node)]
    ids = outer | _ids(own)
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _of_body(node.body, f"{before}{node.name}::", ids | _ids(node.decorator_list), constants)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            used = {name.id for decorator in node.decorator_list for name in ast.walk(decorator)
                    if isinstance(name, ast.Name)} - {"pytestmark"}
            rows = [constants[name] for name in sorted(used & constants.keys())]
            yield f"{before}{node.name}", ids | _ids([*node.decorator_list, *rows])


def _names(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _ids(nodes: Sequence[ast.expr]) -> set[str]:
    """The ids of every pytest.mark.capability(...) inside."""
    calls = [call for node in nodes for call in ast.walk(node) if isinstance(call, ast.Call)]
    return {str(argument.value) for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr == "capability"
            for argument in call.args if isinstance(argument, ast.Constant)}


def page(rows: Sequence[Capability], tests: dict[str, tuple[str, ...]]) -> str:
    """The whole page: what is done, what is done in part, and what is not, each with its reason."""
    partly = [row for row in rows if tests.get(row.id) and row.open]
    missing = [row for row in rows if not tests.get(row.id)]
    done = len(rows) - len(partly) - len(missing)
    starts = dict(SECTIONS)
    told = f"Of {len(rows)} needs {done} are met, {len(partly)} in part, {len(missing)} are not done or not shown."
    lines = [INTRO, told, "What is missing stands at the end: [in part](#in-part), [not done](#not-done)."]
    for row in rows:
        if row.id in starts:
            lines += ["", f"## {starts[row.id]}", "", "| Id | Need | Delivered by | Tests |", "|---|---|---|---|"]
        lines.append(_line(row.id, row.need, row.delivered_by, _told(row, tests.get(row.id, ()))))
    lines += ["", "## In part", "", "| Id | Need | What is missing |", "|---|---|---|"]
    lines += [_line(row.id, row.need, row.open) for row in partly]
    lines += ["", "## Not done", "", "| Id | Need | Why |", "|---|---|---|"]
    lines += [_line(row.id, row.need, row.open) for row in missing]
    return "\n".join(lines) + "\n"


def _told(row: Capability, tests: Sequence[str]) -> str:
    if not tests:
        return "not done"
    more = [f"and {len(tests) - NAMED} more"] if len(tests) > NAMED else []
    return "<br>".join([*(f"`{name}`" for name in tests[:NAMED]), *more, *(["in part"] if row.open else [])])


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(capabilities(), shown()), encoding="utf-8")


if __name__ == "__main__":
    main()
