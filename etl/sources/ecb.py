"""The European Central Bank's euro reference rates: the CSV as published, wide, daily or whole history, zipped or not.

Published format: first column Date, then a column a currency, each rate the units of that currency for one euro; N/A
where none was fixed. The history has ISO dates, the daily file `13 November 2026` and a space behind each comma.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from etl.errors import SourceError
from etl.units import is_currency

SOURCE = "ecb"
_MOST_BYTES = 32 * 2**20   # of the unpacked history: 1.3 MB in 2026
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")
_WORDED = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})", re.ASCII)
_NONE = ("N/A", "")
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,10})?", re.ASCII)


@dataclass(frozen=True)
class ReferenceRate:
    """Units of `currency` for one euro on a day, as the file has it."""

    rate_date: date
    currency: str
    rate: str


@dataclass(frozen=True)
class ReferenceRates:
    """What one published file says. `source_id` names it by its digest; `left_out` counts cells without a rate."""

    source_id: str
    rates: tuple[ReferenceRate, ...]
    left_out: int


def parse_ecb(content: bytes, name: str) -> ReferenceRates:
    """The rates of a published file, by day and currency. Currencies that ISO 4217 no longer has are left out.

    Raises SourceError ECB_FILE with line and column for anything that is not in the published form.
    """
    lines = list(csv.reader(io.StringIO(_text(content, name), newline="")))
    header = [cell.strip() for cell in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()   # the published lines end in a comma
    if len(header) < 2 or header[0] != "Date" or len(set(header)) != len(header):
        raise _refusal(name, 1, f"the header is not Date and a column a currency: {', '.join(header[:6]) or 'nothing'}")
    cells: list[ReferenceRate] = []
    days: set[date] = set()
    for number, line in enumerate(lines[1:], 2):
        row = [cell.strip() for cell in line]
        if any(row):
            own = _rates_of(row, header, name, number)
            if own[0].rate_date in days:
                raise _refusal(name, number, f"{own[0].rate_date} stands twice")
            days.add(own[0].rate_date)
            cells += own
    rates = [cell for cell in cells if cell.rate not in _NONE and is_currency(cell.currency)]
    if not rates:
        raise _refusal(name, 1, "it holds no rate")
    source_id = f"eurofxref {hashlib.sha256(content).hexdigest()[:12]}"
    ordered = tuple(sorted(rates, key=lambda rate: (rate.rate_date, rate.currency)))
    return ReferenceRates(source_id, ordered, len(cells) - len(rates))


def _rates_of(row: list[str], header: list[str], name: str, number: int) -> list[ReferenceRate]:
    """The cells of one day, those without a rate too."""
    if len(row) < len(header) or any(row[len(header):]):
        raise _refusal(name, number, f"{len(row)} cells where the header has {len(header)}")
    day = _day(row[0], name, number)
    for currency, cell in zip(header[1:], row[1:], strict=False):
        if cell not in _NONE and (not _RATE.fullmatch(cell) or Decimal(cell) == 0):
            raise _refusal(name, number, f"the rate of {currency} is {cell!r}")
    return [ReferenceRate(day, currency, cell) for currency, cell in zip(header[1:], row[1:], strict=False)]


def _text(content: bytes, name: str) -> str:
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                [member] = [item for item in archive.infolist() if item.filename.lower().endswith(".csv")]
                with archive.open(member) as file:
                    content = file.read(_MOST_BYTES + 1)
        except (ValueError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
            raise _refusal(name, 1, "the zip is damaged or does not hold one CSV") from None
    if len(content) > _MOST_BYTES:
        raise _refusal(name, 1, f"it unpacks to more than {_MOST_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refusal(name, 1, "it is no UTF-8 text") from None


def _day(text: str, name: str, number: int) -> date:
    try:
        if worded := _WORDED.fullmatch(text):
            return date(int(worded[3]), _MONTHS.index(worded[2]) + 1, int(worded[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise _refusal(name, number, f"{text!r} is not a date such as 2026-11-13 or 13 November 2026") from None


def _refusal(name: str, line: int, what: str) -> SourceError:
    return SourceError(
        "ECB_FILE",
        what=f"The file is not the European Central Bank's reference rates: {what}",
        where=f"{name}, line {line}",
        fix="Download eurofxref.zip or eurofxref-hist.zip from the bank's page of euro reference rates again.",
    )
