"""The documents as a site: complete in itself, its tables those that the program reads, its links alive."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from etl.codes import codes
from etl.errors import RefusedError
from etl.law.breaks import break_library
from etl.law.rounding import library as rounding_library
from etl.law.rows import library
from etl.pages.plan import decisions
from etl.pages.site import Document, dead_links, literal, outside_links, render_site, table
from etl.steps.docs import MARK, STANDS_FOR, build_docs, read_documents, site
from etl.steps.docs_tables import generated
from etl.trust.permissions import ROLES, matrix
from tests.cli.command import ROOT

DOCUMENTS = read_documents()
EVIL = '# A <script>alert(1)</script>\n\n<img src=x onerror="alert(1)">\n\n[x](javascript:alert(1)) ![y](http://evil.example/y.png)\n'


class Shape(HTMLParser):
    """Tags, ids, and every attribute with its tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, str, str]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, "", ""))
        self.found += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta", "br", "input", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _, _ in self.found}

    def every(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.found if attribute == name]


@pytest.fixture(scope="module", name="pages")
def _pages() -> dict[str, bytes]:
    return site()


@pytest.fixture(scope="module", name="shapes")
def _shapes(pages) -> dict[str, Shape]:
    return {name: Shape(content.decode()) for name, content in pages.items()}


def text_of(pages, name: str) -> str:
    return pages[name].decode()


def test_no_page_loads_or_runs_anything(pages, shapes):
    for name, shape in shapes.items():
        assert not shape.tags & {"link", "img", "iframe", "object", "embed", "base", "svg"}, name
        assert not shape.every("src"), name
        assert not shape.every("style"), name
        assert not [attribute for _, attribute, _ in shape.found if attribute.startswith("on")], name
        assert "default-src 'none'" in text_of(pages, name)
        assert ("script" in shape.tags) == (name == "search.html")
    assert not re.search(rb"url\(|@import|@font-face", b"".join(pages.values()).replace(b"curl(", b""))


def test_every_link_leads_to_a_page_and_a_heading_that_are_there(pages, shapes):
    for name, shape in shapes.items():
        ids = shape.every("id")
        assert len(ids) == len(set(ids)), name
        for href in shape.every("href"):
            if href.startswith("https://"):
                continue
            path, _, anchor = href.partition("#")
            target = normpath(join(dirname(name), path)) if path else name
            assert target in pages, f"{name}: {href}"
            assert not anchor or anchor in shapes[target].every("id"), f"{name}: {href}"


def test_no_document_links_to_what_is_not_there():
    others = frozenset(
        path.relative_to(ROOT).as_posix() for folder in ("etl", "docs", "expectations", "notebooks")
        for path in (ROOT / folder, *(ROOT / folder).rglob("*")))
    assert list(dead_links(DOCUMENTS, others)) == []
    assert all(re.fullmatch(r"https://[\w.-]+(/[^\s<>\"]*)?", href) for href in outside_links(DOCUMENTS))


@pytest.mark.parametrize("link", ["none.md", "b.md#none", "#none", "../etl/none.csv"])
def test_a_dead_link_is_seen(link):
    documents = [Document("docs/a.md", f"# A\n\n[x]({link}) [y](b.md#b) [z](#a)\n"), Document("docs/b.md", "# B\n")]
    assert len(list(dead_links(documents, frozenset({"etl"})))) == 1


def test_every_document_is_in_the_menu_once(shapes):
    menu = [href for tag, name, href in shapes["index.html"].found if tag == "a" and name == "href" and "#" not in href]
    for one in DOCUMENTS:
        assert one.source.startswith("docs/adr/") or one.page in menu, one.source
    records = shapes["records.html"].every("href")
    assert {one.page for one in DOCUMENTS if one.source.startswith("docs/adr/")} <= set(records)
    with (ROOT / "docs" / "menu.csv").open(encoding="utf-8", newline="") as file:
        listed = [row["page"] for row in csv.DictReader(file)]
    assert len(listed) == len(set(listed))
    assert set(STANDS_FOR.values()) <= {one.source for one in DOCUMENTS}


def test_every_mark_of_a_generated_part_is_known_and_used():
    marks = [mark for path in (ROOT / "docs").rglob("*.md") for mark in MARK.findall(path.read_text(encoding="utf-8"))]
    assert sorted(marks) == sorted(generated())


@pytest.mark.capability("C107")
def test_every_code_stands_there_with_its_fix(shapes, pages):
    ids, text = set(shapes["error-codes.html"].every("id")), text_of(pages, "error-codes.html")
    for code in codes().values():
        assert code.code.lower() in ids
        for words in (code.title, code.cause, code.fix):
            assert shown(words) in text, code.code


@pytest.mark.capability("C133")
def test_the_law_stands_there_row_by_row_with_citation_and_review(pages):
    for page, rows in (("law-overtime.html", library()), ("law-breaks.html", break_library()),
                       ("law-rounding.html", rounding_library())):
        text = text_of(pages, page)
        for rule in rows:
            assert f"<td>{rule.rule_id}</td>" in text
            assert f"<td>{shown(rule.citation)}</td>" in text, rule.rule_id
    for name, page in (("overtime_rules", "overtime"), ("retention", "retention"), ("obligations", "duties"),
                       ("break_rules", "breaks"), ("rounding_rules", "rounding"), ("overpayments", "amounts"),
                       ("information_returns", "amounts"), ("exempt_salaries", "amounts"),
                       ("holiday_weeks", "amounts")):
        text = text_of(pages, f"law-{page}.html")
        with (ROOT / "etl" / "law" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert text.count("<tr>") >= len(rows)
        for row in rows:
            assert shown(row["citation"]) in text
            assert row["reviewed_on"] in text


def test_decisions_and_roles_are_those_of_the_program(pages):
    text = text_of(pages, "decisions-to-take.html")
    assert all(shown(one.question) in text and one.setting in text for one in decisions())
    body = text_of(pages, "security.html").partition("Who may do what")[2]
    rows = re.findall(r"<tr>\n<td>(.*?)</td>\n(.*?)</tr>", body, re.DOTALL)
    told = [frozenset(role for role, cell in zip(ROLES, re.findall(r"<td>(.*?)</td>", cells), strict=True) if cell)
            for _, cells in rows]
    assert told == list(matrix().values())


def shown(text: str) -> str:
    """Text as it stands in HTML."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def test_markdown_cannot_bring_html_into_a_page():
    made = render_site([Document("docs/a.md", EVIL)], [], {})
    shape = Shape(made["a.html"].decode())
    assert "script" not in shape.tags
    assert not [href for href in shape.every("href") if href.startswith("javascript")]
    assert "&lt;script&gt;" in made["a.html"].decode()
    assert b"</script><" not in made["search.html"].partition(b'id="parts">')[2].partition(b"</script>")[0]


@pytest.mark.parametrize("text", ["a|b", "*x* _y_ `z` [l](m) <b> # ~ {}", "one\ntwo", "\\", "a*"])
def test_a_cell_means_its_text_alone(text):
    made = render_site([Document("docs/a.md", f"# A\n\n{table(('H',), [(text,)])}")], [], {})["a.html"].decode()
    assert f"<td>{shown(text)}</td>" in made
    assert shown(literal(text).replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")) == shown(text)


def test_a_build_writes_what_changed_removes_what_it_wrote_and_touches_nothing_else(tmp_path: Path):
    folder = tmp_path / "site"
    build_docs(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.html")}
    (folder / "pages.txt").write_text((folder / "pages.txt").read_text() + "gone.html\n")
    (folder / "gone.html").write_text("old")
    (folder / "own.txt").write_text("mine")
    build_docs(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.html")} == before
    assert (folder / "own.txt").read_text() == "mine"
    (folder / "pages.txt").write_text("../../etc/passwd\n")
    with pytest.raises(RefusedError, match="no build of the documents wrote"):
        build_docs(folder)
    with pytest.raises(RefusedError) as refused:
        build_docs(tmp_path)
    assert refused.value.code == "DOCS_PLACE"
