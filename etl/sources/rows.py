"""The rows of one page of a tracker, also field by field: a page is read a column at a time, not a row at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from typing import Any, TypeVar

Row = dict[str, Any]
Key = TypeVar("Key")
Value = TypeVar("Value")


class Once(dict[Key, Value]):
    """What is said of each key, made where it is asked for the first time: the same values come in row after row."""

    def __init__(self, said: Callable[[Key], Value]) -> None:
        super().__init__()
        self._said = said

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._said(key)
        return value


class Rows:
    """So many rows of one page; `forms` are the ways their fields stand, mostly one."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        forms = list(map(tuple, rows))
        self.forms: set[tuple[str, ...]] = set(forms[:1] if forms and forms.count(forms[0]) == len(forms) else forms)
        self._columns: dict[str, Sequence[Any]] = {}
        self._texts: dict[str, list[str]] = {}
        if len(self.forms) == 1:
            self._columns = dict(zip(*self.forms, zip(*map(dict.values, rows), strict=True), strict=True))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __getitem__(self, name: str) -> Sequence[Any]:
        """The field of every row. Raises KeyError where a row lacks it."""
        if name not in self._columns:
            self._columns[name] = [row[name] for row in self._rows]
        return self._columns[name]

    def get(self, name: str) -> Sequence[Any]:
        """The field of every row, None where a row lacks it."""
        return self._columns[name] if name in self._columns else [row.get(name) for row in self._rows]

    def texts(self, name: str) -> list[str]:
        """The field of every row as text, made once; such as ids, which are numbers here and texts there."""
        if name not in self._texts:
            self._texts[name] = list(map(str, self.get(name)))
        return self._texts[name]

    def kinds(self, name: str) -> set[type]:
        """The types the field has, of the rows that hold it."""
        if name in self._columns:
            return set(map(type, self._columns[name]))
        return {type(row[name]) for row in self._rows if name in row}

    def where(self, keep: Sequence[object]) -> Rows:
        """The rows whose mark is true."""
        return self if all(keep) else Rows(list(compress(self._rows, keep)))
