"""Pages whose rows have the very fields of the page before, read in half the time.

msgspec reads such rows into objects made for exactly these fields; a page with a field more or less is none of its own.
That no key was given twice is proven by counting: the keys that were read, nested ones too, against the quote signs in
the text that have a colon behind them. Every key of the text ends in such a pair (`quick_json` says when it does not),
so where both counts are equal no key stood twice. Whatever is not certain is left to the reader for all pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

import msgspec

from etl.sources.quick_json import UnsureError, is_written_otherwise, pairs
from etl.sources.rows import Rows

_WORTH_IT = 50     # rows a page; below, making the class costs more than it saves
_MOST_FIELDS = 200
_MOST_FORMS = 3    # of a list whose pages alternate, no more are learned
_PLAIN: frozenset[type] = frozenset({int, str, bool, type(None)})
_NESTED: frozenset[type] = frozenset({dict, list})
_ANY_PLAIN: Any = reduce(or_, _PLAIN)
_OBJECT: Any = dict[str, _ANY_PLAIN]


class KnownForm:
    """The form of the rows below `keys` as the last page had it, by field name; the rows are listed or stand by id.

    `types`: those that fields may have; msgspec sees to it where they are plain. `figure`: as QuickReader's.
    """

    def __init__(
        self, keys: tuple[str, ...], types: Mapping[str, tuple[type, ...]], figure: Callable[[str], Any],
    ) -> None:
        self._keys, self._figure = keys, figure
        self._plain = {name: reduce(or_, allowed) for name, allowed in types.items() if _PLAIN.issuperset(allowed)}
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self._form: tuple[str, ...] = ()
        self._held: Mapping[str, Any] = self._plain   # what fields hold, where msgspec sees to it
        self._around: list[tuple[str, ...]] = []   # the fields of each object on the way to the rows
        self._learned = 0

    def read(self, text: bytes) -> Any:
        """The page's value, its rows as Rows. Raises UnsureError where it has another form or may be no strict JSON."""
        if self._decoder is None:
            raise UnsureError
        try:
            value = self._decoder.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
            self._decoder = None
            raise UnsureError from None
        data, found, beside = self._taken_apart(value)
        listed: list[Any] = list(found.values()) if isinstance(found, dict) else found
        columns = list(zip(*map(msgspec.structs.astuple, listed), strict=True)) or [()] * len(self._form)
        rows = Rows.of_form(self._form, columns, self._plain)
        count = sum(map(len, self._around)) + len(listed) * len(self._form) + _keys_within(beside)
        if isinstance(found, dict):
            count += len(found)   # the ids
        for name, column in zip(self._form, columns, strict=True):
            held = self._held.get(name)
            if held is None:
                count += _keys_within(column)
            elif held == _OBJECT:
                count += sum(map(len, column))
        if count != pairs(text) or is_written_otherwise(text):
            raise UnsureError
        return data(rows)

    def learn(self, value: Any) -> None:
        """Note the form of a page that was read otherwise."""
        if self._decoder is not None or self._learned >= _MOST_FORMS:
            return
        around: list[tuple[str, ...]] = []
        for key in self._keys:
            if not isinstance(value, dict) or key not in value:
                return
            around.append(tuple(value))
            value = value[key]
        listed = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(listed, list) or len(listed) < _WORTH_IT or set(map(type, listed)) != {dict}:
            return
        forms = set(map(tuple, listed))
        if len(forms) > 1 or not all(0 < len(form) <= _MOST_FIELDS for form in (*forms, *around)):
            return
        self._form, self._around = forms.pop(), around
        seen = {} if self._learned else {name: _held([row[name] for row in listed]) for name in self._form}
        self._held = {name: kind for name, kind in seen.items() if kind is not None} | self._plain
        self._learned += 1
        row = _made_for(self._form, self._held)
        held: Any = dict[str, row] if isinstance(value, dict) else list[row]   # type: ignore[valid-type]
        for fields, key in zip(reversed(around), reversed(self._keys), strict=True):
            held = _made_for(fields, {key: held})
        self._decoder = msgspec.json.Decoder(held, float_hook=self._figure)

    def _taken_apart(self, value: Any) -> tuple[Callable[[Any], Any], Any, list[Any]]:
        """What puts the page together around its rows, the rows as they were read, and what stands beside them."""
        levels: list[dict[str, Any]] = []
        beside: list[Any] = []
        for fields, key in zip(self._around, self._keys, strict=True):
            level = dict(zip(fields, msgspec.structs.astuple(value), strict=True))
            value = level[key]
            levels.append(level)
            beside += [held for name, held in level.items() if name != key]

        def together(rows: Any) -> Any:
            for level, key in zip(reversed(levels), reversed(self._keys), strict=True):
                level[key] = rows
                rows = level
            return rows
        return together, value, beside


def _made_for(fields: Sequence[str], types: Mapping[str, Any]) -> type[msgspec.Struct]:
    """A class of objects with exactly these fields; any name may be a field's name in JSON."""
    named = {f"f{place}": name for place, name in enumerate(fields)}
    return msgspec.defstruct("Form", [(place, types.get(name, Any)) for place, name in named.items()],
                             rename=named, forbid_unknown_fields=True, gc=False)


def _held(values: Sequence[Any]) -> Any:
    """What a field holds in all rows of a page, as msgspec's type; None where it is anything, or nothing to go by."""
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return _ANY_PLAIN
    inner = set(map(type, chain.from_iterable(map(dict.values, values)))) if kinds == {dict} else {dict}
    return _OBJECT if inner and inner <= _PLAIN else None


def _keys_within(values: Sequence[Any]) -> int:
    """How many keys the objects among the values have, at every depth."""
    count = 0
    while not (kinds := set(map(type, values))).isdisjoint(_NESTED):
        objects = values if kinds == {dict} else [value for value in values if type(value) is dict]
        lists = values if kinds == {list} else [value for value in values if type(value) is list]
        count += sum(map(len, objects))
        values = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
    return count
