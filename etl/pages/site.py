"""The documents as a site: Markdown to HTML pages that are complete in themselves, with a menu and a search.

No page loads anything. The one script of the site is that of the search page; its digest stands in that page's policy,
so that no other can run there. A search is a link with a question in it, and works from a folder without a server.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from etl.pages.site_frame import Menu, frame, search_page

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LONG = 8   # parts of a page that lists them at its top
_OUTSIDE = ("https:", "http:", "mailto:")


@dataclass(frozen=True)
class Document:
    """One Markdown text and its path in the repository, such as docs/billing.md."""

    source: str
    text: str

    @property
    def page(self) -> str:
        """The page's name in the site: docs/billing.md becomes billing.html."""
        return posixpath.splitext(self.source.removeprefix("docs/"))[0].lower() + ".html"

    @cached_property
    def tokens(self) -> list[Token]:
        """The text as parsed; raw HTML in it counts as text, comments and pictures are left out."""
        parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
        return parser.parse(_COMMENT.sub("", self.text))

    @cached_property
    def title(self) -> str:
        """Its first heading."""
        return next((said for level, _, said in _headings(self.tokens) if level == 1), self.page)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What a link into the page may name."""
        return frozenset(anchor for _, anchor, _ in _headings(self.tokens))


def render_site(documents: Sequence[Document], menu: Menu, stands_for: Mapping[str, str]) -> dict[str, bytes]:
    """Every page by its name: the same documents give the same bytes.

    `stands_for`: files of the repository that a document shows, and that document. A link to a file that no document
    shows stays as text.
    """
    by_source = {one.source: one for one in documents}
    shown = {path: by_source[source] for path, source in stands_for.items() if source in by_source} | by_source
    pages = {one.page: frame(one.page, one.title, _body(one, shown), menu).encode("utf-8") for one in documents}
    assert len(pages) == len(documents), "two documents would be one page"
    parts = [part for one in documents for part in _parts(one)]
    pages["search.html"] = search_page(parts, menu).encode("utf-8")
    return pages


class Markdown(str):
    """A cell that is Markdown already."""

    __slots__ = ()


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; nothing in a cell is read as Markdown that does not say so."""
    lines = [headings, ["---"] * len(headings), *(
        [cell if isinstance(cell, Markdown) else literal(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def literal(text: str) -> str:
    """Text as Markdown that means exactly this text, on one line."""
    return " ".join(_SPECIAL.sub(r"\\\1", text).split())


def dead_links(documents: Sequence[Document], others: frozenset[str]) -> Iterator[str]:
    """Every link inside that leads nowhere, as "page: link". `others`: files of the repository that are no document."""
    by_source = {one.source: one for one in documents}
    for one in documents:
        for link in _links(one.tokens):
            href = str(link.attrs.get("href", ""))
            if href.startswith(_OUTSIDE):
                continue
            path, anchor = _resolved(one.source, href)
            there = by_source.get(path)
            if there is None and (path not in others or anchor):
                yield f"{one.source}: {href}"
            elif there is not None and anchor and anchor not in there.anchors:
                yield f"{one.source}: {href}, no such heading"


def outside_links(documents: Sequence[Document]) -> list[str]:
    """Every address outside that a document names as a link."""
    found = {str(link.attrs.get("href", "")) for one in documents for link in _links(one.tokens)}
    return sorted(href for href in found if href.startswith(_OUTSIDE))


def _resolved(source: str, href: str) -> tuple[str, str]:
    """The path in the repository and the anchor that a link of this document names."""
    path, _, anchor = unquote(href).partition("#")
    return (posixpath.normpath(posixpath.join(posixpath.dirname(source), path)) if path else source), anchor


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield child


def _headings(tokens: Sequence[Token]) -> list[tuple[int, str, str]]:
    """Level, anchor and words of each heading, in order; anchors are those that GitHub makes."""
    found: list[tuple[int, str, str]] = []
    taken: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        said = _words(tokens[at + 1])
        slug = re.sub(r"[^\w\- ]", "", said.lower()).replace(" ", "-")
        number = taken.get(slug, 0)
        taken[slug] = number + 1
        found.append((int(token.tag[1]), f"{slug}-{number}" if number else slug, said))
    return found


def _words(inline: Token) -> str:
    parts = inline.children or ()
    said = "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in parts)
    return said.replace("<br>", " ")


def _body(document: Document, shown: Mapping[str, Document]) -> str:
    headings = iter(_headings(document.tokens))
    made: list[Token] = []
    has_contents = False
    for token in document.tokens:
        if token.type == "heading_open":
            token.attrSet("id", next(headings)[1])
            if token.tag == "h2" and not has_contents:
                made.append(_raw(_contents(document)))
                has_contents = True
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "table_open":
            made.append(_raw('<div class="wide" tabindex="0" role="region" aria-label="Table">\n'))
        elif token.type == "inline":
            _lead(document, token, shown)
        made.append(token)
        if token.type == "table_close":
            made.append(_raw("</div>\n"))
    renderer = MarkdownIt("commonmark", {"html": False})
    text = str(renderer.renderer.render(made, renderer.options, {}))
    return text.replace("<pre>", '<pre tabindex="0">').replace("&lt;br&gt;", "<br>")


def _contents(document: Document) -> str:
    """Links to the parts of a long page."""
    parts = [(anchor, said) for level, anchor, said in _headings(document.tokens) if level == 2]
    links = " · ".join(f'<a href="#{escape(anchor)}">{escape(said)}</a>' for anchor, said in parts)
    return f'<p class="parts">On this page: {links}</p>\n' if len(parts) >= _LONG else ""


def _lead(document: Document, inline: Token, shown: Mapping[str, Document]) -> None:
    """Each link of a line made one between pages; one to a file that no page shows becomes plain text."""
    is_plain = False
    for child in inline.children or ():
        if child.type == "link_close" and is_plain:
            child.type, child.tag, child.content, is_plain = "html_inline", "", "", False
        if child.type != "link_open":
            continue
        href = str(child.attrs.get("href", ""))
        if href.startswith((*_OUTSIDE, "#")):
            continue
        path, anchor = _resolved(document.source, href)
        if path in shown:
            target = posixpath.relpath(shown[path].page, posixpath.dirname(document.page) or ".")
            child.attrSet("href", target + (f"#{anchor}" if anchor else ""))
        else:
            child.type, child.tag, child.content, is_plain = "html_inline", "", "", True


def _raw(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _parts(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """What is searched: page with anchor, page's title, heading, words; one part a heading."""
    headings = iter(_headings(document.tokens))
    anchor, said, words, is_heading = "", document.title, list[str](), False
    for token in document.tokens:
        if token.type == "heading_open":
            if words:
                yield f"{document.page}{anchor}", document.title, said, " ".join(words)
            _, slug, said = next(headings)
            anchor, words, is_heading = f"#{slug}", [], True
        elif token.type == "inline":
            words += [] if is_heading else [_words(token)]
            is_heading = False
        elif token.type in ("fence", "code_block"):
            words.append(token.content)
    yield f"{document.page}{anchor}", document.title, said, " ".join(words)

