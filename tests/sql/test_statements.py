"""The shape of the decisions: one order, no name before its turn, no floating point in any table."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pytest

from etl import tables
from etl.errors import ConservationError
from etl.mapping.declared_vendors import PAYMENT_FILES
from etl.mapping.load import as_table
from etl.sql import order
from etl.steps.standing import NO_PARTS
from tests.sql import shapes
from tests.sql.as_asked import tables_read
from tests.sql.company import ORDER, Books, Company
from tests.sql.emptiness import is_empty_without

SQL = Path(str(files("etl.sql")))
SHARED = ("words", "money")  # types and macros of every statement
FILES = sorted(SQL.rglob("*.sql"))
TURNS = (*order.STAGING, *order.MAP, *order.RULES, *order.CORRECTIONS, *order.MARTS, *order.LISTS)
PUBLISHED = ("exported_pieces", "exported_entries", "exported_allocations")  # Parquet of published batches
NORA = """        nora        E4           Nora Norate    employee     weekly     nonexempt    US-NY          -
        cal         E5           Cal Coast      employee     weekly     nonexempt    US-CA          -
        fay         E6           Fay Fremd      employee     weekly     nonexempt    US             -
        max         E7           Max Mum        employee     weekly     nonexempt    US             -"""
OTHERS = """        subcontractors  Job Costs:Subs  COGS
        accrued_contractors  Accrued Contractors  OCLIAB
        salary_variance  Overhead:Salaries  EXP
        rounding_difference  Rounding  EXP
        burden_expense  Job Costs:Burden  COGS
        burden_applied  Burden Applied  EXP"""
SHEET = """
    id  person  date        start             time   project  service   updated
    1   ann     2026-11-09  2026-11-09 22:00  12:00  web      dev       -
    2   ann     2026-11-10  -                 20:00  shop     dev       -
    3   ann     2026-11-11  -                 20:00  new      dev       -
    4   bob     2026-11-11  -                 8:00   (none)   vacation  -
    5   cole    2026-11-12  -                 7:10   web      art       -
    6   zoe     2026-11-12  -                 7:10   web      art       -
    7   bob     2026-11-12  -                 7:10   web      art       1
    7   bob     2026-11-12  -                 7:20   web      art       2
    -   eve     2026-11-13  -                 7:10   web      art       -
    -   eve     -           -                 7:10   web      art       -
    8   nora    2026-11-13  2026-11-13 08:00  7:10   web      art       -
    9   bob     2026-11-13  -                 1:00   MÃ¼hle   art       -
    10  cal     2026-11-13  2026-11-13 08:00  13:00  web      art       -
    11  fay     2026-11-13  -                 1:06   web      dev       -
    12  fay     2026-11-13  -                 1:06   shop     dev       -"""
ABROAD = """
[currency]
convert = "here"
source = "ecb"
[[currency.chosen]]
source = "ecb"
rate_date = 2026-11-15
source_id = "v1"
[payroll_tax]
mode = "burden_rate"
"""

ITEM, *ITEMS = (line.strip() for line in Company.pay_items.strip().splitlines())
PAY_ITEMS = "\n".join(
    [f"{ITEM}  service_item  leave_kind", *(f"{row}  -  -" for row in ITEMS),
     "worked  regular  Design Hours  Design  -",
     "worked  salary  Salary  -  -", "premium  meal_premium  Meal Premium  -  -",
     "premium  night_premium  Night  -  -", "premium  bonus_premium  Bonus Premium  -  -",
     "paid_leave  regular  Vacation  Vacation  vacation"]
)  # fmt: skip


def with_vendor(employees: str) -> str:
    """The usual people, the contractor with the vendor VC."""
    head, *rows = employees.strip().splitlines()
    return "\n".join([f"{head}  vendor_id", *(f"{row}  {'VC' if 'contractor' in row else '-'}" for row in rows)])


def _paid(books: Books) -> pa.Table:
    [payments, _] = PAYMENT_FILES
    vendor = books.run.mappings.rows("map_vendors")[0]["vendor_id"]
    row = {"map_row": 2, "payment_date": date(2026, 3, 2), "vendor_id": vendor, "amount": Decimal(2500),
           "currency": "USD", "method": "ach", "account": "Job Costs:Subs", "withheld": None,
           "state_withheld": None, "reference": "CHK-1"}
    return as_table([row], payments)


@pytest.fixture(scope="module", name="books")
def _books() -> Books:
    return everything()


def everything() -> Books:
    """A week in which nearly every table has a row."""
    firm = Company(
        employees=with_vendor(Company.employees) + f"\n{NORA}",
        rounding="""
        purpose  unit_seconds  mode     grain  work_location
        pay      900           nearest  punch  US-NY
        pay      360           nearest  day    -
        bill     900           up       week   -""",
        dimensions="by  ref  value  precedence\nemployee  E1  Studio  1",
        pay_rates="employee_id  pay_rate  currency\nE1  40.00  USD\nE2  20.00  USD\nE3  50.00  USD\n"
        "E5  30.00  USD\nE6  9.00  KWD",
        rates="customer_job  bill_rate  currency\n*  100.00  USD\nMill:Shop  77.77  KWD",
        accounts=f"{Company.accounts}\n{OTHERS}",
        fx_rates="rate_date  from_currency  to_currency  rate\n2026-11-15  KWD  USD  3.2577",
        burden_rates="percent\n12.5",
        toml=ABROAD,
        pay='salaried_cost = "standard_rate"\n[[pay.breaks]]\njurisdiction = "US-CA"\npremiums = "pay"',
        salaries="employee_id  salary  per  hours\nE5  1000.00  week  -\nE3  600.00  week  -",
        premium="spread",
        pay_items=PAY_ITEMS,
        holidays="holiday_on\n2026-11-11",
        holiday_pay="hours\n8.00",
        vendors="vendor_id  vendor_name  form_1099\nVC  Cole & Co  NEC-1",
        contracts="contract_id  vendor_id  cap_hours\nC-1  VC  5",
        contract_rates="contract_id  rate\nC-1  52.00",
        contractors="over_cap = 'hold'\nbills = 'accrue'",
        earnings="employee_id  earning  amount  in_regular_rate  earned_from  earned_to  paid_on\n"
        "E1  Bonus  26.00  yes  2026-11-09  2026-11-15  2026-11-20\n"
        "E5  Bonus  30.00  flat_sum  2026-11-09  2026-11-15  2026-11-20",
        referrals="employee_id  day  hour_class  entry_id  reason  referred_by  referred_on  referred_to  due\n"
        "E6  2026-11-13  hours  tracker:11  doubled  Ben  2026-11-14  HR  2026-11-20\n"
        "E1  2026-11-09  claim  -  rate  Ben  2026-11-14  HR  2026-11-20",
        without_time="note",
        premiums="premium_id  starts  ends  percent\nnight  22:00  06:00  10",
        documents="quickbooks_desktop.time quickbooks_online.time quickbooks_desktop.lists quickbooks_desktop.invoice",
        bill='output = "draft_invoice"\nterms_days = 30\nreview = true\ntax = "required"',
        invoice_accounts="account\nServices",
        projects="project_ref  customer_job  billing_method\nweb  Mill:Web  capped\n"
        "shop  Mill:Shop  time_and_materials\n(none)  -  time_and_materials",
        job_limits="customer_job  kind  amount\nMill:Web  cap  500.00",
        tax_codes="tax_code\nTAX",
        scope="kind  ref  billing  tax\nemployee  E2  yes  no\nservice_item  Vacation  no  yes",
        billing_decisions="customer_job  service_item  bill_rate  seconds  line_amount  decision  reason\n"
        "Mill:Web  Design  100.00  1  1.00  hold  Ask first",
    )
    books = firm.books(SHEET, SHEET)
    books.engine.all_run()
    for name in PUBLISHED:
        schema = getattr(tables, name.removeprefix("exported_").upper())
        books.engine.put(name, schema.append(pa.field("filename", pa.string())).empty_table())
    books.engine.put("exported_corrections", NO_PARTS)
    year = pa.table({"tax_year": pa.array([2026], pa.int64())})
    books.engine.put("review_parameters", year)
    books.engine.put("payments", _paid(books))
    books.engine.put("boxes", pa.table({"account": ["Job Costs:Subs"], "box": ["NEC-1"]}))
    books.engine.put("return_thresholds", pa.Table.from_pylist(
        [{"box": "NEC-1", "jurisdiction": "US", "amount": Decimal(2000), "status": "confirmed"}],
        schema=pa.schema(
            {"box": pa.string(), "jurisdiction": pa.string(), "amount": tables.AMOUNT, "status": pa.string()})))
    books.engine.run(order.REPORTS)
    return books


def bare(path: Path) -> str:
    """A statement without its comments and texts."""
    text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    return re.sub(r"'[^']*'", "''", text)


def test_every_file_is_in_exactly_one_order_once():
    listed = [name for names in order.FOLDERS.values() for name in names]
    assert sorted(listed) == sorted(path.stem for path in FILES if path.stem not in SHARED)
    for folder, names in order.FOLDERS.items():
        assert {path.stem for path in (SQL / folder).glob("*.sql")} == set(names), folder


@pytest.mark.parametrize("name", TURNS)
def test_a_statement_reads_only_what_comes_before_it(name):
    assert tables_read(name) <= set(TURNS[: TURNS.index(name)])


@pytest.mark.parametrize("name", order.AUDITS)
def test_an_audit_reads_only_what_is_there_at_its_turn(name):
    assert tables_read(name) <= set(TURNS[: TURNS.index(order.AUDITS[name]) + 1])
    assert order.AUDITS[name] in tables_read(name), "and looks at the table it follows"


def test_the_order_test_can_fail():
    assert {"entries_rounded", "regular_rates"} <= tables_read("payroll_lines_rounded")
    assert "labor_key_parts" in tables_read("labor_keys_shared")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_statement_says_what_it_is_and_divides_nothing(path):
    assert path.read_text(encoding="utf-8").startswith("-- ")
    text = bare(path)
    assert not re.search(r"(?<!/)/(?!/)", text), "/ gives a floating-point number"
    assert not re.search(r"\b(double|float|real|avg|round|power|sqrt|now|current_\w+|random)\b", text)
    if path.stem not in SHARED:
        assert text.count(";") == 0, "one statement a file"


def floating(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        return any(floating(kind.field(index).type) for index in range(kind.num_fields))
    return pa.types.is_floating(kind)


def test_no_table_holds_a_floating_point_number(books):
    found = [
        f"{name}.{field.name}"
        for name in (*ORDER, *order.REPORTS)
        if books.engine.has(name)  # a query that is not kept shows in the table that reads it
        for field in books.engine.fetch(name).schema
        if floating(field.type)
    ]
    assert not found
    assert floating(pa.list_(pa.struct([("rate", pa.float64())]))), "the test can fail"


INNER_MARTS = {
    *("labor_lines", "charge_lines", "labor_journal", "contractor_journal", "accrual_journal", "accrual_totals"),
    *("bills_converted", "converted_parts", "landed_counts"),
}
SCHEMAS = {name.lower(): schema for name, schema in vars(tables).items() if isinstance(schema, pa.Schema)}
SCHEMAS["rounding_items"] = SCHEMAS["tax_items"] = SCHEMAS["accrual_items"] = tables.EXCEPTIONS


@pytest.mark.parametrize("name", order.MARTS)
def test_a_mart_has_its_schema(books, name):
    table = books.engine.fetch(name)
    if name in SCHEMAS:
        tables.assert_schema(table, SCHEMAS[name], name)
    else:
        assert name in INNER_MARTS, "every table that leaves has a schema"


def test_the_week_of_these_tests_has_everything(books):
    """A table without a row shows little: only what no week can have together is empty."""
    empty = {name for name in (*ORDER, *order.REPORTS) if not books.engine.count(name)}
    # not beside these, so they have their own: test_payroll_taxes.py, test_cost_rates.py, test_engine.py (Nevada)
    elsewhere = {"taxes_rounded", "payroll_taxes", "tax_items", "entries_cost_rated", "cost_rates_missing"}
    elsewhere |= {"accrual_journal", "accrual_totals", "accrual_items"}  # no month ends inside it: test_accruals
    elsewhere |= {"workday_items", "own_rates_on_day"}   # the latter: test_mapping.py
    elsewhere |= {"week_lines", "week_contents", "weeks_changed", "entries_unapproved"}   # test_time_approvals.py
    assert empty - elsewhere == {"average_hours", "rounded_input"}, "17 weeks, a dozen entries of one are too many"


CENT = Decimal("0.01")
SPOILED = [  # audit, table, column, what happens to its first row (None: the row is doubled), why
    ("refs_ambiguous", "refs_resolved", None, None, "two mapping rows for one reference and day"),
    ("entries_multiplied", "entries_rounded", None, None, "an entry twice"),
    ("entries_multiplied", "entries_rounded", "version", lambda version: version + 7, "an entry lost, another made up"),
    ("entries_without_state", "entries_rounded", "pay_state", lambda _: None, "no state"),
    ("entries_without_state", "entries_rounded", "bill_state", lambda _: "posted", "a state that there is not"),
    ("entries_without_state", "entries_rounded", "cost_state", lambda _: "rejected", "no reason"),
    ("roundings_not_shared", "rounding_parts", "unit_total", lambda seconds: seconds + 360, "a group shared short"),
    ("roundings_not_shared", "rounding_rules", "unit_seconds", lambda _: 1, "an entry moved by more than its unit"),
    ("seconds_lost_in_pieces", "pieces_classified", "worked_seconds", lambda seconds: seconds - 1, "a second less"),
    ("seconds_lost_in_pieces", "pieces_classified", "pay_seconds", lambda seconds: seconds + 1, "a paid one more"),
    ("seconds_lost_in_pieces", "pieces_classified", "bill_seconds", lambda seconds: seconds + 1, "a billed one more"),
    ("pieces_without_rule", "pieces_classified", "rule_no", lambda _: None, "hours that no law was asked about"),
    ("lines_split_open", "lines_split", "moved_minor", lambda cents: cents + 1, "a cent more of premium"),
    ("additions_not_conserved", "addition_shares", "amount_minor", lambda cents: cents + 1, "a cent more"),
    ("additions_not_conserved", "additions_allocated", "amount_minor", lambda cents: cents - 1, "a cent less"),
    ("additions_not_conserved", "additions_due", None, None, "an addition twice"),
    ("pay_not_conserved", "payroll_lines_rounded", "amount_minor", lambda cents: cents + 1, "a cent more on the line"),
    ("pay_not_conserved", "labor_allocated", "amount_minor", lambda cents: cents - 1, "a cent less from an entry"),
    ("bills_not_conserved", "bill_lines_rounded", "amount_minor", lambda cents: cents + 1, "a cent more on the bill"),
    ("bills_not_conserved", "bill_allocated", "seconds", lambda seconds: seconds + 1, "a second more from an entry"),
    ("invoices_not_conserved", "bill_lines_rounded", "amount_minor", lambda cents: cents + 1, "a cent not invoiced"),
    ("invoices_not_conserved", "invoice_lines", None, None, "a line twice"),
    ("invoices_not_conserved", "invoice_lines", "seconds", lambda seconds: seconds + 1, "a second more invoiced"),
    ("invoices_not_conserved", "invoice_lines", "quantity_hours", lambda hours: hours + CENT, "another quantity"),
    ("invoices_not_conserved", "invoice_lines", "invoice_number", lambda _: "TB0042I02", "a number for two jobs"),
    ("invoices_not_conserved", "invoice_charges", "amount_minor", lambda cents: cents - 1, "a cent more off"),
    ("contract_caps_exceeded", "vendor_units_rounded", "seconds", lambda seconds: seconds + 1, "over the cap"),
    ("vendor_bills_not_conserved", "vendor_lines_shared", "amount_minor", lambda cents: cents + 1, "a cent more owed"),
    ("vendor_bills_not_conserved", "vendor_allocated", "seconds", lambda seconds: seconds - 1, "a second not owed"),
    ("vendor_bills_not_conserved", "contract_time", "seconds", lambda seconds: seconds + 1, "a second nobody worked"),
    ("activities_not_priced", "priced_activities", None, None, "a time activity twice"),
    ("activities_not_priced", "priced_activities", "line_id", lambda _: "0042-T-999", "one lost, another made up"),
    ("lines_without_entry", "vendor_lines", "amount", lambda amount: amount + CENT, "a vendor's line alone"),
    ("money_not_rolled", "vendor_lines", "amount", lambda amount: amount + CENT, "what a vendor is owed, not rolled"),
    ("journals_unbalanced", "postings", "amount", lambda amount: amount + CENT, "a debit without its credit"),
    ("charges_not_conserved", "charges_allocated", "amount_minor", lambda minor: minor + 1, "burden of no wages"),
    ("conversions_unbalanced", "conversions", "home_amount", lambda amount: amount + CENT, "a cent made of nothing"),
    ("conversions_unbalanced", "conversions", "rate_numerator", lambda number: number * 2, "another rate"),
    ("conversions_not_shared", "converted_shares", "home_amount", lambda amount: amount + CENT, "a share too large"),
    ("journals_unbalanced", "postings", "currency", lambda _: "EUR", "two currencies in one document"),
    ("journals_unbalanced", "postings", "account", lambda _: None, "a line without an account"),
    ("lines_without_entry", "allocations", "amount", lambda amount: amount + CENT, "a share of another size"),
    ("lines_without_entry", "allocations", "line_id", lambda _: "0042-B-999", "a share of no line"),
    ("lines_without_entry", "allocations", "entry_id", lambda _: None, "cents that no entry bears"),
    ("roll_forward_open", "roll_forward", "count_entries", lambda count: count + 1, "an entry more"),
    ("roll_forward_open", "roll_forward", "seconds", lambda seconds: seconds + 1, "a second more"),
    ("money_not_rolled", "payroll_lines", "amount", lambda amount: amount + CENT, "pay that is not rolled"),
    ("money_not_rolled", "billable_lines", "amount", lambda amount: amount - CENT, "likewise a bill"),
    ("money_not_rolled", "postings", "amount", lambda amount: amount - CENT, "likewise posted labor"),
]


def _has_no_money(row):
    return row.get("cost_reason") is not None or row.get("amount_minor", 0) is None


@pytest.mark.capability("M8")
@pytest.mark.parametrize(("audit", "table", "column", "change", "why"), SPOILED)
def test_an_audit_that_finds_rows_stops_the_run(books, audit, table, column, change, why):
    books.engine.audit(audit)
    sound = books.engine.fetch(table)
    rows = sorted(sound.to_pylist(), key=_has_no_money)
    rows.append(dict(rows[0]))
    if column is not None:
        rows[0] = rows.pop() | {column: change(rows[0][column])}
    books.engine.put(table, pa.Table.from_pylist(rows, schema=sound.schema))
    try:
        with pytest.raises(ConservationError, match=audit) as caught:
            books.engine.audit(audit)
        assert caught.value.code == "AUDIT_FAILED", why
    finally:
        books.engine.put(table, sound)


def test_every_audit_is_shown_to_find_something():
    # test_payroll_taxes.py, test_accruals.py and tests/steps/test_list_audit.py
    elsewhere = {"tax_bases_exceeded", "accruals_open", "scope_not_conserved"}  # of corrections test_corrections.py
    of_corrections = {audit for audit, table in order.AUDITS.items() if table in order.CORRECTIONS}
    assert {audit for audit, *_ in SPOILED} | of_corrections | elsewhere == set(order.AUDITS)


@pytest.mark.parametrize("name", order.ONLY_WITH)
def test_what_is_not_computed_would_have_no_row(books, name):
    """In the week that has everything but what the decision needs."""
    assert books.count_without_needed(name) == 0


NOT_SHOWN = {   # read instead: a total stands beside its lines there, and goes where it counts none
    "break_items": "unborn counts people at work, and must count one",
    "contractor_journal": "the total's line has to have lines",
}


@pytest.mark.parametrize("name", order.ONLY_WITH)
def test_what_is_not_computed_can_have_no_row(books, name):
    """Whatever stands in all other tables."""
    assert is_empty_without(books.engine, order.statement(name), order.ONLY_WITH[name]) == (name not in NOT_SHOWN)


def test_a_need_that_is_not_all_is_no_proof(books):
    """Hours of a shift over its limit need no day over a limit."""
    for name, needed in (("daily_parts", ["days_in_question"]), ("duty_days", ["duty_entries"])):
        assert not is_empty_without(books.engine, order.statement(name), needed)


def test_what_is_not_computed_has_the_columns_it_would_have():
    written = [tuple(row.values()) for row in csv.DictReader(shapes.FILE.open(encoding="utf-8"))]
    assert written == shapes.shapes_of(everything().engine), "python -m tests.sql.shapes writes them anew"


def test_a_decision_that_needs_something_has_rows_with_it(books):
    assert books.engine.count("rounding_parts"), "the tests above can fail"
    assert books.count_without_needed("rounding_parts", ("holiday_entries",)) == books.engine.count("rounding_parts")
