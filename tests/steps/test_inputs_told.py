"""The control sheet and the workbook tell each report a batch rests on, with its rows and seconds footed again."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from etl import steps
from etl.sql.run import Limits
from tests.faults.tiny import COMPANY, PERIOD_END, make_company


@pytest.mark.capability("C155")
def test_each_report_is_told_and_its_name_is_no_formula(tmp_path):
    place = make_company(tmp_path / "w")
    inbox = place.inbox(COMPANY)
    with (inbox / "time.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (inbox / "time.csv").rename(inbox / "=1+1.csv")
    run = steps.start(COMPANY, PERIOD_END, place.root, in_memory=True, limits=Limits(threads=1))
    assert not steps.week(run).exit_code
    [folder] = (place.root / "reports" / COMPANY).glob("*/batch-0001")
    told = list(csv.reader(io.StringIO((folder / "SANDBOX_control_sheet.csv").read_text(encoding="utf-8"))))
    at = next(number for number, row in enumerate(told) if row[0] == "input")
    [given] = [dict(zip(told[at], row, strict=True)) for row in told[at + 1:]]
    seconds = sum(int(h) * 3600 + int(m) * 60 + int(s) for h, m, s in (row["Duration"].split(":") for row in rows))
    assert (given["rows"], given["seconds"], given["input"]) == (str(len(rows)), str(seconds), "tracker")
    assert given["file"] == "~ =1+1.csv"
    sheet = openpyxl.load_workbook(folder / "SANDBOX_reconciliation.xlsx")["Inputs"]
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert cells["=1+1.csv"] == "s", "a text, never a formula"
    assert {len(rows), seconds} <= cells.keys()
