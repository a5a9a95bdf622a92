"""Each role sees exactly the rows and columns of the permission table, on screen and in files."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import steps
from etl.sql import order
from etl.steps import dashboard, dashboard_figures, dashboard_files
from etl.trust.permissions import ROLES
from etl.trust.standing import Grant
from etl.trust.views import reach, table
from tests.dashboard.house import COMPANY, ENDS, FORMULA, TEAM

TABLE = list(csv.DictReader((files("etl.trust") / "views.csv").read_text(encoding="utf-8").splitlines()))
VIEWS = [view.name for view in dashboard.VIEWS]
PAY = {"pay_rate", "amount", "found_about_pay"}


@pytest.fixture(scope="session")
def figures(office):
    return dashboard_figures.gather(office.place, COMPANY)


def seen_by(office, figures, *roles, team=TEAM):
    """By view, what the holder of these roles sees."""
    held = {role: Grant(role, frozenset(team if role == "time_approver" else ())) for role in roles}
    found = dashboard.seen(figures, held, office.root / "scratch")
    return {one.view.name: one for one in found}


def people_in(one):
    return {row["employee_id"] for row in one.rows.to_pylist()}


def permitted(view, role):
    """The columns that the table gives a role, read again here: none where it sees no rows."""
    rows = [row for row in TABLE if row["view"] == view]
    return [row["column"] for row in rows[1:] if rows[0][role] and row[role] == "yes"]


@pytest.mark.capability("C88", "C93")
@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_exactly_the_columns_and_rows_of_the_table_in_each_view(office, figures, role):
    found, everything = seen_by(office, figures, role), seen_by(office, figures, "preparer")
    for view in VIEWS:
        wanted = permitted(view, role)
        if not wanted:
            assert view not in found
            continue
        one = found[view]
        assert one.rows.column_names == wanted
        scope = next(row[role] for row in TABLE if row["view"] == view)
        assert scope in ("all", "team")
        if scope == "all":
            assert one.rows.num_rows == everything[view].rows.num_rows
        screen = dashboard.part_of(one)
        assert screen.count_rows == one.rows.num_rows
        assert all(len(row) == len(wanted) for row in screen.rows)


def test_each_view_has_something_to_see(office, figures):
    assert {view: one.rows.num_rows > 0 for view, one in seen_by(office, figures, "preparer").items()} == dict.fromkeys(
        VIEWS, True)


@pytest.mark.capability("C93")
def test_a_time_approver_sees_the_own_team_alone(office, figures):
    own, everything = seen_by(office, figures, "time_approver"), seen_by(office, figures, "auditor")
    assert people_in(own["pay"]) == {"E1"}
    assert people_in(everything["pay"]) == {"E1", "E2"}
    assert {row["person"] for row in own["approvals"].rows.to_pylist()} == {"Ann"}
    assert {row["employee_ref"] for row in own["exceptions"].rows.to_pylist()} == {"ann@tiny.example"}
    assert {row["ref"] for row in own["unmapped"].rows.to_pylist()} == {FORMULA}
    assert {row["ref"] for row in everything["unmapped"].rows.to_pylist()} == {FORMULA, "Tests"}
    assert all(row["count_people"] == 1 for row in own["hours"].rows.to_pylist())
    ours, all_hours = (sum(one["hours"].rows["worked_seconds"].to_pylist()) for one in (own, everything))
    assert 2 * ours == all_hours, "ann works half of it"


def test_nobody_with_a_team_of_nobody_sees_a_row(office, figures):
    assert all(not one.rows.num_rows for one in seen_by(office, figures, "time_approver", team=("E9",)).values())


@pytest.mark.capability("C93")
@pytest.mark.parametrize("role", ["time_approver", "batch_approver", "administrator", "operator", "analyst"])
def test_no_approver_sees_a_rate_of_pay(office, figures, role):
    found = seen_by(office, figures, role)
    assert not PAY & {name for one in found.values() for name in one.rows.column_names}
    files_made = b"".join(dashboard_files.csv_of(one) for one in found.values())
    assert b"40.00" not in files_made
    assert b"40.00" in dashboard_files.csv_of(seen_by(office, figures, "accountant")["pay"])


def test_a_house_may_hide_names_from_a_role(office, figures):
    from dataclasses import replace

    names = {row["column"] for row in TABLE if row["kind"] == "name"}
    hidden = seen_by(office, replace(figures, nameless=("analyst",)), "analyst")
    assert not names & {name for one in hidden.values() for name in one.rows.column_names}
    assert names & {name for one in seen_by(office, figures, "analyst").values() for name in one.rows.column_names}
    both = seen_by(office, replace(figures, nameless=("analyst",)), "analyst", "accountant")
    assert "employee_name" in both["pay"].rows.column_names, "the accountant in the same person may"


@given(st.sets(st.sampled_from(ROLES)), st.sets(st.sampled_from(ROLES)),
       st.sets(st.sampled_from(["E1", "E2", "*"]), min_size=1))
def test_several_roles_never_show_more_than_one_of_them_does(roles, nameless, team):
    held = {role: Grant(role, frozenset(team if role == "time_approver" else ())) for role in roles}
    for view in table():
        found = reach(view, held, nameless)
        alone = [one for role in roles if (one := reach(view, {role: held[role]}, nameless)) is not None]
        if found is None:
            assert not alone
            continue
        for column in found.columns:
            assert any(column in one.columns and (one.team is None or one.team == found.team) for one in alone), (
                "each column comes with a role that reaches these rows")


def test_the_table_and_the_views_are_the_same():
    assert list(table()) == sorted(table(), key=list(dict.fromkeys(row["view"] for row in TABLE)).index)
    assert set(table()) == set(VIEWS)
    assert {view.statement for view in dashboard.VIEWS} <= set(order.FOLDERS["dashboard"])


@pytest.mark.capability("C88")
def test_the_states_are_those_of_status_word_for_word(office, figures):
    shown = [tuple(map(str, row.values())) for row in seen_by(office, figures, "preparer")["periods"].rows.to_pylist()]
    told = [row[1:] for row in steps.status(office.place.root, COMPANY).rows]
    assert sorted(shown) == sorted(told)
    assert {row[0] for row in shown} >= {str(end) for end in ENDS}


def test_the_backlog_and_the_calls_are_counted(office, figures):
    found = seen_by(office, figures, "preparer")
    waiting = found["approvals"].rows.to_pylist()
    assert [(row["subject"], row["waits_for"]) for row in waiting if row["what"] == "batch"] == [
        ("batch 0002, revision 1", "another person, not dana")]
    assert {row["person"] for row in waiting if row["what"] == "hours"} == {"Ann", "Bob"}
    [calls] = found["calls"].rows.to_pylist()
    assert (calls["count_calls"], calls["count_errors"], calls["count_retries"]) == (4, 1, 1)
    assert (calls["median_ms"], calls["slowest_ms"]) == (120, 900)


@pytest.mark.capability("C92")
@pytest.mark.parametrize("role", ROLES)
def test_files_hold_the_rows_and_columns_of_the_screen_and_no_formula(office, figures, role):
    for one in seen_by(office, figures, role).values():
        headings = [column.heading for column in one.columns]
        text = dashboard_files.csv_of(one).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline="")))
        assert lines[0] == headings
        assert len(lines) - 1 == one.rows.num_rows
        assert not [cell for line in lines for cell in line if cell[:1] in "=+@" and cell]
        sheet = openpyxl.load_workbook(io.BytesIO(dashboard_files.xlsx_of(one))).worksheets[0]
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        at = next(n for n, row in enumerate(cells)
                  if [str(cell).removesuffix(", seconds") for cell in row if cell] == headings)
        assert len([row for row in cells[at + 1:] if any(row)]) == max(1, one.rows.num_rows)
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert pq.read_table(io.BytesIO(dashboard_files.parquet_of(one))).to_pylist() == one.rows.to_pylist()


def test_a_formula_of_a_tracker_is_a_text_in_every_file(office, figures):
    one = seen_by(office, figures, "preparer")["unmapped"]
    assert f"'{FORMULA}" in [row[0] for row in csv.reader(io.StringIO(dashboard_files.csv_of(one).decode("utf-8-sig")))]
    sheet = openpyxl.load_workbook(io.BytesIO(dashboard_files.xlsx_of(one))).worksheets[0]
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
    assert [(cell.data_type, cell.quotePrefix) for cell in found] == [("s", True)]
    assert "&quot;http://x.example&quot;" in dashboard.html_of(one, ())
