"""The cross-references in a workbook and back: nothing of a cell is lost, changes are shown, a fault keeps all."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import steps
from etl.errors import MappingError, RefusedError
from etl.store import audit_log
from etl.workbooks.mapping_sheet import Field, MappingTable, read_mapping, render_mapping
from etl.workspace import Workspace
from tests.faults.tiny import COMPANY, FIRST_MONDAY, PERIOD_END, make_company
from tests.workbooks.readback import recomputed

pytestmark = pytest.mark.capability("C159")
HARD = ("007", "1e5", "2026-11-16", "Zoë Müller", "'quoted", "''", "Café:Ünïted", "TRUE", "1/2", "日本", "_x0041_",
        "0123456789012345678")


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory) -> Path:
    """The tiny company with two names that nobody mapped, drafted."""
    root = tmp_path_factory.mktemp("sheet") / "made"
    place = make_company(root)
    inbox = place.inbox(COMPANY) / "time.csv"
    text = inbox.read_text(encoding="utf-8").replace(",Web,Code,2026-11-02", ",007,Café,2026-11-02")
    inbox.write_text(text, encoding="utf-8", newline="")
    run = steps.start(COMPANY, PERIOD_END, root, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
        assert not step(run).exit_code
    run.end()
    return root


@pytest.fixture(name="root")
def _root(made, tmp_path) -> Path:
    return shutil.copytree(made, tmp_path / "company")


def written(root: Path, **more) -> Path:
    to = root / "sheet.xlsx"
    steps.write_mapping_sheet(root, COMPANY, to, **more)
    return to


def lines(root: Path, name: str) -> list[list[str]]:
    text = (Workspace(root).mappings(COMPANY) / name).read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def all_files(root: Path) -> dict[str, bytes]:
    folder = Workspace(root).mappings(COMPANY)
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Sheet:
    """One sheet as a person edits it: rows by what stands in a column."""

    def __init__(self, path: Path, title: str) -> None:
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book[title]
        self.top = next(cell.row for cell in self.sheet["B"] if cell.value == "No.")
        self.columns = {cell.value: cell.column for cell in self.sheet[self.top] if cell.value}

    def row(self, **cells: str) -> int:
        return next(row for row in range(self.top + 1, self.sheet.max_row + 1)
                    if all(self.sheet.cell(row, self.columns[name]).value == text for name, text in cells.items()))

    def spare(self) -> int:
        return next(row for row in range(self.top + 1, self.sheet.max_row + 1)
                    if not any(self.sheet.cell(row, at).value for at in self.columns.values()))

    def fill(self, row: int, **cells) -> Sheet:
        for name, value in cells.items():
            self.sheet.cell(row, self.columns[name]).value = value
        return self

    def save(self) -> None:
        self.book.save(self.path)


def test_what_waits_comes_first_with_what_is_known_of_it(root):
    sheet = Sheet(written(root), "projects")
    first = [cell.value for cell in sheet.sheet[sheet.top + 1]]
    assert first[0] == "4 entries, 16:00:00, since 2026-11-02"
    assert first[2:] == ["tracker", "(none)", "007", None, None, str(FIRST_MONDAY), None]
    assert Sheet(written_again(root), "items").row(service_ref="Café") == sheet.top + 1


def written_again(root: Path) -> Path:
    return shutil.copy(root / "sheet.xlsx", root / "again.xlsx")


def test_untouched_it_changes_nothing_also_through_another_program(root, tmp_path):
    """C159: opened and saved by LibreOffice, the workbook says the same, letter by letter."""
    before, path = all_files(root), written(root, with_private=True)
    assert not steps.take_in_mapping_sheet(root, COMPANY, path).rows
    path.write_bytes(recomputed(path.read_bytes(), tmp_path))
    assert not steps.take_in_mapping_sheet(root, COMPANY, path).rows
    assert all_files(root) == before
    assert not [record for record in audit_log.read_log(Workspace(root), COMPANY) if record.type == "mapping_sheet"]


def test_filled_in_rows_are_taken_in_shown_and_end_the_hold(root, tmp_path):
    path = written(root)
    project, item = Sheet(path, "projects"), Sheet(path, "items")
    project.fill(project.row(project_ref="007"), customer_job="Café Zoë:007", billing_method="not_billed").save()
    item = Sheet(path, "items")
    item.fill(item.row(service_ref="Café"), service_item="Engineering", hour_kind="worked").save()
    path.write_bytes(recomputed(path.read_bytes(), tmp_path))
    shown = steps.take_in_mapping_sheet(root, COMPANY, path, only_show=True)
    assert "would change" in shown.title
    assert lines(root, "projects.csv")[-1][2] == "Web"
    taken = steps.take_in_mapping_sheet(root, COMPANY, path)
    assert [row[:3] for row in taken.rows] == [
        ("projects.csv", f"row {project.top + 1}", "added"), ("items.csv", f"row {item.top + 1}", "added")]
    assert "customer_job Café Zoë:007" in taken.rows[0][4]
    assert lines(root, "projects.csv")[-1] == [
        "tracker", "(none)", "007", "Café Zoë:007", "not_billed", "2026-11-02", ""]
    assert steps.write_mapping_sheet(root, COMPANY, root / "next.xlsx").facts[1] == ("to do", "0")
    record = audit_log.read_log(Workspace(root), COMPANY)[-1]
    assert (record.type, sorted(record.body["files"])) == ("mapping_sheet", ["items.csv", "projects.csv"])


def test_the_same_workbook_can_be_edited_on_and_another_change_is_not_undone(root):
    path = written(root)
    sheet = Sheet(path, "items")
    sheet.fill(sheet.row(service_ref="Code"), service_item="Programming").save()
    assert steps.take_in_mapping_sheet(root, COMPANY, path).rows[0][2:] == (
        "changed", "service_item Engineering", "service_item Programming")
    sheet = Sheet(path, "items")
    sheet.fill(sheet.spare(), source="*", service_ref="Tea", service_item="Tea", hour_kind="worked",
               effective_from="2026-11-02").save()
    assert steps.take_in_mapping_sheet(root, COMPANY, path).rows[0][2] == "added"
    file = Workspace(root).mappings(COMPANY) / "items.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("Tea,worked", "Tea,paid_leave"), encoding="utf-8")
    with pytest.raises(RefusedError, match=r"items\.csv changed since") as refused:
        steps.take_in_mapping_sheet(root, COMPANY, path)
    assert refused.value.code == "SHEET_STALE"


def test_a_sheet_that_was_left_alone_undoes_nothing_and_modes_stay(root):
    """Somebody edits items.csv by hand while another fills in projects; a take-in is completed by the next one."""
    path, folder = written(root), Workspace(root).mappings(COMPANY)
    file = folder / "items.csv"
    file.write_text(file.read_text(encoding="utf-8") + "*,Tea,Tea,worked,2026-11-02,\n", encoding="utf-8")
    before = file.read_bytes()
    (folder / "projects.csv").chmod(0o640)
    sheet = Sheet(path, "projects")
    sheet.fill(sheet.row(project_ref="007"), billing_method="not_billed").save()
    assert len(steps.take_in_mapping_sheet(root, COMPANY, path).rows) == 1
    assert file.read_bytes() == before
    assert (folder / "projects.csv").stat().st_mode & 0o777 == 0o640
    assert not steps.take_in_mapping_sheet(root, COMPANY, path).rows, "the same once more says nothing new"


def test_an_emptied_row_is_taken_out_and_a_lost_line_is_refused(root):
    path = written(root)
    sheet = Sheet(path, "accounts")
    row = sheet.row(purpose="leave_expense")
    sheet.fill(row, purpose=None, account=None, account_type=None).save()
    assert [line[2:4] for line in steps.take_in_mapping_sheet(root, COMPANY, path).rows] == [
        ("removed", "purpose leave_expense\naccount Overhead:Paid Leave\naccount_type EXP")]
    sheet = Sheet(path, "accounts")   # the same workbook, edited on
    sheet.sheet.delete_rows(sheet.top + 1)
    sheet.save()
    with pytest.raises(RefusedError, match=r"accounts: the line with No\. 1 is gone"):
        steps.take_in_mapping_sheet(root, COMPANY, path)


@pytest.mark.parametrize(("title", "where", "cells", "said"), [
    ("employees", {"employee_id": "E1"}, {"employee_id": 7}, "employee_id is no text but 7"),
    ("employees", {"employee_id": "E1"}, {"employee_id": "=1+1"}, "holds a formula"),
    ("employees", {"employee_id": "E1"}, {"employee_name": "Ann "}, "begins or ends with a space"),
    ("items", {"service_ref": "Code"}, {"effective_from": "11/02/2026"}, "is not a date such as"),
    ("projects", {"project_ref": "Web"}, {"billing_method": "monthly"}, "is none of"),
    ("rates", {"customer_job": "*"}, {"bill_rate": "12,50"}, "is not a plain decimal"),
])
def test_what_cannot_stand_in_the_csv_is_refused_by_its_row(root, title, where, cells, said):
    before, path = all_files(root), written(root)
    sheet = Sheet(path, title)
    row = sheet.row(**where)
    sheet.fill(row, **cells).save()
    with pytest.raises(RefusedError, match=said) as refused:
        steps.take_in_mapping_sheet(root, COMPANY, path)
    assert refused.value.code == "SHEET_INVALID"
    assert f"{title}, row {row}" in refused.value.what
    assert all_files(root) == before


def test_what_contradicts_another_row_is_refused_by_the_loader_of_every_run(root):
    before, path = all_files(root), written(root)
    sheet = Sheet(path, "items")
    row, other = sheet.spare(), sheet.row(service_ref="Code")
    sheet.fill(row, source="*", service_ref="Code", service_item="Other", hour_kind="worked",
               effective_from="2026-11-02").save()
    with pytest.raises(MappingError, match=f"items.csv, rows {other} and {row}: both answer") as refused:
        steps.take_in_mapping_sheet(root, COMPANY, path)
    assert refused.value.code == "MAPPING_INVALID"
    assert all_files(root) == before


def test_numbers_and_dates_of_a_spreadsheet_are_taken_where_nothing_can_be_lost(root):
    path = written(root)
    sheet = Sheet(path, "rates")
    sheet.fill(sheet.row(customer_job="*"), bill_rate=62.5, effective_from=FIRST_MONDAY).save()
    assert steps.take_in_mapping_sheet(root, COMPANY, path).rows[0][3:] == ("bill_rate 120.00", "bill_rate 62.5")


def test_what_is_no_such_workbook_is_refused_and_none_is_written_over(root):
    path = written(root)
    with pytest.raises(RefusedError) as taken:
        steps.write_mapping_sheet(root, COMPANY, path)
    assert taken.value.code == "SHEET_TAKEN"
    book = openpyxl.Workbook()
    book.save(root / "other.xlsx")
    with pytest.raises(RefusedError, match="no mapping workbook"):
        steps.take_in_mapping_sheet(root, COMPANY, root / "other.xlsx")


def test_cells_are_text_with_lists_to_choose_from_and_the_header_is_locked(root):
    sheet = Sheet(written(root), "projects").sheet
    assert sheet.protection.sheet
    row = Sheet(root / "sheet.xlsx", "projects").row(project_ref="Web")
    cell = sheet.cell(row, 6)
    assert (cell.number_format, cell.protection.locked) == ("@", False)
    assert sheet.cell(row, 2).protection.locked
    lists = {str(one.sqref).split(":")[0][0]: one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists["F"].startswith("'Lists'!$")
    assert "time_and_materials" in lists["G"]


def table(rows) -> MappingTable:
    return MappingTable("items.csv", "0" * 64, (Field("a"), Field("b")), rows)


def back(content: bytes) -> list[tuple[str, ...]]:
    return [tuple(row.cells.values()) for row in read_mapping(content, {})[0].rows]


def rendered(rows) -> bytes:
    return render_mapping([table(rows)], {}, company="C", command="x", is_sandbox=False)


def test_hard_cells_come_back_letter_by_letter_also_through_another_program(tmp_path):
    rows = [(text, f"{text} ") for text in HARD]
    content = rendered(rows)
    assert back(content) == rows
    assert back(recomputed(content, tmp_path)) == rows


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=40), st.text(max_size=40)), min_size=1, max_size=8))
def test_any_text_comes_back_as_it_went(rows):
    """Whatever stands in a cell, spaces at its edges and signs nobody sees included."""
    assert back(rendered(rows)) == rows
