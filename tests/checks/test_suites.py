"""A company's own suites change thresholds, drop and add expectations; a file that cannot be used says why."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from etl.checks.suites import read_suites
from etl.checks.tables import CHECKED
from etl.checks.validate import exception_items, validate
from etl.errors import SettingsError
from etl.shipped import shipped
from tests.checks.rows import spoiled, suites

META = {"code": "TE090", "severity": "note", "streams": "bill", "remedy": "Ask the project manager for the job code."}
JOB_CODE = {
    "id": "job_code", "type": "expect_column_values_to_match_regex",
    "kwargs": {"column": "customer_job", "regex": "^[0-9]{4} "}, "meta": META,
}  # fmt: skip


@pytest.fixture(name="own")
def _own(tmp_path: Path) -> Path:
    folder = tmp_path / "acme" / "expectations"
    folder.mkdir(parents=True)
    return folder


def write(own: Path, table: str, *expectations: object) -> None:
    (own / f"{table}.json").write_text(json.dumps({"expectations": expectations}), encoding="utf-8")


def codes_found(own: Path, table: str, **cells: object) -> list[tuple[str, str]]:
    items = exception_items(validate(suites(own), spoiled(table, **cells))).to_pylist()
    return [(item["code"], item["severity"]) for item in items]


def message(own: Path) -> str:
    with pytest.raises(SettingsError) as raised:
        suites(own)
    assert raised.value.code == "SUITE_UNREADABLE"
    return raised.value.message()


@pytest.mark.capability("C97")
def test_a_company_changes_a_threshold_by_id(own):
    ten_hours = {"day_seconds": 36_001}
    assert codes_found(own, "people", **ten_hours) == []
    write(own, "people", {"id": "a_day_is_not_too_long", "kwargs": {"max_value": 36_000}})
    assert codes_found(own, "people", **ten_hours) == [("TE055", "note")]
    changed = next(one for one in suites(own).expectations if one.id == "a_day_is_not_too_long")
    assert (changed.promise, changed.origin) == ("day at most 10:00:00", "acme/expectations/people.json")


def test_a_company_makes_a_note_a_stop_and_words_the_remedy(own):
    write(own, "entries", {"id": "entries_do_not_overlap", "meta": {"severity": "stop", "remedy": "Call the foreman."}})
    items = exception_items(validate(suites(own), spoiled("entries", overlap_seconds=60))).to_pylist()
    assert [(item["code"], item["severity"], item["remedy"]) for item in items] == [
        ("TE053", "stop", "Call the foreman.")
    ]


def test_a_hold_stops_the_draft_because_checks_come_after_the_states(own):
    write(own, "entries", {"id": "entries_do_not_overlap", "meta": {"severity": "hold"}})
    assert codes_found(own, "entries", overlap_seconds=60) == [("TE053", "stop")]


def test_a_company_adds_an_expectation_and_drops_a_note(own):
    write(own, "projects", JOB_CODE, {"id": "a_job_is_worked_on_weekdays", "off": True})
    assert codes_found(own, "projects", count_weekday_entries=0, customer_job="2041 Mill") == [("TE090", "note")]
    assert len(suites(own).expectations) == len(suites().expectations)
    (first, second) = exception_items(validate(suites(own), spoiled("projects"))).to_pylist()
    assert first == second
    assert (first["found"], first["expected"]) == ("customer job Mill:Web shop", "customer job matches ^[0-9]{4} ")


def test_no_folder_is_no_own_suite_and_the_digest_tells_one_from_another(own):
    assert not suites(own).contents
    empty = suites(own).digest
    write(own, "projects", JOB_CODE)
    assert list(suites(own).contents) == ["expectations/projects.json"]
    assert suites(own).digest != empty


def changed(**parts: object) -> dict[str, object]:
    return JOB_CODE | parts


BAD = [  # what stands in projects.json of the company, what the message must say
    (changed(type="expect_table_row_count_to_equal"), "type 'expect_table_row_count_to_equal' is unknown; known: "),
    (changed(kwargs={"column": "job", "regex": "x"}), "kwargs column: column 'job' is unknown; projects has "),
    (changed(kwargs={"column": "count_people", "regex": "x"}), "column count_people does not hold text"),
    (changed(kwargs={"column": "customer_job"}), "kwargs regex is missing"),
    (changed(kwargs={"column": "customer_job", "regex": "(?=a)b"}), "is no pattern that can be used"),
    (changed(kwargs={"column": "customer_job", "regex": "("}), "is no pattern that can be used"),
    (changed(kwargs={"column": "customer_job", "regex": "x" * 201}), "is not a pattern of 1 to 200 letters"),
    (changed(kwargs={"column": "customer_job", "regex": "x", "mostly": 0.9}), "kwargs 'mostly' is unknown here"),
    (changed(kwargs={"column": "customer_job", "regex": "x", "row_condition": "__import__('os').getcwd()"}),
     "kwargs 'row_condition' is unknown here"),
    (changed(kwargs={"column": "customer_job", "regex": {"$PARAMETER": "today"}}), "is not a pattern"),
    (changed(kwargs=["customer_job"]), "kwargs is not an object"),
    (changed(meta=META | {"severity": "warning"}), "severity 'warning' is unknown; it is one of stop, hold, note"),
    (changed(meta=META | {"code": "TE999"}), "code 'TE999' is no code of an exception item; a company's own"),
    (changed(meta=META | {"code": "SUITE_UNREADABLE"}), "is no code of an exception item"),
    (changed(meta={name: text for name, text in META.items() if name != "code"}), "meta code is missing"),
    (changed(meta=META | {"streams": "bill, pay"}), "streams 'bill, pay' is not of pay, cost, bill, in this order"),
    (changed(meta=META | {"remedy": ""}), "remedy must say in 8 to 300 letters what to do"),
    (changed(meta=META | {"note": "x"}), "meta 'note' is unknown"),
    (changed(python="print(1)"), "key 'python' is unknown"),
    ({"id": "a_job_is_worked_on_weekdays", "kwargs": {"min_value": 0.5}}, "'0.5' is not a whole number"),
    ({"id": "a_job_is_worked_on_weekdays", "kwargs": {"min_value": True}}, "'True' is not a whole number"),
    ({"id": "a_job_is_worked_on_weekdays", "kwargs": {"max_value": 0}}, "min_value 1 is more than max_value 0"),
    ({"id": "a_job_is_worked_on_weekdays", "type": "expect_column_values_to_be_unique"}, "needs an id of its own"),
    ({"id": "a_job_is_worked_on_weekdays", "off": True, "kwargs": {}}, "off stands alone"),
    ({"id": "a_job_is_worked_on_weekdays", "meta": "note"}, "kwargs and meta are objects"),
    ({"id": "of_another_table", "off": True}, "there is no shipped expectation of this id to be dropped"),
    (changed(type=["expect_column_values_to_be_unique"]), "is unknown; known: "),
    (changed(kwargs={"column": ["customer_job"], "regex": "x"}), "is unknown; projects has "),
    ({"type": "expect_column_values_to_be_unique"}, "expectation 1 has no id"),
]  # fmt: skip


@pytest.mark.parametrize(("expectation", "says"), BAD, ids=[says[:50] for _, says in BAD])
def test_an_expectation_that_cannot_be_asked_is_named_with_its_file_and_id(own, expectation, says):
    write(own, "projects", expectation)
    text = message(own)
    assert says in text
    named = f"acme/expectations/projects.json, {expectation['id']}: " if "id" in expectation else "projects.json"
    assert named in text
    assert "Traceback" not in text


BROKEN = [  # the bytes of the file, what the message must say
    (b"", "is not JSON"),
    (b"{", "is not JSON"),
    (b"\xff\xfe", "is not JSON"),
    (b"[]", 'is not {"expectations": [...]}'),
    (b'{"expectations": {}}', 'is not {"expectations": [...]}'),
    (b'{"expectations": [7]}', 'is not {"expectations": [...]}'),
    (b'{"expectations": [], "more": 1}', 'is not {"expectations": [...]}'),
    (b'{"expectations": [], "expectations": []}', "key 'expectations' stands twice"),
    (b'{"expectations": [{"id": "x", "kwargs": {"max_value": NaN}}]}', "NaN is no number"),
    (b'{"expectations": [{"id": "x", "off": true}, {"id": "x", "off": true}]}', "projects.json, x: stands twice"),
    (b'{"expectations": [{"id": "../x", "off": true}]}', "expectation 1 has no id"),
    (b'{"expectations": [{"id": ["x"], "off": true}]}', "expectation 1 has no id"),
    (b"[" * 100_000, "projects.json: is n"),
]


@pytest.mark.parametrize(("raw", "says"), BROKEN, ids=[f"{raw[:30]!r}" for raw, _ in BROKEN])
def test_a_damaged_suite_is_named(own, raw, says):
    (own / "projects.json").write_bytes(raw)
    assert says in message(own)


def test_a_shipped_stop_guards_the_figures_and_stays(own):
    for change in ({"off": True}, {"meta": {"severity": "note"}}, {"kwargs": {"min_value": -9}}):
        write(own, "pieces", {"id": "paid_time_is_not_negative", **change})
        assert "paid_time_is_not_negative: is a stop that guards the figures" in message(own)


def test_files_that_are_no_suite_are_named_and_never_skipped(own):
    (own / "timesheets.json").write_text("{}", encoding="utf-8")
    assert "expectations/timesheets.json: is no suite; the suites are entries.json, people.json" in message(own)
    (own / "timesheets.json").rename(own / "check.py")
    assert "expectations/check.py: is no suite" in message(own)
    (own / "check.py").unlink()
    (own / "rates.json").mkdir()
    assert "expectations/rates.json: is not a regular file" in message(own)


@pytest.mark.skipif(os.name != "posix", reason="links as on POSIX")
def test_a_link_is_not_followed(own, tmp_path):
    write(own, "projects", JOB_CODE)
    (own / "projects.json").rename(tmp_path / "elsewhere.json")
    (own / "projects.json").symlink_to(tmp_path / "elsewhere.json")
    assert "expectations/projects.json: is not a regular file" in message(own)


def test_every_finding_is_told_at_once(own):
    write(own, "projects", changed(python="x"), changed(id="other", type="nothing"))
    write(own, "rates", {"id": "a_rate_is_not_zero", "meta": {"severity": "loud"}})
    assert message(own) == (
        "The suites have 3 finding(s):\n"
        "    acme/expectations/projects.json, job_code: key 'python' is unknown; known: id, type, kwargs, meta, off\n"
        "    acme/expectations/projects.json, other: type 'nothing' is unknown; known: "
        "expect_column_values_to_not_be_null, expect_column_values_to_be_between, expect_column_values_to_be_in_set, "
        "expect_column_values_to_not_be_in_set, expect_column_values_to_match_regex, "
        "expect_column_values_to_not_match_regex, expect_column_value_lengths_to_be_between, "
        "expect_column_values_to_be_unique, expect_column_pair_values_to_be_in_set, "
        "expect_column_pair_values_to_be_equal\n"
        "    acme/expectations/rates.json, a_rate_is_not_zero: severity 'loud' is unknown; "
        "it is one of stop, hold, note\n"
        "  where: mappings/acme/expectations/\n"
        "  fix:   Correct the expectations named; docs/checks.md shows every type, column and key.\n"
        "  code:  SUITE_UNREADABLE"
    )


def test_no_pattern_keeps_a_run_waiting(own):
    write(own, "projects", changed(kwargs={"column": "customer_job", "regex": "^(a+)+$"}))
    found = codes_found(own, "projects", customer_job="a" * 5000 + "!")   # backtracking would never come back
    assert found == [("TE090", "note")] * 2


TYPES = [  # one expectation of each type the shipped suites do not use, a row that breaks it
    ("items", "expect_column_values_to_be_unique", {"column": "service_item"}, {}, 2),
    ("items", "expect_column_values_to_not_be_in_set", {"column": "service_item", "value_set": ["Misc"]},
     {"service_item": "Misc"}, 1),
    ("items", "expect_column_values_to_not_match_regex", {"column": "service_item", "regex": "^Z"},
     {"service_item": "Zoo"}, 1),
]  # fmt: skip


@pytest.mark.parametrize(("table", "kind", "kwargs", "cells", "count"), TYPES, ids=[kind for _, kind, *_ in TYPES])
def test_the_other_types_find_their_rows(own, table, kind, kwargs, cells, count):
    write(own, table, {"id": "own", "type": kind, "kwargs": kwargs, "meta": META})
    assert codes_found(own, table, **cells) == [("TE090", "note")] * count


def test_the_shipped_suites_are_one_for_each_table():
    assert {path.name for path in shipped("expectations").iterdir()} == {f"{table}.json" for table in CHECKED}
    assert read_suites(shipped("expectations"), Path("none") / "expectations").digest
