"""Key figures of a company whose clock stands still between the steps; their workbook, computed by LibreOffice."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from etl import steps
from etl.errors import RefusedError
from etl.settings.kpi import definitions
from etl.steps import kpi_inputs
from etl.steps.connections import CALLS
from etl.store import audit_log, ops_log
from etl.workspace import Workspace
from tests.cli.command import timebooks
from tests.faults.tiny import COMPANY, PERIOD_END, make_company
from tests.workbooks.readback import opened, recomputed

DECLARED = """
[[kpi.targets]]
kpi = "pull_to_reconciled"
green = 20
red = 26
[[kpi.promises]]
connection = "tracker"
success = 99.9
source = "agreement, section 4"
[kpi.savings]
hours_before = 12.5
hours_now = 3
hourly_cost = 41.20
weekly_price = 19
"""
TODAY = date(2026, 11, 12)
MOMENTS = {   # what was done when, UTC
    "pull": datetime(2026, 11, 9, 8, 0, 0, tzinfo=UTC), "draft": datetime(2026, 11, 9, 9, 0, 0, tzinfo=UTC),
    "approve": datetime(2026, 11, 9, 15, 30, 1, tzinfo=UTC), "export": datetime(2026, 11, 10, 8, 0, 0, tzinfo=UTC),
    "reconcile": datetime(2026, 11, 10, 9, 0, 0, tzinfo=UTC)}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """One week, each step at its moment; one project of three entries has no row."""
    root = tmp_path_factory.mktemp("kpi") / "w"
    place = make_company(root)
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[billing]", DECLARED + "[billing]", 1))
    file = place.inbox(COMPANY) / "time.csv"
    text = file.read_text(encoding="utf-8")
    for number in (0, 1, 2):
        text = text.replace(f"2026-11-02-{number},ann@tiny.example,Web", f"2026-11-02-{number},ann@tiny.example,New")
        text = text.replace(f"2026-11-02-{number},bob@tiny.example,Web", f"2026-11-02-{number},bob@tiny.example,New")
    file.write_text(text, encoding="utf-8", newline="")
    run = steps.start(COMPANY, PERIOD_END, root, in_memory=True)
    for moment, chosen in (
        ("pull", (steps.pull,)), ("draft", (steps.map_entries, steps.apply_rules, steps.check, steps.draft)),
        ("approve", (steps.approve_batch,)), ("export", (steps.export,)), ("reconcile", (steps.reconcile, steps.close)),
    ):
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(steps.Run, "now", lambda _, at=MOMENTS[moment]: at)
            for step in chosen:
                assert not step(run).exit_code
    run.end()
    for status, milliseconds in ((200, 90), (200, 110), (500, 10)):
        ops_log.note(place, COMPANY, CALLS, {
            "connection": "tracker", "status": status, "milliseconds": milliseconds, "attempt": 1, "bytes": 10,
            "at": "2026-11-09T08:00:00+00:00"})
    (place.ops_log(COMPANY) / "calls.jsonl").open("a").write('{"connection": "tracker", "at": "yesterday"}\n{"conn')
    return root


@pytest.fixture(scope="module")
def found(root: Path) -> steps.KeyFigures:
    return steps.key_figures(COMPANY, 3, today=TODAY, workspace=root)


def figure(found, kpi, week=""):
    return {row["part"]: (row["numerator"], row["denominator"], row["light"]) for row in found.rows("kpi_lights")
            if (row["kpi"], row["week"]) == (kpi, week)}


@pytest.mark.capability("C39", "C40", "C41", "C42", "C46", "C30")
def test_the_figures_of_a_week_with_a_frozen_clock(found):
    assert figure(found, "pull_to_reconciled") == {"": (25 * 3600, 1, "watch")}, "company's own target"
    assert figure(found, "draft_to_approved") == {"": (6 * 3600 + 1801, 1, "on target")}
    assert figure(found, "unmapped_entries", "2026-W45") == {"": (3, 20, "off target")}
    assert figure(found, "unmapped_hours") == {"": (12 * 3600, 84 * 3600, "off target")}
    assert figure(found, "repeats_by_key") == {"tracker": (0, 20, "no target")}
    assert figure(found, "touches", "2026-W46") == {"": (1, 20, "watch")}, "the approval; 5 of 100 is not above 5"
    assert figure(found, "api_success") == {"tracker": (2, 3, "off target")}
    assert figure(found, "api_milliseconds") == {"tracker": (200, 2, "no target")}
    assert figure(found, "exception_days") == {"": (None, None, "no data")}
    rows = {(row[0], row[1]): row[2:] for row in found.summary().rows}
    assert rows["From the first draft to the approval", ""] == (
        "2026-W46", "6.50 hours", "6.50 hours", "on target", "at most 24, off above 48 (default)")
    assert rows["Calls the tracker answered", "tracker"][-1] == (
        "at least 99.9, off below 99.9 (promise: agreement, section 4)")
    assert rows["Days until an exception is verified", ""][:3] == ("", "no data", "no data")


@pytest.mark.capability("C9", "C44")
def test_causes_and_who_uses_it(found):
    assert [(row[0], row[2], row[3], row[4]) for row in found.causes().rows] == [("TE008", 3, "12:00:00", "100.00 %")]
    rows = {row[0]: row[1:6] for row in found.adoption().rows}
    assert rows["batch_approver, time_approver"] == (1, 1, 1, "2026-11-09", "")
    assert rows["accountant, operator, preparer"][0] == 1
    assert rows["accountant, operator, preparer"][4] == 8, "stages of this run"
    said = (found.adoption().text() + found.causes().text() + found.summary().text())
    assert "sandbox-preparer" not in said, "by role, not by name"


@pytest.mark.capability("C39", "C45")
def test_another_program_computes_the_workbook_to_the_same_figures(found, tmp_path):
    file = tmp_path / "kpi.xlsx"
    steps.write_kpi_workbook(found, file)
    book, live = opened(recomputed(file.read_bytes(), tmp_path), computed=True), opened(file.read_bytes())
    rows = {(row[0].value, row[1].value): row for row in book["Key figures"].iter_rows(min_row=6)
            if row[8].value not in (None, "Light")}
    lights = {(row["title"], row["part"] or None): row for row in found.rows("kpi_lights") if not row["week"]}
    assert rows.keys() == lights.keys()
    for key, row in rows.items():
        one, expected = definitions()[lights[key]["kpi"]], lights[key]
        assert row[8].value == expected["light"]
        value = "no data" if expected["denominator"] is None else pytest.approx(float(
            Fraction(int(expected["numerator"]) * one.up, int(expected["denominator"]) * one.down)), rel=1e-12)
        assert row[6].value == value, key
    assert live["Key figures"].conditional_formatting, "and a color beside the word"
    savings = {row[0].value: row[1].value for row in book["Savings"].iter_rows() if row[0].value}
    saved, weeks = Fraction("12.5") - 3, 3
    expected = {
        "Hours saved in a week": saved, "Worth of the hours saved": saved * Fraction("41.20") * weeks,
        "Price of the software": Fraction(19 * weeks), "Net savings": (saved * Fraction("41.20") - 19) * weeks,
        "Return for each unit of price": saved * Fraction("41.20") / 19,
        "Entries for an hour of work now": Fraction(20, 3 * weeks), "Manual touches for 100 entries": Fraction(100, 20)}
    assert {name: savings[name] for name in expected} == {
        name: pytest.approx(float(value), rel=1e-12) for name, value in expected.items()}
    inputs = [cell for row in live["Savings"].iter_rows() for cell in row if not cell.protection.locked]
    assert len(inputs) == 7, "every input can be changed"


@pytest.mark.capability("C45")
def test_an_empty_input_makes_no_figure(found, tmp_path):
    file = tmp_path / "kpi.xlsx"
    steps.write_kpi_workbook(found, file)
    formulas = [cell.value for row in opened(file.read_bytes())["Savings"].iter_rows() for cell in row
                if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert len(formulas) == 7
    assert all(formula.startswith("=IF(COUNT(") and '"fill in the inputs"' in formula for formula in formulas)


def test_the_command_tells_weeks_as_json_and_refuses_what_it_cannot(root, found, tmp_path):
    answer = timebooks("auto", "kpi", "--company", COMPANY, "--weeks", "260", "--json", workspace=root)
    rows = [row for row in json.loads(answer.facts)["rows"] if row["kpi"] == "draft_to_approved" and row["week"] == ""]
    assert [(row["numerator"], row["denominator"], row["value"]) for row in rows] == [(23401, 1, "6.50")]
    for weeks in (0, 261):
        with pytest.raises(RefusedError) as caught:
            steps.key_figures(COMPANY, weeks, workspace=root)
        assert caught.value.code == "KPI_WEEKS"
    with pytest.raises(RefusedError) as caught:
        steps.write_kpi_workbook(found, tmp_path / "kpi.txt")
    assert caught.value.code == "KPI_WORKBOOK"
    shutil.copytree(root / "mappings" / COMPANY, root / "mappings" / "sandbox-other")
    settings = root / "mappings" / "sandbox-other" / "company.toml"
    settings.write_text(settings.read_text().replace(COMPANY, "sandbox-other"))
    both = steps.key_figures(None, 1, workspace=root)
    assert both.summary().headings[0] == "company"
    with pytest.raises(RefusedError) as caught:
        steps.write_kpi_workbook(both, tmp_path / "kpi.xlsx")
    assert caught.value.code == "KPI_ONE_COMPANY"


def test_before_anything_was_run_nothing_is_known(tmp_path):
    make_company(tmp_path / "w")
    found = steps.key_figures(COMPANY, 2, workspace=tmp_path / "w")
    assert {row["light"] for row in found.rows("kpi_lights")} == {"no data"}
    assert audit_log.read_log(Workspace(tmp_path / "w"), COMPANY) == (), "and nothing was written"


def test_every_record_of_a_log_becomes_one_event(root):
    records = audit_log.read_log(Workspace(root), COMPANY)
    assert [kpi_inputs.event(record)["number"] for record in records] == [record.number for record in records]


@pytest.mark.capability("C58")
def test_the_logs_of_calls_and_runs_can_be_asked_beside_the_history(root):
    """Lines that cannot be read are passed over; a call without success is counted as one."""
    found = steps.query_history(root, "select status, count(*) as calls from ops_calls group by status order by status")
    assert found.rows == (("200", "2"), ("500", "1"))
    found = steps.query_history(root, "select distinct role, exit_code from ops_stages")
    assert found.rows == (("accountant, operator, preparer", "0"),)
    with pytest.raises(RefusedError):
        steps.query_history(root, "select * from kpi_roles")
