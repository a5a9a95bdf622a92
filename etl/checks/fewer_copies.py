"""Great Expectations copies an expectation's whole configuration for every single value it looks up; once will do.

Of a week of 60 people that was a tenth of the CPU time. The same functions, with the copy made once a call.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def make_fewer_copies() -> None:
    """Lay the two functions over the library's own; again changes nothing."""
    from great_expectations.expectations.expectation import Expectation  # noqa: PLC0415 - it takes seconds

    known: Any = Expectation
    if _is_known(known):
        known._get_domain_kwargs = _domain
        known._get_success_kwargs = _success


def _is_known(expectation: Any) -> bool:
    """Whether the library is still built the way these functions were written for; another version keeps its own."""
    return all(hasattr(expectation, name) for name in (
        "_get_domain_kwargs", "_get_success_kwargs", "_get_default_value", "configuration"))


def _domain(self: Any) -> dict[str, Any]:
    return _looked_up(self, self.domain_keys)


def _success(self: Any) -> dict[str, Any]:
    return _looked_up(self, (*self.success_keys, *self.domain_keys))


def _looked_up(expectation: Any, keys: Iterable[str]) -> dict[str, Any]:
    kwargs = expectation.configuration.kwargs
    return {key: kwargs.get(key, expectation._get_default_value(key)) for key in keys}
