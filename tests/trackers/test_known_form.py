"""Pages read by the form of the page before: the same rows as the strict reader's, or left to it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.answers import ID, NUMBER, TEXT_OR_NOTHING, TRUTH, Shape, known_form, read_json
from etl.sources.calls import Answer
from etl.sources.known_form import KnownForm
from etl.sources.quick_json import UnsureError
from etl.sources.rows import Rows
from tests.trackers.test_quick_json import strictly, typed

SHAPE = Shape("entry", {"id": ID, "on": TRUTH}, {"note": TEXT_OR_NOTHING, "hours": NUMBER})
ROW = {"id": 1, "on": False, "note": "a: b", "hours": 1.5, "tags": [{"id": 7, "name": "x"}], "where": {},
       "marks": {"a": "x:", "b": None}}
PLACES = {(): lambda rows: rows, ("rows",): lambda rows: {"total": len(rows), "rows": rows, "links": {"next": None}},
          ("data", "by_id"): lambda rows: {"data": {"by_id": {str(row["id"]): row for row in rows}}, "more": True}}
WORDS = st.text(st.sampled_from('":\\{}[], \n\u00e9\U0001f600a0'), max_size=5)
VALUES = st.recursive(st.none() | st.booleans() | st.integers(-2**70, 2**70) | WORDS, lambda inner: st.lists(
    inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2), max_leaves=5)


def page(keys, rows):
    return json.dumps(PLACES[keys](rows)).encode()


def rows_of(count=60, **fields):
    return [ROW | {"id": number} | fields for number in range(count)]


def learned(keys) -> KnownForm:
    form = known_form(keys, SHAPE)
    form.learn(json.loads(page(keys, rows_of())))
    return form


def put_back(keys, value):
    """The value with its rows as they stood in the page."""
    if not keys:
        assert isinstance(value, Rows)
        return list(value)
    inner = put_back(keys[1:], value[keys[0]])
    if keys[0] == "by_id":
        inner = {str(row["id"]): row for row in inner}
    return value | {keys[0]: inner}


@pytest.mark.parametrize("keys", PLACES)
def test_a_page_of_the_form_before_is_read_as_the_strict_reader_reads_it(keys):
    text = page(keys, rows_of(note=None, hours=3, on=True, tags=[], where={"at": {"lat": 1}}))
    assert typed(put_back(keys, learned(keys).read(text))) == typed(strictly(text))


@pytest.mark.parametrize("keys", PLACES)
@given(st.data())
def test_whatever_stands_in_the_fields_it_is_the_strict_readers_value_or_none(keys, data):
    rows = [row | {name: data.draw(VALUES) for name in data.draw(st.sets(st.sampled_from(list(ROW)[1:])))}
            for row in rows_of(data.draw(st.integers(0, 3)))]
    text = page(keys, rows)
    try:
        found = learned(keys).read(text)
    except UnsureError:
        return
    assert typed(put_back(keys, found)) == typed(strictly(text))


@pytest.mark.parametrize(("what", "old", "new"), [
    ("a field twice", b'"on": false', b'"on": true, "on": false'),
    ("a field twice at another depth", b'"name": "x"', b'"name": "y", "name": "x"'),
    ("a field twice in an object of texts", b'"b": null', b'"b": 1, "b": null'),
    ("an object in an object of texts", b'"b": null', b'"b": {}'),
    ("a field beside the rows twice", b'"total": 60', b'"total": 61, "total": 60'),
    ("a field written by its number", b'"on": false', b'"\\u006fn": true, "on": false'),
    ("a field twice, beside a text with a pair", b'"on": false, "note": "a: b"',
     b'"on": true, "on": false, "note": "a\\":"'),
    ("one field more", b'"on": false', b'"on": false, "new": 1'),
    ("one field less", b'"on": false, ', b''),
    ("another type", b'"on": false', b'"on": 0'),
    ("a number for a text", b'"a: b"', b'5'),
    ("a lone surrogate", b'"a: b"', b'"\\ud800"'),
    ("a row that is none", b'[{"id": 0,', b'[null, {"id": 0,'),
    ("cut", b'"links"', b''),
])
def test_what_is_not_certain_is_left_to_the_reader_for_all_pages(what, old, new):
    text = page(("rows",), rows_of())
    assert old in text, what
    with pytest.raises(UnsureError):
        learned(("rows",)).read(text.replace(old, new, 1))


def test_an_id_twice_among_the_rows_is_left_to_the_reader_for_all_pages():
    text = page(("data", "by_id"), rows_of()).replace(b'{"5": {', b'{"4": {').replace(b', "5": {', b', "4": {')
    with pytest.raises(UnsureError):
        learned(("data", "by_id")).read(text)


def test_figures_keep_their_digits():
    text = page(("rows",), rows_of()).replace(b"1.5", b"1.500")
    assert set(map(str, learned(("rows",)).read(text)["rows"]["hours"])) == {"1.500"}
    assert learned(("rows",)).read(text)["rows"].kinds("hours") == {Decimal}


def test_pages_of_changing_forms_are_learned_anew_and_at_last_read_at_leisure():
    form, kinds = known_form(("rows",), SHAPE), []
    for turn in range(8):
        rows = rows_of() if turn % 2 else [row | {"more": 1} for row in rows_of()]
        for _ in range(2):
            value = read_json(Answer(200, {"content-type": "application/json"}, page(("rows",), rows)), "a test", form)
            kinds.append(type(value["rows"]))
    assert kinds == [list, Rows] * 3 + [list] * 10


def test_a_page_of_a_few_rows_teaches_nothing():
    form = known_form(("rows",), SHAPE)
    form.learn(json.loads(page(("rows",), rows_of(49))))
    with pytest.raises(UnsureError):
        form.read(page(("rows",), rows_of(49)))
