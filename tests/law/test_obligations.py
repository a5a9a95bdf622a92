"""Obligations of the places where people work: shipped rows, owner and status, and what happens where no row is."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from etl import steps
from etl.law.obligations import obligations, of_place
from etl.law.rows import library
from etl.steps.rules_obligations import without_rows
from tests.faults import tiny
from tests.law.test_engine import firm, stops

OWN = """
    jurisdiction  obligation_id  obligation              citation        owner  status
    CA-NT         nt_wcb         Workers' compensation   NWT act, s. 1   Bea    in_place"""


def test_the_table_answers_each_day_once_and_cites():
    versions: dict[tuple[str, str], list] = {}
    for row in obligations():
        assert row.citation, row.obligation_id
        assert row.effective_from <= row.effective_to
        assert row.status in ("confirmed", "confirmed-secondary", "knowledge", "unverified")
        versions.setdefault((row.jurisdiction, row.obligation_id), []).append(row)
    for own in versions.values():
        ordered = sorted(own, key=lambda row: row.effective_from)
        for earlier, later in pairwise(ordered):
            assert (later.effective_from - earlier.effective_to).days == 1, later
    assert {row.jurisdiction for row in obligations()} <= {rule.jurisdiction for rule in library()}


def test_the_threshold_of_form_1099_is_that_of_the_day():
    told = {day.year: row.obligation for day in (date(2025, 12, 31), date(2026, 1, 1))
            for row in of_place("US", day) if row.obligation_id == "us_1099_nec"}  # fmt: skip
    assert told[2025].startswith("Form 1099-NEC: 600 or more")
    assert told[2026].startswith("Form 1099-NEC: 2,000 or more")
    assert of_place("US-AR", date(2026, 6, 1))[0].jurisdiction == "US-AR"


@pytest.mark.capability("C78")
@pytest.mark.capability("C162")
@pytest.mark.parametrize(
    ("place", "pay", "own", "said"),
    [
        ("CA-NT", 'obligations = "stop"', "", "nothing is known of taxes and reporting in CA-NT"),
        ("CA-NT", 'obligations = "stop"', OWN, ""),
        ("CA-NT", "", "", ""),
        ("US", 'obligations = "stop"', "", ""),
    ],
)
def test_a_place_nobody_knows_stops_where_the_company_says_so(place, pay, own, said):
    stops(firm(f"ann weekly {place}", pay, obligations=own).run(), said)


@pytest.mark.capability("C162")
@pytest.mark.capability("C78")
def test_the_table_of_a_company_names_owner_status_and_what_is_missing(tmp_path):
    tiny.make_company(tmp_path)
    folder = tmp_path / "mappings" / tiny.COMPANY
    (folder / "obligations.csv").write_text(
        "jurisdiction,obligation_id,obligation,citation,owner,status,effective_from,effective_to\n"
        "US-FED,us_futa,,,Bea,in_place,2026-01-01,\n"
        "US-FED,city_tax,Payroll expense tax,Code s. 5,Cy,open,2026-01-01,\n"
    )
    shown = steps.show_obligations(tiny.COMPANY, "2026-11-22", workspace=tmp_path)
    told = {str(row[2]): (row[6], row[7]) for row in shown.rows}
    assert told["us_futa"] == ("Bea", "in place")
    assert told["city_tax"] == ("Cy", "open")
    assert told["us_w2_box_12_tt"] == ("", "no owner")
    assert shown.exit_code == 0
    employees = folder / "employees.csv"
    employees.write_text(employees.read_text().replace(",US,", ",US-ID,"))
    missing = steps.show_obligations(tiny.COMPANY, "2026-11-22", workspace=tmp_path)
    assert missing.exit_code == 1
    assert [row[3] for row in missing.rows if row[7] == "missing"] == ["no row: ask who knows this place"]


def test_a_state_needs_a_row_of_its_own():
    run = firm("ann weekly US-WA").run()
    assert without_rows(run.mappings, run.owned.start, run.owned.end) == []
    run = firm("ann weekly US-KY").run()
    assert without_rows(run.mappings, run.owned.start, run.owned.end) == ["US-KY"]
