"""The agenda of a quarter as one page: what is due, by day, with its owner and its command; for screen and paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from etl.pages.site_frame import head

Due = tuple[str, str, str, str, str]
"""The day, what, whose, the command, the page that explains it."""
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #767676}
.banner{border:2px solid #1a1a1a;padding:.4rem .8rem;font-weight:700}
ol{list-style:none;margin:0;padding:0}li{display:grid;grid-template-columns:7rem minmax(0,1fr);padding:.5rem 0;
border-bottom:1px solid #ddd}time{font-weight:700;white-space:nowrap}li p{margin:0;overflow-wrap:anywhere}
.how{color:#595959;font-size:.92rem}code{font:.92em ui-monospace,monospace;color:#1a1a1a;background:#f4f4f4;
padding:.05em .25em}
@media(max-width:34rem){li{display:block}}
@media print{body{margin:0;max-width:none;font-size:10.5pt}h2{break-after:avoid}li{break-inside:avoid}}
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
    page = (f"{head(f'Agenda of {title}', _STYLE)}<body>\n<main>\n<h1>Agenda of {escape(title)}</h1>\n"
            f"<p>{escape(subtitle)}</p>\n{mark}{body}</main>\n</body>\n</html>\n")
    return page.encode("utf-8")


def _list(part: Part) -> str:
    if not part.due:
        return f"<p>{escape(part.empty)}</p>\n"
    return "<ol>\n" + "".join(
        f'<li><time datetime="{escape(day)}">{escape(day)}</time><div><p>{escape(what)}</p>'
        f'<p class="how">{escape(whose)} · <code>{escape(command)}</code> · {escape(page)}</p></div></li>\n'
        for day, what, whose, command, page in part.due) + "</ol>\n"
