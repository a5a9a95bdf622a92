"""What is gone at the source: only a complete file can say so, and a short one is never read as "all deleted"."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import steps
from etl.errors import RefusedError, SourceError
from etl.steps.map_entries import map_entries
from etl.steps.pull import pull
from etl.workspace import Workspace
from tests.steps.test_pull import company

COMPLETE = 'completeness = "complete"\nwindow = "hours_{start}_to_{end}.csv"'
NAME = "hours_2026-11-09_to_2026-11-15.csv"
HEADER = "Who,Day,Hours,Job,Memo\n"
ROWS = [f"{who}@x.example,2026-11-{day:02},1.00,shop,{who} {day}" for day in range(9, 14) for who in ("ann", "bob")]
ACCOUNTS = ("purpose,account,account_type\ndirect_labor,Job Costs:Labor,COGS\ninternal_labor,Overhead:Labor,EXP\n"
            "accrued_wages,Accrued Wages,OCLIAB\n")
PAY_ITEMS = "hour_kind,hour_class,pay_item\nworked,regular,R\nworked,overtime,O\nworked,overtime_premium,P\n"


def states(root: Path, rows: list[str], more: str = COMPLETE, name: str = NAME) -> list[tuple[str, str]]:
    """State and reason of each newest entry after a file with these rows has come."""
    content = (HEADER + "".join(f"{row}\n" for row in rows)).encode()
    company(root, {name: content}, more)
    for file, text in {"accounts.csv": ACCOUNTS, "pay_items.csv": PAY_ITEMS}.items():
        (Workspace(root).mappings("acme") / file).write_text(text, encoding="utf-8")
    run = steps.start("acme", "2026-11-15", root, person="preparer", in_memory=True)
    pull(run)
    map_entries(run)
    with run.engine() as engine:
        found = engine.fetch("entries_with_states").to_pylist()
    run.end()
    return sorted((row["pay_state"], row["pay_reason"] or "-") for row in found)


@pytest.mark.parametrize(("left", "gone"), [(10, 0), (9, 1), (8, 2)])
def test_up_to_the_ceiling_what_is_absent_is_withdrawn(tmp_path, left, gone):
    """20 % of ten entries are two; each is told and waits for the person to be asked."""
    assert states(tmp_path, ROWS) == [("exported", "-")] * 10
    assert states(tmp_path, ROWS[:left]) == [("exported", "-")] * left + [("withdrawn", "TE031")] * gone


@pytest.mark.parametrize("left", [1, 5, 7])
def test_a_short_file_is_never_read_as_all_deleted(tmp_path, left):
    states(tmp_path, ROWS)
    with pytest.raises(RefusedError, match=f"{10 - left} of 10 of hours would be gone") as caught:
        states(tmp_path, ROWS[:left])
    assert caught.value.code == "DELETE_CEILING"


@pytest.mark.parametrize(("content", "code"), [(HEADER.encode(), "FILE_NO_ROWS"), (b"", "FILE_EMPTY")])
def test_an_empty_file_is_no_delivery(tmp_path, content, code):
    states(tmp_path, ROWS)
    (Workspace(tmp_path).inbox("acme") / NAME).write_bytes(content)
    run = steps.start("acme", "2026-11-15", tmp_path, person="preparer", in_memory=True)
    with pytest.raises(SourceError) as caught:
        pull(run)
    assert caught.value.code == code


def test_an_additive_file_says_nothing_of_what_it_lacks(tmp_path):
    states(tmp_path, ROWS, more="")
    assert states(tmp_path, ROWS[:1], more="") == [("exported", "-")] * 10


def test_a_file_of_another_week_takes_nothing_away(tmp_path):
    states(tmp_path, ROWS)
    other = "hours_2026-11-16_to_2026-11-22.csv"
    assert states(tmp_path, [ROWS[0].replace("11-09", "11-16")], name=other) == [("exported", "-")] * 10


def test_deletions_that_are_meant_are_let_through_by_the_ceiling(tmp_path):
    states(tmp_path, ROWS)
    meant = f"{COMPLETE}\ndelete_ceiling_percent = 90"
    assert states(tmp_path, ROWS[:1], more=meant) == [("exported", "-")] + [("withdrawn", "TE031")] * 9
