"""One content has one text, and a text that is not strict is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.strict_json import NotStrictError, dump, dump_lines, load

PLAIN = st.recursive(st.none() | st.booleans() | st.integers(-10**30, 10**30) | st.text(),
                     lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
                     max_leaves=12)


@given(PLAIN)
def test_what_was_written_is_read_back(value):
    assert load(dump(value)) == load(dump_lines(value)) == value
    assert dump(load(dump_lines(value))) == dump(value)


REFUSED = [   # text, why
    (b'{"id":1,"id":2}', "the last of two equal keys would win in silence"),
    (b'{"a":{"id":1,"id":1}}', "also further in"),
    (b"[1.5]", "a float is not exact"),
    (b"[1e3]", "an exponent makes a float"),
    (b"[NaN]", "no number"),
    (b"[Infinity]", "no number"),
    (b"\xef\xbb\xbf{}", "a byte order mark"),
    (b"{} {}", "two documents"),
    (b"{}x", "something behind the end"),
    (b"", "nothing"),
    (b'"\xff"', "bytes that are not UTF-8"),
    (b"[" * 100_000, "nested too deeply"),
    (b"1" * 5_000, "a number too long to be one"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_a_text_that_is_not_strict_is_refused(text, why):
    with pytest.raises(NotStrictError):
        load(text)


@pytest.mark.parametrize("value", [1.5, {1: "a"}, object(), {"a": [b"bytes"]}])
def test_what_cannot_be_stored_exactly_is_a_mistake_of_the_caller(value):
    with pytest.raises(TypeError):
        dump(value)
