"""What it saves, as a sheet: inputs that anybody can change, results that follow; nothing is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from etl.workbooks.sheets import Cell, Kind, Page, Value
from etl.workbooks.words import PageRows, heads

_FILL_IN = '"fill in the inputs"'


@dataclass(frozen=True)
class Savings:
    """What the savings sheet starts with: declared inputs, empty where nothing is declared, and what was measured."""

    hours_before: Decimal | None
    hours_now: Decimal | None
    hourly_cost: Decimal | None
    weekly_price: Decimal | None
    currency: str
    weeks: int
    entries: int | None
    touches: int | None


def savings_page(given: Savings, whose: tuple[str, ...]) -> Page:
    """The sheet: framed inputs on top, results below them as live formulas."""
    page = PageRows()
    page.add(Cell("Savings", look="title"))
    for line in (
        *whose,
        "Change the framed cells; the results follow. Nothing is assumed: an empty input stays empty.",
    ):
        page.add(Cell(line, look="note"))
    page.add()
    page.add(*heads("Input", "Value", "Unit", "Where it is from", numbers=(1,)))
    inputs: dict[str, int] = {}
    yours: tuple[tuple[str, str, Kind, str], ...] = (
        ("hours_before", "Hours of work in a week before", "hours", "hours"),
        ("hours_now", "Hours of work in a week now", "hours", "hours"),
        ("hourly_cost", "Cost of an hour of this work", "amount", given.currency),
        ("weekly_price", "Price of the software in a week", "amount", given.currency),
    )
    for name, what, kind, unit in yours:
        inputs[name] = _input(page, what, getattr(given, name), kind, unit, "yours to fill in")
    inputs["weeks"] = _input(page, "Weeks looked at", given.weeks, "count", "weeks", "of this workbook")
    inputs["entries"] = _input(page, "Entries of the batches exported", given.entries, "count", "entries", "measured")
    inputs["touches"] = _input(page, "Manual touches", given.touches, "count", "records", "measured")
    page.add()
    page.add(*heads("Result", "Value", "Unit", "How", numbers=(1,)))
    at = {name: f"B{row}" for name, row in inputs.items()}
    money = given.currency
    formulas: dict[str, tuple[str, Kind, str, str]] = {
        "Hours saved in a week": ("{hours_before}-{hours_now}", "hours", "hours", "before less now"),
        "Worth of the hours saved": (
            "({hours_before}-{hours_now})*{hourly_cost}*{weeks}",
            "amount",
            money,
            "hours saved × cost × weeks",
        ),
        "Price of the software": ("{weekly_price}*{weeks}", "amount", money, "price of a week × weeks"),
        "Net savings": (
            "({hours_before}-{hours_now})*{hourly_cost}*{weeks}-{weekly_price}*{weeks}",
            "amount",
            money,
            "worth less price",
        ),
        "Return for each unit of price": (
            "({hours_before}-{hours_now})*{hourly_cost}/{weekly_price}",
            "rate",
            "times",
            "worth ÷ price",
        ),
        "Entries for an hour of work now": (
            "{entries}/({hours_now}*{weeks})",
            "rate",
            "entries",
            "entries ÷ hours now in these weeks",
        ),
        "Manual touches for 100 entries": ("{touches}*100/{entries}", "rate", "touches", "touches × 100 ÷ entries"),
    }
    for what, (formula, kind, unit, how) in formulas.items():
        page.add(Cell(what), Cell(kind=kind, formula=_live(formula, at)), Cell(unit), Cell(how))
    return page.page("Savings", (38, 20, 12, 42), is_upright=True)


def _input(page: PageRows, what: str, value: Value, kind: Kind, unit: str, source: str) -> int:
    return page.add(Cell(what), Cell(value, kind, "input"), Cell(unit), Cell(source))


def _live(formula: str, at: Mapping[str, str]) -> str:
    """A formula of the input cells it names; words instead of a figure while one of them is empty or makes none."""
    used = [place for name, place in at.items() if f"{{{name}}}" in formula]
    return f"=IF(COUNT({','.join(used)})<{len(used)},{_FILL_IN},IFERROR({formula.format(**at)},{_FILL_IN}))"
