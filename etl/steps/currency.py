"""Currencies of a run: the rates it may use, what it needs before it computes, and a missing rate that stops it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa

from etl.errors import RefusedError
from etl.mapping.fx_rates import versions_in_question
from etl.settings.currency import CurrencyChoice
from etl.sql.run import Engine
from etl.steps.pay_gaps import salaried_cost
from etl.steps.run import Run

_CHOICES = pa.schema({"source": pa.string(), "rate_date": pa.date32(), "source_id": pa.string()})
_TOLD = {   # the money in each tracker's answers and exports (sources reference, 2 to 7)
    "toggl": "billable amounts in the currency of the project or workspace",
    "harvest": "billable amounts in the client's currency, and cost rates without one",
    "clockify": "billable and cost rates in the currency of the client or workspace",
    "quickbooks_time": "billable rates in the company's currency",
    "kimai": "rates in the customer's currency",
    "timetagger": "no money",
    "hledger": "no money",
    "": "at most an amount in the currency of its row",
}
Row = dict[str, Any]


def currency_parameters(choice: CurrencyChoice | None) -> dict[str, Any]:
    """What the decisions ask about currencies. Without [currency] people are paid in the home currency only."""
    is_lenient = choice is not None and choice.missing_day == "previous_business_day"
    return {
        "pays_abroad": choice is not None,
        "converts_here": choice is not None and choice.convert == "here",
        "converts_in_books": choice is not None and choice.convert == "accounting",
        "fx_source": choice.source if choice else "",
        "most_age_days": choice.max_age_days if choice and is_lenient else 0,
    }


def put_choices(run: Run, engine: Engine) -> None:
    """Store which version of a day's rates the company has chosen."""
    chosen = run.settings.currency.chosen if run.settings.currency else ()
    engine.put("fx_choices", pa.Table.from_pylist([choice.model_dump() for choice in chosen], schema=_CHOICES))


def currency_gaps(run: Run) -> list[str]:
    """What the choices under [currency] need and the cross-references do not have, one sentence each."""
    choice = run.settings.currency
    if choice is None:
        return []
    findings = [*_mixed_pay(run), *_salaried_abroad(run)]
    if choice.convert == "tracker":
        findings += _not_converted(run)
    if choice.convert == "here":
        rows = run.mappings.rows("map_fx_rates")
        if not any(row["source"] == choice.source for row in rows):
            findings.append(f'fx_rates.csv: no rate from source {choice.source}, which convert = "here" needs')
        chosen = {(one.source, one.rate_date): one.source_id for one in choice.chosen}
        findings += versions_in_question(rows, choice.source, chosen)
        if run.settings.labor_posting.mode != "none" and "rounding_difference" not in {
            row["purpose"] for row in run.mappings.rows("map_accounts")
        }:
            findings.append('accounts.csv: no account for rounding_difference, which convert = "here" needs')
    return findings


def _not_converted(run: Run) -> list[str]:
    """Why no source of this run converts: what each of them tells about money, one sentence each."""
    own: list[tuple[str, str]] = [(one.name, one.source) for one in run.settings.connections]
    own += [(drop.name, drop.dialect.removesuffix("_csv")) for drop in run.settings.drops]
    return [
        f'company.toml, [currency]: convert = "tracker" takes amounts that the tracker has converted, and {name} tells '
        f"{_TOLD.get(source, _TOLD[''])}: one currency an entry, no pay and no second amount; choose here or accounting"
        for name, source in own or [("no source", "")]
    ]


def _mixed_pay(run: Run) -> list[str]:
    """Where figures of two currencies would be added: pay of one person on one day, minimum wages beside other pay."""
    home = run.settings.company.home_currency
    paid: dict[str, list[Row]] = defaultdict(list)
    for table in ("map_pay_rates", "map_salaries"):
        for row in run.mappings.rows(table):
            paid[row["employee_id"]].append(row)
    findings = []
    for table, file in (("map_job_rates", "job_rates.csv"), ("map_earnings", "earnings.csv")):
        for row in run.mappings.rows(table):
            first = row.get("effective_from") or row["earned_from"]
            last = row.get("effective_to") or row["earned_to"]
            meeting = [own for own in paid[row["employee_id"]]
                       if own["effective_from"] <= last and own["effective_to"] >= first]
            others = {own["currency"] for own in meeting} - {row["currency"]}
            if others:
                findings.append(
                    f"private/{file}, line {row['map_row']}: {row['employee_id']} is paid in "
                    f"{', '.join(sorted(others))} then, this is {row['currency']}; give it in the currency of the "
                    "pay rate"
                )
    with_minimum = {wage.jurisdiction for wage in run.settings.pay.minimum_wages}
    for row in run.mappings.rows("map_employees"):
        foreign = {own["currency"] for own in paid[row["employee_id"]]} - {home}
        if row["work_location"] in with_minimum and foreign:
            findings.append(
                f"employees.csv, line {row['map_row']}: {row['employee_id']} is paid in {', '.join(sorted(foreign))} "
                f"where a minimum wage of {row['work_location']} counts, which [[pay.minimum_wages]] gives in {home}"
            )
    return findings


def _salaried_abroad(run: Run) -> list[str]:
    """Salaries of exempt staff in another currency in a pay group whose salaries become cost: one sentence each.

    A salary of a pay period is one amount in the home currency; nothing spreads one in two currencies over its hours.
    """
    home = run.settings.company.home_currency
    abroad = [row for row in run.mappings.rows("map_salaries") if row["currency"] != home]
    findings = []
    for pay in run.pay_periods:
        cost = salaried_cost(run.settings, pay.pay_group)
        exempt = [row for row in run.mappings.rows("map_employees")
                  if (row["pay_group"], row["flsa_status"]) == (pay.pay_group, "exempt")] if cost else []
        findings += [
            f"private/salaries.csv, line {salary['map_row']}: {salary['employee_id']} has a salary in "
            f"{salary['currency']}, and salaried_cost of pay group {pay.pay_group} makes cost of salaries in {home} "
            "only; let people paid abroad have a pay group without salaried_cost"
            for salary in abroad
            if any(row["employee_id"] == salary["employee_id"]
                   and max(row["effective_from"], salary["effective_from"], pay.period.start)
                   <= min(row["effective_to"], salary["effective_to"], pay.period.end) for row in exempt)
        ]
    return findings


def refuse_missing_rates(run: Run, engine: Engine) -> None:
    """Stop where an amount has no exchange rate: nothing is converted by another day's rate unless that is declared.

    Raises RefusedError FX_RATE_MISSING with every pair and day.
    """
    missing = [row for row in engine.fetch("fx_resolved").to_pylist() if row["numerator"] is None]
    choice, home = run.settings.currency, run.settings.company.home_currency
    if not missing or choice is None:
        return
    reach = (f"on that day or {choice.max_age_days} day(s) before" if choice.missing_day == "previous_business_day"
             else "on that day")
    raise RefusedError(
        "FX_RATE_MISSING",
        what="; ".join(f"No rate from {row['currency']} to {home} for {row['converted_on']}" for row in missing)
        + f": {choice.source} has none {reach}, direct, inverse or over a third currency",
        where=f"mappings/{run.company}/fx_rates.csv",
        fix="Take in the source's newest file (timebooks rates load FILE --company C), or add the rate as a row with "
        "its source and source_id.",
    )
