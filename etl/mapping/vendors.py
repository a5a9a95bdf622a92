"""What must hold between the files about vendors: whose contract, which cap, and that no tax id stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from etl.mapping.cells import looks_like_tax_id
from etl.units import SECONDS_PER_HOUR, minor_digits

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def vendor_findings(rows: Rows) -> Iterator[str]:
    """One sentence per fault, by file and line. Nothing where there are no vendors."""
    vendors = {row["vendor_id"] for row in rows.get("map_vendors", ())}
    contracts = {row["contract_id"]: row for row in rows.get("map_contracts", ())}
    for row in rows.get("map_vendors", ()):
        yield from _vendor(row)
    for row in rows.get("map_contracts", ()):
        yield from _contract(row, vendors)
    for row in rows.get("map_contract_rates", ()):
        if row["contract_id"] not in contracts:
            yield (f"private/contract_rates.csv, line {row['map_row']}: no contract {row['contract_id']} in "
                   "contracts.csv")
    for row in rows.get("map_vendor_invoices", ()):
        where, contract = f"vendor_invoices.csv, line {row['map_row']}", contracts.get(row["contract_id"])
        if contract is None or contract["vendor_id"] != row["vendor_id"]:
            yield f"{where}: contracts.csv has no contract {row['contract_id']} of vendor {row['vendor_id']}"
        elif contract["currency"] != row["currency"]:
            yield f"{where}: the contract is in {contract['currency']}, the invoice in {row['currency']}"
        yield from _finer(row, "amount", row["currency"], where)


def _vendor(row: Mapping[str, Any]) -> Iterator[str]:
    where = f"vendors.csv, line {row['map_row']}"
    for name, value in row.items():
        if isinstance(value, str) and looks_like_tax_id(value):
            yield f"{where}: {name} holds what looks like a whole tax id; give its last four digits in tin_last_four"
    if (row["w9_signed_on"] is None) == (row["w9_state"] == "on_file"):
        yield f"{where}: w9_signed_on is given exactly where w9_state is on_file"
    yield from _terms(row, where)


def _contract(row: Mapping[str, Any], vendors: set[str]) -> Iterator[str]:
    where = f"contracts.csv, line {row['map_row']}"
    if row["vendor_id"] not in vendors:
        yield f"{where}: no vendor {row['vendor_id']} in vendors.csv"
    for name in ("cap_hours", "hours_before"):
        if row[name] is not None and row[name] * SECONDS_PER_HOUR % 1:
            yield f"{where}: {name} {row[name].normalize():f} is no whole number of seconds"
    for cap, before in (("cap_hours", "hours_before"), ("cap_amount", "amount_before")):
        if row[before] is not None and row[cap] is None:
            yield f"{where}: {before} without {cap}"
        yield from _finer(row, cap, row["currency"], where) if cap == "cap_amount" else ()
    yield from _finer(row, "amount_before", row["currency"], where)
    yield from _terms(row, where)


def _terms(row: Mapping[str, Any], where: str) -> Iterator[str]:
    if (row["terms"] is None) != (row["terms_days"] is None):
        yield f"{where}: terms and terms_days are given together, such as net and 30"


def _finer(row: Mapping[str, Any], name: str, currency: str, where: str) -> Iterator[str]:
    """An amount below the currency's minor unit could never be paid."""
    if row[name] is not None and row[name] % Decimal(1).scaleb(-minor_digits(currency)):
        yield f"{where}: {name} {row[name].normalize():f} has more decimals than {currency}"
