"""Hours and amounts by employee and by project: whole seconds and exact decimals added up in Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import ConservationError
from etl.tables import BILLABLE_LINES, ENTRIES, PAYROLL_LINES, PIECES, POSTINGS, assert_schema
from etl.terms import BatchHeader
from etl.workbooks.sheets import Column, Sheet, Value
from etl.workbooks.words import top_notes

BY_EMPLOYEE, BY_PROJECT = "By employee", "By project"
PAY_SECONDS, BILL_SECONDS = "Pay seconds", "Bill seconds"
_HOURS = (
    Column(PAY_SECONDS, "seconds", 13), Column("Pay hours", "hours", 11, f"{{{PAY_SECONDS}}}/3600"),
    Column(BILL_SECONDS, "seconds", 13), Column("Bill hours", "hours", 11, f"{{{BILL_SECONDS}}}/3600"),
)
_HOUR_TOTALS = (PAY_SECONDS, "Pay hours", BILL_SECONDS, "Bill hours")
_HOURS_NOTE = (
    "Exported time inside the pay period and inside the billing period. Hours are seconds / 3600, "
    "shown to two decimals.")
_BURDEN = "Burden and taxes"
_LABOR, _CHARGES = "-[LSC]-", "-[UE]-"   # lines of labor, contractors' accrual, corrections; of burden and taxes

Key = tuple[str | None, ...]
Hours = dict[Key, tuple[int, int]]
Amounts = dict[tuple[Key, str | None], Decimal | None]   # by key and currency; None = no rate known
Row = tuple[Key, str | None, tuple[int | None, int | None], list[Decimal | None]]


def by_employee(header: BatchHeader, tables: Mapping[str, pa.Table]) -> Sheet:
    """One row per person, pay item and hour class, with pay and bill time and the amount of the payroll lines."""
    keys = ["employee_id", "pay_item", "hour_class"]
    pieces = _pieces(tables)
    hours, names = _hours(pieces, keys), _names(pieces)
    amounts: Amounts = {}
    if (lines := tables.get("payroll_lines")) is not None:
        amounts = _amounts(assert_schema(lines, PAYROLL_LINES, "payroll_lines"), keys)
        names = _names(lines) | names
    rows = [
        (names.get(key[0]) or "(no name)", *key, *seconds, amount, currency)
        for key, currency, seconds, (amount,) in _rows(hours, [amounts])]
    columns = (
        Column("Employee", "text", 30), Column("Employee id", "text", 14), Column("Pay item", "text", 24),
        Column("Hour class", "text", 14), *_HOURS, Column("Amount", "amount", 15, currency="Currency"),
        Column("Currency", "text", 10))
    return Sheet(
        BY_EMPLOYEE, columns, sorted(rows, key=_text_first), totals=(*_HOUR_TOTALS, "Amount"), empty=_empty(tables),
        notes=top_notes(header, _HOURS_NOTE, "Amount: the payroll lines, each rounded once; empty where no pay rate "
                                             "is known to Timebooks, the hours still go to payroll."))


def by_project(header: BatchHeader, tables: Mapping[str, pa.Table]) -> Sheet:
    """One row per customer:job, with pay and bill time, labor posted to the job, and the amount billed.

    Burden or employer taxes on the job, where there are any, stand in a column of their own.
    """
    keys = ["customer_job"]
    posted: Amounts = {}
    charged: Amounts = {}
    billed: Amounts = {}
    if (postings := tables.get("postings")) is not None:
        postings = assert_schema(postings, POSTINGS, "postings")
        on_jobs = postings.filter(pc.is_valid(postings["customer_job"]))
        posted, charged = (
            _amounts(on_jobs.filter(pc.match_substring_regex(on_jobs["line_id"], letters)), keys)
            for letters in (_LABOR, _CHARGES)
        )
    if (billable := tables.get("billable_lines")) is not None:
        billed = _amounts(assert_schema(billable, BILLABLE_LINES, "billable_lines"), keys)
    figures = {"Labor posted": posted, **({_BURDEN: charged} if charged else {}), "Billed": billed}
    rows = [
        (key[0] or "(no customer:job)", *seconds, *amounts, currency)
        for key, currency, seconds, amounts in _rows(_hours(_pieces(tables), keys), list(figures.values()))]
    columns = (
        Column("Customer:job", "text", 44), *_HOURS,
        *(Column(name, "amount", 15, currency="Currency") for name in figures), Column("Currency", "text", 10))
    return Sheet(
        BY_PROJECT, columns, sorted(rows, key=_text_first), totals=(*_HOUR_TOTALS, *figures),
        chart=("Customer:job", "Pay hours"),
        empty=_empty(tables), notes=top_notes(
            header, _HOURS_NOTE, "Labor posted: the journal lines on the job, reversing journals left out. "
            + (f"{_BURDEN}: what is charged on it, in journals of its own. " if charged else "")
            + "Billed: the invoice lines."))


def _empty(tables: Mapping[str, pa.Table]) -> str:
    both = "pieces" in tables and "entries" in tables
    return "No exported time in this period." if both else "The pieces of the entries are not part of this workbook."


def _pieces(tables: Mapping[str, pa.Table]) -> pa.Table | None:
    """The pieces with their entry's person and job, and `pay` and `bill`: the seconds exported in this period.

    Raises ConservationError for a piece whose entry is missing or there twice.
    """
    if "pieces" not in tables or "entries" not in tables:
        return None
    pieces = assert_schema(tables["pieces"], PIECES, "pieces")
    of_entry = ["entry_id", "version", "employee_name", "customer_job", "pay_state", "bill_state"]
    entries = assert_schema(tables["entries"], ENTRIES, "entries").select(of_entry)
    joined = pieces.join(entries.append_column("is_there", pa.repeat(pa.scalar(value=True), entries.num_rows)),
                         keys=["entry_id", "version"], join_type="left outer")
    if joined.num_rows != pieces.num_rows or joined["is_there"].null_count:
        raise ConservationError(
            "WORKBOOK_PIECE", what="Some pieces have no entry, or more than one", where="tables pieces and entries",
            fix="Report this: a step of Timebooks lost an entry or made one up.")
    for name in ("pay", "bill"):
        counts = pc.and_kleene(joined[f"is_in_{name}_period"], pc.equal(joined[f"{name}_state"], "exported"))
        seconds = pc.coalesce(joined[f"{name}_seconds"], 0)
        joined = joined.append_column(name, pc.if_else(pc.coalesce(counts, pa.scalar(value=False)), seconds, 0))
    return joined


def _hours(pieces: pa.Table | None, keys: list[str]) -> Hours:
    """Pay and bill seconds by key, where there are any."""
    if pieces is None:
        return {}
    sums = pieces.group_by(keys).aggregate([("pay", "sum"), ("bill", "sum")]).to_pylist()
    return {_key(row, keys): (row["pay_sum"], row["bill_sum"]) for row in sums if row["pay_sum"] or row["bill_sum"]}


def _amounts(lines: pa.Table, keys: list[str]) -> Amounts:
    """Amounts by key and currency."""
    sums = lines.group_by([*keys, "currency"]).aggregate([("amount", "sum")]).to_pylist()
    return {(_key(row, keys), row["currency"]): row["amount_sum"] for row in sums}


def _names(table: pa.Table | None) -> dict[str | None, str | None]:
    """The name of each employee id; of several the first in the alphabet."""
    if table is None:
        return {}
    named = table.group_by(["employee_id"]).aggregate([("employee_name", "min")]).to_pylist()
    return {row["employee_id"]: row["employee_name_min"] for row in named}


def _key(row: dict[str, Any], keys: list[str]) -> Key:
    return tuple(row[key] for key in keys)


def _rows(hours: Hours, amounts: list[Amounts]) -> list[Row]:
    """Key, currency, seconds and amounts; of several currencies only the first has the seconds."""
    currencies: dict[Key, set[str | None]] = {key: set() for key in hours}
    for figures in amounts:
        for key, currency in figures:
            currencies.setdefault(key, set()).add(currency)
    rows: list[Row] = []
    for key, codes in currencies.items():
        for at, currency in enumerate(sorted(codes, key=lambda code: code or "") or [None]):
            seconds = hours.get(key, (0, 0)) if not at else (None, None)
            rows.append((key, currency, seconds, [figures.get((key, currency)) for figures in amounts]))
    return rows


def _text_first(row: tuple[Value, ...]) -> tuple[str, ...]:
    """Rows in the order of their texts; an empty text comes last."""
    return tuple(value or "\U0010ffff" for value in row if value is None or isinstance(value, str))
