"""Small drops and workbooks for the tests of the files source."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from etl.settings import Drop
from etl.sources.files import parse_here
from etl.sources.findings import LIMITS, FileRefusedError

COLUMNS = {"Who": "person_ref", "Day": "date_text", "Hours": "duration_text", "Job": "project_ref", "Memo": "note"}
HEADER = ",".join(COLUMNS)
ROW = "dana,2026-03-02,1.50,Loyalty App,checked"


def declared(**changes: Any) -> Drop:
    """A drop of five columns, changed as given."""
    settings = {"name": "hours", "files": "*.csv", "zone": "America/New_York", "columns": COLUMNS,
                "duration": "decimal_hours"} | changes
    return Drop.model_validate(settings)


def rows_of(content: bytes, drop: Drop | None = None, **limits: Any) -> list[dict[str, Any]]:
    """The landed rows, null columns left out."""
    table = parse_here(content, "week.csv", drop or declared(), limits.get("limits", LIMITS))
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]


def refusal(content: bytes, drop: Drop | None = None, **limits: Any) -> FileRefusedError:
    """The error for a file that must not be read."""
    try:
        table = parse_here(content, "week.csv", drop or declared(), limits.get("limits", LIMITS))
    except FileRefusedError as error:
        return error
    raise AssertionError(f"the file was read: {table.to_pylist()}")


def csv_of(*lines: str, header: str = HEADER, newline: str = "\n") -> bytes:
    """A CSV file of the five columns."""
    return (newline.join((header, *lines)) + newline).encode()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
STYLES = (0, 14, 22, 20, 46, 164)   # general, date, date and time, h:mm, [h]:mm:ss, yyyy-mm-dd hh:mm:ss


def cell(address: str, value: Any, style: int = 0) -> str:
    """One cell: text inline, numbers and truth as they are written by spreadsheet programs."""
    if isinstance(value, bool):
        return f'<c r="{address}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        escaped = value.replace("&", "&amp;").replace("<", "&lt;")
        return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>'
    return f'<c r="{address}" s="{style}"><v>{value!r}</v></c>'


def row(number: int, *values: Any) -> str:
    """One row of cells from column A on; a pair is (value, style), None leaves the cell out."""
    cells = []
    for letter, value in zip("ABCDEFGHIJ", values, strict=False):
        content, style = value if isinstance(value, tuple) else (value, 0)
        if content is not None:
            cells.append(cell(f"{letter}{number}", content, style))
    return f'<row r="{number}">{"".join(cells)}</row>'


GOOD_ROWS = row(1, *COLUMNS) + row(2, "dana", (46083.0, 1), 1.5, "Loyalty App", "checked")


def sheet_xml(rows: str = GOOD_ROWS, after: str = "") -> str:
    """A worksheet with these rows."""
    return f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def members(sheet: str, properties: str = "", state: str = "visible", more: str = "") -> dict[str, str]:
    """The parts of a workbook with one sheet called Time."""
    formats = "".join(f'<xf numFmtId="{number}" applyNumberFormat="1"/>' for number in STYLES)
    return {
        "[Content_Types].xml":
            f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            "</Types>",
        "_rels/.rels":
            f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml":
            f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{REL}">{properties}<sheets>'
            f'<sheet name="Time" sheetId="1" state="{state}" r:id="rId1"/>{more}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels":
            f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
            + "".join(f'<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
                      for n in (1, 2))
            + f'<Relationship Id="rId9" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml":
            f'{XML}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" '
            f'formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><cellXfs count="{len(STYLES)}">{formats}</cellXfs>'
            "</styleSheet>",
        "xl/worksheets/sheet1.xml": sheet,
    }


def zipped(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The parts as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def workbook(rows: str = GOOD_ROWS, *, after: str = "", parts: dict[str, str | bytes] | None = None,
    **book: str) -> bytes:
    """A workbook with one sheet of these rows, and further parts."""
    return zipped(members(sheet_xml(rows, after), **book) | (parts or {}))
