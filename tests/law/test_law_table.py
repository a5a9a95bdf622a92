"""The law table is read strictly, and its rows say what a run may do with them."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest

from etl.errors import SettingsError
from etl.law.rows import library, read_rules
from etl.steps.rules_show import show_rules

TEXT = (files("etl.law") / "overtime_rules.csv").read_text(encoding="utf-8")
STATES = set(
    re.findall(
        "..",
        "ALAKAZARCACOCTDCDEFLGAGUHIIAIDILINKSKYLAMAMDMEMIMNMOMSMTNCNDNENHNJNMNVNYOHOKORPAPRRISCSDTNTXUTVAVIVTWAWIWVWY",
    )
)
CANADA = ["FED", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]
OTHERS = ["GB", "EU", "FR", "DE", "ES", "NL", "IE", "AU", "NZ", "IN", "JP", "MX", "BR", "SG"]


def test_every_place_of_the_reference_has_a_row_with_citation_and_standing():
    wanted = {"US-FED", *(f"US-{code}" for code in STATES), *(f"CA-{code}" for code in CANADA), *OTHERS}
    assert {rule.jurisdiction for rule in library()} == wanted
    for rule in library():
        assert rule.citation
        assert rule.reviewed_on <= date(2026, 12, 31)
        assert rule.example or rule.effective_from >= date(2028, 1, 1), rule.rule_id


FAULTS = [  # what stands there, what stands there instead, what is said
    ("us_wa_40,US-WA", "us_wa_other,US-WA", ""),
    (",2027-01-01,2027-12-31,", ",2027-01-02,2027-12-31,", "mx_8_week_2_3: no version is in force on 2027-01-01"),
    (",2027-01-01,2027-12-31,", ",2026-12-31,2027-12-31,", "mx_8_week_2_3: two versions are in force on 2026-12-31"),
    (",weekly_only,", ",,", "combine '' is none of"),
    ("40:1.5", "40-1.5", "tier '40-1.5' is not hours"),
    ("8:1.5;12:2.0", "12:1.5;8:2.0", "do not go up"),
    ("8:1.5", "8:15", "tier '8:15' is not hours, a colon and a multiplier"),
    (",confirmed,", ",sure,", "status 'sure' is none of"),
    ("1940-10-24", "1940-13-24", "line 2"),
    ("us_flsa_40,", ",", "rule_id is empty"),
]


@pytest.mark.parametrize(("there", "instead", "said"), FAULTS)
def test_a_fault_of_the_table_is_named(there, instead, said):
    text = TEXT.replace(there, instead)
    assert text != TEXT
    if not said:
        assert read_rules(text, "law")
        return
    with pytest.raises(SettingsError) as caught:
        read_rules(text, "law")
    assert caught.value.code == "LAW_INVALID"
    assert said in caught.value.what


def test_a_place_is_shown_as_of_a_day():
    rows = show_rules("mx", "2027-03-01").rows
    assert [row[2] for row in rows] == ["2.0 over 46 h a week; 3.0 over 55 h a week"]
    assert show_rules("US-CO", "2020-03-15").title.endswith("no version is in force, the first begins 2020-03-16")
    california = {str(row[1]): str(row[7]) for row in show_rules("US-CA", "2026-11-22").rows}
    assert california["(default)"].startswith("confirmed; reviewed")
    assert "stops a run until the company confirms it" in california["aws_4x10"]


@pytest.mark.parametrize(
    ("place", "day", "code"), [("ZZ", None, "PLACE_UNKNOWN"), ("US-CA", "soon", "DATE_UNREADABLE")]
)
def test_a_question_nobody_can_answer_is_refused(place, day, code):
    with pytest.raises(SettingsError) as caught:
        show_rules(place, day)
    assert caught.value.code == code
