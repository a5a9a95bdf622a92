"""Source text in a cell: every character visible, nothing lost, and names that every spreadsheet takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.workbooks import text as cell_text

SHOWN = [  # source text, what the cell shows, why
    ("plain", "plain", "nothing to show"),
    ("two\nlines\tand a tab", "two\nlines\tand a tab", "line feed and tab are ordinary in a cell"),
    ("bell\x07", r"bell\u0007", "not allowed in the file, so written out"),
    ("a\r\nb", "a\\u000d\nb", "a reader of XML would drop the carriage return in silence"),
    ("C:\\users", r"C:\users", "not our notation: no four hex digits follow"),
    (r"already \u0007", r"already \u005cu0007", "text that looks like our notation is told apart"),
    ("abc\u202edef", r"abc\u202edef", "turns the reading direction, so what is read is not what is there"),
    ("\ufeffname", r"\ufeffname", "an invisible mark before a name"),
    ("naïve 💥", "naïve 💥", "any visible character stays"),
]


@pytest.mark.parametrize(("source", "expected", "why"), SHOWN)
def test_hidden_characters_are_shown(source, expected, why):
    """X12: a control sign is written as what it is, and the way back is exact."""
    assert cell_text.shown(source) == expected, why
    assert cell_text.original(expected) == source, why


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\\u0057c\x00\x07\r\n"))))
def test_shown_text_gives_the_source_back(source):
    assert cell_text.original(cell_text.shown(source)) == source


@given(st.text())
def test_nothing_hidden_is_left(source):
    assert not any(sign < " " and sign not in "\n\t" for sign in cell_text.shown(source))


@given(st.text(max_size=30), st.integers(1, 3000))
def test_the_parts_of_a_text_are_the_text(text, times):
    parts = cell_text.parts(text * times)
    assert "".join(parts) == text * times
    assert not any(cell_text.is_too_long(cell_text.shown(part)) for part in parts)


TITLES = [  # name, taken, expected, why
    ("Lines", [], "Lines", "an ordinary name"),
    ("a[b]c:d*e?f/g\\h", [], "a-b-c-d-e-f-g-h", "seven signs are not allowed"),
    ("'quoted'", [], "quoted", "no apostrophe at either end"),
    ("Lines", ["lines"], "Lines (2)", "case does not tell names apart"),
    ("Lines", ["Lines", "Lines (2)"], "Lines (3)", "the next free number"),
    ("History", [], "History of changes", "Excel keeps this name to itself"),
    ("x" * 40, [], "x" * 31, "at most 31 characters"),
    ("x" * 40, ["x" * 31], "x" * 27 + " (2)", "a number fits in, too"),
    ("💥" * 20, [], "💥" * 15, "counted in UTF-16 units, never half a character"),
    ("\x07\n", [], "--", "nothing hidden"),
    ("  ", [], "Sheet", "a name at least"),
]


@pytest.mark.parametrize(("name", "taken", "expected", "why"), TITLES)
def test_sheet_names(name, taken, expected, why):
    """X14: names of sheets are our own."""
    assert cell_text.safe_title(name, taken) == expected, why


@given(st.lists(st.text(), max_size=6))
def test_sheet_names_are_always_taken(names):
    made = []
    for name in names:
        made.append(cell_text.safe_title(name, made))
    assert len({title.casefold() for title in made}) == len(names)
    assert all(0 < cell_text.cell_length(title) <= 31 and not set(title) & set("[]:*?/\\") for title in made)
    assert not any(title.startswith("'") or title.endswith("'") for title in made)


LINES = [  # text, width, lines, why
    ("short", 10, 1, "fits"),
    ("Abernathy-Featherstone, Tomás", 30, 1, "small letters are narrow"),
    ("ABERNATHY-FEATHERSTONE, TOMAS", 30, 2, "capitals are wide"),
    ("a\nb\n\nc", 10, 4, "every line of its own counts, an empty one too"),
    ("f" * 100, 23, 5, "a digest without spaces"),
    ("設計" * 10, 20, 3, "double width"),
]


@pytest.mark.parametrize(("text", "width", "lines", "why"), LINES)
def test_room_for_a_text(text, width, lines, why):
    assert cell_text.count_lines(text, width) == lines, why
