"""JSON for the APIs of targets: exact decimals as they are printed, one form for one content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal


def json_bytes(value: object) -> bytes:
    """The value as UTF-8 JSON, a space of indent a level, keys in their order; a Decimal as the number it prints."""
    return f"{_text(value, chr(10))}\n".encode()


def _text(value: object, line: str) -> str:
    """One value; `line` begins a new line at the indent of what holds it."""
    inner = f"{line} "
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_text(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{line}}}" if parts else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [_text(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(parts)}{line}]" if parts else "[]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
