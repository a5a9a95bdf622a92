"""The statement of the books: every exported batch against what the books' reports say, as etl/sql decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from etl.codes import codes_table
from etl.errors import ConservationError
from etl.mapping.load import MappingSet
from etl.settings import Settings
from etl.sql.order import BOOK_PAIRS, BOOKS_AFTER, BOOKS_BEFORE
from etl.sql.run import Engine
from etl.steps import books_sides as sides
from etl.steps.books_reports import as_recorded, put_reports
from etl.store import batches, books
from etl.store.records import Record
from etl.tables import AMOUNT, SECONDS, TEXT
from etl.tables.kinds import schema
from etl.workspace import Workspace

PAIRS = schema(("batch_no", pa.int64()), ("books_no", pa.int64()), ("turn", pa.int32()))
EARLIER = schema(("statement_no", pa.int64()), ("code", TEXT), ("item_key", TEXT), ("first_seen", sides.DAY),
                 ("amount", AMOUNT), ("seconds", SECONDS))
DECISIONS = schema(("turn", pa.int64()), ("item", TEXT), ("status", TEXT), ("owner", TEXT), ("reason", TEXT),
                   ("person", TEXT))
_TURNS = 8


@dataclass(frozen=True)
class Statement:
    """What the books' statement says: one row per item, per account or person, per cause; and what it was made from."""

    items: pa.Table
    balances: pa.Table
    roll_forward: pa.Table
    reports: tuple[books.Received, ...]
    batches: tuple[batches.Batch, ...]
    answered: pa.Table   # kind, day, report_no
    unanswered: pa.Table
    three_sides: pa.Table
    documents: pa.Table   # one row per invoice or bill that a report answers for
    untold: str = ""   # why what changed in the tracker since the exports cannot be told

    def open_items(self, through: date | None = None) -> list[dict[str, Any]]:
        """The errors nobody has corrected or accepted, of the periods that end until a day."""
        return [row for row in self.items.to_pylist()
                if row["status"] == "open" and (through is None or row["period_end"] <= through)]

    @property
    def unreconciled(self) -> list[dict[str, Any]]:
        """The balances that the items do not explain to the last second and cent."""
        return [row for row in self.balances.to_pylist()
                if row["unreconciled_amount"] or row["unreconciled_seconds"]]


@dataclass(frozen=True)
class Company:
    """Whose statement it is."""

    workspace: Workspace
    company: str
    settings: Settings
    mappings: MappingSet
    records: Sequence[Record]


def statement(whose: Company, today: date, waiting: pa.Table) -> Statement:
    """The books' statement as of today. `waiting`: the corrections that no batch carries yet.

    Raises ConservationError where an audit of the statement fails.
    """
    place, records = whose.workspace, whose.records
    reports = tuple(books.received(place, records))
    exported = tuple(batch for batch in batches.exported(place, whose.company, records) if batch.folder.is_dir())
    starts = {batch.batch: sides.period_start(whose.mappings, whose.settings, batch.period_end) for batch in exported}
    lines = pa.concat_tables([sides.LINES.empty_table(),
                              *(sides.batch_lines(batch, starts[batch.batch]) for batch in exported)])
    entries = pa.concat_tables([sides.ENTRIES.empty_table(),
                                *(sides.batch_entries(batch, starts[batch.batch]) for batch in exported)])
    with Engine(None, place.scratch(whose.company) / "books", [place.scratch(whose.company)]) as engine:
        put_reports(engine, [(as_recorded(report), report.record.day("first_day"), report.record.day("last_day"))
                             for report in reports], whose.settings.company.home_currency)
        tables = {
            "batch_lines": lines, "batch_entries": entries, "codes": codes_table(),
            "account_names": sides.account_names(whose.mappings, lines), BOOK_PAIRS: PAIRS.empty_table(),
            "person_names": sides.person_names(whose.mappings), "pay_item_names": sides.pay_item_names(whose.mappings),
            "batch_periods": pa.Table.from_pylist(
                [{"batch": batch.batch, "period_start": starts[batch.batch], "period_end": batch.period_end}
                 for batch in exported], schema=sides.PERIODS),
            "earlier_items": _earlier(books.statements(place, records)), "item_decisions": _decisions(records),
            "corrections_waiting": waiting,
            "books_today": pa.table({"today": pa.array([today], sides.DAY)}),
        }
        for name, table in tables.items():
            engine.put(name, table)
        engine.run(BOOKS_BEFORE)
        engine.run_each(BOOK_PAIRS, [{"turn": turn} for turn in range(1, _TURNS + 1)])
        engine.run(BOOKS_AFTER)
        made = Statement(engine.fetch("book_statement"), engine.fetch("book_balances"),
                         engine.fetch("book_roll_forward"), reports, exported, engine.fetch("book_days"),
                         engine.fetch("book_unanswered"), engine.fetch("book_three_sides"),
                         engine.fetch("book_documents"))
    return _sound(made)


def _sound(made: Statement) -> Statement:
    """The statement, proven: batch and items together are what the books have, to the last second and cent."""
    if open_ones := made.unreconciled:
        row = open_ones[0]
        raise ConservationError(
            "BOOKS_UNEXPLAINED",
            what=f"{len(open_ones)} balance(s) are not explained by their items, first {row['kind']} {row['whose']}: "
            f"{row['unreconciled_amount']} {row['currency'] or ''}, {row['unreconciled_seconds']} s",
            where="the statement of the books", fix="Report this with the reports taken in; the period stays open.")
    return made


def _earlier(made: Sequence[Mapping[str, Any]]) -> pa.Table:
    rows = [
        {"statement_no": number, "code": item["code"], "item_key": item["item_key"],
         "first_seen": date.fromisoformat(item["first_seen"]), "seconds": item["seconds"], "amount": item["amount"]}
        for number, said in enumerate(made, 1) for item in said["items"]]
    columns = {name: [row[name] for row in rows] for name in EARLIER.names}
    amounts = pa.array(columns.pop("amount"), TEXT).cast(AMOUNT)
    return pa.table({name: amounts if name == "amount" else pa.array(columns[name], EARLIER.field(name).type)
                     for name in EARLIER.names}, schema=EARLIER)


def _decisions(records: Sequence[Record]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"turn": record.number, "person": record.person,
          **{name: str(record.body.get(name, "")) for name in ("item", "status", "owner", "reason")}}
         for record in records if record.type == books.DECISION], schema=DECISIONS)
