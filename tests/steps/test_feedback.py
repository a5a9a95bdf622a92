"""Remarks of users: kept, answered, linked to a change; questions and answers as a page; a person's own mistakes."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from etl import steps
from etl.errors import RefusedError, SettingsError
from etl.sandbox.company import make_company
from etl.sandbox.week import make_week
from etl.steps.digest import OWN
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.steps.trusted import SANDBOX_APPROVER
from etl.store import feedback as kept
from etl.workspace import Workspace
from tests.cli.command import timebooks

NASTY = "<script>alert('1')</script> & \"so\"\nsecond line"


def ids(root: Path, **which: bool) -> list[str]:
    return [str(row[0]) for row in steps.list_feedback(workspace=root, **which).rows]


@pytest.mark.capability("C10")
def test_a_remark_goes_round_from_the_user_to_the_change_and_back(tmp_path: Path) -> None:
    said = timebooks("feedback", "add", "Why is pay never held?", "--about", "te008", "--json", workspace=tmp_path)
    assert json.loads(said.facts)["facts"]["about"] == "TE008, The project is not mapped"
    timebooks("feedback", "add", "The week is fast.", "--person", "ann", workspace=tmp_path)
    newest, first = ids(tmp_path)
    assert ids(tmp_path, only_open=True) == [newest, first]
    steps.answer_feedback(first[:5], "Hours worked are paid.", change="CHANGELOG, Next", workspace=tmp_path)
    assert ids(tmp_path, only_open=True) == [newest]
    assert ids(tmp_path, unlinked=True) == [newest]
    row = dict(zip(("id", "day", "who", "remark", "about", "answer", "changed"),
                   steps.list_feedback(workspace=tmp_path).rows[1], strict=True))
    assert (row["answer"], row["changed"]) == ("Hours worked are paid.", "CHANGELOG, Next")
    assert "2 remark(s), 1 without an answer, 1 without a change" in steps.list_feedback(workspace=tmp_path).title


@pytest.mark.capability("C13")
def test_the_page_has_every_question_names_nobody_and_runs_nothing(tmp_path: Path) -> None:
    steps.add_feedback(NASTY, about="<b>", person="eve-the-asker", workspace=tmp_path)
    steps.add_feedback("Unanswered?", person="eve-the-asker", workspace=tmp_path)
    steps.answer_feedback(ids(tmp_path)[1], NASTY, change=NASTY, person="adam", workspace=tmp_path)
    outcome = steps.write_faq(workspace=tmp_path)
    page = (tmp_path / "reports" / "questions.html").read_text(encoding="utf-8")
    assert outcome.title.endswith("1 answered, 1 waiting")
    assert len(re.findall("<dt>", page)) == 2
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("&lt;script&gt;") == 3
    assert not re.search("eve-the-asker|adam", page)
    assert "default-src 'none'" in page


def test_what_cannot_be_kept_or_found_is_refused(tmp_path: Path) -> None:
    for text in ("", " \u200b ", "x" * 2001):
        with pytest.raises(SettingsError) as empty:
            steps.add_feedback(text, workspace=tmp_path)
        assert empty.value.code == "FEEDBACK_EMPTY"
    with pytest.raises(RefusedError) as unknown:
        steps.answer_feedback("abcd", "to nothing", workspace=tmp_path)
    assert unknown.value.code == "FEEDBACK_UNKNOWN"
    with pytest.raises(SettingsError) as missing:
        steps.add_feedback("about nobody", company="../x", workspace=tmp_path)
    assert missing.value.code == "COMPANY_MISSING"
    assert not (tmp_path / "data").exists(), "nothing is written"


def test_a_damaged_line_loses_no_other_remark(tmp_path: Path) -> None:
    steps.add_feedback("first", workspace=tmp_path)
    path = kept.place_of_feedback(Workspace(tmp_path), "")
    path.write_bytes(path.read_bytes() + b'{"id": 1}\n{"half\n')
    steps.add_feedback("second", workspace=tmp_path)
    outcome = steps.list_feedback(workspace=tmp_path)
    assert [row[3] for row in outcome.rows] == ["second", "first"]
    assert dict(outcome.facts)["unreadable"] == "2 line(s) of the log"
    assert path.stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("digest")
    init(root, with_sample=True)
    assert steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True)).exit_code == 0
    return root


@pytest.mark.capability("C126")
def test_a_person_sees_their_own_mistakes_counted_by_cause(closed: Path) -> None:
    cases = [case for case in make_week(make_company()).cases if case.entry.person.employee_id == "E26"]
    planted = Counter(code for case in cases for code in {case.states.split(" / ")[0].split(" ")[1], *case.items}
                      if code in OWN)
    outcome = steps.digest(SAMPLE, "E26", person=make_company().person("E26").name, workspace=closed)
    assert {row[0]: row[2] for row in outcome.rows} == dict(planted)
    assert outcome.rows[0][0] == "TE001", "the most frequent first"
    lessons = {row[0]: str(row[6]) for row in outcome.rows}
    assert lessons["TE002"].split("\n") == ["errors.ipynb, TE002", "bookkeeper.ipynb", "time_approver.ipynb"]
    assert steps.digest(SAMPLE, "E26", person=SANDBOX_APPROVER, workspace=closed).rows == outcome.rows, "the lead too"


@pytest.mark.capability("C126")
def test_nobody_else_sees_them(closed: Path) -> None:
    for other in (make_company().person("E25").name, "sandbox-preparer", "root", "E2"):
        with pytest.raises(RefusedError) as refused:
            steps.digest(SAMPLE, "E26", person=other, workspace=closed)
        assert refused.value.code == "DIGEST_PRIVATE"
    with pytest.raises(RefusedError) as nobody:
        steps.digest(SAMPLE, "E99", person="E99", workspace=closed)
    assert nobody.value.code == "DIGEST_NOBODY"


def test_whoever_makes_none_has_an_empty_page(closed: Path) -> None:
    outcome = steps.digest(SAMPLE, "E19", person="E19", workspace=closed)
    assert outcome.rows == ()
    assert outcome.title.startswith("E19: 0 finding(s)")
