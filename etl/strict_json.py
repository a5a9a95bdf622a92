"""JSON as the store writes it, one form for one content; and what every reader of JSON here refuses."""

from __future__ import annotations

import json
from typing import Any

LIMIT_BYTES = 64 << 20


class NotStrictError(ValueError):
    """A text that is no JSON one can rely on; the message says why."""


def dump(value: object) -> bytes:
    """The value on one line: sorted keys, no spaces, ASCII."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def dump_lines(value: object) -> bytes:
    """The value as a person reads it: sorted keys, one to a line, ending with a line end."""
    return json.dumps(_plain(value), sort_keys=True, indent=1, allow_nan=False).encode("ascii") + b"\n"


def load(content: bytes) -> Any:
    """The value of one JSON text. Raises NotStrictError for a repeated key, a float, depth, size or bad UTF-8."""
    if len(content) > LIMIT_BYTES:
        raise NotStrictError(f"longer than {LIMIT_BYTES} bytes")
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=once, parse_float=_no_float, parse_constant=_no_float)
    except RecursionError:
        raise NotStrictError("nested too deeply") from None
    except NotStrictError:
        raise
    except ValueError as error:
        raise NotStrictError(f"not JSON: {error}") from None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys each stand once, as a hook of json.loads. Raises NotStrictError."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrictError(f"key {twice[:40]!r} stands twice")
    return found


def no_constant(text: str) -> Any:
    """NaN and the infinities are no figures, as a hook of json.loads. Raises NotStrictError."""
    raise NotStrictError(f"{text} is no number")


def _no_float(text: str) -> Any:
    raise NotStrictError(f"{text} is no whole number; exact figures are written as text")


def _plain(value: object) -> object:
    """The value itself, proven to hold only text, whole numbers, yes/no, nothing, lists and tables of these."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} cannot be stored: write exact figures and dates as text")
