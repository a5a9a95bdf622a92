"""What stands around every page of the documents: head, menu, search field; and the page that searches."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from etl.page import head

_STYLE, _SCRIPT = ((files("etl.pages") / name).read_text(encoding="utf-8") for name in ("site.css", "site_search.js"))
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_INTRO = "Type one or more words above; every place that has all of them is shown, the nearest first."


Menu = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Sections of pages, each with the name it has in the menu."""


def frame(page: str, title: str, body: str, menu: Menu, *, scripts: str = "'none'") -> str:
    """A whole page around `body`; `scripts` is what its policy lets run."""
    up = "../" * page.count("/")
    policy = f"default-src 'none'; script-src {scripts}; base-uri 'none'; style-src 'unsafe-inline'"
    named = "Timebooks" if title.startswith("Timebooks") else f"{title} · Timebooks"
    return (
        f'{head(named, _STYLE, policy=policy)}<body>\n<a class="skip" href="#text">To the text</a>\n'
        f'<header><a href="{up}index.html">Timebooks</a><a class="to-menu" href="#menu">Menu</a>'
        f'<form role="search" action="{up}search.html"><label for="q">Search'
        '</label><input id="q" name="q" type="search" autocomplete="off"><button>Search</button></form></header>\n'
        f'<div class="sides">\n<main id="text">\n{body}</main>\n<nav id="menu" aria-label="Pages">\n'
        f"{_menu(page, menu)}</nav>\n</div>\n</body>\n</html>\n")


def search_page(parts: Sequence[tuple[str, str, str, str]], menu: Menu) -> str:
    """The page that searches what it holds: page, title, heading and words of every part."""
    held = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    body = (f'<h1>Search</h1>\n<p id="told" role="status">{_INTRO}</p>\n<ol id="found"></ol>\n'
            "<noscript><p>This page alone needs its script, which this browser does not run. "
            "Use the menu.</p></noscript>\n"
            f'<script type="application/json" id="parts">{held}</script>\n<script>{_SCRIPT}</script>\n')
    return frame("search.html", "Search", body, menu, scripts=f"'sha256-{_DIGEST}'")


def _menu(page: str, menu: Menu) -> str:
    return "".join(
        f"<section>\n<h2>{escape(section)}</h2>\n<ul>{''.join(_item(page, *one) for one in pages)}</ul>\n</section>\n"
        for section, pages in menu if pages)


def _item(page: str, other: str, name: str) -> str:
    here = ' aria-current="page"' if other == page else ""
    target = posixpath.relpath(other, posixpath.dirname(page) or ".")
    return f'<li><a href="{escape(target)}"{here}>{escape(name)}</a></li>\n'
