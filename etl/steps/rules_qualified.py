"""Qualified overtime of a year: the premium the FLSA asks for, per person, by pay date, from exported batches alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import SettingsError
from etl.settings import read_settings
from etl.sql.run import Engine
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import place_of
from etl.store import audit_log, batches
from etl.store.batches import Batch
from etl.units import clock_hours, money

FIRST, LAST = 2025, 2028  # tax years of IRC 225
_TABLE = "premiums_by_law"
_COLUMNS = (
    *("year", "employee_id", "employee_name", "box_12_code", "qualified_overtime_premium", "other_law_premium"),
    *("contract_premium", "currency", "flsa_overtime_seconds", "workweeks", "workweeks_without_rate"),
)


def qualified_overtime(
    company: str, year: int, *, output: Path | None = None, workspace: str | Path | None = None
) -> Outcome:
    """Per person the year's FLSA premium, box 12 code TT of Form W-2, from wages paid in the year.

    Exit code 1 where a batch holds premium that its version did not yet tell by law, or a week without a rate: the sums
    are not the whole year. Raises SettingsError for a year outside the law.
    """
    if not FIRST <= year <= LAST:
        raise SettingsError(
            "YEAR_OUTSIDE",
            what=f"Qualified overtime is reported for the tax years {FIRST} to {LAST} (P.L. 119-21), not for {year}",
            where="--year",
            fix="Give a year in which the wages were paid.",
        )
    place = place_of(workspace)
    read_settings(place.mappings(company) / "company.toml", company)
    exported = batches.exported(place, company, audit_log.read_log(place, company))
    told_by_law = [batch for batch in exported if batch.has_table(_TABLE)]
    silent = [batch for batch in exported if not batch.has_table(_TABLE) and _holds_premium(batch)]
    rows = _rows(place.landing(company), place.root / "reports", told_by_law, year)
    if output is not None:
        write_report(output, _COLUMNS, _report_rows(rows, year))
    return _outcome(company, year, rows, silent)


def _holds_premium(batch: Batch) -> bool:
    classes = batch.table("payroll_lines", ["hour_class"])["hour_class"]
    premium = pa.array(["overtime", "overtime_premium", "double_time", "double_time_premium"])
    return bool(pc.any(pc.is_in(classes, value_set=premium)).as_py())


def _rows(landing: Path, reports: Path, exported: Sequence[Batch], year: int) -> list[dict[str, Any]]:
    if not exported:
        return []
    with (
        tempfile.TemporaryDirectory(prefix="timebooks-overtime-") as folder,
        Engine(None, Path(folder), [landing, reports, Path(folder)]) as engine,
    ):
        engine.link_parquet("exported_premiums", [batch.file(f"data/{_TABLE}.parquet") for batch in exported])
        engine.put("report_year", pa.table({"year": pa.array([year], pa.int64())}))
        engine.run(("qualified_overtime",))
        return list(engine.fetch("qualified_overtime").to_pylist())


def _outcome(company: str, year: int, rows: list[dict[str, Any]], silent: list[Batch]) -> Outcome:
    totals: dict[str, Decimal] = {}
    for row in rows:
        totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + (row["flsa_premium_amount"] or Decimal(0))
    unpriced = sum(row["count_unpriced"] for row in rows)
    facts = [("FLSA premium", money(amount, currency)) for currency, amount in totals.items()]
    facts += [
        (f"batch {batch.batch:04d}, {batch.period_end}", "its version did not tell premium by law: not counted")
        for batch in silent
    ]
    facts += [("weeks without a rate", f"{unpriced}; their premium is not counted")] if unpriced else []
    return Outcome(
        title=f"{company}, wages paid in {year}: qualified overtime of {len(rows)} person(s), Form W-2 box 12 code TT",
        facts=tuple(facts),
        headings=("person", "name", "code TT", "other law", "agreement", "hours over the FLSA limit", "weeks"),
        rows=tuple(
            (
                row["employee_id"],
                row["employee_name"],
                *(
                    money(row[name] or Decimal(0), row["currency"])
                    for name in ("flsa_premium_amount", "state_premium_amount", "contract_premium_amount")
                ),
                clock_hours(row["flsa_seconds"]),
                f"{row['count_weeks']:,}",
            )
            for row in rows
        ),
        next_step="complete the year by hand for what is not counted, with the person who files the forms"
        if silent or unpriced
        else "",
        exit_code=1 if silent or unpriced else 0,
    )


def _report_rows(rows: list[dict[str, Any]], year: int) -> Iterator[Sequence[object]]:
    for row in rows:
        amounts = (row[f"{law}_premium_amount"] for law in ("flsa", "state", "contract"))
        counts = (row[name] for name in ("currency", "flsa_seconds", "count_weeks", "count_unpriced"))
        yield year, row["employee_id"], row["employee_name"], "TT", *amounts, *counts
