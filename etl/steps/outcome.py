"""What a step gives back: a sentence, figures, a table, the next action; it draws itself wherever it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Link:
    """A cell that opens a file: what is shown, and where it lies from the notebook's folder."""

    text: str
    target: str

    def __str__(self) -> str:
        return self.text


Cell = str | int | Link
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
            table = _aligned(self.headings, self.rows)
            few_and_wide = len(self.rows) <= _FEW and max(map(len, table)) > _WIDE
            lines += ["", *(_one_below_another(self.headings, self.rows) if few_and_wide else table)]
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
            "rows": [
                {
                    name: cell.text if isinstance(cell, Link) else cell
                    for name, cell in zip(self.headings, row, strict=True)
                }
                for row in self.rows
            ],
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
        """The outcome for a notebook; every text escaped. A click on a heading sorts, where scripts are trusted."""
        facts = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th><td style='text-align:left'>{escape(value)}</td></tr>"
            for name, value in self.facts
        )
        step = f"<p><b>Next:</b> {escape(self.next_step)}</p>" if self.next_step else ""
        facts = f"<table>{facts}</table>" if facts else ""
        return f"<div><p><b>{escape(self.title)}</b></p>{facts}{self._table()}{step}</div>"

    def _table(self) -> str:
        if not self.rows:
            return ""
        columns = range(len(self.headings))
        right = [all(_is_number(row[index]) or row[index] == "" for row in self.rows) for index in columns]
        sides = ["right" if to_right else "left" for to_right in right]
        head = "".join(
            f"<th style='text-align:{side};cursor:pointer' title='Click to sort'>{escape(name)}</th>"
            for name, side in zip(self.headings, sides, strict=True)
        )
        body = "".join(
            "<tr>" + "".join(_html_cell(cell, side) for cell, side in zip(row, sides, strict=True)) + "</tr>"
            for row in self.rows
        )
        return f"<div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{_SORT}</div>"

    def __repr__(self) -> str:
        return self.text()


_SORT = (  # the table just before the script; numbers by data-n, texts as they are
    "<script>(s=>{const t=s.parentElement.querySelector('table');"
    "if(t.tBodies[0].rows.length>8){const f=document.createElement('input');f.type='search';"
    "f.placeholder='Filter rows';f.setAttribute('aria-label','Filter rows');f.style='margin:4px 0;padding:3px 6px';"
    "f.oninput=()=>[...t.tBodies[0].rows].forEach(r=>r.hidden="
    "!r.textContent.toLowerCase().includes(f.value.toLowerCase()));t.before(f)}"
    "t.querySelectorAll('th').forEach((h,i)=>{"
    "h.onclick=()=>{const d=h.dataset.d=h.dataset.d==='1'?'-1':'1',b=t.tBodies[0];"
    "t.querySelectorAll('th').forEach(o=>o.textContent=o.textContent.replace(/ [▲▼]$/,''));"
    "h.textContent+=d==='1'?' ▲':' ▼';"
    "[...b.rows].sort((x,y)=>{const p=x.cells[i],q=y.cells[i],m=p.dataset.n,n=q.dataset.n;"
    "return d*(m!==undefined&&n!==undefined?m-n:p.textContent.localeCompare(q.textContent))})"
    ".forEach(r=>b.append(r))}})})(document.currentScript)</script>"
)


_SHORT = 34  # signs that stay on one line


def _html_cell(cell: Cell, side: str) -> str:
    number = f" data-n='{_sort_number(cell)}'" if _is_number(cell) else ""
    text = escape(str(cell)).replace(NEW_LINE, "<br>")
    if isinstance(cell, Link):
        text = f"<a href='{escape(quote(cell.target), quote=True)}' target='_blank'>{text}</a>"
    wrap = "nowrap" if max(map(len, str(cell).split(NEW_LINE))) <= _SHORT else "pre-wrap"
    return f"<td style='text-align:{side};white-space:{wrap};max-width:36em'{number}>{text}</td>"


def _sort_number(cell: Cell) -> str:
    """The number a cell is sorted by: of `183 | 456:14:04` the first, of 2:30:00 the seconds."""
    text = str(cell).split(" ")[0].replace(",", "")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    if ":" in digits:
        hours, minutes, seconds = ([*digits.split(":"), "0", "0"])[:3]
        return f"{sign}{int(hours) * 3600 + int(minutes) * 60 + int(seconds)}"
    return text


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


_FEW, _WIDE = 6, 160  # rows; signs of a line that no terminal shows whole


def _one_below_another(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Each row as a block of its own, a line a cell; empty cells are left out."""
    width = max(map(len, headings))
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for name, cell in zip(headings, row, strict=True):
            first, *more = str(cell).split(NEW_LINE)
            lines += [f"  {name:<{width}}  {first}"] if first else []
            lines += [f"  {'':<{width}}  {line}" for line in more]
    return lines


def _lines(row: Sequence[Cell]) -> list[tuple[str, ...]]:
    """The lines of one row: as many as its highest cell has."""
    return list(zip_longest(*(str(cell).split(NEW_LINE) for cell in row), fillvalue=""))
