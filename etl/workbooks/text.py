"""Text of a tracker in a spreadsheet cell: every character visible, nothing cut; and safe names for sheets."""

from __future__ import annotations

import re
from collections.abc import Collection
from math import ceil

CELL_LIMIT = 32_767   # UTF-16 units a cell holds; a longer text would be cut in silence
PART_LENGTH = 5_000   # characters of one part of a long text; each may be shown as six
TITLE_LIMIT = 31

# Not allowed in XML, or invisible, or turning the reading direction around; tab and line feed stay as they are.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_LOOKS_HIDDEN = re.compile(r"\\(?=u[0-9a-fA-F]{4})")   # a text that already reads like our \u0007
_CARE = re.compile(r"\\u[0-9a-fA-F]{4}|" + _HIDDEN.pattern)
_SHOWN = re.compile(r"\\u([0-9a-f]{4})")
_FORMAT_ESCAPE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")   # ECMA-376 22.4.2.4: a reader turns _x0041_ into A
_ESCAPED = re.compile(r"_x005[fF]_(?=x[0-9a-fA-F]{4}_)")
_NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\]|" + _HIDDEN.pattern + r"|[\t\n]")


def shown(text: str) -> str:
    r"""The text with every hidden character written out: a bell is \u0007. `original` is the exact inverse.

    A text that holds \u0007 as six characters already gets its backslash written out as \u005c.
    """
    if not _CARE.search(text):
        return text
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", _LOOKS_HIDDEN.sub(r"\\u005c", text))


def original(text: str) -> str:
    """The source text behind a shown one."""
    return _SHOWN.sub(lambda found: chr(int(found[1], 16)), text)


def from_cell(text: str) -> str:
    """The source text behind a cell that somebody's program has saved; some of them leave our escapes as they are."""
    return original(_ESCAPED.sub("_", text))


def cell_length(text: str) -> int:
    """Length of a text as a spreadsheet counts it, in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def is_too_long(text: str) -> bool:
    """Whether a shown text does not fit into one cell."""
    return len(text) > CELL_LIMIT // 2 and cell_length(text) > CELL_LIMIT


def parts(text: str) -> list[str]:
    """A source text in parts that each fit into a cell; joined they are the text."""
    return [text[start:start + PART_LENGTH] for start in range(0, len(text), PART_LENGTH)]


def xml_text(text: str) -> str:
    """A shown text as XML character data, so that a spreadsheet reads back exactly this text."""
    text = _FORMAT_ESCAPE.sub("_x005F_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def count_lines(text: str, width: int) -> int:
    """About how many lines a text takes in a column so many characters wide, rather one too many than one cut off."""
    if 2 * len(text) <= width and "\n" not in text:
        return 1
    per_line = max(width - 3, 4)   # what wrapping at words loses
    spaces = [_space(line) for line in text.split("\n")]
    return sum(1 if space <= width - 1 else ceil(space / per_line) for space in spaces)


def _space(line: str) -> float:
    """The width of a line of text, in the widths of a digit."""
    wide = sum(character > "\u1100" for character in line)
    return 0.9 * len(line) + 0.3 * sum(map(str.isupper, line)) + wide


def safe_title(name: str, taken: Collection[str] = ()) -> str:
    r"""A sheet name every spreadsheet takes: at most 31 characters, none of []:*?/\, not yet taken.

    `taken` holds the names given before; case does not tell names apart. Excel keeps "History" to itself.
    """
    clean = _NOT_IN_TITLE.sub("-", name).strip().strip("'") or "Sheet"
    if clean.casefold() == "history":
        clean += " of changes"
    used = {title.casefold() for title in taken}
    title, number = _cut(clean, TITLE_LIMIT), 1
    while title.casefold() in used:
        number += 1
        tail = f" ({number})"
        title = _cut(clean, TITLE_LIMIT - len(tail)) + tail
    return title


def _cut(text: str, limit: int) -> str:
    while cell_length(text) > limit:
        text = text[:-1]
    return text.rstrip().rstrip("'")
