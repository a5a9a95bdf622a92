"""One cell of a cross-reference: text to value, or a sentence that says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from etl.mapping.columns import Column
from etl.periods import LAST_DAY
from etl.units import is_currency

_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)
_FX_RATE = re.compile(r"(?![0.]+$)[0-9]{1,9}(\.[0-9]{1,10})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_MONEY = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,3})?", re.ASCII)
_LAST_FOUR = re.compile(r"[0-9]{4}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TAX_ID = re.compile(r"\b([0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{2}-[0-9]{7})\b", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\uff5c")   # and their full-width forms


def cell_fault(column: Column, text: str) -> str | None:
    """Why this text cannot stand in this column, or None."""
    if text == "":
        return None if column.blank or "" in column.choices else f"{column.name} is empty"
    if text == "*":
        return None if column.wildcard else f"{column.name} cannot be *"
    if text != text.strip() or any(unicodedata.category(sign) == "Zs" and sign != " " for sign in text):
        return f"{column.name} {shown(text)} begins or ends with a space, or holds a non-breaking one"
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in text):
        return f"{column.name} {shown(text)} holds an invisible character"
    if _is_decoded_twice(text):
        return f"{column.name} {text!r} was decoded twice, as in M\u00c3\u00bcller; type it again"
    return _kind_fault(column, text)


def looks_like_tax_id(text: str) -> bool:
    """Whether a text holds nine digits written as a tax id: 123456789, 123-45-6789 or 12-3456789."""
    return _TAX_ID.search(text) is not None


def _is_decoded_twice(text: str) -> bool:
    """Whether UTF-8 text was read as Windows text and saved again (B05): its Windows bytes are UTF-8 once more."""
    if text.isascii():
        return False
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def shown(text: str) -> str:
    """The text in quotes, with what nobody sees in it written as its code point: 'Web<U+00A0>'."""
    return repr("".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in text))


_SHAPES: dict[str, tuple[re.Pattern[str], str]] = {
    "rate": (_RATE, "{text} is not a plain decimal with a point, such as 62.50"),
    "money": (_MONEY, "{text} is not a plain amount with a point, such as 1250.00 or -40.00"),
    "fx_rate": (_FX_RATE, "{text} is not a rate above 0 with a point and at most ten decimals, such as 1.0832"),
    "whole": (_WHOLE, "{text} is not a whole number"),
    "digest": (_DIGEST, "{text} is not a sha256 digest of 64 digits, as sha256sum prints it"),
    # the text itself may be a whole tax id and is not repeated
    "last_four": (_LAST_FOUR, "is not the last four digits of the tax id; the whole number never stands in this file"),
}


def _kind_fault(column: Column, text: str) -> str | None:
    name = column.name
    if column.kind in ("key", "text") and text.startswith(_FORMULA):
        return f"{name} {text!r} begins like a formula"
    if column.kind == "choice" and text not in column.choices:
        return f"{name} {text!r} is none of {', '.join(choice or '(empty)' for choice in column.choices)}"
    if column.kind in _SHAPES and not _SHAPES[column.kind][0].fullmatch(text):
        return f"{name} {_SHAPES[column.kind][1].format(text=repr(text))}"
    if column.kind == "currency" and not is_currency(text):
        return f"{name} {text!r} is not a currency of ISO 4217, such as USD"
    if column.kind in ("date", "date_from", "date_to") and _read_date(text) is None:
        return f"{name} {text!r} is not a date such as 2026-11-15"
    if column.kind == "instant" and _read_instant(text) is None:
        return f"{name} {text!r} is not a date and time such as 2026-11-17 12:00"
    return None


def cell_value(column: Column, text: str) -> Any:
    """The value of a cell without fault. Texts are NFC; an empty cell is None, an open end the last day."""
    if column.kind == "date_to" and text == "":
        return LAST_DAY
    if text == "":
        return None
    if column.kind in ("date", "date_from", "date_to"):
        return _read_date(text)
    if column.kind == "instant":
        return _read_instant(text)
    if column.kind in ("rate", "money", "fx_rate"):
        return Decimal(text)
    if column.kind == "whole":
        return int(text)
    return unicodedata.normalize("NFC", text)


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) and text >= "1900-01-01" else None
    except ValueError:
        return None


def _read_instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        return None
