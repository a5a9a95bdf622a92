"""The integration plan as one page: sections of tables, complete in itself, for a screen, a screen reader and paper."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from etl.page import page

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Decision:
    """One choice that every company makes: the key in company.toml, what is asked, whose it is, the page about it."""

    setting: str
    question: str
    owner: str
    page: str


@dataclass(frozen=True)
class Section:
    """One part of the plan: a heading, a sentence, a table with its caption. Text that is open begins with OPEN."""

    title: str
    text: str
    headings: tuple[str, ...] = ()
    rows: Rows = ()
    empty: str = "Nothing."


OPEN = "open: "


@cache
def decisions() -> tuple[Decision, ...]:
    """The choices of a company, in the order they are asked."""
    text = (files("etl.pages") / "decisions.csv").read_text(encoding="utf-8")
    return tuple(Decision(**row) for row in csv.DictReader(text.splitlines()))


def render_plan(company: str, sections: Sequence[Section], *, subtitle: str, banner: str = "") -> bytes:
    """The page as UTF-8 HTML: the same sections give the same bytes. No script; nothing is loaded from anywhere."""
    links = "".join(f'<li><a href="#s{number}">{escape(section.title)}</a></li>'
                    for number, section in enumerate(sections, 1))
    body = "".join(_section(number, section) for number, section in enumerate(sections, 1))
    mark = f'<p class="banner">{escape(banner)}</p>\n' if banner else ""
    return page(f"Integration plan of {company}", (
        f'<header>\n<a class="skip" href="#plan">To the plan</a>\n<h1>Integration plan</h1>\n<p>{escape(company)}<br>'
        f'{escape(subtitle)}</p>\n{mark}</header>\n<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
        f'<main id="plan">\n{body}</main>\n'))


def _section(number: int, section: Section) -> str:
    text = f"<p>{escape(section.text)}</p>\n" if section.text else ""
    return (f'<section id="s{number}" aria-labelledby="h{number}">\n<h2 id="h{number}">{escape(section.title)}</h2>\n'
            f"{text}{_table(section)}</section>\n")


def _table(section: Section) -> str:
    if not section.headings:
        return ""
    if not section.rows:
        return f"<p>{escape(section.empty)}</p>\n"
    right = [all(isinstance(row[at], int) for row in section.rows) for at in range(len(section.headings))]
    head = "".join(f'<th scope="col"{" class=n" if is_right else ""}>{escape(name)}</th>'
                   for name, is_right in zip(section.headings, right, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell(cell, at, is_right=right[at]) for at, cell in enumerate(row)) + "</tr>\n"
        for row in section.rows)
    return (f'<div class="wide" role="region" aria-label="{escape(section.title)}, table" tabindex="0">\n<table>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n")


def _cell(cell: object, at: int, *, is_right: bool) -> str:
    text = f"{cell:,}" if isinstance(cell, int) else escape(str(cell)).replace("\n", "<br>")
    if text.startswith(OPEN):
        text = f'<span class="open">{text}</span>'
    if at == 0:
        return f'<th scope="row">{text}</th>'
    return f'<td class="n">{text}</td>' if is_right else f"<td>{text}</td>"
