"""Rules: mapped entries become rounded, cut, classified and priced pieces, payroll lines and billable lines."""

from __future__ import annotations

from decimal import Decimal

from etl.errors import RefusedError
from etl.law.breaks import places_not_tested
from etl.law.holiday_weeks import places_not_shortened
from etl.sql.order import RULES
from etl.sql.run import Engine
from etl.steps.burden import refuse_missing_burden
from etl.steps.corrections import find_corrections
from etl.steps.cost_rates import refuse_missing_cost_rates
from etl.steps.currency import refuse_missing_rates
from etl.steps.inputs import earlier_earnings
from etl.steps.outcome import Outcome
from etl.steps.rounding import rounding_facts
from etl.steps.run import Run
from etl.steps.time_before import put_time_before
from etl.units import clock_hours, money


def apply_rules(run: Run) -> Outcome:
    """Run the rules in their one order, each audit right after the table it guards."""
    with run.locked("applying rules"), run.engine() as engine:
        need(engine, "entries_ordered", "map the entries (20_map)")
        put_time_before(run, engine, engine)
        engine.run(RULES)
        refuse_missing_rates(run, engine)
        refuse_missing_burden(run, engine)
        refuse_missing_cost_rates(run, engine)
        engine.run(("pay_totals",))
        find_corrections(run, engine)
        currency = run.settings.company.home_currency
        rows = engine.fetch("pay_totals").to_pylist()
        pieces, lines = engine.count("pieces_classified"), engine.count("payroll_lines_rounded")
        places = _places(run)
        late = [
            ("breaks not tested", f"{place}: switch them on under [[pay.breaks]]")
            for place in places_not_tested(run.settings.pay, places)
        ]
        late += [
            ("weeks not shortened by holidays", f"{place}: name its calendar under [[pay.holiday_weeks]]")
            for place in places_not_shortened(run.settings.pay, places)
        ]
        late += [("premium of weeks before go-live, not computed", text) for text in earlier_earnings(run)]
        return Outcome(
            title=f"classified {pieces:,} pieces of time into {lines:,} payroll lines",
            facts=(*_premiums(engine, currency), *late, *rounding_facts(run, engine)),
            headings=("hour kind", "class", "hours", "amount"),
            rows=tuple(
                (
                    row["hour_kind"].replace("_", " "),
                    row["hour_class"].replace("_", " "),
                    clock_hours(row["seconds"]),
                    money(row["amount"], row["currency"]) if row["amount"] is not None else "rate missing",
                )
                for row in rows
            ),
            next_step="check the figures (40_check)",
        )


def _places(run: Run) -> list[str]:
    """Where the company's people work."""
    people = run.mappings.rows("map_employees")
    return sorted({row["work_location"] for row in people if row["worker_type"] == "employee"})


def _premiums(engine: Engine, currency: str) -> list[tuple[str, str]]:
    """Premium of the workweeks that end in this period, by the law that asks for it; nothing where there is none."""
    rows = engine.fetch("premiums_by_law").to_pylist()
    sums = {
        words: sum((row[name] for row in rows if row[name] is not None), Decimal(0))
        for words, name in (
            ("FLSA premium", "flsa_premium_amount"),
            ("premium by other law", "state_premium_amount"),
            ("premium by agreement", "contract_premium_amount"),
        )
    }
    return [(words, money(amount, currency)) for words, amount in sums.items() if amount]


def need(engine: Engine, table: str, step: str) -> None:
    """Refuse a step whose input is not in the working database yet."""
    if not engine.has(table):
        raise RefusedError(
            "STEP_MISSING",
            what="The step before has not run for this period",
            where="the run's working database",
            fix=f"First {step}, with the same company and period.",
        )
