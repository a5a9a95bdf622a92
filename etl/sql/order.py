"""The one visible order of the SQL files: what is decided after what, and which audit follows."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from etl.sql import dashboard_order
from etl.sql.order_reports import FORECAST, FORECAST_ASKED, FORECAST_FROM_RUN, KPI, KPI_ASKED, KPI_LANDED, LISTS
from etl.sql.order_services import SERVICES

STAGING: tuple[str, ...] = ("landed_texts", "tracked_people", "tracked_works", "stg_files__time_entries")

MAP: tuple[str, ...] = (
    "rounding_spans",  # which rule of rounding pay holds for whom, on few rows
    "midnights",
    "fingerprints",  # of rows without an id of their own
    "entries_keyed",  # an entry's id, before anything is compared
    "entries_redelivered",  # which deliveries of an entry say something new
    "entry_versions",  # the versions of the calculation window, superseded and withdrawn ones marked
    "work_used",  # what was done, as tracked, each once a day
    "refs_used",  # and the references in it
    "refs_resolved",  # answered by mapping rows
    "refs_in_doubt",  # names not to be trusted
    "classes_numbered",
    "people_numbered",
    "people_on_day",  # what these answers say, on few rows
    *("projects_on_day", "items_on_day"),
    "entries_ordered",  # the one order of everything below
    "bill_rates_ranked",  # the most specific rate first
    "work_on_day",  # what the answers say about each work
    "own_rates_on_day",
    "bill_rounding_on_day",
    "entries_mapped",
    "entries_judged",  # what is no evidence of hours worked
    *("scope_refs", "entries_scoped"),  # what scope.csv leaves out of a stream
    *("week_lines", "week_contents", "weeks_changed"),  # what managers answer for
    "entries_unapproved",
    "pay_weeks",  # and the currency of a person's week where it matters
    "contract_rates_ranked",  # what contractors' time costs, and what is left of a contract's cap
    "contract_time",
    "contract_entries",
    "pay_rates_missing",
    "weeks_paid_abroad",
    "holiday_entries",
    "holidays_displaced",  # of the calendar, where leave was tracked
    *("referrals_told", "entries_disputed"),  # pay that waits for a person
    *("tax_codes_on_day", "billing_holds"),  # what invoices wait for, on few rows
    "entries_with_states",  # one state a stream
)
RULES: tuple[str, ...] = (
    "entries_to_round",  # each with its rules
    "punches_rounded",  # where start and end are rounded, not the time between
    *("rounding_parts", "rounding_shares"),  # what is rounded together, and each one's share of it
    "entries_rounded",  # pay and bill seconds, each once, before any cut or total
    "entries_told",  # with names beside the numbers
    "rounded_input",  # time that was rounded before it came
    "pieces_cut",  # at midnight, on instants
    "pieces_in_workdays",  # where the day begins at another hour
    "pieces_ruled",  # each with the rule of its place, group and day
    "pieces_counted",  # what of it counts to overtime
    "weeks_in_question",  # only these can hold overtime
    "days_in_question",
    "daily_parts",  # hours over a limit of the day, the shift, the seventh day
    "weekly_parts",  # hours over a limit of the week
    "premium_parts",  # what of both is paid
    "pieces_classified",  # whole workweeks of a person, held entries included
    "premium_hours",  # inside the windows of premiums by day and clock
    "premiums_in_rate",
    "salaries_by_person",
    "week_salaries",  # where a salary prices the hours
    "week_earnings",  # bonuses and piece earnings of a week
    "regular_rates",  # per workweek, once the classes are known
    "items_paid_apart",  # service items with pay items of their own
    "entries_paid_apart",
    "pay_items_ranked",  # the most specific pay item first
    "salaried_days",  # where a salary pays the period, not the hour
    "period_salaries",
    "entries_cost_rated",  # standard cost, where the company has it
    "pay_components",  # what of it is paid in this period, exactly
    "cost_rates_missing",
    "duty_entries",  # raw punches of people whose place has break rules
    "duty_days",
    "duty_breaks",
    "break_findings",  # what of the rules they break
    "break_items",  # as exception items
    "break_premiums",  # pay additions: no hours worked, one statement a reason
    "window_premiums",
    "flat_sum_premiums",
    "premium_items",
    "workday_items",  # a day that is not the calendar's
    "additions_found",  # all reasons together
    "additions_due",  # what of them is paid in this period
    "referral_items",
    "addition_fractions",
    "payroll_lines_rounded",  # the only rounding of pay to money
    "lines_split_parts",  # what of a line other hours or accounts bear
    "lines_split",
    "pieces_bearing",
    "pay_findings",  # about salaries
    "people_without_time",  # missing is never zero
    "addition_shares",  # of a payroll line to its additions
    "premiums_by_law",  # what of it the FLSA asks for, a state, an agreement
    "addition_piece_parts",  # and of an addition to the pieces that bear it
    "additions_allocated",
    "labor_keys",  # shares of a payroll line: first the posting keys
    "labor_key_parts",
    "addition_keys",
    "labor_keys_shared",
    "labor_piece_parts",  # then the entries behind each key
    "labor_allocated",
    "taxes_rounded",  # employer taxes on posted wages, once a person, week and tax
    "keys_untaxed",
    "charges_rounded",  # these, or burden
    *("charge_key_parts", "charge_keys_shared", "charge_piece_parts", "charges_allocated"),
    "bill_pieces",  # what is billed in this billing period
    "bill_lines_rounded",  # quantity as printed x rate
    "bill_parts",
    "bill_allocated",
    "bill_pieces_held",  # what a reviewer lets wait
    "invoice_time",  # where invoices are made: their lines of time, and what stands beside it
    "invoice_classes",
    "invoice_cap_parts",
    "invoice_charges",
    "contract_over",  # contractors' time over a cap
    "vendor_pieces",  # what vendors are owed for this billing period
    "vendor_units_rounded",
    *("vendor_line_parts", "vendor_lines_shared", "vendor_piece_parts", "vendor_allocated"),
    "vendor_bills_compared",  # with the vendors' own invoices
    "fx_resolved",  # the rate of a currency and day, as a fraction
    "time_parts",  # seconds to the grain of time documents
    "time_minutes",
    "hours_parts",  # and of payroll hours
    "hours_hundredths",
)
MARTS: tuple[str, ...] = (
    *("entries", "pieces", "payroll_lines", "pay_additions"),
    "labor_lines",
    "charge_lines",
    "labor_journal",
    "payroll_taxes",
    "vendor_lines",
    "vendor_bills",
    "contractor_journal",
    "accrual_journal",  # of a month's end inside the period, reversed on the first
    "postings",
    "billable_lines",
    "invoice_lines",
    "billing_review",
    "bills_converted",
    "conversions",
    "allocations",
    "accrual_totals",
    "converted_parts",
    "converted_shares",
    "time_activities",
    "priced_activities",  # where a time document carries rates
    "names_written",  # where a file of lists is asked for
    "payroll_hours",
    "rounding_certificate",
    "rounding_items",
    *("tax_items", "accrual_items"),
    "exceptions",
    "roll_forward",
    "landed_counts",
    "control_totals",
)
CORRECTIONS: tuple[str, ...] = (  # only where inputs of an exported period have changed
    *("correction_sides", "correction_deltas"),  # what was exported, what today's inputs give
    *("correction_causes", "correction_caused"),
    *("correction_pay", "correction_labor", "correction_bill"),
    *("corrections", "correction_parts"),
    *("correction_postings", "correction_hours", "correction_items", "correction_rolled", "correction_figures"),
)
AUDITS: Mapping[str, str] = {  # each right after the table that could break the promise
    "scope_not_conserved": "scope_table",
    "refs_ambiguous": "refs_resolved",
    "entries_multiplied": "entries_rounded",
    "entries_without_state": "entries_rounded",
    "roundings_not_shared": "entries_rounded",
    "seconds_lost_in_pieces": "pieces_classified",
    "pieces_without_rule": "pieces_classified",
    "lines_split_open": "lines_split",
    "additions_not_conserved": "additions_allocated",
    "pay_not_conserved": "labor_allocated",
    "tax_bases_exceeded": "taxes_rounded",
    "charges_not_conserved": "charges_allocated",
    "bills_not_conserved": "bill_allocated",
    "invoices_not_conserved": "invoice_lines",
    "contract_caps_exceeded": "vendor_units_rounded",
    "vendor_bills_not_conserved": "vendor_allocated",
    "journals_unbalanced": "postings",
    "conversions_unbalanced": "conversions",
    "accruals_open": "accrual_totals",
    "lines_without_entry": "allocations",
    "conversions_not_shared": "converted_shares",
    "activities_not_priced": "priced_activities",
    "roll_forward_open": "roll_forward",
    "money_not_rolled": "roll_forward",
    "corrections_incomplete": "corrections",
    "corrections_without_entry": "correction_parts",
}
BOOKS_READ: tuple[str, ...] = ("book_rows", "book_footings")  # what the reports of the books say
BOOK_PAIRS = "book_pairs"  # in turns
BOOKS_BEFORE: tuple[str, ...] = ("batch_facts", "book_days", "book_lines", "expected_lines")
BOOKS_AFTER: tuple[str, ...] = (
    *("book_differences", "tracker_differences", "book_items", "book_statement"),
    *("book_balances", "book_roll_forward", "book_unanswered", "book_three_sides", "book_documents"),
)
VIEWS: frozenset[str] = frozenset(
    {
        *("landed_texts", "entries_keyed", "entries_mapped", "entries_judged", "entries_with_states"),
        *("entries_to_round", "entries_told"),
        *("pieces_cut", "pieces_in_workdays", "pieces_ruled"),
        *("lines_split_parts", "labor_key_parts", "labor_piece_parts", "bill_parts", "time_parts", "hours_parts"),
        *("charge_key_parts", "charge_piece_parts"),
        *("vendor_piece_parts", "additions_found", "addition_piece_parts"),
    }
)
"""Decisions kept as queries: each is read about once, and a copy of every row would cost more than it saves."""
ONLY_WITH: Mapping[str, tuple[str, ...]] = {
    "rounding_spans": ("rounding_rules where purpose = 'pay'",),
    "own_rates_on_day": ("bill_rates_ranked where closeness >= 4",),
    "bill_rounding_on_day": ("rounding_rules where purpose = 'bill'",),
    "scope_refs": ("map_scope",),
    **dict.fromkeys(("entries_scoped", "keys_untaxed"), ("scope_refs",)),
    "week_lines": ("run_parameters where time_source <> 'none'",),
    **dict.fromkeys(("week_contents", "entries_unapproved"), ("week_lines",)),
    "weeks_changed": ("time_approvals",),
    "contract_rates_ranked": ("map_contract_rates",),
    "contract_time": ("map_contracts",),
    "holidays_displaced": ("holiday_entries",),
    "billing_holds": ("map_billing_decisions",),
    "punches_rounded": ("rounding_rules where grain = 'punch'",),
    "rounding_parts": ("rounding_rules where grain in ('day', 'day_project', 'week', 'invoice_line')",),
    "rounding_shares": ("rounding_parts",),
    "rounded_input": ("rounding_rules where mode <> 'none'",),
    "daily_parts": ("days_in_question", "overtime_tiers where measure = 'shift'"),
    **dict.fromkeys(("premium_hours", "premiums_in_rate", "window_premiums", "premium_items"), ("premium_rules",)),
    "salaries_by_person": ("map_salaries",),
    **dict.fromkeys(("week_salaries", "salaried_days"), ("salaries_by_person",)),
    "period_salaries": ("salaried_days",),
    "week_earnings": ("map_earnings", "premiums_in_rate"),
    "entries_paid_apart": ("items_paid_apart",),
    **dict.fromkeys(("entries_cost_rated", "cost_rates_missing"), ("map_cost_rates",)),
    "duty_entries": ("break_rules",),
    "duty_days": ("duty_entries", "break_rules"),
    **dict.fromkeys(("duty_breaks", "break_findings"), ("duty_days",)),
    "break_items": ("break_findings", "duty_days"),
    "break_premiums": ("break_findings",),
    "flat_sum_premiums": ("week_earnings",),
    "addition_fractions": ("additions_due",),
    "pieces_bearing": ("lines_split",),
    "addition_shares": ("addition_fractions",),
    **dict.fromkeys(("additions_allocated", "pay_additions"), ("addition_shares",)),
    "addition_keys": ("additions_allocated",),
    "taxes_rounded": ("run_parameters where charges_taxes",),
    "payroll_taxes": ("taxes_rounded",),
    "charges_rounded": ("run_parameters where charges_burden", "taxes_rounded"),
    "charge_keys_shared": ("charges_rounded",),
    **dict.fromkeys(("charges_allocated", "charge_lines"), ("charge_keys_shared",)),
    "bill_pieces_held": ("billing_holds",),
    "invoice_time": ("run_parameters where makes_invoices",),
    **dict.fromkeys(("invoice_classes", "invoice_cap_parts"), ("invoice_time",)),
    "invoice_charges": ("invoice_time", "map_fees"),
    "invoice_lines": ("invoice_time", "invoice_charges"),
    **dict.fromkeys(("contract_entries", "contract_over", "vendor_pieces"), ("contract_time",)),
    "vendor_units_rounded": ("vendor_pieces",),
    "vendor_line_parts": ("vendor_units_rounded",),
    "vendor_lines_shared": ("vendor_line_parts",),
    **dict.fromkeys(("vendor_allocated", "vendor_lines"), ("vendor_lines_shared",)),
    "vendor_bills_compared": ("map_contracts",),
    "vendor_bills": ("vendor_bills_compared",),
    "contractor_journal": ("vendor_lines",),
    **dict.fromkeys(("accrual_journal", "accrual_totals"), ("run_parameters where accrues",)),
    "fx_resolved": ("run_parameters where converts_here",),
    **dict.fromkeys(("bills_converted", "conversions"), ("fx_resolved",)),
    "converted_shares": ("converted_parts",),
    "billing_review": ("run_parameters where reviews_billing",),
    "priced_activities": ("run_parameters where prices_time",),
    "names_written": ("run_parameters where writes_lists",),
    "workday_items": ("rules_from_start",),
    "people_without_time": ("run_parameters where without_time <> 'off'",),
    "referrals_told": ("map_referrals",),
    "entries_disputed": ("referrals_told where hour_class = 'hours'",),
    "referral_items": ("referrals_told",),
}
"""Decisions that have no row where none of these tables has one, or none that meets the condition: then nothing is
computed for them, and the table is made of its columns alone (shapes.csv)."""
REPORTS: tuple[str, ...] = (
    *("withdrawal_shares", "repeats_told"),
    *("state_counts", "pay_totals"),
    "average_hours",
    "days_counted",  # before the weeks a run reads, where a rule looks at them
    "entries_to_check",  # what the suites of expectations look at
    "people_to_check",
    "projects_to_check",
    "items_to_check",
    "rates_to_check",
    "pieces_to_check",
    "postings_to_check",
    "rounding_forbidden",
    *("units_of_input", "run_inputs", "input_totals"),
    "standing_roll_forward",
    "vendor_payments_read",
    "vendor_year",  # the yearly review
)  # asked for by a step, part of no batch
QUESTIONS: tuple[str, ...] = (  # to exported batches
    *("law_differences", "lines_not_exported", "qualified_overtime", "mapping_differences", "mapping_row_use"),
)
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "staging": STAGING,
    "rules": MAP + RULES,
    "marts": MARTS + REPORTS + QUESTIONS,
    "corrections": (*CORRECTIONS, "earlier_touched", "landed_again", "texts_again"),
    "lists": LISTS,
    "services": SERVICES,
    "kpi": (*KPI, *KPI_ASKED, *KPI_LANDED),
    "forecast": (*FORECAST_FROM_RUN, *FORECAST, *FORECAST_ASKED),
    "books": (*BOOKS_READ, *BOOKS_BEFORE, BOOK_PAIRS, *BOOKS_AFTER),
    "dashboard": dashboard_order.OWN,
    "audits": tuple(AUDITS),
}


@cache
def statement(name: str) -> str:
    """The text of one SQL file, by table name."""
    folder = next(folder for folder, names in FOLDERS.items() if name in names)
    return (files("etl.sql") / folder / f"{name}.sql").read_text(encoding="utf-8")


@cache
def _shapes() -> Mapping[str, list[str]]:
    columns: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader((files("etl.sql") / "shapes.csv").read_text(encoding="utf-8").splitlines()):
        columns[row["table"]].append(f"{row['column']} {row['type']}")
    return columns


def shape(name: str) -> str:
    """The columns of a decision of ONLY_WITH with their types, as a table without rows is made of them."""
    return ", ".join(_shapes()[name])
