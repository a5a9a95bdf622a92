"""Text files as a target takes them: code page, line ends, dates, amounts. Source: targets reference, 0 to 2."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from etl.lint.lines import UnreadableError, demand

_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
KEY = re.compile(r"\[([^\[\]]+)\]$")   # our key stands last in a note, memo or description


def text_of(content: bytes, encoding: str) -> str:
    """The file's text. A sign outside its code page is two wrong letters in the books."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"byte {error.start} is not of the code page {encoding}") from None


def crlf_lines(text: str) -> list[str]:
    """The lines of a text whose every line, the last too, ends in CRLF."""
    demand(text.endswith("\r\n"), "the last line is not ended")
    lines = text[:-2].split("\r\n")
    demand(not any("\r" in line or "\n" in line for line in lines), "a line end that is not CRLF")
    return lines


def csv_cells(content: bytes) -> tuple[list[str], Iterator[tuple[str, dict[str, str]]]]:
    """Header and rows of a CSV, each with its line: UTF-8 without BOM, as many cells as headings. RFC 4180."""
    text = text_of(content, "utf-8")
    demand(not text.startswith("\ufeff"), "it begins with a byte order mark")
    lines = crlf_lines(text)
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise UnreadableError(f"it is no CSV: {error}") from None
    demand(len(rows) + 1 == len(lines), "a line break stands inside a cell")
    for at, row in enumerate(rows, 2):
        demand(len(row) == len(header), f"line {at}: {len(row)} cells, not {len(header)}")
    return header, ((f"line {at}", dict(zip(header, row, strict=True))) for at, row in enumerate(rows, 2))


def json_value(content: bytes) -> Any:
    """One JSON value: no name twice in an object, numbers exact."""
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        demand(len({name for name, _ in pairs}) == len(pairs), "a name stands twice in one object")
        return dict(pairs)

    try:
        return json.loads(text_of(content, "utf-8"), object_pairs_hook=once, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"it is no JSON: {error}") from None


def amount_of(text: str, place: str) -> Decimal:
    """A plain number with a point, no sign of thousands or currency."""
    demand(_AMOUNT.fullmatch(text), f"{place}: {text!r} is no amount")
    return Decimal(text)


def day_of(text: str, form: str, place: str) -> date:
    """A date as its target reads it: MDY or DMY with slashes, or ISO. A year of two digits is of this century."""
    try:
        found = _day(text, form)
    except ValueError:
        raise UnreadableError(f"{place}: {text!r} is no day of the calendar") from None
    if found is None:
        raise UnreadableError(f"{place}: {text!r} is no date as the target writes it")
    return found


@lru_cache(1000)   # a file has few days
def _day(text: str, form: str) -> date | None:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)" if form == "ISO" else r"(\d\d)/(\d\d)/(\d{4}|\d\d)", text)
    if found is None:
        return None
    one, two, three = (int(part) for part in found.groups())
    year, month, day = (one, two, three) if form == "ISO" else (three, one, two) if form == "MDY" else (three, two, one)
    return date(year + 2000 if year < 100 else year, month, day)


def clock_of(text: str, place: str) -> int:
    """Seconds of a duration such as 7:30, at most 23:59."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", text)
    demand(found and int(found[1]) < 24 and text.strip("0:"), f"{place}: {text!r} is no duration from 0:01 to 23:59")
    assert found
    return int(found[1]) * 3600 + int(found[2]) * 60


def hours_of(text: str, place: str) -> int:
    """Seconds of decimal hours with two decimals, never below zero."""
    demand(re.fullmatch(r"[0-9]{1,9}\.[0-9]{2}", text), f"{place}: {text!r} are no hours with two decimals")
    return int(text.replace(".", "")) * 36


def key_of(text: str) -> str:
    """The key in brackets at the end of a text; empty where there is none."""
    found = KEY.search(text)
    return found[1] if found else ""
