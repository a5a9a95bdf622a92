"""What may stand in fx_rates.csv: a day's rate of a pair has one value per version, and is never overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Row = Mapping[str, Any]
Chosen = Mapping[tuple[str, date], str]  # (source, rate_date) -> source_id


def fx_faults(rows: Iterable[Row]) -> list[str]:
    """One sentence per pair of lines that contradict or repeat each other, or rate of a currency in itself."""
    findings = []
    first: dict[tuple[object, ...], Row] = {}
    for row in rows:
        pair = f"{row['from_currency']} to {row['to_currency']} on {row['rate_date']} from {row['source']}"
        if row["from_currency"] == row["to_currency"]:
            findings.append(f"fx_rates.csv, line {row['map_row']}: a rate of {row['from_currency']} in itself")
        earlier = first.setdefault((*_day_of(row), row["source_id"]), row)
        if earlier is row:
            continue
        lines = f"fx_rates.csv, lines {earlier['map_row']} and {row['map_row']}"
        if earlier["rate"] != row["rate"]:
            findings.append(f"{lines}: two rates for {pair}, {earlier['rate']} and {row['rate']}; a rate is never "
                            "overwritten: a newer version of a day has its own source_id")
        else:
            findings.append(f"{lines}: the same rate for {pair}; delete one of the two")
    return findings


def versions_in_question(rows: Iterable[Row], source: str, chosen: Chosen) -> list[str]:
    """One sentence per pair and day of the source with several versions and none chosen, or the chosen one missing."""
    versions: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["source"] == source:
            versions[_day_of(row)].append(row)
    findings = []
    for own in versions.values():
        row, wanted = own[0], chosen.get((source, own[0]["rate_date"]))
        pair = f"{row['from_currency']} to {row['to_currency']} on {row['rate_date']}"
        lines = ", ".join(str(version["map_row"]) for version in own)
        if wanted is None and len(own) > 1:
            ids = ", ".join(version["source_id"] for version in own)
            findings.append(f"fx_rates.csv, lines {lines}: {source} has {len(own)} versions of {pair} ({ids}); choose "
                            "one under [[currency.chosen]] in company.toml")
        if wanted is not None and wanted not in {version["source_id"] for version in own}:
            findings.append(f"fx_rates.csv, lines {lines}: none is version {wanted} of {pair}, which "
                            "[[currency.chosen]] names")
    return findings


def _day_of(row: Row) -> tuple[object, ...]:
    return row["source"], row["rate_date"], row["from_currency"], row["to_currency"]
