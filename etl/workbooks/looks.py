"""How cells look: number formats by kind and currency, one quiet style per role; no color says anything alone."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook import Workbook

from etl.errors import TargetError
from etl.units import is_currency, minor_digits
from etl.workbooks.sheets import Cell, Kind, Look

EXACT_DIGITS = 15   # what a spreadsheet keeps of a number; the 16th digit would be lost in silence
_FORMATS: dict[Kind, str] = {
    "text": "General", "typed": "@", "seconds": "#,##0", "count": "#,##0", "hours": "#,##0.00",
    "rate": "#,##0.00####", "date": "yyyy-mm-dd",
}
_FACE = "Arial"   # metric twins exist on every system, so widths hold
_FONTS: dict[Look, Font] = {
    "plain": Font(name=_FACE, size=10), "title": Font(name=_FACE, size=14, bold=True),
    "heading": Font(name=_FACE, size=11, bold=True), "head": Font(name=_FACE, size=10, bold=True),
    "label": Font(name=_FACE, size=10, bold=True),
    "total": Font(name=_FACE, size=10, bold=True), "note": Font(name=_FACE, size=10),
    "banner": Font(name=_FACE, size=12, bold=True), "sign": Font(name=_FACE, size=10),
    "input": Font(name=_FACE, size=10), "link": Font(name=_FACE, size=10, underline="single", color="FF0563C1"),
}
_THIN = Side(style="thin")
_BORDERS: dict[Look, Border] = {
    "head": Border(bottom=_THIN), "total": Border(top=_THIN), "sign": Border(bottom=_THIN),
    "input": Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN),
}
_HEAD_FILL = PatternFill(fill_type="solid", start_color="FFEDEDED")


class Looks:
    """The style numbers of one workbook, each made once, in the order of first use."""

    def __init__(self, book: Workbook) -> None:
        self._sheet = book.worksheets[0]
        self._made: dict[tuple[Look, str, bool, bool, bool, bool], int] = {}

    def style(self, like: Cell, *, is_indented: bool = False) -> int:
        """The number of a cell's style. Text is marked as text, so that editing the cell makes no formula of it.

        `is_indented`: a text keeps its distance from a figure left of it.
        """
        number_format = amount_format(like.digits) if like.kind == "amount" else _FORMATS[like.kind]
        is_text = like.kind in ("text", "typed") and not like.formula
        is_left = like.kind in ("text", "typed", "date") and not like.is_right
        key = (like.look, number_format, like.is_wrapped, is_left, is_left and is_indented, is_text)
        if key not in self._made:
            cell = WriteOnlyCell(self._sheet)
            cell.font = _FONTS[like.look]
            cell.number_format = number_format
            cell.alignment = Alignment(
                horizontal="left" if is_left else "right", indent=int(is_left and is_indented),
                vertical="center" if like.look == "head" else "top", wrap_text=like.is_wrapped)
            if like.look in _BORDERS:
                cell.border = _BORDERS[like.look]
            if like.look == "head":
                cell.fill = _HEAD_FILL
            cell.quotePrefix = is_text
            if like.look in ("input", "sign"):
                cell.protection = Protection(locked=False)
            self._made[key] = int(cell.style_id)
        return self._made[key]


def amount_format(digits: int) -> str:
    """The number format of an amount with so many decimal places."""
    return "#,##0." + "0" * digits if digits else "#,##0"


@cache
def _minor_digits(currency: str | None) -> int | None:
    """Decimal places of a currency; None when it is none."""
    return minor_digits(currency) if currency and is_currency(currency) else None


def amount_digits(amount: Decimal | None, currency: str | None, where: str) -> int:
    """Decimal places to show: the currency's own, more where the amount has more; nothing is hidden by rounding."""
    least = _minor_digits(currency)
    if least is None:
        if amount is None:
            return 2
        raise TargetError(
            "WORKBOOK_CURRENCY", where=where,
            what=f"An amount of {amount} has the currency {currency!r}, none of ISO 4217",
            fix="Correct the currency in the rates or the settings, then make the draft again.")
    exponent = amount.normalize().as_tuple().exponent if amount is not None else 0
    return max(least, -exponent if isinstance(exponent, int) else 0)


def number_text(value: int | Decimal, where: str) -> str:
    """A number as a spreadsheet file writes it, exactly: 6951.9. Raises TargetError above 15 digits."""
    text = str(value) if isinstance(value, int) else format(value.normalize() + 0, "f")
    if len(text) > EXACT_DIGITS and len(text.lstrip("-").replace(".", "").strip("0")) > EXACT_DIGITS:
        raise TargetError(
            "WORKBOOK_NUMBER", what=f"{text} has more than {EXACT_DIGITS} digits; a spreadsheet would change it",
            where=where, fix="Look at the entries behind this figure: a week of work does not reach it.")
    return text
