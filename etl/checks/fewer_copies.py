"""Great Expectations copies an expectation's whole configuration for every single value it looks up; once will do.

Of a week of 60 people that was a tenth of the CPU time, and the names of its metrics another twentieth. The same
functions, with the copy made once a call, and plain values named without being converted first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

_PLAIN = frozenset({str, int, bool, type(None)})   # what JSON knows as it is
_APART = frozenset({"meta", "notes", "description", "severity", "id", "rendered_content"})   # beside the kwargs


def make_fewer_copies() -> None:
    """Lay the functions over the library's own; again changes nothing."""
    from great_expectations.core.id_dict import IDDict  # noqa: PLC0415 - it takes seconds
    from great_expectations.expectations.expectation import Expectation  # noqa: PLC0415

    known: Any = Expectation
    if _is_known(known):
        known._get_domain_kwargs = _domain
        known._get_success_kwargs = _success
        known._get_success_kwarg = _value
    names: Any = IDDict
    if names.to_id is not _name:
        _LIBRARYS.append(names.to_id)
        names.to_id = _name


_LIBRARYS: list[Any] = []   # the library's own way to name what is not plain


def _is_known(expectation: Any) -> bool:
    """Whether the library is still built the way these functions were written for; another version keeps its own."""
    return all(hasattr(expectation, name) for name in (
        "_get_domain_kwargs", "_get_success_kwargs", "_get_default_value", "configuration"))


def _domain(self: Any) -> dict[str, Any]:
    return _looked_up(self, self.domain_keys)


def _success(self: Any) -> dict[str, Any]:
    return _looked_up(self, (*self.success_keys, *self.domain_keys))


def _name(self: Any, id_keys: Any = None, id_ignore_keys: Any = None) -> Any:
    if id_keys is None and id_ignore_keys is None and not self._id_ignore_keys and len(self) > 1 and all(
            type(value) in _PLAIN for value in self.values()):
        text = json.dumps(dict(self), sort_keys=True)
        return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
    return _LIBRARYS[0](self, id_keys, id_ignore_keys)


def _looked_up(expectation: Any, keys: Iterable[str]) -> dict[str, Any]:
    return {key: _value(expectation, key) for key in keys}


def _value(expectation: Any, key: str, default: Any = None) -> Any:
    """What stands in the configuration, or the field's default; a plain value is taken where it lies."""
    field = expectation.__fields__.get(key)
    if field is not None and key not in _APART:
        value = getattr(expectation, key)
        if not field.required and value == field.default:
            return field.default
        if type(value) in _PLAIN or type(value) is float:
            return value
    absent = default if field is None or field.required else field.default
    return expectation.configuration.kwargs.get(key, absent)
