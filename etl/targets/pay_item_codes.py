"""A document's own codes of pay items, where pay_item_codes.csv gives them; one that is missing stops the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.targets.findings import Finding, lines_named, refuse
from etl.targets.printed import each_distinct

Codes = Mapping[str, Mapping[str, str]]   # document -> pay item -> code
NO_CODES: Codes = MappingProxyType({})


def codes_of(rows: Iterable[Mapping[str, Any]]) -> Codes:
    """The rows of pay_item_codes.csv by document."""
    codes: dict[str, dict[str, str]] = {}
    for row in rows:
        codes.setdefault(row["document"], {})[row["pay_item"]] = row["code"]
    return codes


def with_codes(table: pa.Table, document: str, codes: Codes) -> pa.Table:
    """The table with the document's codes in place of pay items; unchanged where the company gives it none.

    Raises TargetError PAY_ITEM_CODE with every pay item that has no code.
    """
    own = codes.get(document)
    if own is None or "pay_item" not in table.column_names:
        return table
    items = pc.drop_null(pc.unique(table["pay_item"])).to_pylist()
    refuse([
        Finding("PAY_ITEM_CODE", f"The pay item {item!r} has no code for {document}",
                f"{document}, {lines_named(table.filter(pc.equal(table['pay_item'], item))['line_id'])}",
                f"Add a row {document},{item},<code> to pay_item_codes.csv.")
        for item in sorted(items) if item not in own])
    coded = each_distinct(table["pay_item"], own.__getitem__)
    return table.set_column(table.column_names.index("pay_item"), "pay_item", coded)
