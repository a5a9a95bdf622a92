"""The workbook file: openpyxl makes package, styles and page set-up, our rows are put in, and the bytes never vary.

openpyxl decides by looking at a text whether it is a formula or an error, writes money through a binary float, and
takes 3 seconds for 20,000 lines; so rows are written here, with the type of each cell given by its column.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zipfile import ZIP_STORED, ZipFile

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from etl.workbooks.cells import Ink, LongTexts, page_xml
from etl.workbooks.guard import draw, guard
from etl.workbooks.looks import Looks
from etl.workbooks.package import zipped
from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet
from etl.workbooks.table import links_xml, sheet_xml
from etl.workbooks.text import cell_length, safe_title, shown

__all__ = ["Cell", "Column", "Marks", "Page", "Sheet", "render_workbook"]

LONG_TEXTS = "Long texts"
_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)   # no clock, and no run's own time
_EMPTY_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
_EMPTY_SIZE = re.compile(rb"<dimension [^>]*/>")
_LETTER_PAPER = 1
_PRINTED_LIMIT = 100


def render_workbook(sheets: Sequence[Sheet | Page], *, title: str, subject: str, marks: Marks | None = None) -> bytes:
    """A workbook with these sheets, in order; the same bytes for the same input, on every machine.

    Source text stays text, numbers are exact, totals are live formulas over the workbook's own cells. A text over
    32,767 characters is cut in its cell and stands whole, in parts, on a last sheet of long texts.
    Raises TargetError for an amount without a currency, a number above 15 digits, more rows than a sheet holds.
    """
    marks = marks or Marks()
    book = Workbook()
    book.remove(book.worksheets[0])
    names: list[str] = []
    for sheet in sheets:
        names.append(safe_title(sheet.title, names))
        _add_sheet(book, names[-1], sheet, marks)
    looks, long_texts = Looks(book), LongTexts()
    rows = [_rows(sheet, Ink(name, looks, long_texts)) for name, sheet in zip(names, sheets, strict=True)]
    if long_texts.rows:
        sheet = _long_texts_sheet(long_texts, safe_title(LONG_TEXTS, names))
        _add_sheet(book, sheet.title, sheet, marks)
        rows.append(_rows(sheet, Ink(sheet.title, looks, long_texts)))
    facts = book.properties
    facts.creator, facts.title, facts.subject = "Timebooks", shown(title), shown(subject)
    facts.created = facts.modified = _NO_TIME
    links = ["" if isinstance(sheet, Page) else links_xml(sheet) for sheet in sheets]
    return _package(book, rows, [*links, *[""] * (len(rows) - len(links))])


def _rows(sheet: Sheet | Page, ink: Ink) -> str:
    return page_xml(sheet, ink) if isinstance(sheet, Page) else sheet_xml(sheet, ink)


def _long_texts_sheet(long_texts: LongTexts, title: str) -> Sheet:
    columns = (Column("Sheet", "text", 16), Column("Cell", "text", 8), Column("Part", "count", 6),
               Column("Text", "text", 100))
    note = "Texts too long for one cell, in parts. The parts of a cell, one after the other, are the text."
    return Sheet(title, columns, tuple(long_texts.rows), notes=(note,))


def _add_sheet(book: Workbook, name: str, sheet: Sheet | Page, marks: Marks) -> None:
    """An empty sheet with everything but its rows: widths, frozen header, filter, page set-up, footer."""
    made = book.create_sheet(name)
    for at, width in enumerate(sheet.widths, 1):
        made.column_dimensions[get_column_letter(at)].width = width
    made.sheet_view.showGridLines = False
    made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    paper = made.page_setup
    paper.paperSize, paper.orientation, paper.fitToWidth, paper.fitToHeight = _LETTER_PAPER, "landscape", 1, 0
    if isinstance(sheet, Page):
        paper.orientation = "portrait" if sheet.is_upright else "landscape"
        paper.fitToHeight = int(sheet.is_on_one_page)
    else:
        made.freeze_panes = f"A{sheet.first_row}"
        made.print_title_rows = f"{sheet.header_row}:{sheet.header_row}"
        if sheet.count_rows:
            made.auto_filter.ref = f"A{sheet.header_row}:{get_column_letter(len(sheet.columns))}{sheet.last_row}"
        _let_fill_in(made, sheet)
    if marks.is_locked:
        guard(made, sheet)
        draw(made, sheet)
    made.page_margins = PageMargins(left=0.4, right=0.4, top=0.65, bottom=0.65, header=0.3, footer=0.3)
    made.oddHeader = HeaderFooterItem(center=_printed(marks.banner))
    made.oddFooter = HeaderFooterItem(
        left=_printed(marks.company), right=_HeaderFooterPart("Page &P of &N"),
        center=_printed(" · ".join(part for part in (marks.banner, marks.period, marks.batch) if part)))


def _let_fill_in(made: Worksheet, sheet: Sheet) -> None:
    """Where a sheet has columns to fill in, everything else is locked, and choices come as a list."""
    if not any(column.is_input for column in sheet.columns):
        return
    made.protection.sheet = True   # against slips; what comes back is compared cell by cell
    made.protection.autoFilter = made.protection.formatColumns = made.protection.formatRows = False
    for column in sheet.columns:
        if column.choices and sheet.count_rows:
            listed = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            letter = sheet.letter(column.heading)
            listed.add(f"{letter}{sheet.first_row}:{letter}{sheet.last_row}")
            made.add_data_validation(listed)
        if column.choices_in and sheet.count_rows:
            offered = DataValidation(type="list", formula1=column.choices_in, allow_blank=True, errorStyle="warning")
            offered.errorTitle, offered.error = "Not in the list", "This name is in none of the lists. Keep it?"
            letter = sheet.letter(column.heading)
            offered.add(f"{letter}{sheet.first_row}:{letter}{sheet.last_row}")
            made.add_data_validation(offered)


def _printed(text: str) -> _HeaderFooterPart:
    """A text for header or footer, where an ampersand begins a command and all parts share 255 characters."""
    text = shown(text)
    while cell_length(text.replace("&", "&&")) > _PRINTED_LIMIT:
        text = text[:-1]
    return _HeaderFooterPart(text.replace("&", "&&") or None)


def _package(book: Workbook, rows: Sequence[str], links: Sequence[str]) -> bytes:
    """The file: what openpyxl made of the empty sheets, with our rows and links put in."""
    made = io.BytesIO()
    ExcelWriter(book, ZipFile(made, "w", ZIP_STORED)).save()
    with ZipFile(made) as source:
        content = {name: source.read(name) for name in source.namelist()}
    for number, (text, linked) in enumerate(zip(rows, links, strict=True), 1):
        name = f"xl/worksheets/sheet{number}.xml"
        before, after = _EMPTY_ROWS.split(_EMPTY_SIZE.sub(b"", content[name]))
        if linked:   # their place in a sheet, by ECMA-376
            after = after.replace(b"<pageMargins", linked.encode() + b"<pageMargins", 1)
        content[name] = before + b"<sheetData>" + text.encode() + b"</sheetData>" + after
    return zipped(content)
