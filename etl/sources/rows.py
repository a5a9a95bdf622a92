"""The rows of one page of a tracker, also field by field: a page is read a column at a time, not a row at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa

from etl.tables import TEXT

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


def columns(rows: Iterable[tuple[Any, ...]], count: int) -> Sequence[Sequence[Any]]:
    """Tuples of so many fields, field by field; also of no tuple at all."""
    return tuple(zip(*rows, strict=True)) or ((),) * count


class Coded(Generic[Key]):
    """What is said of each key in several columns of text, made once a key; Arrow spreads it over the rows."""

    def __init__(self, said: Callable[[Key], tuple[str | None, ...]], names: tuple[str, ...]) -> None:
        self._names = names
        self._told: list[tuple[str | None, ...]] = []
        self._code: Once[Key, int] = Once(self._tell)
        self._said = said
        self._batch = pa.RecordBatch.from_pylist([], pa.schema([(name, TEXT) for name in names]))

    def _tell(self, key: Key) -> int:
        self._told.append(self._said(key))
        return len(self._told) - 1

    def columns(self, keys: Sequence[Key]) -> dict[str, pa.Array]:
        """The columns of so many rows, by name."""
        codes = pa.array(np.fromiter(map(self._code.__getitem__, keys), np.int32, len(keys)))
        if self._batch.num_rows < len(self._told):
            self._batch = pa.RecordBatch.from_arrays(
                [pa.array(texts, TEXT) for texts in zip(*self._told, strict=True)], schema=self._batch.schema)
        taken = self._batch.take(codes)
        return {name: taken.column(name) for name in self._names}


class Rows:
    """So many rows of one page; `forms` are the ways their fields stand, mostly one: then they are kept by column.

    `checked`: fields that have one of their types for certain.
    """

    def __init__(self, rows: list[Row]) -> None:
        self._rows, self._count = rows, len(rows)
        forms = list(map(tuple, rows))
        self.forms: set[tuple[str, ...]] = set(forms[:1] if forms and forms.count(forms[0]) == len(forms) else forms)
        self.checked: Collection[str] = ()
        self._columns: dict[str, Sequence[Any]] = {}
        self._texts: dict[str, list[str]] = {}
        self._kinds: dict[str, set[type]] = {}
        if len(self.forms) == 1:
            self._columns = dict(zip(*self.forms, zip(*map(dict.values, rows), strict=True), strict=True))

    @classmethod
    def of_form(cls, form: tuple[str, ...], columns: Sequence[Sequence[Any]], checked: Collection[str] = ()) -> Rows:
        """Rows that all have the same fields, given field by field."""
        rows = cls([])
        rows.forms, rows.checked, rows._count = {form}, checked, len(columns[0])
        rows._columns = dict(zip(form, columns, strict=True))
        return rows

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        if self._rows or not self._count:
            return iter(self._rows)
        return (dict(zip(self._columns, row, strict=True)) for row in zip(*self._columns.values(), strict=True))

    def __getitem__(self, name: str) -> Sequence[Any]:
        """The field of every row. Raises KeyError where a row lacks it."""
        if name not in self._columns:
            self._columns[name] = [row[name] for row in self]
        return self._columns[name]

    def get(self, name: str) -> Sequence[Any]:
        """The field of every row, None where a row lacks it."""
        if name in self._columns:
            return self._columns[name]
        return [None] * self._count if len(self.forms) == 1 else [row.get(name) for row in self]

    def texts(self, name: str) -> list[str]:
        """The field of every row as text, made once; such as ids, which are numbers here and texts there."""
        if name not in self._texts:
            self._texts[name] = list(map(str, self.get(name)))
        return self._texts[name]

    def kinds(self, name: str) -> set[type]:
        """The types the field has, of the rows that hold it."""
        if name not in self._kinds:
            self._kinds[name] = set(map(type, self._columns[name] if name in self._columns else (
                row[name] for row in self if name in row)))
        return self._kinds[name]

    def where(self, keep: Sequence[object]) -> Rows:
        """The rows whose mark is true."""
        if all(keep):
            return self
        if len(self.forms) == 1:
            (form,) = self.forms
            return Rows.of_form(form, [list(compress(self._columns[name], keep)) for name in form])
        return Rows(list(compress(self._rows, keep)))
