"""Units of the trade: whole seconds, exact money, document numbers, and their printed forms."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NewType

from babel.numbers import get_currency_precision, list_currencies

BatchNumber = NewType("BatchNumber", int)
DocumentNumber = NewType("DocumentNumber", str)
DocumentKind = Literal[
    "labor", "labor_reversal", "burden", "taxes", "taxes_reversal", "time", "invoice", "vendor_bill", "contractors",
    "contractors_reversal", "month_end", "unbilled",
]

AMOUNT_DIGITS = 3  # of DECIMAL(18,3)
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86400
DOCUMENT_NUMBER_LIMIT = 11  # the shortest reference field of a target: QuickBooks Desktop's RefNumber

_DOCUMENT_LETTER: dict[DocumentKind, str] = {
    "labor": "L",
    "labor_reversal": "LR",
    "burden": "U",
    "taxes": "E",
    "taxes_reversal": "ER",
    "time": "T",
    "invoice": "I",  # and the invoice's turn
    "vendor_bill": "V",  # and the bill's turn
    "contractors": "C",
    "contractors_reversal": "CR",
    "month_end": "M",  # its reversal: R after it
    "unbilled": "N",
}


def is_currency(code: str) -> bool:
    """Whether the code is a currency of ISO 4217 whose amounts can be kept exactly (three decimal places)."""
    return code in list_currencies() and minor_digits(code) <= AMOUNT_DIGITS


def all_currencies() -> dict[str, int]:
    """Every currency that can be kept exactly, with the decimal places of its minor unit: all but CLF and UYW (4)."""
    return {code: minor_digits(code) for code in sorted(list_currencies()) if is_currency(code)}


def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit: USD 2, JPY 0, KWD 3. Source: ISO 4217 through CLDR."""
    return int(get_currency_precision(currency))


def clock_hours(seconds: int) -> str:
    """Whole seconds as H:MM:SS, hours unbounded; the form on screens and in reports."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(rest, SECONDS_PER_HOUR)
    return f"{sign}{hours:,}:{rest // 60:02d}:{rest % 60:02d}"


def decimal_hours(seconds: int, digits: int = 2) -> Decimal:
    """Whole seconds as decimal hours, half up in size; only on the way out."""
    return (Decimal(seconds) / SECONDS_PER_HOUR).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def money(amount: Decimal, currency: str) -> str:
    """An amount in its currency's digits, for a screen: 6,951.90 USD."""
    return f"{amount:,.{minor_digits(currency)}f} {currency}"


def document_number(
    batch: BatchNumber, kind: DocumentKind, *, sandbox: bool = False, series: str = ""
) -> DocumentNumber:
    """The number a batch's document carries in the books: TB0042L; SB0042L in a sandbox; another series for TB.

    At most 11 characters, and never used twice: it holds the batch's number.
    """
    number = f"{'SB' if sandbox else series or 'TB'}{batch:04d}{_DOCUMENT_LETTER[kind]}"
    if len(number) > DOCUMENT_NUMBER_LIMIT:
        raise ValueError(number)
    return DocumentNumber(number)
