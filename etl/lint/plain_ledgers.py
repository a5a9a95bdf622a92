"""Plain-text journals read back by the forms their manuals give. Source: targets reference, sections 6.1 and 6.2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from etl.lint.lines import Line, demand
from etl.lint.texts import day_of, text_of

_HEAD = re.compile(r"(\d{4}-\d\d-\d\d) \* (?:\((?P<code>\S+)\) (?P<payee>.*)|\"[^\"]*\" \"[^\"]*\" \^(?P<link>\S+))")
_POSTING = re.compile(r" {2,}((?:Assets|Liabilities|Equity|Income|Expenses)(?::[^\s:;]+)+) {2,}(-?[0-9]+(?:\.[0-9]+)?) "
                      r"([A-Z]{3})(?:  ; (?P<tags>.*))?")
_KEPT = re.compile(r" {4}([a-z]+): \"([^\"]*)\"")
_HEADING = re.compile(r"(;|decimal-mark|commodity|account|payee|\d{4}-\d\d-\d\d open) ?.*")


def ledger_lines(content: bytes) -> Iterator[Line]:
    """The postings of either program's journal; a line of no known form is refused."""
    head: tuple[date, str] | None = None
    held: Line | None = None
    for at, text in enumerate(text_of(content, "utf-8").split("\n"), 1):
        place = f"line {at}"
        if found := _HEAD.fullmatch(text):
            head = day_of(found[1], "ISO", place), found["code"] or found["link"]
        elif posting := _POSTING.fullmatch(text):
            demand(head, f"{place}: a posting outside a transaction")
            assert head
            if held:
                yield held
            tags = dict(pair.split(":", 1) for pair in (posting["tags"] or "").split(", ") if ":" in pair)
            held = Line(place, "journal", "ledger", {"account": posting[1], **tags}, head[1], head[0],
                        tags.get("line", ""), posting[1], "", Decimal(posting[2]), posting[3])
        elif kept := _KEPT.fullmatch(text):
            demand(held, f"{place}: {kept[1]} outside a posting")
            assert held
            held = Line(held.place, "journal", "ledger", {**held.cells, kept[1]: kept[2]}, held.number, held.day,
                        kept[2] if kept[1] == "line" else held.key, held.account, "", held.amount, held.currency)
        else:
            demand(not text.strip() or _HEADING.fullmatch(text) or text.startswith("  batch:"),
                   f"{place}: {text[:60]!r} is no line of a journal")
    if held:
        yield held
