"""The dashboard's views as HTML: tables with their headings, for the live page and the page of a week alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from etl.page import page

MOST_SHOWN = 200
_SHORT = 44   # letters that stay on one line
STYLE = """
body{max-width:90rem}
td.long{min-width:21rem}table td,table th{white-space:nowrap}table td.long,table th.long,caption{white-space:normal}
.wide:focus{outline:2px solid #0b4f8a}p.files{margin:.2rem 0}.remark{border-left:4px solid #8a4b00;padding:.2rem .8rem}
"""


@dataclass(frozen=True)
class ViewPart:
    """One view as its reader may see it: cells as text, a column of figures to the right.

    `rows` are the first of `count_rows`. `files`: where the whole view is to be had, by the name of the form.
    """

    name: str
    title: str
    text: str
    empty: str
    headings: tuple[str, ...]
    is_figure: tuple[bool, ...]
    rows: Sequence[tuple[str, ...]]
    count_rows: int
    files: tuple[tuple[str, str], ...] = field(default=())


def table_of(part: ViewPart) -> str:
    """The view's sentence, table and files; its heading stands above it."""
    text = f"<p>{escape(part.text)}</p>\n"
    if not part.count_rows:
        return f"{text}<p>{escape(part.empty)}</p>\n"
    more = part.count_rows - len(part.rows)
    count = f"{part.count_rows:,} row{'' if part.count_rows == 1 else 's'}"
    told = f"The first {len(part.rows):,} of {count}; the files have all of them" if more else count
    head = "".join(f'<th scope="col"{" class=n" if is_figure else ""}>{escape(heading)}</th>'
                   for heading, is_figure in zip(part.headings, part.is_figure, strict=True))
    body = "".join(f"<tr>{_cells(part, row)}</tr>\n" for row in part.rows)
    region = f'<div class="wide" role="region" aria-label="{escape(part.title)}, table" tabindex="0">\n'
    return (f"{text}{_files(part)}{region}<table>\n<caption>{told}</caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}</tbody>\n</table>\n</div>\n")


def render_week(title: str, subtitle: str, parts: Sequence[ViewPart], *, banner: str = "") -> bytes:
    """The page of one week: every view of it, complete in itself. The same views give the same bytes."""
    links = "".join(f'<li><a href="#{part.name}">{escape(part.title)}</a></li>' for part in parts)
    sections = "".join(f'<section id="{part.name}" aria-labelledby="{part.name}-title">\n<h2 id="{part.name}-title">'
                       f"{escape(part.title)}</h2>\n{table_of(part)}</section>\n" for part in parts)
    mark = f'<p class="banner">{escape(banner)}</p>\n' if banner else ""
    return page(f"{title}, {subtitle}", (
        f'<header>\n<a class="skip" href="#views">To the views</a>\n<h1>{escape(title)}</h1>\n'
        f'<p>{escape(subtitle)}</p>\n{mark}</header>\n<nav aria-label="Views"><ul>{links}</ul></nav>\n'
        f'<main id="views">\n{sections}'
        "<p>This page names people and their hours: keep it as confidential as the payroll.</p>\n</main>\n"), STYLE)


def _cells(part: ViewPart, row: Sequence[str]) -> str:
    cells = []
    for at, cell in enumerate(row):
        text = escape(cell).replace("\n", "<br>")
        kind = ' class="n"' if part.is_figure[at] else ' class="long"' if len(cell) > _SHORT else ""
        cells.append(f'<th scope="row"{kind}>{text}</th>' if at == 0 else f"<td{kind}>{text}</td>")
    return "".join(cells)


def _files(part: ViewPart) -> str:
    if not part.files:
        return ""
    links = " · ".join(f'<a href="{escape(address, quote=True)}" download aria-label="{escape(part.title)} as {form}">'
                       f"{escape(form)}</a>" for form, address in part.files)
    return f'<p class="files">All rows: {links}</p>\n'
