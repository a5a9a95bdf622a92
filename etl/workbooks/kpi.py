"""The workbook of key figures: lights in words, weeks with live values, causes, people, savings, definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from etl.settings.kpi import Definition
from etl.workbooks.kpi_savings import Savings, savings_page
from etl.workbooks.sheets import Column, Marks, Page, Sheet, Value
from etl.workbooks.words import BANNER
from etl.workbooks.writer import render_workbook

Rows = Sequence[Mapping[str, Any]]
_LIGHTS_NOTE = (
    "All weeks together: value = numerator × times ÷ (denominator × over). The light compares the exact fraction. "
    "No data is no zero. Targets by default are examples; set your own under [kpi] in company.toml."
)
_CAUSES_NOTE = (
    "What was held or stopped, the most hours first; an entry counts once for each of its causes. "
    "Share so far: percent of all hours, with the causes above."
)
_ADOPTION_NOTE = (
    "By role of the people list. People, weeks and records from the audit log; stages and their time from the log of "
    "runs, which may have been cleared."
)
_SHARES = {
    "unmapped_entries": "Unmapped entries, %",
    "unmapped_hours": "Unmapped hours, %",
    "touches": "Touches for 100 entries",
}
_TIMES = {
    "pull_to_reconciled": "Pull to reconciled, hours",
    "draft_to_approved": "Draft to approval, hours",
    "export_to_books": "Export to books agreed, hours",
}


def render_kpi(
    company: str,
    as_of: date,
    tables: Mapping[str, Rows],
    defined: Sequence[Definition],
    savings: Savings,
    *,
    is_sandbox: bool,
) -> bytes:
    """The workbook of one company. `tables`: rows of kpi_lights, kpi_weeks, kpi_causes, kpi_resolved, kpi_adoption."""
    span = f"{savings.weeks} week{'s' if savings.weeks != 1 else ''} up to {as_of}"
    whose = (*([BANNER] if is_sandbox else []), f"{company} · {span}")
    by_kpi = {one.kpi: one for one in defined}
    sheets: list[Sheet | Page] = [
        _lights(tables["kpi_lights"], by_kpi, whose),
        _trend("Shares", tables, _SHARES, whose),
        _trend("Times", tables, _TIMES, whose),
        _weeks(tables["kpi_lights"], by_kpi, whose),
        _causes(tables["kpi_causes"], whose),
        _resolved(tables["kpi_resolved"], whose),
        _adoption(tables["kpi_adoption"], whose),
        savings_page(savings, whose),
        _definitions(defined, whose),
    ]
    return render_workbook(
        sheets,
        title="Key figures",
        subject=f"{company}, {span}",
        marks=Marks(company, span, "", BANNER if is_sandbox else "", is_locked=True),
    )


_VALUE = '=IF(N({Denominator})=0,"no data",{Numerator}*{Times}/({Denominator}*{Over}))'
_FIGURE = (
    Column("Numerator", "count", 13),
    Column("Denominator", "count", 13),
    Column("Times", "count", 7),
    Column("Over", "count", 7),
    Column("Value", "hours", 12, _VALUE),
    Column("Unit", "text", 16),
    Column("Light", "text", 12),
)


def _figure(row: Mapping[str, Any], one: Definition) -> tuple[Value, ...]:
    has_data = row["hundredths"] is not None
    return (
        int(row["numerator"]) if has_data else None,
        int(row["denominator"]) if has_data else None,
        one.up,
        one.down,
        one.unit,
        row["light"],
    )


def _lights(rows: Rows, by_kpi: Mapping[str, Definition], whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Figure", "text", 46),
        Column("Of", "text", 12),
        *_FIGURE,
        Column("On target up to or from", "rate", 11),
        Column("Off beyond", "rate", 11),
        Column("Target by", "text", 26),
    )
    whole = [row for row in rows if not row["week"]]
    return Sheet(
        "Key figures",
        columns,
        [
            (
                by_kpi[row["kpi"]].title,
                row["part"] or None,
                *_figure(row, by_kpi[row["kpi"]]),
                _micro(row["green_micro"]),
                _micro(row["red_micro"]),
                row["said"],
            )
            for row in whole
        ],
        notes=(*whose, _LIGHTS_NOTE),
    )


def _trend(title: str, tables: Mapping[str, Rows], shown: Mapping[str, str], whose: tuple[str, ...]) -> Sheet:
    values = {(row["kpi"], row["week"]): row["hundredths"] for row in tables["kpi_lights"] if not row["part"]}
    weeks = sorted(row["week"] for row in tables["kpi_weeks"])
    columns = (Column("Week", "text", 12), *(Column(heading, "rate", 16) for heading in shown.values()))
    return Sheet(
        title,
        columns,
        [(week, *(_hundredths(values.get((kpi, week))) for kpi in shown)) for week in weeks],
        notes=(*whose, "An empty cell is a week without data. The exact fractions are on the sheet Weeks."),
        trend=("Week", tuple(shown.values())),
    )


def _weeks(rows: Rows, by_kpi: Mapping[str, Definition], whose: tuple[str, ...]) -> Sheet:
    columns = (Column("Week", "text", 11), Column("Figure", "text", 46), Column("Of", "text", 12), *_FIGURE)
    return Sheet(
        "Weeks",
        columns,
        [
            (row["week"], by_kpi[row["kpi"]].title, row["part"] or None, *_figure(row, by_kpi[row["kpi"]]))
            for row in sorted(rows, key=lambda row: (row["turn"], row["part"], row["week"]))
            if row["week"] and row["hundredths"] is not None
        ],
        notes=(*whose, "Weeks with data only. To which week a figure belongs is on the sheet Definitions."),
        empty="No week has data yet.",
    )


def _causes(rows: Rows, whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Cause", "text", 9),
        Column("What it is", "text", 38),
        Column("Items", "count", 8),
        Column("Seconds", "seconds", 12),
        Column("Hours", "hours", 10, "={Seconds}/3600"),
        Column("Share so far, %", "hours", 12),
        Column("Labor cost", "amount", 14, currency="Currency"),
        Column("Currency", "text", 10),
        Column("Minutes", "count", 9),
        Column("What to do", "text", 60),
    )
    return Sheet(
        "Causes",
        columns,
        [
            (
                row["code"],
                row["title"],
                row["items"],
                row["seconds"],
                _percent(row["seconds_so_far"], row["seconds_of_all"]),
                row["amount"],
                row["currency"] if row["amount"] is not None else None,
                row["minutes"],
                row["remedy"],
            )
            for row in rows
        ],
        notes=(*whose, _CAUSES_NOTE),
        empty="Nothing was held or stopped.",
        totals=("Items", "Seconds", "Hours"),
        chart=("Cause", "Hours"),
    )


def _resolved(rows: Rows, whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Cause", "text", 9),
        Column("What it is", "text", 38),
        Column("Owner", "text", 18),
        Column("Verified", "count", 9),
        Column("Business days", "count", 10),
        Column("Days each", "rate", 10, "={Business days}/{Verified}"),
        Column("Longest", "count", 9),
        Column("Minutes", "count", 9),
    )
    return Sheet(
        "Exceptions",
        columns,
        [
            (
                row["code"],
                row["title"],
                row["owner"],
                row["items"],
                row["business_days"],
                row["longest"],
                row["minutes"],
            )
            for row in rows
        ],
        notes=(
            *whose,
            "Exceptions that another person verified in these weeks, by cause and owner; the slowest first.",
        ),
        empty="No exception was verified.",
        totals=("Verified", "Business days", "Days each"),
    )


def _adoption(rows: Rows, whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Who", "text", 40),
        Column("People", "count", 9),
        Column("Weeks", "count", 9),
        Column("Records", "count", 10),
        Column("Last record", "date", 12),
        Column("Stages run", "count", 10),
        Column("Milliseconds", "count", 14),
        Column("Minutes", "hours", 10, '=IF({Milliseconds}="","no data",{Milliseconds}/60000)'),
    )
    return Sheet(
        "Adoption",
        columns,
        [
            (
                row["who"],
                row["people"],
                row["weeks_active"],
                row["records"],
                row["last_on"],
                row["stages"],
                row["milliseconds"],
            )
            for row in rows
        ],
        notes=(*whose, _ADOPTION_NOTE),
        empty="Nobody used it.",
    )


def _definitions(defined: Sequence[Definition], whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Figure", "text", 28),
        Column("Unit", "text", 14),
        Column("Better", "text", 8),
        Column("Week", "text", 16),
        Column("What it is", "text", 44),
        Column("Numerator", "text", 30),
        Column("Denominator", "text", 30),
        Column("What it does not cover", "text", 44),
    )
    return Sheet(
        "Definitions",
        columns,
        [
            (one.title, one.unit, one.better, one.week, one.definition, one.numerator, one.denominator, one.not_covered)
            for one in defined
        ],
        notes=(*whose, "Weeks go from Monday to Sunday, by UTC."),
    )


def _micro(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-6)


def _hundredths(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(int(value)).scaleb(-2)


def _percent(part: int, whole: int) -> Decimal | None:
    """Percent of a whole in hundredths, half up; for show beside the exact figures."""
    return Decimal((20_000 * int(part) + int(whole)) // (2 * int(whole))).scaleb(-2) if whole else None
