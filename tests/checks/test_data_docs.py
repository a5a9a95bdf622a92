"""The page for the auditor: complete in itself, every expectation on it, every text of a tracker escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from etl.checks.data_docs import MOST_SHOWN, render_data_docs
from etl.checks.validate import validate
from tests.checks.rows import SOUND, spoiled, suites, tables_of

EVIL = '<script src="http://evil.example/x.js"></script>'


def page(tables) -> str:
    return render_data_docs("Acme & Co", "week 2026-W47", validate(suites(), tables)).decode()


class Shape(HTMLParser):
    """Tags in order, all closed, and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in ("meta", "br", "!doctype"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def shape(text: str) -> Shape:
    found = Shape()
    found.feed(text)
    assert found.open == []
    return found


@pytest.mark.capability("C22")
def test_the_page_has_every_expectation_and_its_verdict():
    text = page(spoiled("entries", overlap_seconds=1800, subject="with tracker:7"))
    for one in suites().expectations:
        assert f'<tr id="{one.table}-{one.id}">' in text
    assert f"{len(suites().expectations) - 1} of {len(suites().expectations)} expectations are kept, 1 found" in text
    assert "overlap 0:30:00 (with tracker:7)" in text
    assert "Acme &amp; Co, week 2026-W47" in text
    assert f"All {len(suites().expectations)} expectations are kept." in page(tables_of())


def test_the_page_fetches_nothing():
    text = page(spoiled("entries", overlap_seconds=1800, subject=EVIL, employee_ref=EVIL))
    found = shape(text)
    assert not found.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert all(value.startswith("#") for name, value in found.attributes if name == "href")
    assert not [name for name, _ in found.attributes if name in ("src", "srcset", "style") or name.startswith("on")]
    assert not re.search(r"url\(|@import|@font-face", text)
    assert "default-src 'none'" in text
    assert "&lt;script src=" in text


def test_the_same_results_give_the_same_page_and_long_lists_say_what_is_left_out():
    rows = [SOUND["entries"] | {"entry_id": f"tracker:{number}", "overlap_seconds": 60} for number in range(1234)]
    text = page(tables_of(entries=rows))
    assert text == page(tables_of(entries=rows))
    assert text.count("overlap 0:01:00") == MOST_SHOWN
    assert f"and {1234 - MOST_SHOWN:,} more" in text
    assert "1,234 row(s) looked at" in text
