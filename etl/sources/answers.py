"""The JSON of a tracker, read strictly: one value per key, no float, no lone surrogate, nothing behind the end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from etl.errors import SourceError
from etl.sources.calls import Answer, Request, UnusableError
from etl.sources.known_form import KnownForm
from etl.sources.quick_json import QuickReader, UnsureError
from etl.sources.rows import Rows
from etl.strict_json import NotStrictError, no_constant, once

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGEST = 30   # digits before the point; nothing a tracker counts is longer


@dataclass(frozen=True)
class Page:
    """One answer, read: the JSON value, the headers by lower-case name, and the request it answers."""

    data: Any
    headers: dict[str, str]
    request: Request


class NotStrictAnswerError(SourceError):
    """An answer that is whole and is no JSON one can rely on."""


def read_json(answer: Answer, where: str, form: KnownForm | None = None) -> Any:
    """The value of an answer's JSON; whole numbers are int, others Decimal in the digits sent.

    `form`: what the pages before looked like; where this one does too, its rows come as Rows.

    Raises UnusableError for another content type and for a cut text, both of which may be whole the next time;
    NotStrictAnswerError for a key given twice, NaN, a number beyond all measure, a depth beyond reading.
    """
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")):
        raise UnusableError("HTTP_NOT_JSON", f"the answer is {kind or 'of no kind'} and no JSON (a login page?)")
    if form is not None:
        with suppress(UnsureError):
            return form.read(answer.body)
    try:
        value = _QUICK.read(answer.body)
    except UnsureError:
        value = _read_strictly(answer.body, where)
    if form is not None:
        form.learn(value)
    return value


def known_form(keys: tuple[str, ...], shape: Shape) -> KnownForm:
    """What reads pages by the form of the page before; `keys` lead to the rows."""
    return KnownForm(keys, shape.read, _figure)


def _read_strictly(body: bytes, where: str) -> Any:
    """The value, read at leisure, or why it is refused."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=once, parse_float=_figure, parse_constant=no_constant)
        if _SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except json.JSONDecodeError:
        if body.startswith(b"\xef\xbb\xbf"):
            raise _not_strict("it begins with a byte order mark", where) from None
        raise UnusableError("JSON_CUT", "the answer is no whole JSON text") from None
    except UnicodeEncodeError:
        raise _not_strict("a text in it is no Unicode (a lone surrogate)", where) from None
    except UnicodeDecodeError:
        raise UnusableError("JSON_CUT", "the answer is no whole UTF-8 text") from None
    except RecursionError:
        raise _not_strict("it is nested too deeply", where) from None
    except NotStrictError as error:
        raise _not_strict(str(error), where) from None
    except ValueError:   # a number of thousands of digits
        raise _not_strict("a number in it is too long", where) from None
    return value


def _figure(text: str) -> Decimal:
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise NotStrictError("a number in it cannot be read") from None
    if figure and abs(figure.adjusted()) > _LARGEST:
        raise NotStrictError(f"the number {text[:40]} is beyond all measure")
    return figure


_QUICK = QuickReader(_figure)


def _not_strict(why: str, where: str) -> NotStrictAnswerError:
    return NotStrictAnswerError("JSON_NOT_STRICT", what=f"The tracker's answer cannot be relied on: {why}", where=where,
                                fix="Ask the tracker's support; nothing of this answer was used.")


ID = (int, str)
TEXT = (str,)
TEXT_OR_NOTHING = (str, type(None))
WHOLE = (int,)
NUMBER = (int, Decimal)
NUMBER_OR_NOTHING = (int, Decimal, type(None))
TRUTH = (bool,)
OBJECT = (dict,)
_NAMES = {int: "a whole number", Decimal: "a decimal number", str: "text", bool: "true or false", dict: "an object",
          list: "a list", type(None): "nothing"}


@dataclass(frozen=True)
class Shape:
    """What the rows of a listing look like.

    `needed`: fields that are read, with their types; `optional`: read where they are there; `known`: passed over;
    `words`: fields that hold one of a few words.
    """

    name: str
    needed: Mapping[str, tuple[type, ...]]
    optional: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def read(self) -> dict[str, tuple[type, ...]]:
        """All fields that are read."""
        return {**self.needed, **self.optional}


class Watch:
    """Compares the rows of every page with their shape, a field at a time."""

    def __init__(self, shape: Shape, where: str) -> None:
        self._shape, self._where = shape, where
        self._met: set[tuple[str, ...]] = set()
        self.unknown: set[str] = set()   # fields nobody told us of; kept in the pages, reported once

    def check(self, rows: list[Any] | Rows) -> Rows:
        """The rows, or SourceError SCHEMA_CHANGED telling what was expected and what came."""
        if not isinstance(rows, Rows) and (others := set(map(type, rows)) - {dict}):
            raise self._changed(f"a {self._shape.name}: was an object, is {_named(others.pop())}")
        found = rows if isinstance(rows, Rows) else Rows(rows)
        wrong = [f"{self._shape.name}.{name}: was {_expected(types)}, is missing"
                 for name, types in self._missing(found.forms - self._met).items()]
        for name, types in self._shape.read.items():
            if name not in found.checked and (others := found.kinds(name).difference(types)):
                wrong.append(f"{self._shape.name}.{name}: was {_expected(types)}, is {_named(others.pop())}")
        if wrong:
            raise self._changed("; ".join(wrong))
        for form in found.forms - self._met:
            self.unknown.update(set(form).difference(self._shape.read, self._shape.known))
        self._met |= found.forms
        for name, words in self._shape.words.items():
            if strange := set(found.get(name)) - words - {None}:
                raise self._changed(f"{self._shape.name}.{name}: known are {', '.join(sorted(words))}; "
                                    f"new is {', '.join(sorted(strange))[:80]}")
        return found

    def _missing(self, forms: set[tuple[str, ...]]) -> dict[str, tuple[type, ...]]:
        """The needed fields that rows of a form not met before lack."""
        return {name: types for name, types in self._shape.needed.items() if any(name not in form for form in forms)}

    def _changed(self, difference: str) -> SourceError:
        return SourceError("SCHEMA_CHANGED", what=f"The tracker's answer has another form: {difference}",
                           where=self._where,
                           fix="Nothing was drafted from it. Look for a newer version of Timebooks, or report this.")


def _expected(types: tuple[type, ...]) -> str:
    return " or ".join(_NAMES[kind] for kind in types)


def _named(kind: type) -> str:
    return _NAMES.get(kind, kind.__name__)
