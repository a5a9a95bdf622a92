"""Take in a published file of exchange rates: rows of fx_rates.csv, added and never overwritten."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.disk import unreadable
from etl.errors import RefusedError, SettingsError
from etl.mapping.declared import FILES
from etl.mapping.load import load_mappings
from etl.periods import FIRST_DAY
from etl.settings import read_settings
from etl.sources.ecb import SOURCE, ReferenceRate, parse_ecb
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of, read_day
from etl.steps.trusted import permit
from etl.store import files
from etl.store.lock import company_lock
from etl.units import is_currency

_BEFORE = timedelta(days=31)
NAME, BASE = "fx_rates.csv", "EUR"
_COLUMNS = next(declared.needed for declared in FILES if declared.name == NAME)


def load_rates(
    file: Path, company: str, workspace: str | Path | None = None, *, currencies: Sequence[str] = (), since: str = "",
) -> Outcome:
    """Add the rates of one file of the European Central Bank to the company's fx_rates.csv.

    `currencies`: those to take; by default the home currency and those that rates and pay rates name. `since`: the
    first day to take; by default 31 days before go-live. What is there already is counted; a day that the file tells
    otherwise is refused (RefusedError FX_RATE_CHANGED), since a rate is never overwritten.
    """
    place = place_of(workspace)
    settings = read_settings(place.mappings(company) / "company.toml", company)
    permit(place, company, "load_rates", person_of(company))
    mappings = load_mappings(place.mappings(company), company)
    try:
        published = parse_ecb(file.read_bytes(), file.name)
    except OSError as error:
        raise unreadable(file, error) from None
    wanted = _currencies(currencies, settings.company.home_currency, mappings.tables)
    first = read_day(since) if since else max(settings.company.go_live, FIRST_DAY + _BEFORE) - _BEFORE
    taken = [rate for rate in published.rates if rate.currency in wanted and rate.rate_date >= first]
    there = {(row["rate_date"], row["to_currency"]): row for row in mappings.rows("map_fx_rates")
             if row["source"] == SOURCE and row["from_currency"] == BASE}
    new = [rate for rate in taken if (rate.rate_date, rate.currency) not in there]
    _refuse_changed([(rate, there[rate.rate_date, rate.currency]) for rate in taken
                     if (rate.rate_date, rate.currency) in there], published.source_id, company)
    if new:
        path = place.mappings(company) / NAME
        with company_lock(place, company, person_of(company), "taking in exchange rates"):
            files.rewrite(path, _with_rows(mappings.contents.get(NAME), new, published.source_id))
    missing = sorted(wanted - {BASE} - {rate.currency for rate in taken})
    return Outcome(
        title=f"{len(new):,} rates added to {NAME}, {len(taken) - len(new):,} were there",
        facts=(
            ("source", f"{SOURCE}, {published.source_id}"),
            ("currencies", ", ".join(sorted({BASE} | {rate.currency for rate in taken}))),
            ("days", f"{taken[0].rate_date} to {taken[-1].rate_date}" if taken else "none"),
            *((("not in the file", ", ".join(missing)),) if missing else ()),
        ),
        next_step="" if settings.currency else 'say under [currency] in company.toml where amounts are converted',
    )


def _currencies(given: Sequence[str], home: str, tables: Any) -> set[str]:
    names = {name.strip().upper() for text in given for name in text.split(",") if name.strip()}
    if unknown := sorted(name for name in names if not is_currency(name)):
        raise SettingsError(
            "CURRENCY_UNKNOWN",
            what=f"{', '.join(unknown)} is no currency of ISO 4217",
            where="--currencies",
            fix="Give codes such as USD,JPY.",
        )
    if names:
        return names | {home}
    used = {code for table in ("map_rates", "map_pay_rates", "map_salaries") if table in tables
            for code in tables[table]["currency"].to_pylist()}
    return used | {home}


def _refuse_changed(pairs: Sequence[tuple[ReferenceRate, Any]], source_id: str, company: str) -> None:
    changed = [(rate, row) for rate, row in pairs if Decimal(rate.rate) != row["rate"]]
    if changed:
        shown = "; ".join(
            f"{rate.currency} on {rate.rate_date} is {rate.rate} in the file, {row['rate'].normalize():f} in line "
            f"{row['map_row']}" for rate, row in changed[:5])
        raise RefusedError(
            "FX_RATE_CHANGED",
            what=f"{len(changed)} rate(s) are told otherwise than before: {shown}",
            where=f"mappings/{company}/{NAME}",
            fix=f"A rate is never overwritten. Add the new one as a row of its own with source_id {source_id!r} and "
            "choose it under [[currency.chosen]] in company.toml; it then holds for runs from now on.",
        )


def _with_rows(before: bytes | None, rates: Sequence[ReferenceRate], source_id: str) -> bytes:
    """The file with these rows after its own, in the order of its own header."""
    fetched_at = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    text = before.decode("utf-8-sig") if before else ",".join(_COLUMNS) + "\n"
    end = "\r\n" if "\r\n" in text else "\n"
    header = next(csv.reader(io.StringIO(text, newline="")))
    added = io.StringIO()
    writer = csv.writer(added, lineterminator=end)
    for rate in rates:
        row = {"rate_date": rate.rate_date.isoformat(), "from_currency": BASE, "to_currency": rate.currency,
               "rate": rate.rate, "source": SOURCE, "source_id": source_id, "fetched_at": fetched_at}
        writer.writerow([row[name] for name in header])
    return (text + ("" if text.endswith(end) else end) + added.getvalue()).encode()
