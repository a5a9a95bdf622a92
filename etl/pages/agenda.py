"""The agenda of a quarter as one page: what is due, by day, with its owner and its command; for screen and paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from etl.page import page

Due = tuple[str, str, str, str, str]
"""The day, what, whose, the command, the page that explains it."""
_STYLE = """
body{max-width:60rem}ol{list-style:none;margin:0;padding:0}
li{display:grid;grid-template-columns:7rem minmax(0,1fr);padding:.5rem 0;border-bottom:1px solid #ddd}
time{font-weight:700;white-space:nowrap}li p{margin:0;overflow-wrap:anywhere}
.how{color:#595959;font-size:.92rem}code{font-family:ui-monospace,monospace;color:#1a1a1a;background:#f4f4f4;
padding:.05em .25em}
@media(max-width:34rem){li{display:block}}
@media print{li{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Part:
    """One part of the page: its heading, what is due in it, what it says where nothing is."""

    title: str
    due: Sequence[Due]
    empty: str


def render_agenda(title: str, parts: Sequence[Part], *, subtitle: str, banner: str = "") -> bytes:
    """The page as UTF-8 HTML: the same parts give the same bytes. No script; nothing is loaded from anywhere."""
    mark = f'<p class="banner">{escape(banner)}</p>\n' if banner else ""
    body = "".join(f"<section>\n<h2>{escape(part.title)}</h2>\n{_list(part)}</section>\n" for part in parts)
    return page(f"Agenda of {title}", f"<main>\n<h1>Agenda of {escape(title)}</h1>\n<p>{escape(subtitle)}</p>\n"
                f"{mark}{body}</main>\n", _STYLE)


def _list(part: Part) -> str:
    if not part.due:
        return f"<p>{escape(part.empty)}</p>\n"
    return "<ol>\n" + "".join(
        f'<li><time datetime="{escape(day)}">{escape(day)}</time><div><p>{escape(what)}</p>'
        f'<p class="how">{escape(whose)} · <code>{escape(command)}</code> · {escape(explained)}</p></div></li>\n'
        for day, what, whose, command, explained in part.due) + "</ol>\n"
