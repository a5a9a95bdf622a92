"""A published batch's conversions, recomputed from what it stores: both amounts, the rate, the shares of entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from etl.store.batches import Sealed
from etl.units import minor_digits

Row = dict[str, Any]


def conversions_of(batch: Sealed) -> dict[str, Row]:
    """The converted amounts by line id; none for a batch that converts nothing."""
    return {row["line_id"]: row for row in _rows(batch, "conversions")}


def broken_conversions(batch: Sealed, posted: dict[str, Decimal]) -> Iterable[str]:
    """What does not follow from the stored rates; `posted`: the journals' amounts by line id."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for share in _rows(batch, "converted_shares"):
        shares[share["line_id"]] += share["home_amount"]
    for line_id, row in conversions_of(batch).items():
        own, home = sums[row["document_number"], row["currency"]]
        sums[row["document_number"], row["currency"]] = [own + row["amount"], home + row["home_amount"]]
        if line_id in posted and posted[line_id] != row["home_amount"]:
            yield f"line {line_id} is posted as {posted[line_id]}, converted it is {row['home_amount']}"
        if row["line_kind"] != "difference" and row["home_amount"] != _converted(row):
            yield f"line {line_id}: {row['amount']} {row['currency']} at its rate is not {row['home_amount']}"
        is_shared = row["line_kind"] == "line" and "R-" not in line_id
        if is_shared and shares[line_id] != row["home_amount"]:
            yield f"line {line_id} is converted to {row['home_amount']}, its entries add up to {shares[line_id]}"
    for (document, currency), (own, home) in sums.items():
        if own or home:
            yield f"{document}, converted from {currency}, is out of balance by {own} and {home}"


def _converted(row: Row) -> Decimal:
    """The own amount at the stored rate, half up in size to the home currency's minor unit."""
    digits = minor_digits(row["home_currency"])
    exact = Fraction(row["amount"]) * int(row["rate_numerator"]) / int(row["rate_denominator"]) * 10**digits
    size = int(abs(exact) + Fraction(1, 2))
    return Decimal(-size if exact < 0 else size).scaleb(-digits)


def _rows(batch: Sealed, name: str) -> list[Row]:
    if not (batch.folder / "data" / f"{name}.parquet").exists():
        return []
    return list(batch.table(name).to_pylist())
