"""hledger's timeclock and timedot files: every line is read as the manual says, or refuses the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.settings import Drop
from etl.sources.time_texts import line_by_line, plain_sessions
from tests.sources.drops import refusal, rows_of


def drop(dialect: str) -> Drop:
    return Drop.model_validate({"name": "log", "files": "*", "dialect": dialect, "zone": "America/New_York",
                                "constants": {"person_ref": "dana"}})


CLOCKS = [  # lines, account, start, end, description, why
    ("i 2026-03-02 09:00:00 acme:web  a call\no 2026-03-02 10:30:15", "acme:web", "2026-03-02 09:00:00",
     "2026-03-02 10:30:15", "a call", "a session"),
    ("i 2026/3/2 9:00 acme web\no 2026.03.02 10:00", "acme web", "2026-03-02 09:00:00", "2026-03-02 10:00:00", None,
     "other signs between, no seconds, one space inside an account"),
    ("i 2026-03-02 09:00:00+0100 acme\nO 2026-03-02 10:00:00-0500", "acme", "2026-03-02 09:00:00",
     "2026-03-02 10:00:00", None, "zones are of no consequence"),
    ("i 2026-03-02 21:30 acme  night ; tag:x\no 2026-03-03 02:15", "acme", "2026-03-02 21:30:00",
     "2026-03-03 02:15:00", "night", "over midnight one session; a comment is none of its text"),
    ("; a remark\n# another\n\ni 2026-03-02 09:00 acme\n", "acme", "2026-03-02 09:00:00", None, None, "still running"),
    ("i 2026-03-02 09:00 acme\r\no 2026-03-02 10:00\r\n", "acme", "2026-03-02 09:00:00", "2026-03-02 10:00:00", None,
     "lines of Windows"),
]


@pytest.mark.parametrize(("text", "account", "start", "end", "description", "why"), CLOCKS, ids=lambda v: str(v)[:20])
def test_a_session(text, account, start, end, description, why):
    [row] = rows_of(text.encode(), drop("timeclock"))
    assert (row["project_ref"], row["start_text"], row.get("end_text"), row.get("note")) == (
        account, start, end, description), why
    assert row["service_ref"] == account.rpartition(":")[2]


QUANTITIES = [  # quantity, seconds, why
    ("....", 3600, "four dots are an hour"), (".... ..", 5400, "spaces between dots"), (".", 900, "one dot"),
    ("1.5", 5400, "a number is hours"), ("0", 0, "nothing"), ("90m", 5400, "minutes"), ("2h", 7200, "hours"),
    ("1d", 86400, "a day is 24 hours"), ("30s", 30, "seconds"), ("0.333333", 1200, "to the nearest second"),
    ("1,5", None, "a comma"), ("1:30", None, "a clock"), ("x", None, "a word"), ("", None, "nothing at all"),
    ("-1", None, "a sign"), ("\u0661", None, "digits of another script"),
]


@pytest.mark.parametrize(("quantity", "seconds", "why"), QUANTITIES)
def test_a_quantity(quantity, seconds, why):
    content = f"2026-03-02\nacme:web  {quantity}  ; a remark\n".encode()
    if seconds is None:
        assert refusal(content, drop("timedot")).code == "TIME_LINE", why
    else:
        [row] = rows_of(content, drop("timedot"))
        assert (row["duration_text"], row["date_text"], row["project_ref"]) == (
            str(seconds), "2026-03-02", "acme:web"), why


REFUSED = [  # dialect, text, code, words, why
    ("timeclock", "i 2026-03-02 09:00 a\ni 2026-03-02 10:00 b", "TIMECLOCK_TURN",
     "Line 2 clocks in, and line 1 has not", "in twice"),
    ("timeclock", "o 2026-03-02 09:00", "TIMECLOCK_TURN", "nobody is clocked in", "out without in"),
    ("timeclock", "i 2026-03-02 09:00", "TIME_LINE", "Line 1 is 'i 2026-03-02 09:00'", "no account"),
    ("timeclock", "i yesterday 09:00 a", "TIME_LINE", "'i yesterday 09:00 a'", "no date"),
    ("timeclock", "x\u202ey", "TIME_LINE", "x<U+202E>y", "shown as what it is"),
    ("timeclock", "; nothing", "FILE_NO_ROWS", "no rows", "only remarks"),
    ("timeclock", "i 2026-03-02 09:00 a\0b", "TEXT_NUL", "NUL", "a NUL byte"),
    ("timeclock", "i 2026-03-02 09:00 M\udcfcller", "CSV_ENCODING", "FC", "not UTF-8"),
    ("timedot", "acme  2", "TIME_LINE", "below one", "no day before it"),
    ("timedot", "2026-03-02\nacme 2", "TIME_LINE", "'acme 2'", "one space: the whole line would be an account"),
]


@pytest.mark.parametrize(("dialect", "text", "code", "words", "why"), REFUSED, ids=lambda value: str(value)[:20])
def test_refused(dialect, text, code, words, why):
    error = refusal(text.encode("utf-8", "surrogateescape"), drop(dialect))
    assert error.code == code, f"{why}: {error}"
    assert words in str(error), why


def test_a_day_may_stand_in_an_outline():
    rows = rows_of(b"* March\n** 2026-03-02 first day\nacme  1\n\n2026/3/3\nacme  2\n", drop("timedot"))
    assert [(row["date_text"], row["duration_text"], row["extra"]) for row in rows] == [
        ("2026-03-02", "3600", '{"line":"3"}'), ("2026-03-03", "7200", '{"line":"6"}')]


ACCOUNTS = ["a", "a:b c", "a::", "x   y", "q  note", "q   r: ", "Größe:1", "b ; remark", "1:2  3  4"]


@given(st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.booleans()), min_size=1, max_size=6))
def test_a_plain_timeclock_is_read_by_column_as_line_by_line(sessions):
    """B42: the quick way takes only files whose every line it knows, and has the same rows."""
    text = "".join(f"i 2026-11-09 08:00:00 {account}\no 2026-11-09 09:00:00\n" + "\n" * is_apart
                   for account, is_apart in sessions)
    lines = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1) if line.rstrip()]
    quick, slow = plain_sessions(text), line_by_line(lines, "log")
    assert quick is None or quick.equals(slow)
    assert (quick is None) == any(";" in line or not line.isascii() for _, line in lines)
