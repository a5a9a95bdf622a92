"""From file columns to landed columns: joined, constant, absent, extra."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from etl.errors import SourceError
from etl.sources.files import parse_file
from etl.tables import LANDED_ENTRIES
from tests.sources.drops import declared, rows_of

CLOCKED = {"Who": "person_ref", "Day": "start_text", "From": "start_text", "Till day": "end_text", "Till": "end_text",
           "H": "duration_text"}


def test_date_and_clock_are_joined_in_the_order_of_declaration():
    rows = rows_of(b"Till,Till day,From,Day,H,Who\n10:00,2026-03-02,09:00,2026-03-02,1,dana\n",
        declared(columns=CLOCKED))
    assert rows == [{"source_row": 2, "person_ref": "dana", "start_text": "2026-03-02 09:00",
                     "end_text": "2026-03-02 10:00", "duration_text": "1"}]


def test_an_absent_part_leaves_no_blank_and_nothing_at_all_is_null():
    rows = rows_of(b"Who,Day,From,Till day,Till,H\na,2026-03-02,,,10:00,1\nb,,09:00,,,1\nc,,,,,1\n",
        declared(columns=CLOCKED))
    assert [(row.get("start_text"), row.get("end_text")) for row in rows] == [
        ("2026-03-02", "10:00"), ("09:00", None), (None, None)]
    assert [row["source_row"] for row in rows] == [2, 3, 4], "rows without a part are still there"


def test_one_column_may_feed_two():
    drop = declared().model_copy(update={"columns": {
        "Who": "person_ref", "Day": "start_text end_text", "From": "start_text", "Till": "end_text",
        "H": "duration_text", "Kind": "task_ref service_ref"}})
    rows = rows_of(b"Who,Day,From,Till,H,Kind\ndana,2026-03-02,09:00,10:00,1,Design\n", drop)
    assert rows == [{"source_row": 2, "person_ref": "dana", "start_text": "2026-03-02 09:00", "task_ref": "Design",
                     "end_text": "2026-03-02 10:00", "service_ref": "Design", "duration_text": "1"}]


def test_constants_absent_columns_and_null_text():
    drop = declared(columns={"Who": "person_ref", "Day": "date_text", "H": "duration_text", "Job": "project_ref"},
                    constants={"currency_text": "USD", "tags": ""}, optional_columns=["Job"], null_text=r"\N")
    assert rows_of(b"Who,Day,H\ndana,\\N,1\n\"\\N\",2026-03-02,\\n\n", drop) == [
        {"source_row": 2, "person_ref": "dana", "duration_text": "1", "currency_text": "USD"},
        {"source_row": 3, "date_text": "2026-03-02", "duration_text": "\\n", "currency_text": "USD"}]


def test_extra_is_json_of_what_is_there_with_sorted_keys():
    columns = {"Who": "person_ref", "Day": "date_text", "H": "duration_text", "z": "extra", "a b": "extra",
        "É": "extra"}
    content = 'Who,Day,H,z,a b,É\nd,2026-03-02,1,"say ""x""",\\,ü\nd,2026-03-02,1,,x,\nd,2026-03-02,1,,,\n'.encode()
    extras = [row.get("extra") for row in rows_of(content, declared(columns=columns))]
    assert extras == ['{"a b":"\\\\","z":"say \\"x\\"","É":"ü"}', '{"a b":"x"}', None]
    assert json.loads(extras[0]) == {"a b": "\\", "z": 'say "x"', "É": "ü"}


def test_the_table_is_always_whole_and_text():
    table = parse_file(b"Who,Day,Hours,Job,Memo\nd,2026-03-02,1,x,y\n", "week.csv", declared())
    assert table.schema.equals(LANDED_ENTRIES)
    assert table.schema.metadata is None


CONFLICTS = [  # changes, words, why
    ({"constants": {"project_ref": "x"}}, "project_ref", "a constant and a column"),
    ({"optional_columns": ["Rate"]}, "Rate", "an optional column nobody declared")]


@pytest.mark.parametrize(("changes", "words", "why"), CONFLICTS)
def test_a_declaration_that_contradicts_itself_is_no_setting(changes, words, why):
    with pytest.raises(ValidationError, match=words):
        declared(**changes)


def test_extra_is_always_made_of_columns():
    with pytest.raises(SourceError, match="extra") as caught:
        parse_file(b"Who,Day,Hours,Job,Memo\nd,2026-03-02,1,x,y\n", "week.csv", declared(constants={"extra": "x"}))
    assert caught.value.code == "DROP_CONFLICT"
