"""The quick reader says what the strict one says, or nothing: no key given twice slips through, no figure changes."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources.answers import read_json
from etl.sources.calls import Answer, UnusableError
from etl.sources.quick_json import QuickReader, UnsureError
from etl.strict_json import NotStrictError, no_constant, once

SPACES = st.sampled_from(["", "", "", " ", "  ", "\n", "\t", "\r\n"])
SIGNS = st.text(st.sampled_from('":\\{}[], \n\u00e9\u2028\U0001f600aé0'), max_size=6)
FIGURES = st.sampled_from(["0", "-0", "1", "3.330", "-0.0", "1e5", "1E+2", "1e400", "9007199254740993", "-1.5e-3",
                           "18446744073709551616", "-9223372036854775809", "1" * 40, "1" * 4301, "01", "1.", "NaN"])


def quoted(draw, text):
    """A text as JSON writes it in one of its ways: signs plain, escaped, or by number in small or great letters."""
    written = []
    for sign in text:
        number = "".join(f"\\u{unit:04x}" for unit in memoryview(sign.encode("utf-16-le")).cast("H"))
        ways = [json.dumps(sign, ensure_ascii=False)[1:-1], number, number.replace("a", "A").replace("e", "E")]
        written.append(draw(st.sampled_from([ways[0], *ways])))
    return '"' + "".join(written) + '"'


@st.composite
def texts(draw, depth=3):
    """JSON texts with spaces anywhere, keys given twice, texts full of quote signs and colons, figures of all kinds."""
    space = [draw(SPACES) for _ in range(4)]
    kind = draw(st.sampled_from(["text", "figure", "word", "list", "object", "object"][:6 if depth else 3]))
    if kind == "text":
        return space[0] + quoted(draw, draw(SIGNS)) + space[1]
    if kind == "figure":
        return space[0] + draw(FIGURES) + space[1]
    if kind == "word":
        return draw(st.sampled_from(["true", "false", "null"]))
    inner = draw(st.lists(texts(depth=depth - 1), max_size=3))
    if kind == "list":
        return f"{space[0]}[{','.join(inner)}]{space[1]}"
    keys = draw(st.lists(SIGNS, min_size=1, max_size=2))   # fewer keys than values: some stand twice
    pairs = [f"{space[2]}{quoted(draw, draw(st.sampled_from(keys)))}{space[3]}:{value}" for value in inner]
    return f"{space[0]}{{{','.join(pairs)}}}{space[1]}"


def strictly(text):
    return json.loads(text.decode(), object_pairs_hook=once, parse_float=Decimal, parse_constant=no_constant)


def typed(value):
    """The value with every type named, so that 1, 1.0, true and the digits of 3.330 are told apart."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}, list(value)
    return [typed(inner) for inner in value] if isinstance(value, list) else (type(value), str(value))


def assert_the_same(text):
    try:
        quick = QuickReader(Decimal).read(text)
    except UnsureError:
        return
    strict = strictly(text)   # raises where the quick one should not have answered
    assert typed(quick) == typed(strict)


@given(texts())
def test_the_quick_reader_says_what_the_strict_one_says(text):
    assert_the_same(text.encode())


@given(texts(), st.data())
def test_a_text_damaged_anywhere_is_no_other_text(text, data):
    damaged = bytearray(text.encode())
    if damaged:
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert_the_same(bytes(damaged))


TWICE = [
    b'{"id":1,"id":2}', b'{"a":{"id":1,"id":1}}', b'[{"id" :1,"id":2}]', b'{"id":1,"id"\n:2,"x":"\\":"}',
    b'{"i\\u0064":1,"id":2}', b'{"\xc3\xa9":1,"\\u00e9":2}', b'{"id":":","id":"\\":"}',
    b'{"id" :1,"id" :2,"a":"\\u0022:"}', b'{"id":1,"id":2,"a":"\\u0022:"}', b'{"id" :1,"id":2,"a":"\\"\\u003a"}',
    b'{"id" :1,"id":2,"a":"\\"\\u003A"}', b'{"":1,"":2}', b'{":":1,":":2}', b'{"\\"":1,"\\"":2}']


@pytest.mark.parametrize("text", TWICE)
def test_no_key_given_twice_slips_through(text):
    with pytest.raises(UnsureError):
        QuickReader(Decimal).read(text)
    with pytest.raises(NotStrictError):
        strictly(text)
    with pytest.raises(SourceError, match="stands twice"):
        read_json(Answer(200, {"content-type": "application/json"}, text), "a test")


QUICK = [
    b'{"results": {"timesheets": {"1": {"id": 1, "notes": "at 9:30 : \\"call\\": done", "hours": 3.330}}}}',
    b'{"note":": a \\"quoted\\": text","other":":"}', b'[]', b'null', b'0', b'{"a" : 1}'.replace(b" :", b":")]


@pytest.mark.parametrize("text", QUICK)
def test_what_trackers_send_is_read_quickly(text):
    assert typed(QuickReader(Decimal).read(text)) == typed(strictly(text))


def test_a_cut_text_is_asked_for_again():
    with pytest.raises(UnusableError):
        read_json(Answer(200, {"content-type": "application/json"}, b'{"id":1,"id'), "a test")
