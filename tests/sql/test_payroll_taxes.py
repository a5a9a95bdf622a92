"""Employer taxes on each person's posted wages: rounded once a person, tax and week, cut at wage bases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ConservationError, MappingError
from etl.steps.inputs import refuse_gaps
from etl.steps.payroll_taxes import tax_gaps
from etl.units import clock_hours
from tests.sql.additions import add
from tests.sql.company import ORDER, Books, Company, delivery
from tests.sql.test_additions import FIRM as WITH_PREMIUMS
from tests.sql.test_golden_week import alder, alder_rows
from tests.sweeps import examples

SEPARATE = '\n[payroll_tax]\nmode = "separate"\n'
ACCOUNTS = """
        employer_taxes  Job Costs:Employer Payroll Taxes  COGS
        internal_taxes  Overhead:Internal Payroll Taxes  EXP
        accrued_taxes   Accrued Payroll Taxes  OCLIAB
        tax_expense     Payroll Tax Expense  EXP"""
FIRM = Company(
    accounts=Company.accounts + ACCOUNTS,
    pay_rates="employee_id  pay_rate\nE1  60.00\nE2  19.99\nE3  50.00",
    payroll_taxes="tax  percent  wage_base\nflat  7.65  -",
    toml=SEPARATE,
)
WEEK = """
    id  person  project  time
    1   ann     web      10:00
    2   ann     shop     5:00
    3   ann     (none)   1:40"""
pytestmark = pytest.mark.capability("C52")


def taxes(books: Books, columns: str) -> list[str]:
    return [" ".join(row) for row in books.rows("payroll_taxes", columns)]


def journal(books: Books, number: str = "TB0042E") -> list[list[str]]:
    return books.rows("postings", "account customer_job amount memo", document_number=number)


def must_agree(books: Books) -> None:
    assert not [row for row in books.engine.fetch("control_totals").to_pylist() if Decimal(row["difference"])]


def test_the_sample_week_to_the_cent():
    """531.83 a person (531.82 on the total, 531.84 a pay item); Priya's 93.67, 72.73 and 9.49 (targets, rule 0.3)."""
    usual = alder()
    firm = replace(usual, accounts=usual.accounts + ACCOUNTS, payroll_taxes=FIRM.payroll_taxes, toml=SEPARATE)
    books = firm.books(delivery(alder_rows(is_overtime_cut_by_hand=True)))
    assert taxes(books, "employee_name amount") == [
        "Priya Nair 175.89", "Tomás Béal 131.10", "Hanna Lindqvist 82.05", "Marcus Odell 142.79"
    ]  # fmt: skip
    assert [row[2] for row in journal(books)] == [
        *("93.67", "100.34", "9.49", "80.39", "50.71", "39.62", "26.30", "16.13", "115.18"), "-531.83"
    ]  # fmt: skip
    shares = books.engine.fetch("charge_keys_shared").to_pylist()
    assert [row["charge_minor"] for row in shares if row["charge_no"] == 1] == [9367, 7273, 949]
    must_agree(books)


def test_wages_and_taxes_of_jobs_and_of_internal_time():
    """The worked example of the targets reference, 9.1: 76.50 on 1,000.00."""
    books = FIRM.books(WEEK)
    assert journal(books) == [
        ["Job Costs:Employer Payroll Taxes", "Mill:Web", "45.90", "Employer tax Web"],
        ["Job Costs:Employer Payroll Taxes", "Mill:Shop", "22.95", "Employer tax Shop"],
        ["Overhead:Internal Payroll Taxes", "-", "7.65", "Employer tax internal"],
        ["Accrued Payroll Taxes", "-", "-76.50", "Employer taxes week 2026-W46"],
    ]
    assert [row[2] for row in journal(books, "TB0042ER")] == ["-45.90", "-22.95", "-7.65", "76.50"]
    assert set(books.column("postings", "posted_on", document_number="TB0042ER")) == {"2026-11-16"}
    books.must_show("allocations", "entry_id  seconds  amount\ntracker:1  0:00:00  45.90", line_id="0042-E-001")
    must_agree(books)


def test_distribution_leaves_internal_taxes_in_expense():
    books = replace(FIRM, posting="distribution").books(WEEK)
    assert [row[0:3:2] for row in journal(books)] == [
        ["Job Costs:Employer Payroll Taxes", "45.90"], ["Job Costs:Employer Payroll Taxes", "22.95"],
        ["Payroll Tax Expense", "-68.85"],
    ]  # fmt: skip
    assert taxes(books, "amount posted_amount held_amount left_amount") == ["76.50 68.85 0.00 7.65"]
    assert not books.rows("postings", "amount", document_number="TB0042ER")
    must_agree(books)


def test_held_work_keeps_its_part_of_the_tax():
    books = FIRM.books(WEEK.replace("shop", "new "))
    assert taxes(books, "amount posted_amount held_amount left_amount") == ["76.50 53.55 22.95 0.00"]
    must_agree(books)


BASES = [  # wages before, taxable of the week's 1,000.00, tax of 6 percent, why
    ("5500.00", "1000.00", "60.00", "below the base of 7,000.00"),
    ("6600.00", "400.00", "24.00", "the base is reached in mid-week"),
    ("7000.00", "0.00", "0.00", "reached before"),
    ("9000.00", "0.00", "0.00", "passed before"),
    ("6999.99", "0.01", "0.00", "a cent is left"),
]


@pytest.mark.parametrize(("before", "taxable", "tax", "why"), BASES)
def test_a_wage_base_is_cut_in_the_week_that_reaches_it(before, taxable, tax, why):
    firm = replace(FIRM, payroll_taxes="tax  percent  wage_base\nfuta  6  7000.00", tax_wages=TOLD.format(before))
    books = firm.books(WEEK)
    assert taxes(books, "wages_before wages taxable_wages amount") == [f"{before} 1000.00 {taxable} {tax}"], why
    assert len(journal(books)) == (0 if tax == "0.00" else 4), "nothing of 0 is posted"
    must_agree(books)


TOLD = """
    employee_id  paid_on     wages
    E1           2026-11-01  {}
    E1           2025-12-31  99999
    E1           2026-12-24  99999
    E2           2026-03-01  7000"""


def test_a_base_runs_over_the_weeks_of_one_payroll():
    """Two weeks of 1,000.00 where 1,200.00 of the base are left: 1,000.00 and 200.00."""
    firm = replace(
        FIRM,
        payroll_taxes="tax  percent  wage_base\nfuta  6  7000.00\nmedi  1.45  -",
        tax_wages="employee_id  tax  paid_on  wages\nE1  futa  2026-11-01  5800.00",
        calendar="pay_group  kind  start  workweek\nweekly  biweekly  2026-11-09  monday",
        billing="none",
    )
    two = WEEK + "\n    4   ann     web      16:40"
    two = "\n".join(line + ("  date" if "person" in line else "  2026-11-16" if "   4 " in line else "  2026-11-09")
                    for line in two.strip("\n").splitlines())
    books = firm.books(two)
    assert taxes(books, "tax workweek_start wages_before taxable_wages amount") == [
        "futa 2026-11-09 5800.00 1000.00 60.00", "futa 2026-11-16 6800.00 200.00 12.00",
        "medi 2026-11-09 - 1000.00 14.50", "medi 2026-11-16 - 1000.00 14.50",
    ]  # fmt: skip
    must_agree(books)


ROWS = [  # rows of payroll_taxes.csv, the percent that answers Ann (weekly, US), why
    ("*  *  *  5\n*  weekly  *  6\n*  *  US  7", "6.00", "the group before the place"),
    ("*  *  *  5\n*  weekly  US  8\n*  weekly  *  6", "8.00", "both before one"),
    ("E1  *  *  0\n*  weekly  US  8", "0.00", "the person before all"),
    ("E2  *  *  9\n*  other  *  6\n*  *  US-CA  7", "-", "none answers"),
]


@pytest.mark.parametrize(("rows", "percent", "why"), ROWS)
def test_which_row_of_a_tax_answers(rows, percent, why):
    lines = "\n".join(f"flat  {row}" for row in rows.splitlines())
    books = replace(FIRM, payroll_taxes=f"tax  employee_id  pay_group  work_location  percent\n{lines}").books(WEEK)
    assert books.column("taxes_rounded", "percent") == [percent], why
    told = books.rows("exceptions", "code found", code="TE190")
    assert told == ([["TE190", "employee E1, paid in USD"]] if percent == "-" else [])


def test_a_rate_holds_by_pay_date():
    """The week's pay date is the Friday after it; a rate of January does not answer work of December paid before."""
    rows = "tax  percent  effective_from  effective_to\nflat  5  2026-01-01  2026-11-19\nflat  6  2026-11-20  -"
    books = replace(FIRM, payroll_taxes=rows).books(WEEK)
    [paid_on] = {row["pay_date"] for row in books.engine.fetch("run_pay_periods").to_pylist()}
    assert books.column("taxes_rounded", "percent") == ["5.00" if str(paid_on) < "2026-11-20" else "6.00"]


def test_only_the_pay_items_named_are_taxed():
    """Regular pay of 40 h at 60.00; the overtime of 1 h, 90.00, and vacation are not named."""
    days = [f"ann  2026-11-{day:02}  8:12  web  dev" for day in range(9, 14)]
    week = "\n".join(["person  date  time  project  service", *days, "ann  2026-11-14  8:00  (none)  vacation"])
    books = replace(FIRM, payroll_taxes="tax  percent  pay_items\nflat  10  Regular; Holiday").books(week)
    assert taxes(books, "wages amount") == ["2400.00 240.00"]
    assert {row[1] for row in journal(books)} == {"Mill:Web", "-"}
    must_agree(books)


def test_a_tax_may_have_accounts_of_its_own():
    rows = """
        tax   percent  job_account       other_account   credit_account
        fica  7.65     -                 -               -
        wc    2.00     Job Costs:Comp    Overhead:Comp   Comp Payable"""
    books = replace(FIRM, payroll_taxes=rows).books(WEEK)
    assert [row[0] + " " + row[2] for row in journal(books)] == [
        "Job Costs:Comp 12.00", "Job Costs:Employer Payroll Taxes 45.90", "Job Costs:Comp 6.00",
        "Job Costs:Employer Payroll Taxes 22.95", "Overhead:Comp 2.00", "Overhead:Internal Payroll Taxes 7.65",
        "Accrued Payroll Taxes -76.50", "Comp Payable -20.00",
    ]  # fmt: skip
    must_agree(books)


def test_wages_nobody_knows_are_told_and_not_taxed():
    books = replace(FIRM, pay_rates="employee_id  pay_rate\nE2  19.99").books(WEEK)
    assert taxes(books, "wages amount") == ["0.00 0.00"]
    assert books.rows("exceptions", "code found employee_ref", code="TE191") == [["TE191", "flat", "E1"]]


def test_a_rate_nobody_stands_for_is_told():
    firm = replace(FIRM, payroll_taxes="tax  percent  confirmed_by\nflat  7.65  -")
    assert firm.books(WEEK).column("exceptions", "found", code="TE193") == [
        "payroll_taxes.csv, line 2: flat, 7.650000 percent"
    ]


def test_people_paid_abroad_have_taxes_in_their_currency():
    toml = SEPARATE + '\n[currency]\nconvert = "here"\nsource = "ecb"\n'
    firm = replace(
        FIRM, toml=toml, pay_rates="employee_id  pay_rate  currency\nE1  60.00  USD\nE2  2000  JPY",
        payroll_taxes="tax  percent  currency\nflat  7.65  USD\nnenkin  9.15  JPY",
        fx_rates="rate_date  from_currency  to_currency  rate\n2026-11-15  JPY  USD  0.0064",
        accounts=FIRM.accounts + "\n        rounding_difference  Rounding  EXP",
    )
    books = firm.books(WEEK + "\n    4   bob     web      1:23")
    assert taxes(books, "tax wages amount currency") == ["flat 1000.00 76.50 USD", "nenkin 2767.00 253.00 JPY"]
    assert journal(books)[3:] == [
        ["Job Costs:Employer Payroll Taxes", "Mill:Web", "1.62", "Employer tax Web, JPY"],
        ["Accrued Payroll Taxes", "-", "-76.50", "Employer taxes week 2026-W46"],
        ["Accrued Payroll Taxes", "-", "-1.62", "Employer taxes week 2026-W46, JPY"],
    ]
    must_agree(books)


def test_pay_of_no_hour_bears_its_tax():
    """A meal premium of a person without paid time: 40.00, whose 3.06 stand under the pay addition."""
    firm = replace(FIRM, pay_items=WITH_PREMIUMS.pay_items)
    books = firm.books(WEEK, to="break_premiums")
    add(books, {"person_no": 3})
    books.engine.run(ORDER[ORDER.index("break_premiums") + 1 :])
    assert books.rows("allocations", "line_id entry_id amount", piece_id="0042-A-001")[0] == ["0042-E-003", "-", "3.06"]
    must_agree(books)


def test_a_salary_at_standard_rate_bears_tax_on_its_hours_alone():
    firm = replace(
        FIRM, pay='salaried_cost = "standard_rate"', salaries="employee_id  salary  per\nE3  1500.00  week",
        pay_rates="employee_id  pay_rate\nE3  32.00",
        accounts=FIRM.accounts + "\n        salary_variance  Overhead:Var  EXP",
        pay_items=Company.pay_items + "\n        worked  salary  Salary",
    )
    sheet = ["id  person  project  time", "1  eve  web  15:00", "2  eve  web  15:00", "3  eve  shop  10:00"]
    books = firm.books("\n".join([*sheet, "4  eve  (none)  10:00"]))
    assert [row[2] for row in journal(books)] == ["68.85", "22.95", "22.95", "-114.75"]
    must_agree(books)


SPOILED = [  # audit, table, column, what happens to it, why
    ("tax_bases_exceeded", "taxes_rounded", "taxable_minor", lambda minor: minor + 1, "a cent over the base"),
    ("tax_bases_exceeded", "taxes_rounded", "wages_minor", lambda minor: minor - 70000, "more taxed than paid"),
    ("charges_not_conserved", "charge_keys_shared", "charge_minor", lambda minor: minor - 1, "a cent less of a tax"),
    ("charges_not_conserved", "charges_allocated", "amount_minor", lambda minor: minor + 1, "a cent of no tax"),
]


@pytest.mark.parametrize(("audit", "table", "column", "change", "why"), SPOILED)
def test_an_audit_of_taxes_that_finds_rows_stops_the_run(audit, table, column, change, why):
    firm = replace(FIRM, payroll_taxes="tax  percent  wage_base\nfuta  6  7000.00", tax_wages=TOLD.format("6600.00"))
    engine = firm.books(WEEK, to="charges_allocated").engine
    engine.audit(audit)
    first, *rest = engine.fetch(table).to_pylist()
    spoiled = [first | {column: change(first[column])}, *rest]
    engine.put(table, pa.Table.from_pylist(spoiled, schema=engine.fetch(table).schema))
    with pytest.raises(ConservationError, match=audit) as caught:
        engine.audit(audit)
    assert caught.value.code == "AUDIT_FAILED", why


GAPS = [  # what is not there, what is said
    ({"posting": "none"}, "needs a labor journal"),
    ({"payroll_taxes": ""}, "payroll_taxes.csv: no row"),
    ({"accounts": Company.accounts}, "no account for accrued_taxes, which payroll_tax.mode separate needs"),
    ({"payroll_taxes": "tax  percent  pay_items\nflat  1  Nights"}, "line 2: pay_items.csv has no pay item Nights"),
    ({"payroll_taxes": "tax  percent  wage_base\nflat  1  -7000"}, "line 2: wage_base is below 0"),
    ({"payroll_taxes": "tax  percent  credit_account\nflat  1  Payroll Liabilities"},
     "is never posted to by a journal"),
    ({"payroll_taxes": "tax  percent  wage_base\nfuta  6  7000", "go_live": "2026-07-01"},
     "private/tax_wages.csv: no wages of E1 up to 2026-06-30, which wage bases of 2026 need; 0 where there were none"),
]


@pytest.mark.parametrize(("change", "said"), GAPS)
def test_what_taxes_need_is_told_before_a_run(change, said):
    assert tax_gaps(FIRM.run()) == []
    run = replace(FIRM, **change).run()
    assert any(said in gap for gap in tax_gaps(run))
    with pytest.raises(MappingError):
        refuse_gaps(run)


def test_two_rows_that_answer_one_scope_are_refused():
    with pytest.raises(MappingError, match=r"lines 2 and 3: both answer flat"):
        replace(FIRM, payroll_taxes="tax  percent\nflat  1\nflat  2").run()


SHEETS = st.lists(
    st.tuples(st.integers(9, 15), st.sampled_from(["ann", "bob", "eve"]),
              st.sampled_from(["web", "shop", "(none)", "new"]), st.integers(1, 40_000)), min_size=1, max_size=12)


@examples(4, 40)
@given(SHEETS, st.integers(0, 9_000_00), st.integers(1, 15_000_000), st.sampled_from(["accrue", "distribution"]))
def test_every_cent_of_tax_is_posted_held_or_left(rows, before, millionths, posting):
    sheet = [{"id": str(n), "person": person, "date": f"2026-11-{day:02}", "project": project, "time": clock_hours(s)}
             for n, (day, person, project, s) in enumerate(rows)]
    percent = f"{millionths // 1000000}.{millionths % 1000000:06}"
    firm = replace(
        FIRM, posting=posting, payroll_taxes=f"tax  percent  wage_base\nt  {percent}  7000\nu  1.45  -",
        tax_wages="employee_id  tax  paid_on  wages" + "".join(
            f"\nE{number}  t  2026-02-01  {before // 100}.{before % 100:02}" for number in (1, 2, 3)))
    books = firm.books(delivery(sheet))
    must_agree(books)
    for row in books.engine.fetch("payroll_taxes").to_pylist():
        base = row["wage_base"]
        below = row["wages"] if base is None else min(row["wages"], max(base - row["wages_before"], Decimal(0)))
        assert (row["wages_before"] is None) == (base is None)
        assert row["taxable_wages"] == below
        exact = Fraction(below) * Fraction(row["percent"])   # in cents
        assert abs(Fraction(row["amount"]) * 100 - exact) <= Fraction(1, 2)
        assert row["amount"] == row["posted_amount"] + row["held_amount"] + row["left_amount"]
