"""Dates, hours and amounts as a file prints them: every distinct value is turned once, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.units import SECONDS_PER_HOUR, clock_hours, minor_digits


def each_distinct(column: pa.ChunkedArray | pa.Array, turn: Callable[[Any], str]) -> pa.Array:
    """The column with each distinct value turned to text; an absent value is the empty text."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(whole)
    turned = pa.array([turn(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return pc.fill_null(turned.take(encoded.indices), "")


def each_odd(
    column: pa.ChunkedArray | pa.Array, is_plain: Callable[[pa.Array], pa.Array], turn: Callable[[str], str],
) -> pa.Array:
    """The texts with each distinct one that is not plain turned; an absent text is the empty text."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(pc.fill_null(whole, ""))
    known, plain = encoded.dictionary, is_plain(encoded.dictionary)
    if pc.all(plain).as_py() is not False:
        return pc.fill_null(whole, "")
    is_odd = pc.invert(plain)
    instead = pa.array([turn(text) for text in known.filter(is_odd).to_pylist()], pa.string())
    turned = pc.replace_with_mask(known, is_odd, instead)
    return turned.take(encoded.indices)


def dates(column: pa.ChunkedArray | pa.Array, pattern: str) -> pa.Array:
    """Dates in a pattern of digits only ("%m/%d/%Y"), so that no locale can change them."""
    return each_distinct(column, lambda day: day.strftime(pattern))


def clock(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Whole seconds, multiples of 60, as H:MM."""
    return each_distinct(
        column, lambda seconds: f"{seconds // SECONDS_PER_HOUR}:{seconds % SECONDS_PER_HOUR // 60:02d}")


def clock_seconds(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Whole seconds as H:MM, as H:MM:SS where there are seconds."""
    return each_distinct(column, lambda seconds: clock_hours(seconds).replace(",", "").removesuffix(":00"))


def rates(column: pa.Array, currency: str) -> pa.Array:
    """Rates in their currency's digits, and more where one has more: 165.00, 162.505."""
    digits = minor_digits(currency)
    return each_distinct(column, lambda rate: f"{rate:.{max(digits, -rate.normalize().as_tuple().exponent)}f}")


def hundredths(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Whole seconds, multiples of 36 and not negative, as decimal hours with two digits."""
    return each_distinct(
        column, lambda seconds: f"{seconds // SECONDS_PER_HOUR}.{seconds % SECONDS_PER_HOUR // 36:02d}")


def amounts(column: pa.ChunkedArray | pa.Array, digits: int) -> pa.Array:
    """Amounts as plain numbers with that many digits. The caller has refused finer ones (`finer_than`)."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.fill_null(pc.cast(pc.cast(whole, pa.decimal128(38, digits)), pa.string()), "")


def finer_than(column: pa.ChunkedArray | pa.Array, digits: int) -> pa.Array | pa.ChunkedArray:
    """Where an amount has digits below that many."""
    return pc.fill_null(pc.not_equal(column, pc.round(column, digits)), fill_value=False)


def by_group(
    column: pa.ChunkedArray | pa.Array, groups: pa.ChunkedArray | pa.Array, turn: Callable[[pa.Array, Any], pa.Array],
) -> pa.Array:
    """The column turned to text by a rule that depends on the group beside each value, such as its currency."""
    printed = each_distinct(column, lambda _: "")
    for group in present(groups):
        is_here = _is(groups, group)
        printed = pc.if_else(is_here, turn(pc.if_else(is_here, column, None), group), printed)
    return printed.combine_chunks() if isinstance(printed, pa.ChunkedArray) else printed


def currency_amounts(column: pa.ChunkedArray | pa.Array, currencies: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Amounts in the digits of the currency beside each; finer ones have been refused (`finer_than_currency`)."""
    return by_group(column, currencies, lambda part, currency: amounts(part, minor_digits(currency)))


def finer_than_currency(column: pa.ChunkedArray, currencies: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where an amount has digits below its currency's minor unit."""
    finer = nowhere(currencies)
    for currency in present(currencies):
        finer = pc.or_(finer, pc.and_(_is(currencies, currency), finer_than(column, minor_digits(currency))))
    return finer


def nowhere(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """False for every row: where a mask begins."""
    return pc.not_equal(pc.is_valid(column), pc.is_valid(column))


def present(groups: pa.ChunkedArray | pa.Array) -> list[Any]:
    """The distinct values of a column that are not empty, in order."""
    return sorted(value for value in pc.drop_null(pc.unique(groups)).to_pylist() if value != "")


def _is(groups: pa.ChunkedArray | pa.Array, value: Any) -> pa.ChunkedArray | pa.Array:
    return pc.fill_null(pc.equal(groups, value), fill_value=False)
