"""What is accrued at the end of a month inside a period, and reversed on the first: wages, taxes, unbilled revenue."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl.errors import ConservationError, MappingError, SettingsError
from etl.steps.inputs import refuse_gaps
from tests.sql.company import Company

MONDAY = "2026-11-30"   # the last day of November is the first of the week
ACCOUNTS = f"""{Company.accounts}
        payroll_clearing      Payroll Clearing      OCASSET
        unbilled_receivables  Unbilled Receivables  OCASSET
        unbilled_income       Services Income:Unbilled  INC"""
PLAIN = Company(accounts=ACCOUNTS, billing_start=MONDAY, documents="quickbooks_desktop.labor_journal",
                calendar=f"pay_group kind start workweek\nweekly weekly {MONDAY} monday".replace(" ", "  "))
WEEK = """
    id  person  date        project  time
    1   ann     2026-11-30  web      8:00
    2   ann     2026-12-01  web      8:00
    3   bob     2026-11-30  shop     5:00
    4   bob     2026-12-02  (none)   3:00"""


def accruing(company: Company = PLAIN, **more: str) -> Company:
    return replace(company, premium='job"\nmonth_end = "accrue', **more)


@pytest.mark.capability("C141")
def test_wages_of_the_days_up_to_the_months_end_are_accrued_and_reversed_on_the_first():
    books = accruing().books(WEEK)
    lines = [row for row in books.in_order("postings") if row["line_id"].split("-")[1] in ("M", "MR")]
    columns = ("document_number", "posted_on", "account", "customer_job", "amount")
    assert ["  ".join(str(row[name]) for name in columns) for row in lines] == [
        "TB0042M  2026-11-30  Job Costs:Labor  Mill:Shop  100.000",
        "TB0042M  2026-11-30  Job Costs:Labor  Mill:Web  320.000",
        "TB0042M  2026-11-30  Accrued Wages  None  -420.000",
        "TB0042MR  2026-12-01  Job Costs:Labor  Mill:Shop  -100.000",
        "TB0042MR  2026-12-01  Job Costs:Labor  Mill:Web  -320.000",
        "TB0042MR  2026-12-01  Accrued Wages  None  420.000"]
    figures = {row["figure"]: row["left_value"] for row in books.in_order("control_totals")}
    assert figures["wages up to the month's end USD"] == "420.000"
    assert balance(books, "2026-11-30") == {"Job Costs:Labor": Decimal(420), "Accrued Wages": Decimal(-420)}


def balance(books, day: str) -> dict[str, Decimal]:
    """What the accounts hold at the end of a day."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in books.in_order("postings"):
        if str(row["posted_on"]) <= day:
            sums[row["account"]] += row["amount"]
    return {account: amount for account, amount in sums.items() if amount}


@pytest.mark.capability("C147")
@pytest.mark.parametrize(("bill", "day", "shop", "web"), [
    ('unbilled = "month_end"', "2026-11-30", 500, 800), ('unbilled = "period_end"', "2026-12-06", 500, 1600)])
def test_time_not_yet_invoiced_is_unbilled_revenue_until_the_day_after(bill, day, shop, web):
    books = replace(PLAIN, bill=bill).books(WEEK)
    lines = [row for row in books.in_order("postings") if row["document_number"] in ("TB0042N", "TB0042NR")]
    assert [(str(row["posted_on"]), row["account"], row["customer_job"], row["amount"]) for row in lines[:4]] == [
        (day, "Services Income:Unbilled", "Mill:Shop", -shop), (day, "Services Income:Unbilled", "Mill:Web", -web),
        (day, "Unbilled Receivables", "Mill:Shop", shop), (day, "Unbilled Receivables", "Mill:Web", web)]
    assert [-row["amount"] for row in lines[4:]] == [row["amount"] for row in lines[:4]]
    assert balance(books, day)["Unbilled Receivables"] == shop + web
    assert "Unbilled Receivables" not in balance(books, "2026-12-31")


@pytest.mark.capability("C141")
def test_clearing_posts_all_labor_against_one_account_for_good():
    books = replace(PLAIN, posting="clearing").books(WEEK)
    assert balance(books, "2026-12-31") == {
        "Job Costs:Labor": Decimal(740), "Overhead:Labor": Decimal(60), "Payroll Clearing": Decimal(-800)}
    assert not [row for row in books.in_order("postings") if row["document_number"].endswith("R")]


def test_a_period_without_a_months_end_accrues_nothing():
    inside = "pay_group  kind  start  workweek\nweekly  weekly  2026-11-09  monday"
    books = accruing(calendar=inside, billing_start="2026-11-09", bill='unbilled = "month_end"').books(
        WEEK.replace("2026-11-30", "2026-11-09").replace("2026-12-0", "2026-11-1"))
    assert not books.rows("accrual_journal", "line_id")
    plain = replace(PLAIN, calendar=inside, billing_start="2026-11-09").books(
        WEEK.replace("2026-11-30", "2026-11-09").replace("2026-12-0", "2026-11-1"))
    assert books.in_order("postings") == plain.in_order("postings")


POSTINGS = st.sampled_from(["accrue", "clearing", "distribution"])
ENTRIES = st.tuples(st.sampled_from(["ann", "bob", "eve"]), st.integers(0, 6), st.integers(1, 900),
                    st.sampled_from(["web", "shop", "(none)"]))


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(posting=POSTINGS, hours=st.lists(ENTRIES, min_size=1, max_size=9))
def test_nothing_is_left_of_an_accrual_and_nothing_else_moves(posting, hours):
    days = ("2026-11-30", *(f"2026-12-0{day}" for day in range(1, 7)))
    rows = "\n".join(f"{at}  {who}  {days[day]}  {project}  {minutes // 60}:{minutes % 60:02d}"
                     for at, (who, day, minutes, project) in enumerate(hours))
    week = f"id  person  date  project  time\n{rows}"
    plain = replace(PLAIN, posting=posting).books(week)
    books = accruing(posting=posting, bill='unbilled = "month_end"').books(week)
    assert balance(books, "2027-12-31") == balance(plain, "2027-12-31")
    kept = [row for row in books.in_order("postings") if row["line_id"].split("-")[1] not in ("M", "MR", "N", "NR")]
    assert kept == plain.in_order("postings")
    paid = {row["piece_id"]: row["piece_on"] for row in books.in_order("pieces")}
    earned = sum((row["amount"] for row in books.in_order("allocations")
                  if row["line_id"].startswith("0042-L") and str(paid[row["piece_id"]]) == "2026-11-30"), Decimal(0))
    assert balance(books, "2026-11-30").get("Accrued Wages", Decimal(0)) == -earned


@pytest.mark.capability("C141", "C52")
def test_employer_taxes_go_with_the_wages_of_their_days():
    """7.65 % of Ann's 640.00 is 48.96, half of it November's; Bob's 12.24 on 160.00 is 7.65 on Shop's 100.00."""
    taxed = accruing(accounts=ACCOUNTS + """
        employer_taxes        Job Costs:Employer Taxes  COGS
        internal_taxes        Overhead:Employer Taxes   EXP
        accrued_taxes         Accrued Payroll Taxes     OCLIAB
        tax_expense           Payroll Tax Expense       EXP""", payroll_taxes="tax  percent  wage_base\nflat  7.65  -",
        toml='[payroll_tax]\nmode = "separate"\n')
    books = taxed.books(WEEK)
    lines = {(row["document_number"], row["account"], row["customer_job"]): row["amount"]
             for row in books.in_order("postings")}
    accrued = {key[1:]: amount for key, amount in lines.items() if key[0] == "TB0042M" and "Tax" in key[1]}
    assert accrued == {
        ("Job Costs:Employer Taxes", "Mill:Web"): Decimal("24.48"), ("Accrued Payroll Taxes", None): Decimal("-32.13"),
        ("Job Costs:Employer Taxes", "Mill:Shop"): Decimal("7.65")}
    assert all(lines["TB0042MR", *key] == -amount for key, amount in accrued.items())
    assert balance(books, "2026-11-30")["Accrued Payroll Taxes"] == Decimal("-32.13")
    assert balance(books, "2027-12-31") == balance(replace(taxed, premium="job").books(WEEK), "2027-12-31")


@pytest.mark.capability("C141")
def test_locked_books_take_no_accrual_and_it_is_told():
    books = accruing(bill='unbilled = "month_end"', toml="[books]\nlocked_through = 2026-11-30").books(WEEK)
    assert not books.rows("accrual_journal", "line_id")
    assert {(row["streams"], row["found"]) for row in books.in_order("exceptions") if row["code"] == "TE250"} == {
        ("cost", "wages to 2026-11-30, books locked"), ("bill", "unbilled revenue to 2026-11-30, books locked")}


@pytest.mark.capability("C147")
def test_unbilled_revenue_of_another_currency_waits_for_who_converts_it():
    abroad = replace(PLAIN, bill='unbilled = "month_end"', rates="""
        customer_job  bill_rate  currency
        Mill:Shop     90.00      EUR
        *             100.00     USD""")
    books = abroad.books(WEEK)
    assert {row["cost_job"] for row in books.in_order("accrual_journal")} == {"Mill:Web"}
    assert books.column("exceptions", "found", code="TE251") == ["unbilled revenue to 2026-11-30 in EUR"]
    there = replace(abroad, toml='[currency]\nconvert = "accounting"').books(WEEK)
    sums = defaultdict(set)
    for row in there.in_order("postings"):
        if row["line_id"].split("-")[1] == "N":
            sums[row["document_number"], row["currency"]].add(row["amount"])
    assert sums == {("TB0042N", "USD"): {Decimal(800), Decimal(-800)},
                    ("TB0042N2", "EUR"): {Decimal(450), Decimal(-450)}}


@pytest.mark.parametrize(("company", "needs"), [
    (accruing(accounts=Company.accounts.replace("accrued_wages", "tax_expense"), posting="distribution"),
     "accrued_wages"),
    (replace(PLAIN, accounts=Company.accounts, bill='unbilled = "month_end"'), "unbilled_income"),
    (replace(PLAIN, accounts=Company.accounts, posting="clearing"), "payroll_clearing"),
    (replace(PLAIN, documents="payroll.hours", bill='unbilled = "month_end"'), "needs a journal")])
def test_what_an_accrual_needs_is_asked_before(company, needs):
    with pytest.raises(MappingError) as error:
        refuse_gaps(company.run())
    assert needs in str(error.value)


@pytest.mark.parametrize(("company", "says"), [
    (accruing(posting="none"), "needs a labor journal"),
    (replace(PLAIN, bill='unbilled = "period_end"\noutput = "draft_invoice"\nterms_days = 30'), "twice"),
    (replace(PLAIN, billing="none", bill='unbilled = "month_end"'), "billing period")])
def test_choices_that_contradict_are_refused(company, says):
    with pytest.raises(SettingsError) as error:
        company.run()
    assert says in str(error.value)


@pytest.mark.parametrize(("table", "column"), [
    ("accrual_totals", "posted"), ("accrual_totals", "left_over"), ("accrual_journal", "posted_minor")])
def test_an_accrual_of_other_cents_stops_the_run(table, column):
    books = accruing(bill='unbilled = "month_end"').books(WEEK)
    sound = books.engine.fetch(table)
    rows = sound.to_pylist()
    rows[0][column] += 1
    books.engine.put(table, pa.Table.from_pylist(rows, schema=sound.schema))
    with pytest.raises(ConservationError, match="accruals_open"):
        books.engine.audit("accruals_open")
