"""The law tables that ship beside this module: read as text, row by row, each faulty line named."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.resources import files
from typing import TypeVar

from etl.errors import SettingsError
from etl.periods import LAST_DAY

Row = TypeVar("Row")
NEEDED = ("rule_id", "jurisdiction", "law_text", "citation")


def shipped(name: str) -> str:
    """The text of one table, "break_rules.csv"."""
    return (files("etl.law") / name).read_text(encoding="utf-8")


def cells_of(text: str) -> list[dict[str, str]]:
    """The rows of a table by their headings, every cell as text."""
    return list(csv.DictReader(text.splitlines()))


def read_table(
    text: str,
    make: Callable[[dict[str, str]], Row],
    *,
    table: str,
    where: str,
    fix: str = "Correct the lines named.",
    among: Callable[[Sequence[Row]], Iterable[str]] = lambda rows: (),  # noqa: ARG005
) -> tuple[Row, ...]:
    """Every row as `make` reads it. `among`: what is wrong between rows that are each right.

    Raises SettingsError LAW_INVALID with every finding; `table` is what the message calls it.
    """
    rows: list[Row] = []
    findings: list[str] = []
    for line, cells in enumerate(cells_of(text), 2):
        try:
            rows.append(make(cells))
        except (ValueError, KeyError, ArithmeticError) as error:
            findings.append(f"line {line}: {error}")
    findings += among(rows)
    if findings:
        raise SettingsError(
            "LAW_INVALID", what=f"{table} cannot be used:\n    " + "\n    ".join(findings), where=where, fix=fix
        )
    return tuple(rows)


def check_cells(cells: dict[str, str], choices: dict[str, Sequence[str]], needed: Iterable[str] = NEEDED) -> None:
    """Nothing where each of these cells is one of its choices and none of the needed ones is empty; else ValueError."""
    for name, known in choices.items():
        if cells[name] not in known:
            raise ValueError(f"{name} {cells[name]!r} is none of {', '.join(one or '(empty)' for one in known)}")
    for name in needed:
        if not cells[name]:
            raise ValueError(f"{name} is empty")


def span_of(cells: dict[str, str]) -> tuple[date, date]:
    """The days a row holds for, both inclusive; without an end it holds on."""
    return (
        date.fromisoformat(cells["effective_from"]),
        date.fromisoformat(cells["effective_to"]) if cells["effective_to"] else LAST_DAY,
    )
