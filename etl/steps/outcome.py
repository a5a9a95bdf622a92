"""What a step gives back: a sentence, figures, a table, the next action; it draws itself wherever it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import Any

Cell = str | int
NEW_LINE = "\n"
MIME = "application/vnd.timebooks.outcome+json"


@dataclass(frozen=True)
class Outcome:
    """The result of one step. Exit code 0: natural stop; 1: a person must decide. A cell may have several lines."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    next_step: str = ""
    exit_code: int = 0

    def text(self) -> str:
        """The outcome for a terminal: no colors, columns aligned, numbers to the right."""
        lines = [self.title]
        width = max((len(name) for name, _ in self.facts), default=0)
        lines += [f"  {name:<{width}}  {value}" for name, value in self.facts]
        if self.rows:
            lines += ["", *_aligned(self.headings, self.rows)]
        if self.next_step:
            lines += ["", f"next: {self.next_step}"]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """The outcome for another program."""
        return {
            "title": self.title,
            "facts": dict(self.facts),
            "next": self.next_step,
            "exit_code": self.exit_code,
            "rows": [dict(zip(self.headings, row, strict=True)) for row in self.rows],
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Outcome:
        """The outcome that `as_json` told."""
        headings = tuple(raw["rows"][0]) if raw["rows"] else ()
        return cls(
            raw["title"],
            tuple(raw["facts"].items()),
            headings,
            tuple(tuple(row.values()) for row in raw["rows"]),
            raw["next"],
            raw["exit_code"],
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/plain": self.text(), "text/html": self.html(), MIME: self.as_json()}

    def html(self) -> str:
        """The outcome for a notebook; every text escaped."""
        facts = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th><td style='text-align:left'>{escape(value)}</td></tr>"
            for name, value in self.facts
        )
        head = "".join(f"<th>{escape(name)}</th>" for name in self.headings)
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:{'right' if _is_number(cell) else 'left'}'>{_escaped(cell)}</td>"
                for cell in row
            )
            + "</tr>"
            for row in self.rows
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if self.rows else ""
        step = f"<p><b>Next:</b> {escape(self.next_step)}</p>" if self.next_step else ""
        return f"<div><p><b>{escape(self.title)}</b></p><table>{facts}</table>{table}{step}</div>"

    def __repr__(self) -> str:
        return self.text()


def _escaped(cell: Cell) -> str:
    return escape(str(cell)).replace(NEW_LINE, "<br>")


def _is_number(cell: Cell) -> bool:
    text = str(cell).split(NEW_LINE)[0].split(" ")[0]
    text = text.replace(",", "").replace(":", "").replace(".", "").removeprefix("-")
    return text.isdigit()


def _aligned(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    table = [line for row in (headings, *rows) for line in _lines(row)]
    widths = [max(len(row[index]) for row in table) for index in range(len(headings))]
    right = [all(_is_number(row[index]) or row[index] == "" for row in table[1:]) for index in range(len(headings))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in table
    ]


def _lines(row: Sequence[Cell]) -> list[tuple[str, ...]]:
    """The lines of one row: as many as its highest cell has."""
    return list(zip_longest(*(str(cell).split(NEW_LINE) for cell in row), fillvalue=""))
