"""Workbook drops: how cells become text, and the bad-input catalogue X01-X10 (reliability reference, c)."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from etl.sources.files import remarks_of
from etl.sources.findings import FileRefusedError, Limits
from tests.sources.drops import (
    COLUMNS,
    GOOD_ROWS,
    cell,
    declared,
    members,
    refusal,
    row,
    rows_of,
    sheet_xml,
    workbook,
    zipped,
)

DROP = declared(format="xlsx", files="*.xlsx")
LANDED = [{"source_row": 2, "person_ref": "dana", "date_text": "2026-03-02", "duration_text": "1.5",
           "project_ref": "Loyalty App", "note": "checked"}]

VALUES = [  # cell value, number format (0 = general), text, why
    (8.0, 0, "8", "a whole number has no .0"),
    (-2.0, 0, "-2", "a whole number below zero"),
    (7.35, 0, "7.35", "a decimal as it was typed"),
    (0.30000000000000004, 0, "0.30000000000000004", "all digits the file holds"),
    (123456789012345.0, 0, "123456789012345", "15 digits are exact"),
    ("007", 0, "007", "text stays text"),
    ("1E5", 0, "1E5", "text that looks like a number"),
    (" x ", 0, " x ", "blanks around a text"),
    (True, 0, "true", "truth"),
    (46083.0, 1, "2026-03-02", "a date"),
    (46083.0, 2, "2026-03-02", "midnight in a column that is no clock"),
    (46083.395833333336, 2, "2026-03-02 09:30:00", "a date with its time"),
    (46083.395833333336, 5, "2026-03-02 09:30:00", "the same in a format of its own"),
    (0.395833333333333, 3, "09:30:00", "a clock time"),
    (1.09375, 4, "26:15:00", "a duration over 24 hours"),
    (0.0625, 4, "1:30:00", "a short duration"),
]


@pytest.mark.parametrize(("value", "style", "text", "why"), VALUES)
def test_a_cell_becomes_text_in_one_form(value, style, text, why):
    content = workbook(row(1, *COLUMNS) + row(2, "dana", "2026-03-02", "1", "x", (value, style)))
    assert rows_of(content, DROP)[0]["note"] == text, why


def test_a_column_that_alone_is_a_start_keeps_its_midnight():
    drop = declared(format="xlsx", columns={"Who": "person_ref", "Begin": "start_text", "Hours": "duration_text"})
    content = workbook(row(1, "Who", "Begin", "Hours") + row(2, "dana", (46083.0, 2), 1)
                       + row(3, "dana", (46083.5, 2), 1))
    assert [landed["start_text"] for landed in rows_of(content, drop)] == ["2026-03-02 00:00:00",
        "2026-03-02 12:00:00"]


def test_a_date_and_a_clock_column_are_joined():
    drop = declared(format="xlsx", columns={"Who": "person_ref", "Day": "start_text", "From": "start_text",
                                            "Hours": "duration_text"})
    content = workbook(row(1, "Who", "Day", "From", "Hours") + row(2, "dana", (46083.0, 1), (0.375, 3), 1))
    assert rows_of(content, drop)[0]["start_text"] == "2026-03-02 09:00:00"


def test_a_workbook_written_by_openpyxl():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Time"
    sheet.append(list(COLUMNS))
    sheet.append(["Müller", date(2026, 3, 2), timedelta(hours=26, minutes=15), 1001, "line 1\nline 2 & <more>"])
    sheet.append(["eli", datetime.fromisoformat("2026-03-02T09:30"), time(7, 30), "0042", None])
    book.create_sheet("Notes").append(["ignored"])
    out = io.BytesIO()
    book.save(out)
    assert rows_of(out.getvalue(), declared(format="xlsx", sheet="Time")) == [
        {"source_row": 2, "person_ref": "Müller", "date_text": "2026-03-02", "duration_text": "26:15:00",
         "project_ref": "1001", "note": "line 1\nline 2 & <more>"},
        {"source_row": 3, "person_ref": "eli", "date_text": "2026-03-02 09:30:00", "duration_text": "07:30:00",
         "project_ref": "0042"}]


def test_every_second_of_a_day_is_read_to_the_second():
    """A spreadsheet keeps times as binary fractions of a day; none of them comes out a second off."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(COLUMNS))
    midnight = datetime.fromisoformat("2026-03-02")
    moments = [midnight + timedelta(seconds=second) for second in range(1, 86400, 61)]
    for moment in moments:
        sheet.append(["dana", moment, 3 * (moment - midnight), "x", moment.time()])
    out = io.BytesIO()
    book.save(out)
    landed = rows_of(out.getvalue(), DROP)
    assert [item["date_text"] for item in landed] == [moment.isoformat(" ") for moment in moments]
    assert [item["note"] for item in landed] == [moment.time().isoformat() for moment in moments]
    seconds = [[int(part) for part in item["duration_text"].split(":")] for item in landed]
    assert [h * 3600 + m * 60 + s for h, m, s in seconds] == [3 * (moment - midnight).seconds for moment in moments]


GOOD = members(sheet_xml())
ENTITY = ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
          '<sst xmlns="x"><si><t>&b;</t></si></sst>')
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst xmlns="x">&a;</sst>'
FORMULA = '<c r="C2"><f>1+1</f><v>500</v></c>'


def with_row(cells: str) -> bytes:
    return workbook(row(1, *COLUMNS) + f'<row r="2">{cells}</row>')


def broken_checksum() -> bytes:
    content = workbook()
    at = content.index(b"PK\x01\x02")
    return content[:at + 16] + b"\0\0\0\0" + content[at + 20:]


def forged_sizes() -> bytes:
    """The directory says that each part unpacks to ten bytes."""
    content, at = bytearray(workbook()), -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 24:at + 28] = struct.pack("<I", 10)
    return bytes(content)


def overlapping() -> bytes:
    """Two parts of the directory point to the same place."""
    content, places, at = bytearray(workbook()), [], -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        places.append(at)
    content[places[-1] + 42:places[-1] + 46] = content[places[-2] + 42:places[-2] + 46]
    return bytes(content)


def twice(name: str) -> bytes:
    out = io.BytesIO(workbook())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(out, "a") as package:
        package.writestr(name, sheet_xml())
    return out.getvalue()


SECOND = '<sheet name="Other" sheetId="2" r:id="rId2"/>'
REFUSED = [  # id, bytes, code, words of the message, why
    ("X01", workbook(parts={"xl/sharedStrings.xml": ENTITY}), "XLSX_XML", "declares a document type",
     "entities expand"),
    ("X01", workbook(parts={"xl/worksheets/sheet1.xml": ENTITY}), "XLSX_XML", "sheet1.xml", "in the sheet itself"),
    ("X01", workbook(parts={"xl/workbook.xml": ENTITY}), "XLSX_XML", "workbook.xml", "in the workbook part"),
    ("X02", workbook(parts={"docProps/core.xml": OUTSIDE}), "XLSX_XML", "core.xml", "an entity from outside"),
    ("X04", workbook(row(1, *COLUMNS) + f'<row r="2">{cell("XFD2", 1.0)}</row>'), "XLSX_LIMIT",
     "Cell XFD2 lies beyond the 500",
     "a cell in the last column"),
    ("X04", workbook(GOOD_ROWS + f'<row r="1048576">{cell("A1048576", 1.0)}</row>'), "XLSX_LIMIT",
     "Row 1048576 lies beyond the 250,000", "a cell in the last row"),
    ("X05", with_row(cell("A2", "dana") + cell("B2", "x") + cell("B2", "y")), "XLSX_CELL_TWICE",
     "Cell B2 comes twice", "a cell twice"),
    ("X05", workbook(GOOD_ROWS + row(2, "eli", "2026-03-02", 1.0, "x", "y")), "XLSX_CELL_TWICE",
     "Row 2 comes twice", "a row twice"),
    ("X05", with_row(cell("A3", "dana")), "XLSX_CELL_TWICE", "Cell A3 comes twice, out of order or in another row",
     "a cell of another row"),
    ("X05", with_row(cell("A2", "dana") + cell("C2", "x") + cell("B2", "y")), "XLSX_CELL_TWICE", "Cell B2",
     "cells out of order"),
    ("X06", with_row(cell("A2", "dana") + cell("B2", "2026-03-02") + FORMULA), "XLSX_FORMULA",
     "Cell C2 holds a formula",
     "its cached value may be forged"),
    ("X07", with_row(cell("A2", "dana") + '<c r="B2" t="e"><v>#REF!</v></c>'), "XLSX_ERROR_CELL",
     "Cell B2 holds an error", "an error cell"),
    ("X07", workbook(properties='<workbookPr date1904="1"/>'), "XLSX_1904", "from 1904", "dates counted from 1904"),
    ("X07", workbook(properties='<workbookPr date1904="true"/>'), "XLSX_1904", "from 1904", "the same in words"),
    ("X07", workbook(row(1, *COLUMNS) + row(2, "dana", "2026-03-02", (1.0833333333, 3), "x")), "XLSX_DATE",
     "Cell C2 holds the date 1900-01-01", "26 hours shown as 02:00"),
    ("X07", workbook(row(1, *COLUMNS) + row(2, 12345678901234567.0, "2026-03-02", 1.0, "x")), "XLSX_NUMBER",
     "Cell A2 holds the number 1.2345678901234568e+16", "a long id stored as a number has lost digits"),
    ("X07", workbook(row(1, *COLUMNS) + row(2, "dana", "2026-03-02", 1e-7, "x")), "XLSX_NUMBER",
     "Cell C2 holds the number 1e-07",
     "no plain decimal"),
    ("X08", workbook()[:-30], "XLSX_DAMAGED", "damaged", "a truncated file"),
    ("X08", broken_checksum(), "XLSX_DAMAGED", "Bad CRC-32", "a wrong checksum"),
    ("X08", forged_sizes(), "XLSX_DAMAGED", "damaged", "sizes that are not true"),
    ("X08", overlapping(), "XLSX_DAMAGED", "overlap", "parts that overlap"),
    ("X08", twice("xl/worksheets/sheet1.xml"), "XLSX_DAMAGED", "a part named 'xl/worksheets/sheet1.xml'",
     "a part twice"),
    ("X08", workbook(parts={"XL/worksheets/SHEET1.xml": "x"}), "XLSX_DAMAGED", "a part named",
     "a part twice but for its case"),
    ("X08", workbook(parts={f"xl/media/{n}.png": "" for n in range(1000)}), "XLSX_DAMAGED", "1,006 parts",
     "too many parts"),
    ("X08", workbook(parts={"../../etc/x.xml": "x"}), "XLSX_DAMAGED", "../../etc/x.xml", "a part outside"),
    ("X08", workbook(parts={"/etc/x.xml": "x"}), "XLSX_DAMAGED", "/etc/x.xml", "a part with a full path"),
    ("X08", workbook(parts={"xl/embeddings/inner.zip": workbook()}), "XLSX_ACTIVE", "embedded files",
     "a zip in the zip"),
    ("X08", zipped({"readme.txt": "x"}), "FILE_FORMAT", "no Excel workbook", "some other zip"),
    ("X08", workbook(parts={"xl/worksheets/sheet1.xml": "<worksheet>"}), "XLSX_DAMAGED", "is not XML",
     "a sheet without an end"),
    ("X08", zipped({name: part for name, part in GOOD.items() if "sheet1" not in name}), "XLSX_DAMAGED",
     "is no worksheet",
     "the sheet is missing"),
    ("X09", workbook(parts={"xl/vbaProject.bin": "x"}), "XLSX_ACTIVE", "holds macros", "macros"),
    ("X09", workbook(parts={"xl/externalLinks/externalLink1.xml": "<a/>"}), "XLSX_ACTIVE",
     "links to other workbooks", "links and DDE"),
    ("X09", workbook(parts={"xl/embeddings/oleObject1.bin": "x"}), "XLSX_ACTIVE", "embedded files",
     "embedded objects"),
    ("X09", workbook(parts={"xl/connections.xml": "<a/>"}), "XLSX_ACTIVE", "data connections", "data connections"),
    ("X09", workbook(more=SECOND), "XLSX_SHEET", "2 sheets; the workbook has: 'Time', 'Other'",
     "two sheets and none declared"),
    ("X10", workbook(after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'), "XLSX_MERGED",
     "Cells A1:B1 are merged", "merged headings"),
    ("X10", workbook(row(1, *COLUMNS) + row(3, "dana", "2026-03-02", 1.0, "x")), "ROW_BLANK", "Row 2 is blank",
     "a blank row in between"),
    ("X10", workbook(row(2, *COLUMNS) + row(3, "dana", "2026-03-02", 1.0, "x")), "HEADER_UNNAMED", "has no heading",
     "a blank row on top"),
    ("X10", workbook(row(1, "Timesheet") + row(2, *COLUMNS) + row(3, "dana", "2026-03-02", 1.0, "x")),
     "HEADER_MISSING",
     "Column 'Who' is missing", "a title above the header"),
    ("X10", workbook(GOOD_ROWS + row(3, *COLUMNS)), "HEADER_REPEATED", "Row 3 repeats the header",
     "the header twice"),
    ("X10", workbook(GOOD_ROWS.replace('<row r="2">', '<row r="2" hidden="1">')), "XLSX_HIDDEN_ROW",
     "Row 2 is hidden", "a filtered row"),
    ("X10", workbook(GOOD_ROWS + row(3, None, None, 1.5)), "ROW_NO_ENTRY", "Row 3 names neither", "a total below"),
    ("B17", workbook(row(1, *COLUMNS)), "FILE_NO_ROWS", "a header and no rows", "only a header"),
    ("B17", workbook(""), "FILE_EMPTY", "'Time' is empty", "an empty sheet"),
    ("B14", workbook(row(1, *COLUMNS, "Who") + row(2, "dana", "2026-03-02", 1.0, "x", "y", "z")),
     "HEADER_DUPLICATE", "'Who' stands 2 times",
     "a heading twice"),
    ("B08", workbook(row(1, *COLUMNS) + row(2, "da\nna", "2026-03-02", 1.0, "x")), "TEXT_LINE_BREAK", "Row 2",
     "a line break in a code"),
]


@pytest.mark.parametrize(("number", "content", "code", "words", "why"), REFUSED, ids=lambda value: str(value)[:14])
def test_refused(number, content, code, words, why):
    error = refusal(content, DROP)
    assert code in {finding.code for finding in error.findings}, f"{number}: {why}: {error}"
    assert words in str(error), f"{number}: {why}"
    assert error.fix


def a_million_rows() -> bytes:
    body = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(2, 1_000_001))
    return workbook(row(1, *COLUMNS) + body)


def test_a_million_rows_in_a_small_file_stop_at_the_limit():
    """X03: 1,000,000 rows compress to little; reading ends at the limit, before the rest is unpacked."""
    error = refusal(a_million_rows(), DROP)
    assert [finding.code for finding in error.findings] == ["XLSX_LIMIT"]
    assert "Row 250002 lies beyond the 250,000 rows" in str(error)


def test_what_unpacks_beyond_the_limit_is_refused_on_real_bytes():
    content = workbook(parts={"xl/media/a.png": b"\0" * 5_000_000})
    error = refusal(content, DROP, limits=Limits(unpacked_bytes=2_000_000))
    assert error.code == "FILE_TOO_LARGE"


def test_all_cells_are_told_by_address_at_once():
    content = with_row(cell("A2", "dana") + '<c r="B2" t="e"><v>#N/A</v></c>' + FORMULA
                       + cell("D2", "x") + cell("D2", "y"))
    assert [(finding.code, finding.line, finding.column) for finding in refusal(content, DROP).findings] == [
        ("XLSX_ERROR_CELL", 2, "B"), ("XLSX_FORMULA", 2, "C"), ("XLSX_CELL_TWICE", 2, "D")]


def test_formulas_of_another_sheet_do_not_matter():
    other = sheet_xml(row(1, 1.0) + '<row r="2"><c r="A2"><f>A1</f><v>1</v></c></row>')
    content = workbook(more=SECOND, parts={"xl/worksheets/sheet2.xml": other})
    assert rows_of(content, declared(format="xlsx", sheet="Time")) == LANDED


def test_cells_without_an_address_stand_one_after_the_other():
    cells = "".join(cell("A2", value).replace(' r="A2"', "") for value in ("dana", "2026-03-02", 1.5, "Loyalty App",
        "checked"))
    assert rows_of(workbook(row(1, *COLUMNS) + f"<row>{cells}</row>"), DROP) == LANDED


def test_a_hidden_sheet_is_reported_and_not_read():
    hidden = SECOND.replace("sheetId", 'state="veryHidden" sheetId')
    content = workbook(more=hidden, parts={"xl/worksheets/sheet2.xml": sheet_xml(row(1, "secret"))})
    drop = declared(format="xlsx", sheet="Time")
    assert rows_of(content, drop) == LANDED
    assert [(remark.code, remark.what) for remark in remarks_of(content, "week.xlsx", drop)] == [
        ("XLSX_HIDDEN_SHEET", "The workbook has a hidden sheet 'Other'")]
    assert "'Other' (hidden)" in str(refusal(content, DROP))


def test_a_sheet_that_is_not_there_names_those_that_are():
    error = refusal(workbook(), declared(format="xlsx", sheet="Hours"))
    assert (error.code, "'Time'" in str(error)) == ("XLSX_SHEET", True)


def test_every_cut_of_a_workbook_is_refused():
    """X08: wherever a download breaks off, the file is refused; no cut crashes the reader."""
    content = workbook()
    for length in range(4, len(content), 37):
        assert refusal(content[:length], DROP).code in {"XLSX_DAMAGED", "FILE_FORMAT"}


def test_every_flipped_byte_is_refused_or_harmless():
    content = workbook()
    for at in range(0, len(content), 11):
        damaged = content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1:]
        with suppress(FileRefusedError):
            assert rows_of(damaged, DROP) == LANDED, f"byte {at}"
