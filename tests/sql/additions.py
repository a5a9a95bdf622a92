"""Pay additions of a test, as if a rule had found them."""

from __future__ import annotations

from tests.sql.company import Books

MEAL = {
    "person_no": 1,
    "workweek_start": "2026-11-09",
    "addition_on": "2026-11-09",
    "paid_on": "2026-11-09",
    "hour_class": "meal_premium",
    "reason": "meal",
    "printed_seconds": 3600,
    "top": 4000,
    "bottom": 1,
}
"""Ann's hour at 40.00 for a meal missed on the Monday of the usual week."""


def add(books: Books, *given: dict[str, object]) -> None:
    """Put these rows, each MEAL but for what it says, into decisions that were run up to break_premiums."""
    books.engine.all_run()
    for row in given:
        books.engine._ask(
            "insert into break_premiums values ($person_no, $workweek_start::date, $addition_on::date, $paid_on::date, "
            "'premium', $hour_class, $reason, $printed_seconds, $top, $bottom, 'a-rule', 'why')",
            MEAL | row,
        )
