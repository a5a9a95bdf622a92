"""Peer: hand-written for California alone, on the same entries: day and week windows, regular rate, price of each piece."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench import overtime_data

LOAD = """
create table entries as
select row_number() over (order by person_ref, start_text, entry_ref) as entry_no, person_ref, start_text[:10]::date as worked_on,
    duration_text::bigint as seconds, rate
from read_parquet($path) join rates using (person_ref)
"""
PIECES = """
create table pieces as
with running as (
    select *, worked_on - (isodow(worked_on) - 1)::int as week,
        sum(seconds) over (partition by person_ref, worked_on order by entry_no rows unbounded preceding)::bigint as day_until,
    from entries),
seventh as (select person_ref, week from running group by all having count(distinct worked_on) = 7),
daily as (
    select running.*, seventh.week is not null and worked_on = running.week + 6 as is_seventh,
        case when is_seventh then 0 else 28800 end as first_limit, case when is_seventh then 28800 else 43200 end as second_limit,
        greatest(0, least(seconds, day_until - second_limit)) as double_seconds,
        greatest(0, least(seconds, day_until - first_limit)) - double_seconds as daily_seconds
    from running left join seventh on seventh.person_ref = running.person_ref and seventh.week = running.week),
weekly as (
    select *, seconds - daily_seconds - double_seconds as straight,
        sum(straight) over (partition by person_ref, week order by entry_no rows unbounded preceding)::bigint as week_until
    from daily)
select entry_no, person_ref, week, rate, seconds, double_seconds,
    daily_seconds + greatest(0, least(straight, week_until - 144000)) as overtime_seconds
from weekly
"""
PRICED = """
create table priced as
with weeks as (
    select person_ref, week, sum(rate * seconds)::hugeint as paid, sum(seconds)::hugeint as worked from pieces group by all),
classes as (
    select entry_no, person_ref, week, 'regular' as hour_class, seconds - overtime_seconds - double_seconds as seconds, rate, 0 as factor from pieces
    union all select entry_no, person_ref, week, 'overtime', overtime_seconds, rate, 1 from pieces where overtime_seconds > 0
    union all select entry_no, person_ref, week, 'double_time', double_seconds, rate, 2 from pieces where double_seconds > 0)
select entry_no, person_ref, week, hour_class, seconds, seconds * (rate * 2 * worked + factor * paid) as numerator, 72000000 * worked as divisor
from classes join weeks using (person_ref, week) where seconds > 0
"""
LINES = """
create table lines as
select person_ref, week, hour_class, sum(seconds)::bigint as pay_seconds,
    ((2 * sum(numerator) + any_value(divisor)) // any_value(2 * divisor))::bigint as cents
from priced group by person_ref, week, hour_class order by all
"""


def prepare(folder: Path) -> duckdb.DuckDBPyConnection:
    """The same entries in a table: where both sides begin."""
    session = duckdb.connect(config={"threads": 2, "memory_limit": "2GiB"})
    count = -(-pq.read_metadata(folder / "entries.parquet").num_rows // overtime_data.PER_PERSON)
    rates = pa.table(
        {
            "person_ref": [f"P{n:05d}" for n in range(count)],
            "rate": [int(overtime_data.rate(n) * 1_000_000) for n in range(count)],
        }
    )
    session.register("given", rates)
    session.execute("create table rates as from given")
    session.execute(LOAD, {"path": str(folder / "entries.parquet")})
    return session


def work(session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Classify and price."""
    session.execute(PIECES)
    session.execute(PRICED)
    session.execute(LINES)
    return session


def tables(session: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    """Payroll lines of all people, as if all were in California."""
    return {"payroll_lines": session.execute("select * from lines").to_arrow_table()}
