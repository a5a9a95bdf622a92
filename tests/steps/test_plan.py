"""The plan: every choice of the settings is on it, what was recorded stands beside it, what is open is told first."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from etl import steps
from etl.errors import MappingError
from etl.pages.plan import Section, decisions, render_plan
from etl.settings import Settings
from tests.faults.tiny import COMPANY, make_company


def choices(model: type[BaseModel], before: str = "") -> set[str]:
    """Every setting with a fixed set of answers, lists of parts apart: those are rules and sources, shown as tables."""
    found = set()
    for name, field in model.model_fields.items():
        listed = get_origin(field.annotation) is tuple
        for kind in () if listed else (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= choices(kind, f"{before}{name}.")
            elif get_origin(kind) is Literal or kind is bool:
                found.add(f"{before}{name}")
    return found


@pytest.mark.capability("C53")
def test_every_choice_of_the_settings_is_a_decision_of_the_plan():
    assert choices(Settings) <= {decision.setting for decision in decisions()}
    assert len({decision.setting for decision in decisions()}) == len(decisions())
    for decision in decisions():
        at: object = Settings
        for name in decision.setting.split("."):
            kinds = (at, *get_args(at)) if not isinstance(at, type) else (at,)
            model = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
            at = model.model_fields[name].annotation
            assert get_origin(at) is not Annotated
        assert decision.question.endswith("?")
        assert not decision.page or (Path(__file__).resolve().parents[2] / "docs" / decision.page).is_file()


def page(root: Path) -> str:
    return (root / "reports" / COMPANY / "plan.html").read_text(encoding="utf-8")


def record(root: Path, *rows: str) -> None:
    head = "setting,value,reason,decided_by,decided_on"
    (root / "mappings" / COMPANY / "decisions.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")


@pytest.mark.capability("C21", "C53", "C127")
def test_what_is_decided_open_and_contradicted_is_told(tmp_path):
    make_company(tmp_path)
    record(tmp_path, "company.policy,two_person,small office,Ada,2026-10-01",
           "labor_posting.mode,none,old way,Ada,2026-09-01",
           "labor_posting.mode,distribution,payroll posts first,Ada,2026-10-02")
    outcome = steps.write_plan(tmp_path, COMPANY)
    told = {row[0]: row[1] for row in outcome.rows}
    assert "Who must be different people: preparer and approver and mapping author?" not in told
    assert told["Who has posted the wages already?"] == (
        "open: decided was distribution, company.toml says otherwise")
    assert told["Which documents does a batch write?"] == "open: declared, no decision recorded"
    text = page(tmp_path)
    assert "small office (Ada, 2026-10-01)" in text
    assert "tracker: Project" in text, "each field with the column that feeds it"
    assert "timebooks mapping edit --company sandbox-tiny" in text
    before = text
    steps.write_plan(tmp_path, COMPANY)
    assert page(tmp_path) == before, "the same settings give the same page"


def test_a_faulty_record_is_refused_by_its_line(tmp_path):
    make_company(tmp_path)
    record(tmp_path, "company.policy,two_person,why,Ada,1.10.2026")
    with pytest.raises(MappingError, match=r"decisions\.csv, line 2: decided_on"):
        steps.write_plan(tmp_path, COMPANY)


@pytest.mark.capability("C19")
@pytest.mark.parametrize(("documents", "said"), [
    ('"quickbooks_online.labor_journal", "payroll.hours"', "The books get payroll hours"),
    ('"quickbooks_online.time"', "The books get time entries."),
    ('"quickbooks_online.time", "payroll.hours"', "The books get time entries and payroll hours")])
def test_the_mode_is_told_by_the_documents(tmp_path, documents, said):
    make_company(tmp_path)
    file = tmp_path / "mappings" / COMPANY / "company.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"quickbooks_online.labor_journal", "billing.worksheet"', documents), encoding="utf-8")
    steps.write_plan(tmp_path, COMPANY)
    assert said in page(tmp_path)


class Outline(HTMLParser):
    """What a screen reader goes by: language, headings, landmarks, header cells, links and their ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.ids, self.links = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids.add(given.get("id"))
        if tag == "a":
            self.links.append(given["href"])


def test_the_page_is_whole_in_itself_and_can_be_read_aloud(tmp_path):
    make_company(tmp_path)
    steps.write_plan(tmp_path, COMPANY)
    outline = Outline(page(tmp_path))
    assert ("html", {"lang": "en"}) in outline.tags
    assert [tag for tag, _ in outline.tags].count("h1") == [tag for tag, _ in outline.tags].count("main") == 1
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in outline.tags if tag == "th")
    assert all(link.startswith("#") and link[1:] in outline.ids for link in outline.links)
    assert not {tag for tag, _ in outline.tags} & {"script", "img", "link", "iframe", "object"}
    assert not re.search(r"url\(|https?://", page(tmp_path))


def test_every_text_of_the_company_is_shown_as_text():
    hostile = "<script>alert(1)</script>&\"'"
    section = Section(hostile, hostile, (hostile,), ((hostile,), (Decimal(1),), (date(2026, 1, 1),)))
    text = render_plan(hostile, [section], subtitle=hostile, banner=hostile).decode()
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 10
