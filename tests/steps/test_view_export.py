"""Views as files for finance: CSV, XLSX and Parquet say what the history says, the same bytes each time."""

from __future__ import annotations

import csv
import io
import shutil
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from etl import steps
from etl.errors import EtlError
from etl.steps.exceptions import settings_now
from etl.steps.view_export import FORMS, render, write_reports
from etl.store import files, history
from etl.workspace import Workspace
from tests.cli.command import timebooks
from tests.faults import tiny

pytestmark = [pytest.mark.capability("C92")]
REPORTS = "".join(
    f'[[schedule.reports]]\nview = "payroll"\nformat = "{form}"\nfolder = "reports/finance"\n' for form in FORMS)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("views")
    tiny.make_company(root)
    tiny.week(root)
    return root


@pytest.fixture
def root(made, tmp_path):
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def test_the_three_forms_say_what_the_history_says(root, tmp_path):
    told = {}
    for form in FORMS:
        file = tmp_path / f"payroll.{form}"
        assert "written to" in steps.export_view(root, "payroll", file, tiny.COMPANY).title
        assert "already in" in steps.export_view(root, "payroll", file, tiny.COMPANY).title
        told[form] = file
    asked = history.query(Workspace(root), "select * from payroll order by all").to_pylist()
    assert pq.read_table(told["parquet"]).to_pylist() == asked
    rows = list(csv.DictReader(io.StringIO(told["csv"].read_text(encoding="utf-8-sig"))))
    assert [(row["employee_id"], int(row["pay_seconds"]), Decimal(row["amount"])) for row in rows] == [
        (row["employee_id"], row["pay_seconds"], row["amount"]) for row in asked]
    sheet = load_workbook(told["xlsx"]).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(at for at, row in enumerate(table) if row[0] == "company")
    named = [dict(zip(table[head], row, strict=True)) for row in table[head + 1:] if row[0]]
    assert [(row["pay_seconds"], Decimal(str(row["amount"]))) for row in named] == [
        (row["pay_seconds"], row["amount"]) for row in asked]


@pytest.mark.parametrize("view", history.VIEWS)
def test_every_view_has_every_form(root, tmp_path, view):
    rows = history.query(Workspace(root), f"select * from {view} order by all")
    for form in FORMS:
        content = render(rows, view, form, "Tiny Works")
        assert content == render(rows, view, form, "Tiny Works")
        assert len(content) > 100


def test_no_text_becomes_a_formula():
    rows = pa.table({"company": ["a", "b", "c"], "note": ["=1+1", " @SUM(A1)", "plain"],
                     "amount": pa.array([-1, 2, 3])})
    said = list(csv.reader(io.StringIO(render(rows, "x", "csv", "").decode("utf-8-sig"))))
    assert [row[1] for row in said] == ["note", "'=1+1", "' @SUM(A1)", "plain"]
    assert [row[2] for row in said] == ["amount", "-1", "2", "3"], "a negative number stays one"


def test_what_is_refused(root, tmp_path):
    other = tmp_path / "payroll.csv"
    other.write_text("mine")
    for view, file, code in (("payroll", other, "HISTORY_COPY"), ("payroll", tmp_path / "payroll.doc", "HISTORY_COPY"),
                             ("payroll", tmp_path / "none" / "payroll.csv", "HISTORY_COPY"),
                             ("payroll; drop table x", tmp_path / "x.csv", "QUERY_REFUSED")):
        with pytest.raises(EtlError) as caught:
            steps.export_view(root, view, file)
        assert caught.value.code == code
    assert other.read_text() == "mine"
    answer = timebooks("history", "export", str(tmp_path / "all.csv"), "--view", "batches", workspace=root)
    assert answer.code == 0, answer.talk


@pytest.mark.capability("C87", "C89")
def test_scheduled_reports_are_written_whole_and_left_when_equal(root):
    """Each form under one name; again touches nothing; a write that dies leaves the one before."""
    place = Workspace(root)
    path = place.mappings(tiny.COMPANY) / "company.toml"
    path.write_text(path.read_text() + REPORTS)
    settings = settings_now(place, tiny.COMPANY)
    with pytest.raises(EtlError) as caught:
        write_reports(place, tiny.COMPANY, settings)
    assert caught.value.code == "HISTORY_COPY", "the folder is a person's to make, with its rights"
    folder = root / "reports" / "finance"
    folder.mkdir()
    assert all(said.endswith("written") for _, said in write_reports(place, tiny.COMPANY, settings))
    names = [f"SANDBOX_{tiny.COMPANY}_payroll.{form}" for form in sorted(FORMS)]
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
    assert sorted(before) == names
    assert all(said.endswith("unchanged") for _, said in write_reports(place, tiny.COMPANY, settings))
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()} == before
    (folder / names[0]).write_text("older")

    def dies(name, at):
        if name == "fsync" and names[0] in at.name:
            raise KeyboardInterrupt

    with files.watched(dies), pytest.raises(KeyboardInterrupt):
        write_reports(place, tiny.COMPANY, settings)
    assert (folder / names[0]).read_text() == "older"
    write_reports(place, tiny.COMPANY, settings)
    assert (folder / names[0]).read_bytes() == before[names[0]][0]
