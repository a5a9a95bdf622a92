"""The small tables that the decisions read beside the entries: parameters, periods, rules, codes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from etl import tables as schemas
from etl.codes import codes_table
from etl.errors import MappingError
from etl.law.chosen import Law
from etl.law.exempt_salaries import exempt_limits
from etl.law.holiday_weeks import holiday_findings
from etl.periods import FIRST_DAY, LAST_DAY, Kind
from etl.sql.run import Engine
from etl.steps.accruals import accrual_gaps, accrual_parameters
from etl.steps.billing import billing_gaps, billing_parameters, invoiced_before
from etl.steps.burden import burden_gaps
from etl.steps.contractors import contractor_gaps, used_before
from etl.steps.cost_rates import cost_rate_gaps
from etl.steps.currency import currency_gaps, currency_parameters, put_choices
from etl.steps.holiday_calendar import holiday_gaps, with_calendar_refs
from etl.steps.pay_gaps import items_paid_apart, pay_accounts, pay_gaps, salaried_cost, salaried_costs
from etl.steps.payroll_taxes import tax_gaps, tax_wages_before
from etl.steps.premiums import premium_classes, premium_gaps, premium_rules
from etl.steps.referrals import referral_gaps
from etl.steps.rounding import put_rounding
from etl.steps.rules_obligations import without_rows
from etl.steps.run import Run
from etl.steps.time_inputs import put_time_inputs
from etl.steps.workweeks import workweek_gaps
from etl.units import all_currencies, document_number, minor_digits
from etl.workspace import is_sandbox

_PAY_PERIODS = pa.schema(
    {
        "pay_group": pa.string(),
        "period_start": pa.date32(),
        "period_end": pa.date32(),
        "cut_off": pa.timestamp("us"),
        "periods_per_year": pa.int64(),
        "salaried_cost": pa.string(),
        "pay_date": pa.date32(),
    }
)
_PAY_GROUPS = pa.schema({"pay_group": pa.string(), "workweek_start": pa.int64(), "salaried_cost": pa.string()})
_PER_YEAR: dict[Kind, int] = {"weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12}


DAYS_BEFORE = pa.schema(  # etl/steps/time_before.py
    {
        "employee_id": pa.string(),
        "workday": pa.date32(),
        "worked_seconds": pa.int64(),
        "duty_seconds": pa.int64(),
        "has_leave": pa.bool_(),
    }
)
CORRECTION_TABLES = {"corrections": schemas.CORRECTIONS, "correction_parts": schemas.CORRECTION_PARTS}
_ADDED = {  # what corrections add to the tables of a batch
    "correction_postings": schemas.POSTINGS,
    "correction_hours": schemas.PAYROLL_HOURS,
    "correction_items": schemas.EXCEPTIONS,
    "correction_rolled": schemas.ROLL_FORWARD,
    "correction_figures": schemas.CONTROL_TOTALS,
}


def put_inputs(run: Run, engine: Engine) -> None:
    """Store everything the decisions read beside the landed entries."""
    engine.put("run_parameters", _one_row(_parameters(run)))
    periods = [
        {
            "pay_group": pay.pay_group,
            "period_start": pay.period.start,
            "period_end": pay.period.end,
            "cut_off": pay.cut_off,
            "periods_per_year": _PER_YEAR[pay.kind],
            "salaried_cost": salaried_cost(run.settings, pay.pay_group),
            "pay_date": pay.pay_date,
        }
        for pay in run.pay_periods
    ]
    engine.put("run_pay_periods", pa.Table.from_pylist(periods, schema=_PAY_PERIODS))
    starts = {pay.pay_group: pay.workweek_start for pay in run.mappings.pay_periods}
    starts |= {
        group.pay_group: 100 + _phase(group.fourteen_days_from)
        for group in run.settings.pay.groups
        if group.fourteen_days_from
    }
    clocks = {group.pay_group: group.workday_minutes for group in run.settings.pay.groups}
    groups = [
        {
            "pay_group": group,
            "workweek_start": start + 1000 * clocks.get(group, 0),
            "salaried_cost": salaried_cost(run.settings, group),
        }
        for group, start in starts.items()
    ]
    engine.put("pay_groups", pa.Table.from_pylist(groups, schema=_PAY_GROUPS))
    put_rounding(run, engine)
    for name, table in {**run.law.tables, **run.breaks.tables}.items():
        engine.put(name, table)
    places = [row["work_location"] for row in run.mappings.rows("map_employees")]
    limits = exempt_limits(run.settings.pay, places, run.settings.company.home_currency)
    engine.put("exempt_salaries", limits)
    engine.put("premium_rules", premium_rules(run))
    engine.put("contract_used", used_before(run))
    engine.put("invoiced_before", invoiced_before(run))
    engine.put("tax_wages_before", tax_wages_before(run))
    engine.put("codes", codes_table())
    put_choices(run, engine)
    currencies = all_currencies()
    engine.put("currencies", pa.table({"currency": list(currencies), "minor_digits": list(currencies.values())}))
    for name, table in run.mappings.tables.items():
        engine.put(name, table)
    engine.put("map_employees", with_calendar_refs(run.mappings))
    engine.put("days_before", DAYS_BEFORE.empty_table())
    put_time_inputs(run, engine)
    put_no_corrections(engine)


def put_no_corrections(engine: Engine) -> None:
    """Nothing is corrected until the rules have looked at the exported periods."""
    for name, schema in (CORRECTION_TABLES | _ADDED).items():
        engine.put(name, schema.empty_table())


def _one_row(values: dict[str, Any]) -> pa.Table:
    return pa.table({name: pa.array([value], pa.list_(pa.string())) if isinstance(value, list) else pa.array([value])
                     for name, value in values.items()})


def _phase(first_day: date) -> int:
    """Where in fixed 14-day periods a day lies, as macro workweek_of counts them."""
    return (first_day - FIRST_DAY).days % 14


def _parameters(run: Run) -> dict[str, Any]:
    settings, batch, sandbox = run.settings, run.batch_number(), is_sandbox(run.company)
    return {
        "company": run.company,
        "period_start": run.owned.start,
        "period_end": run.owned.end,
        "period_label": run.owned.label,
        "window_start": run.window.start,
        "window_end": run.window.end,
        # a shift that begins the evening before belongs to the window with its later part
        "first_day_read": run.window.start - timedelta(days=1),
        "known_from": run.known_from,  # where a rule looks at the time before the window
        "owned_start": run.owned.start,
        "owned_end": run.owned.end,
        "go_live": settings.company.go_live,
        "pilot_employees": list(settings.pilot.employees) if settings.pilot else [],
        "home_currency": settings.company.home_currency,
        "minor_digits": minor_digits(settings.company.home_currency),
        "unmapped_mode": settings.unmapped.mode,
        "time_source": settings.approval.time,
        "holds_unapproved_pay": settings.approval.unapproved_pay == "hold",
        "labor_posting": settings.labor_posting.mode,
        "overtime_premium": settings.labor_posting.overtime_premium,
        "salary_proration": settings.pay.salary_proration,
        "salary_rows": settings.pay.salary_rows,
        "without_time": settings.pay.without_time,
        "across_midnight": settings.pay.across_midnight,
        "shift_gap_seconds": settings.pay.shift_gap_minutes * 60,
        "has_bill_period": run.billing is not None,
        "bill_period_start": run.billing.start if run.billing else LAST_DAY,
        "bill_period_end": run.billing.end if run.billing else FIRST_DAY,
        "batch_text": f"{batch:04d}",
        "labor_document": document_number(batch, "labor", sandbox=sandbox),
        "reversal_document": document_number(batch, "labor_reversal", sandbox=sandbox),
        "burden_document": document_number(batch, "burden", sandbox=sandbox),
        "charges_burden": settings.payroll_tax.mode == "burden_rate",
        "charges_taxes": settings.payroll_tax.mode == "separate",
        "tax_document": document_number(batch, "taxes", sandbox=sandbox),
        "tax_reversal_document": document_number(batch, "taxes_reversal", sandbox=sandbox),
        **currency_parameters(settings.currency),
        "over_cap": settings.contractors.over_cap,
        "contractor_bills": settings.contractors.bills,
        "document_days": settings.contractors.expiry_days,
        "vendor_document": document_number(batch, "vendor_bill", sandbox=sandbox),
        "accrual_document": document_number(batch, "contractors", sandbox=sandbox),
        "accrual_reversal_document": document_number(batch, "contractors_reversal", sandbox=sandbox),
        **billing_parameters(run),
        **accrual_parameters(run),
        "writes_time": any(name.endswith(".time") for name in settings.targets.documents),
        "writes_lists": "quickbooks_desktop.lists" in settings.targets.documents,
        "prices_time": "quickbooks_online.time" in settings.targets.documents,
    }


def limits_of_this_release(run: Run, law: Law) -> list[str]:
    """What a rule would need that a run does not read: said, never computed with part of it."""
    return [
        f"{rule.rule_id}: overtime counts by the month; give its people monthly pay periods"
        for rule in law.rules
        if rule.of("month") and run.window.start > run.owned.start.replace(day=1)
    ]


def _bonus_classes(run: Run) -> set[str]:
    """The hour class of what a flat-sum bonus adds to overtime, where a law of the run asks for it."""
    names = run.law.tables["rule_names"].to_pylist()
    has_flat_sums = any(
        row["in_regular_rate"] == "flat_sum"
        and row["earned_from"] <= run.window.end
        and row["earned_to"] >= run.window.start
        for row in run.mappings.rows("map_earnings")
    )
    return {"bonus_premium"} if has_flat_sums and any(row["flat_sum_law"] for row in names) else set()


def earlier_earnings(run: Run) -> list[str]:
    """Pay of this period that was earned before go-live: its premium there is not computed here.

    Of exported weeks after it the corrections owe the premium (docs/adr/0035).
    """
    go_live = run.settings.company.go_live
    return [
        f"{row['employee_id']}, {row['earning']}: earned from {row['earned_from']}, go-live {go_live}"
        for row in run.mappings.rows("map_earnings")
        if row["in_regular_rate"] != "no"
        and run.owned.start <= row["paid_on"] <= run.owned.end
        and row["earned_from"] < go_live
    ]


def _unknown_pilots(run: Run) -> list[str]:
    """People of the pilot whom employees.csv does not know: a misspelled one would silently go unpaid."""
    pilots = set(run.settings.pilot.employees) if run.settings.pilot else set()
    known = {row["employee_id"] for row in run.mappings.rows("map_employees")}
    return [f"company.toml, [pilot]: no employee {name} in employees.csv" for name in sorted(pilots - known)]


def _places_unknown(run: Run) -> list[str]:
    """Places of work of whose taxes and reporting nothing is known, where the company wants to stop for that."""
    if run.settings.pay.obligations != "stop":
        return []
    return [
        f"obligations.csv: nothing is known of taxes and reporting in {place}; ask who knows, and add a row with text, "
        "citation, owner and status"
        for place in without_rows(run.mappings, run.owned.start, run.owned.end)
    ]


def refuse_gaps(run: Run) -> None:
    """Stop before anything is computed when a cross-reference that every run needs is not there.

    Raises MappingError with every finding: accounts the posting mode needs, pay items, and people whose law
    is not known or not confirmed (an unknown place is never computed by another place's law).
    """
    mode, findings = run.settings.labor_posting.mode, [*_unknown_pilots(run), *pay_gaps(run), *holiday_gaps(run)]
    kinds = {row["hour_kind"] for row in run.mappings.rows("map_items")}
    has_leave = bool(kinds & {"paid_leave", "holiday"})
    needed = {
        "accrue": {"direct_labor", "internal_labor", "accrued_wages"},
        "distribution": {"direct_labor", "wages_expense"},
        "clearing": {"direct_labor", "internal_labor", "payroll_clearing"},
        "none": set(),
    }[mode]
    needed |= pay_accounts(run) if mode != "none" else set()
    needed |= {"suspense"} if run.settings.unmapped.mode == "suspense" and mode != "none" else set()
    needed |= {"leave_expense"} if has_leave and mode in ("accrue", "clearing") else set()
    findings += [
        f"accounts.csv: no account for {purpose}, which labor_posting {mode} needs"
        for purpose in sorted(needed - {row["purpose"] for row in run.mappings.rows("map_accounts")})
    ]
    law = run.law
    paid = {("worked", "regular"), ("worked", "overtime"), ("worked", "overtime_premium")}
    paid |= {("worked", f"{name}{part}") for name in law.hour_classes for part in ("", "_premium")}
    paid |= {(kind, "regular") for kind in kinds & {"paid_leave", "holiday"}}
    paid |= {("worked", "salary")} if salaried_costs(run) else set()
    breaks = run.breaks
    paid |= {("premium", name) for name in breaks.premiums | premium_classes(run) | _bonus_classes(run)}
    given = {(row["hour_kind"], row["hour_class"]) for row in run.mappings.rows("map_pay_items")
             if row["service_item"] is None} | items_paid_apart(run)
    findings += [f"pay_items.csv: no pay item for {kind}, {hours}" for kind, hours in sorted(paid - given)]
    findings += [*accrual_gaps(run), *contractor_gaps(run)]
    findings += [*premium_gaps(run), *referral_gaps(run), *workweek_gaps(run)]
    calendars = {row["calendar"] for row in run.mappings.rows("map_holidays")}
    findings += holiday_findings(run.settings.pay, calendars, run.confirmed)
    findings += [*law.findings, *breaks.findings, *limits_of_this_release(run, law), *_places_unknown(run)]
    findings += [*currency_gaps(run), *burden_gaps(run), *tax_gaps(run), *cost_rate_gaps(run)]
    findings += billing_gaps(run)
    if findings:
        raise MappingError(
            "MAPPING_GAPS",
            what="The run needs cross-references that are not there:\n    " + "\n    ".join(findings),
            where=f"mappings/{run.company}/",
            fix="Add the rows named, then run again.",
        )
