"""The law of a run: its people, their window, and what the company has confirmed in the audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from etl.law.chosen import Law, Person, choose
from etl.law.rows import Rule
from etl.mapping.load import MappingSet
from etl.periods import Period
from etl.settings import Pay
from etl.store.records import Record

CONFIRM = "confirm_rule"


def law_of(
    pay: Pay,
    mappings: MappingSet,
    window: Period,
    confirmed: Collection[str] = (),
    shipped: Sequence[Rule] | None = None,
) -> Law:
    """The rules that hold for these people in the window, the day before it included: a shift may begin there.

    `confirmed`: digests of rows that the company has confirmed. `shipped`: other rows in the library's stead.
    """
    people = [
        Person(
            row["work_location"] or "",
            row["pay_group"] or "",
            row["flsa_status"] or "",
            row["map_row"],
            (row["effective_from"], row["effective_to"]),
        )
        for row in mappings.rows("map_employees")
        if row["worker_type"] == "employee"
        and row["effective_from"] <= window.end
        and row["effective_to"] >= window.start
    ]
    return choose(pay, people, (window.start - timedelta(days=1), window.end), confirmed, shipped)


def confirmed(records: Iterable[Record]) -> dict[str, Record]:
    """The newest confirmation of each row of the law library, be it of overtime, breaks or rounding, by its digest."""
    return {digest: record for record in records if record.type == CONFIRM for digest in record.body.get("rows", ())}
