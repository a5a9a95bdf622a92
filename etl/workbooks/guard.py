"""What a workbook for auditors has beside its cells: protection, marks on what is not right, a chart."""

from __future__ import annotations

from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from etl.workbooks.sheets import Page, Sheet

_WRONG = {"fill": PatternFill(bgColor="FFC7CE"), "font": Font(color="9C0006", bold=True)}
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
        elif column.heading == "Status":
            _mark(made, place, "equal", _WORDS[1])
        elif column.formula and "DIFFERENCE" in column.formula:
            _mark(made, place, "equal", _WORDS[0])


def draw(made: Worksheet, sheet: Sheet | Page) -> None:
    """The sheet's bar chart below its table; none where the table is empty or has too many bars to read."""
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


def _mark(made: Worksheet, place: str, operator: str, value: str) -> None:
    rule = CellIsRule(operator=operator, formula=[value], **_WRONG)  # type: ignore[no-untyped-call] # openpyxl's
    made.conditional_formatting.add(place, rule)


def _offer(made: Worksheet, page: Page) -> None:
    """What may be typed comes as a list."""
    for row, cells in enumerate(page.rows, 1):
        for at, cell in enumerate(cells, 1):
            if cell and cell.choices:
                listed = DataValidation(type="list", formula1=f'"{",".join(cell.choices)}"', allow_blank=True)
                listed.add(f"{get_column_letter(at)}{row}")
                made.add_data_validation(listed)
