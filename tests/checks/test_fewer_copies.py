"""What is laid over Great Expectations says what the library's own functions say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.checks import fewer_copies
from etl.checks.validate import load_library
from tests.checks.rows import suites

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


def library_says(expectation, keys):
    """What the library's own functions look up, as they are written in the version that is locked."""
    return {key: expectation.configuration.kwargs.get(key, expectation._get_default_value(key)) for key in keys}


@pytest.mark.parametrize("one", suites().expectations, ids=lambda one: f"{one.table}-{one.id}")
def test_what_an_expectation_looks_up_is_what_stands_in_its_configuration(names, one):
    import great_expectations as gx

    asked = {"type": one.type, "kwargs": dict(one.kwargs), "meta": {"id": one.id}}
    [expectation] = gx.ExpectationSuite(name="one", expectations=[asked]).expectations
    keys = (*expectation.success_keys, *expectation.domain_keys)
    said = library_says(expectation, keys)
    assert expectation._get_success_kwargs() == said
    assert {key: repr(value) for key, value in expectation._get_success_kwargs().items()} == {
        key: repr(value) for key, value in said.items()}
    assert expectation._get_domain_kwargs() == library_says(expectation, expectation.domain_keys)
    for key in (*keys, *expectation.runtime_keys):
        assert repr(expectation._get_success_kwarg(key)) == repr(library_says(expectation, [key])[key])


def test_what_no_expectation_has_is_the_default(names):
    import great_expectations.expectations as gxe

    between = gxe.ExpectColumnValuesToBeBetween(column="worked_seconds", min_value=0, mostly=1.0)
    assert between._get_success_kwarg("no such thing", 7) == 7
    assert repr(between._get_success_kwarg("mostly")) == repr(library_says(between, ["mostly"])["mostly"])
