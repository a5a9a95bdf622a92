"""What a workbook for auditors has beside its cells: protection, marks on what is not right, a chart."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.legend import Legend
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from etl.workbooks.sheets import Page, Sheet

_WRONG = {"fill": PatternFill(bgColor="FFC7CE"), "font": Font(color="9C0006", bold=True)}
_LIGHTS = {
    "off target": _WRONG,
    "watch": {"fill": PatternFill(bgColor="FFEB9C"), "font": Font(color="7F6000", bold=True)},
    "on target": {"fill": PatternFill(bgColor="C6EFCE"), "font": Font(color="006100", bold=True)},
}
_MUST_BE_ZERO = ("Unreconciled", "Unreconciled, seconds", "Difference")
_WORDS = ('"DIFFERENCE"', '"open"')
_MOST_BARS = 24
_TOGETHER = 8   # rows that stand on one printed page with their bars


def guard(made: Worksheet, sheet: Sheet | Page) -> None:
    """Lock the sheet but for the cells to sign, against slips; show in red what differs or is open.

    There is no password: who wants to work in a copy lifts the protection. Filters and widths stay free.
    """
    made.protection.sheet = True
    made.protection.autoFilter = made.protection.formatColumns = made.protection.formatRows = False
    if isinstance(sheet, Page):
        _mark(made, f"A1:{get_column_letter(len(sheet.widths))}{max(len(sheet.rows), 1)}", "equal", _WORDS[0])
        _offer(made, sheet)
        return
    if not sheet.count_rows:
        return
    for column in sheet.columns:
        letter = sheet.letter(column.heading)
        place = f"{letter}{sheet.first_row}:{letter}{sheet.last_row}"
        if column.heading in _MUST_BE_ZERO and column.formula:
            _mark(made, place, "notEqual", "0")
        elif column.heading == "Light":
            for word, look in _LIGHTS.items():   # a word in each cell; the color only repeats it
                _mark(made, place, "equal", f'"{word}"', look)
        elif column.heading == "Status":
            _mark(made, place, "equal", _WORDS[1])
        elif column.formula and "DIFFERENCE" in column.formula:
            _mark(made, place, "equal", _WORDS[0])


def draw(made: Worksheet, sheet: Sheet | Page) -> None:
    """The sheet's chart below its table; none where the table is empty or has too many bars to read."""
    if isinstance(sheet, Sheet) and sheet.trend and sheet.count_rows:
        _lines(made, sheet, *sheet.trend)
    if isinstance(sheet, Page) or not sheet.chart or not 0 < sheet.count_rows <= _MOST_BARS:
        return
    names, figures = (sheet.columns[[column.heading for column in sheet.columns].index(name)] for name in sheet.chart)
    at = [sheet.columns.index(column) + 1 for column in (names, figures)]
    chart = BarChart()
    chart.type, chart.style, chart.legend = "bar", 10, None
    chart.title = f"{figures.heading} by {names.heading.lower()}"
    chart.add_data(Reference(made, min_col=at[1], min_row=sheet.first_row, max_row=sheet.last_row))
    chart.set_categories(Reference(made, min_col=at[0], min_row=sheet.first_row, max_row=sheet.last_row))
    chart.x_axis.scaling.orientation = "maxMin"   # from above, as the table
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.gapWidth, chart.width, chart.height = 40, 18, 3 + 0.6 * sheet.count_rows
    row = sheet.last_row + len(sheet.totals[:1]) + 3
    if sheet.count_rows > _TOGETHER:   # whole on a page of its own
        made.row_breaks.append(Break(id=row - 1))
    made.add_chart(chart, f"A{row}")


def _lines(made: Worksheet, sheet: Sheet, along: str, figures: tuple[str, ...]) -> None:
    """A line for each column of figures; a cell without data leaves a gap, never a zero."""
    places = {column.heading: at for at, column in enumerate(sheet.columns, 1)}
    chart = LineChart()
    chart.style, chart.display_blanks, chart.height, chart.width = 2, "gap", 9, 22
    chart.title = sheet.title
    for heading in figures:
        chart.add_data(Reference(made, min_col=places[heading], min_row=sheet.header_row, max_row=sheet.last_row),
                       titles_from_data=True)
    for line, symbol in zip(chart.series, ("circle", "square", "triangle", "diamond"), strict=False):
        line.marker.symbol, line.marker.size, line.smooth = symbol, 7, False   # told apart without color
    chart.set_categories(Reference(made, min_col=places[along], min_row=sheet.first_row, max_row=sheet.last_row))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min, chart.legend = 0, Legend(legendPos="b")
    chart.y_axis.number_format = "0.00"
    if sheet.count_rows > _TOGETHER:
        made.row_breaks.append(Break(id=sheet.last_row + 2))
    made.add_chart(chart, f"A{sheet.last_row + 3}")


def _mark(
    made: Worksheet, place: str, operator: str, value: str, look: dict[str, Any] = _WRONG,
) -> None:
    rule = CellIsRule(operator=operator, formula=[value], **look)  # type: ignore[no-untyped-call] # openpyxl's
    made.conditional_formatting.add(place, rule)


def _offer(made: Worksheet, page: Page) -> None:
    """What may be typed comes as a list."""
    for row, cells in enumerate(page.rows, 1):
        for at, cell in enumerate(cells, 1):
            if cell and cell.choices:
                listed = DataValidation(type="list", formula1=f'"{",".join(cell.choices)}"', allow_blank=True)
                listed.add(f"{get_column_letter(at)}{row}")
                made.add_data_validation(listed)
