"""Weeks published by authorities and weeks built from statutes, with their answers, computed by a payroll run's SQL."""

from __future__ import annotations

import csv
import io
from functools import cache

import pytest

from etl.errors import SourceError
from etl.law.rows import library
from etl.steps.examples import read_examples, shipped_examples
from etl.steps.rules_check import check_examples, compute
from tests.shared import shared


def published() -> bytes:
    return (shared("samples/labour") / "published_examples.csv").read_bytes()


@cache
def verdicts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in check_examples().rows:
        found.setdefault(str(row[0]), []).append(str(row[3]))
    return found


def test_every_published_example_is_shipped_as_it_was_published():
    ours = shipped_examples()[0].decode().splitlines()
    assert ours[: len(published().decode().splitlines())] == published().decode().splitlines()


@pytest.mark.capability("C61", "C128")
@pytest.mark.parametrize("name", [example.example_id for example in read_examples(*shipped_examples())])
def test_an_example_passes(name):
    assert verdicts()[name] == ["passes"]


def test_what_may_run_is_confirmed_and_shown_by_a_passing_example_of_its_own():
    examples = {example.example_id: example for example in read_examples(*shipped_examples())}
    ready = [rule for rule in library() if rule.is_ready]
    assert len(ready) >= 16
    for rule in ready:
        assert examples[rule.example].rule == rule, rule.rule_id
        assert verdicts()[rule.example] == ["passes"]


SPOILED = [  # example, row, column, another answer, what is told
    ("P01", -1, "expected_pay_exact", "588.01", "pay, unrounded rate: 588.00 here, 588.01 there"),
    ("P01", -1, "expected_overtime_hours", "7", "overtime hours: 6 here, 7 there"),
    ("P13", -1, "expected_pay", "649.14", "pay, all_hours: 648.96 here, 649.14 there"),
    ("P13", -1, "rate_method", "exact", "pay, exact: 649.14 here, 648.96 there"),
    ("P13", -1, "rate_method", "premium_only", "pay, premium_only: 649.12 here, 648.96 there"),
    ("P02", -1, "expected_regular_rate", "12.99", "regular rate: 13.00 here, 12.99 there"),
    ("K01", -1, "expected_tiers", "1.0:40;1.5:7", "hours at 1.5: 6 here, 7 there"),
    ("K01", -1, "expected_flsa_premium", "100.00", "FLSA premium: 87.50 here, 100.00 there"),
    ("K09", 0, "hours", "15", "overtime hours: 5 here, 4 there"),
    ("P06", -1, "expected_tiers", "1.0:45;+0.5:4", "hours at +0.5: 5 here, 4 there"),
    ("P27", -1, "expected_extra", "average_weekly_hours=47.0", "average_weekly_hours: 47.1 here, 47.0 there"),
    ("P17", -1, "expected_extra", "luck=1", "luck: not a figure Timebooks knows here, 1 there"),
    ("K10", -1, "expected_extra", "flsa_pay=1100.01", "flsa_pay: 1100.00 here, 1100.01 there"),
    ("P01", -1, "rule_system", "us_flsa_40", ""),
]


@pytest.mark.parametrize(("name", "place", "column", "value", "told"), SPOILED)
def test_another_answer_is_told_with_both(tmp_path, name, place, column, value, told):
    rows = [row for row in csv.DictReader(published().decode().splitlines()) if row["example_id"] == name]
    rows[place][column] = value
    file = tmp_path / "examples.csv"
    file.write_text(as_csv(rows), encoding="utf-8")
    outcome = check_examples(file)
    texts = [str(row[4]) for row in outcome.rows]
    assert outcome.exit_code == bool(told)
    assert (told in texts) if told else texts == [""]


def test_a_rule_nobody_knows_differs():
    rows = list(csv.DictReader(published().decode().splitlines()))
    [example] = read_examples(
        as_csv([row | {"rule_system": "us_xx", "jurisdiction": "US-XX"} for row in rows[:7]]).encode(), "x"
    )
    assert compute([example]) == {}


UNREADABLE = [  # column, value, what is said
    ("row_type", "total", "row_type 'total' is none of"),
    ("hours", "ten", "a figure cannot be read"),
    ("date", "2025-13-01", "a figure cannot be read"),
    ("workweek_start_dow", "FUNDAY", "workweek_start_dow is no weekday"),
    ("example_id", "../up", "example_id"),
]


@pytest.mark.parametrize(("column", "value", "said"), UNREADABLE)
def test_a_file_that_cannot_be_read_names_line_and_cell(column, value, said):
    rows = list(csv.DictReader(published().decode().splitlines()))[:7]
    rows[1][column] = value
    with pytest.raises(SourceError, match=said) as caught:
        read_examples(as_csv(rows).encode(), "mine.csv")
    assert caught.value.where == "mine.csv, line 3"


def as_csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
