"""What is laid over Great Expectations says what the library's own functions say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.checks import fewer_copies
from etl.checks.validate import load_library

VALUES = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False),
                   st.lists(st.integers(), max_size=2), st.dates(),
                   st.dictionaries(st.text(max_size=3), st.integers(), max_size=2))


@pytest.fixture(scope="module", name="names")
def _names():
    load_library()
    from great_expectations.core.id_dict import IDDict

    return IDDict


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_metric_is_named_as_the_library_names_it(names, content):
    own = names(content)
    assert own.to_id() == fewer_copies._LIBRARYS[0](own)
    keys = list(content)[:2]
    assert own.to_id(id_keys=keys) == fewer_copies._LIBRARYS[0](own, id_keys=keys)


@pytest.mark.parametrize("value", [True, 1, "1", None, 1.0, Decimal("1.0"), dt.date(2026, 11, 9)])
def test_values_that_look_alike_keep_their_own_names(names, value):
    own = names({"column": "worked_seconds", "value": value})
    assert own.to_id() == fewer_copies._LIBRARYS[0](own)


def test_laid_over_twice_is_laid_over_once(names):
    load_library()
    assert len(fewer_copies._LIBRARYS) == 1


def test_one_value_is_what_all_values_say(names):
    import great_expectations.expectations as gxe

    between = gxe.ExpectColumnValuesToBeBetween(column="worked_seconds", min_value=0, mostly=0.5)
    together = between._get_success_kwargs()
    assert {key: between._get_success_kwarg(key) for key in together} == together
    assert between._get_success_kwarg("no such thing", 7) == 7
