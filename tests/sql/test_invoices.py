"""Draft invoices: one a customer:job, its lines from time or of their own; terms, tax, fees, caps, retainers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError
from etl.sql.order import RULES
from etl.steps.billing import billing_gaps
from etl.units import minor_digits
from tests.sql.company import Books, Company
from tests.sweeps import examples

FIRM = replace(
    Company(), documents="quickbooks_desktop.invoice", bill='output = "draft_invoice"\nterms_days = 30',
    invoice_accounts="service_item  account\n*  Services\nEngineering  Services:Build")
NO_SALES_TAX = '[targets.quickbooks_online]\nautomated_sales_tax = "no"'
DECIDED = "customer_job  service_item  bill_rate  seconds  line_amount  decision  amount  reason\n"
DESIGN = f"{DECIDED}Mill:Web  Design  100.00  1  9.00"
DOWN = f"{DECIDED}Mill:Web  Design  100.00  4201  116.69  write_down  100.00  Agreed price"
METHODS = "project_ref  customer_job  billing_method\nweb  Mill:Web  {}\nshop  Mill:Shop  time_and_materials"
EVERYTHING = replace(   # a cap that is passed, a line written down, a fee, a customer's own terms and address
    FIRM, projects=METHODS.format("capped"), job_limits="customer_job  kind  amount\nMill:Web  cap  700.00",
    billing_decisions=DOWN, fees="customer_job  service_item  amount  text\nMill:Shop  Launch  1500.00  Milestone 2",
    customers="customer  terms  terms_days  address_1  address_2\nMill  net  10  1 Mill Lane  Akron, OH 44301",
    dimensions="by  ref  value  precedence\nservice_item  Engineering  Build  1")
TAXED = replace(   # a tax code by place, Xero's account codes and tracking; QuickBooks Online without sales tax
    FIRM, documents="xero.invoice", bill=f'{FIRM.bill}\ntax = "required"', invoice_accounts="account\n200",
    tax_codes="place  tax_code\n*  20% (VAT on Income)\nUS-OH  Tax Exempt (0%)",
    customers="customer  place\nMill  US-OH",
    toml=f'{NO_SALES_TAX}\n[targets.xero]\ndate_format = "DD/MM/YYYY"\ntracking_job = "Project"')
WEEK = """
    id  person  project  service  time     billable
    1   ann     web      dev      7:20     yes
    2   ann     web      art      1:10:01  yes
    3   bob     shop     dev      3:00     yes
    4   bob     shop     dev      1:00     no"""


def taxed(**more: str) -> Company:
    return replace(FIRM, bill=f'{FIRM.bill}\ntax = "required"', **more)


@pytest.mark.capability("C149")
@pytest.mark.capability("C51")
def test_one_invoice_a_customer_job_with_its_lines_of_time():
    books = FIRM.books(WEEK)
    books.must_show("invoice_lines", """
        line_id     invoice_number  line_number  customer_job  service_item  seconds  quantity_hours  amount  account         billed_on   due_on      terms
        0042-B-001  TB0042I01       1            Mill:Shop     Engineering   3:00:00  3.00            300.00  Services:Build  2026-11-15  2026-12-15  Net 30
        0042-B-002  TB0042I02       1            Mill:Web      Design        1:10:01  1.1669          116.69  Services        2026-11-15  2026-12-15  Net 30
        0042-B-003  TB0042I02       2            Mill:Web      Engineering   7:20:00  7.3333          733.33  Services:Build  2026-11-15  2026-12-15  Net 30""")  # noqa: E501
    assert books.column("control_totals", "difference", figure="invoices USD") == ["0.000"]
    assert not books.rows("exceptions", "code")


def test_without_draft_invoices_there_are_none():
    books = Company().books(WEEK)
    assert not books.rows("invoice_lines", "line_id")
    assert not books.rows("control_totals", "figure", figure="invoices USD")


@pytest.mark.parametrize(("bill", "number", "why"), [
    ('series = "INV-"', "INV-0042I01", "the declared series"), ("", "TB0042I01", "the usual one")])
def test_numbers_are_of_the_declared_series(bill, number, why):
    books = replace(FIRM, bill=f"{FIRM.bill}\n{bill}").books(WEEK)
    assert books.column("invoice_lines", "invoice_number")[0] == number, why
    assert len(number) <= 11


TERMS = [   # customers, billing, due, terms, why
    ("customer  terms  terms_days\nMill  net  10", "", "2026-11-25", "Net 10", "of the customer"),
    ("customer  terms  terms_days\nMill  net  10\nMill:Shop  net  7", "", "2026-11-22", "Net 7", "of the job first"),
    ("customer  terms  terms_days\nMill  end_of_month  10", "", "2026-12-10", "EOM 10", "after the month's end"),
    ("customer  terms  terms_days\nMill  -  -", "", "2026-12-15", "Net 30", "the company's"),
    ("customer  terms  terms_days\nLoom  net  10", 'terms = "end_of_month"', "2026-12-30", "EOM 30", "the company's"),
    ("customer  terms  terms_days\nMill  net  0", "", "2026-11-15", "Due on receipt", "at once"),
]


@pytest.mark.parametrize(("customers", "bill", "due", "terms", "why"), TERMS)
def test_an_invoice_is_due_by_the_closest_terms(customers, bill, due, terms, why):
    books = replace(FIRM, customers=customers, bill=f"{FIRM.bill}\n{bill}").books(WEEK)
    assert books.rows("invoice_lines", "due_on terms", customer_job="Mill:Shop") == [[due, terms]], why


def test_an_address_is_the_job_s_or_its_customer_s():
    customers = "customer  address_1  address_2\nMill  1 Mill Lane  Ohio\nMill:Web  2 Web Row  -"
    books = replace(FIRM, customers=customers).books(WEEK)
    assert books.rows("invoice_lines", "customer_job address_1 address_2") == [
        ["Mill:Shop", "1 Mill Lane", "Ohio"], ["Mill:Web", "2 Web Row", "-"], ["Mill:Web", "2 Web Row", "-"]]


TAXES = [   # tax codes, code of Mill:Web's Design, why
    ("tax_code\nTAX", "TAX", "any"),
    ("service_item  tax_code\n*  TAX\nDesign  NON", "NON", "the item"),
    ("place  tax_code\n*  TAX\nUS-OH  OHIO", "OHIO", "the customer's place"),
    ("place  service_item  tax_code\nUS-OH  *  OHIO\n*  Design  NON", "NON", "the item before the place"),
    ("customer  service_item  tax_code\nMill  *  MILL\n*  Design  NON", "MILL", "the customer before the item"),
    ("customer  tax_code\nMill  MILL\nMill:Web  WEB", "WEB", "the job before its customer"),
    ("tax_code  effective_from  effective_to\nOLD  2026-01-01  2026-11-14\nNEW  2026-11-15  -", "NEW", "of the day"),
]


@pytest.mark.capability("C148")
@pytest.mark.parametrize(("codes", "code", "why"), TAXES)
def test_the_closest_tax_code_holds(codes, code, why):
    books = taxed(tax_codes=codes, customers="customer  place\nMill  US-OH").books(WEEK)
    assert books.column("invoice_lines", "tax_code", customer_job="Mill:Web", service_item="Design") == [code], why


@pytest.mark.capability("C148")
def test_time_without_a_tax_code_waits_and_pay_goes_on():
    books = taxed(tax_codes="service_item  tax_code\nDesign  NON").books(WEEK)
    assert books.state_of("1") == "exported - / exported - / held TE180"
    assert books.state_of("2") == "exported - / exported - / exported -"
    assert books.column("invoice_lines", "service_item") == ["Design"]
    assert books.rows("exceptions", "code found")[:2] == [
        ["TE180", "job Mill:Web, item Engineering"], ["TE180", "job Mill:Shop, item Engineering"]]
    assert books.column("exceptions", "code")[2:] == ["TE181"]


@pytest.mark.capability("C148")
@pytest.mark.parametrize(("documents", "toml", "by_hand"), [
    ("quickbooks_online.invoice", "", "sales tax"),
    ("quickbooks_online.invoice", '[targets.quickbooks_online]\nautomated_sales_tax = "unknown"', "sales tax"),
    ("quickbooks_online.invoice", NO_SALES_TAX, "-"),
    ("quickbooks_desktop.invoice", "", "tax"),
    ("xero.invoice", "", "-"),
])
def test_where_the_import_refuses_tax_the_invoice_is_entered_by_hand_and_said_so(documents, toml, by_hand):
    books = taxed(documents=documents, tax_codes="tax_code\nTAX", toml=toml).books(WEEK)
    assert set(books.column("invoice_lines", "by_hand")) == {by_hand}
    told = [["TE181", "bill", f"TB0042I01, Mill:Shop, 300.000 USD: {by_hand}"],
            ["TE181", "bill", f"TB0042I02, Mill:Web, 850.020 USD: {by_hand}"]]
    assert books.rows("exceptions", "code streams found") == (told if by_hand != "-" else [])


def test_other_reasons_for_entry_by_hand():
    yen = replace(FIRM, rates="customer_job  bill_rate  currency\nMill:Web  15000  JPY\nMill:Shop  77.777  KWD")
    assert by_job(yen.books(WEEK)) == {"Mill:Shop": "currency", "Mill:Web": "currency"}
    online = replace(yen, documents="quickbooks_online.invoice", toml=NO_SALES_TAX)
    assert by_job(online.books(WEEK)) == {"Mill:Shop": "decimals", "Mill:Web": "-"}
    down = replace(online, rates=Company.rates, billing_decisions=DOWN)
    assert by_job(down.books(WEEK)) == {"Mill:Shop": "-", "Mill:Web": "negative line"}


def by_job(books: Books) -> dict[str, str]:
    return dict(books.rows("invoice_lines", "customer_job by_hand"))


METHOD_STATES = [   # method, state in the bill stream, lines of Mill:Web, why
    ("time_and_materials", "exported -", 2, "by the hour"), ("not_billed", "out_of_scope TE048", 0, "never"),
    ("internal", "out_of_scope TE185", 0, "never"), ("fixed_fee", "out_of_scope TE184", 0, "by its fees"),
]


@pytest.mark.capability("C146")
@pytest.mark.parametrize(("method", "state", "count", "why"), METHOD_STATES)
def test_billing_methods(method, state, count, why):
    books = replace(FIRM, projects=METHODS.format(method)).books(WEEK)
    assert books.state_of("1") == f"exported - / exported - / {state}", why
    assert len(books.rows("invoice_lines", "line_id", customer_job="Mill:Web")) == count


@pytest.mark.capability("C146")
def test_a_fixed_fee_is_invoiced_in_the_period_of_its_day():
    fees = "customer_job  service_item  fee_on  amount  text\n" + "\n".join(
        f"Mill:Web  Launch  {day}  {amount}  Milestone {amount}" for day, amount in
        (("2026-11-08", "100.00"), ("2026-11-09", "200.00"), ("2026-11-15", "300.00"), ("2026-11-16", "400.00")))
    books = replace(FIRM, projects=METHODS.format("fixed_fee"), fees=fees).books(WEEK)
    assert books.rows("invoice_lines", "line_id line_kind service_item amount reason", customer_job="Mill:Web") == [
        ["0042-J-001", "fee", "Launch", "200.00", "Milestone 200.00"],
        ["0042-J-002", "fee", "Launch", "300.00", "Milestone 300.00"]]


def with_before(firm: Company, *rows: tuple[str, str, str]) -> Books:
    """The books of a week after earlier invoices of Mill:Web: kind, day, amount."""
    books = firm.books(WEEK)
    schema = books.engine.fetch("invoiced_before").schema
    told = [{"customer_job": "Mill:Web", "currency": "USD", "line_kind": kind, "billed_on": date.fromisoformat(day),
             "amount": Decimal(amount)} for kind, day, amount in rows]
    books.engine.put("invoiced_before", pa.Table.from_pylist(told, schema=schema))
    books.engine.run(RULES[RULES.index("invoice_time"):RULES.index("contract_over")])
    books.engine.run(("invoice_lines", "exceptions"))
    return books


CAPS = [   # cap, used before go-live, invoiced before, off Design and Engineering, why
    ("850.02", "-", [], [], "exactly the cap"),
    ("850.01", "-", [], ["-0.01"], "a cent over: off the larger fraction"),
    ("425.01", "-", [], ["-58.35", "-366.66"], "by shares, a tie in their order"),
    ("1000.00", "149.98", [], [], "149.98 were billed before go-live"),
    ("1000.00", "150.00", [], ["-0.02"], "two cents over"),
    ("1000.00", "-", [("time", "2026-11-08", "200.00"), ("over_cap", "2026-11-08", "-50.00")], ["-0.02"],
     "150.00 invoiced before"),
    ("1000.00", "-", [("time", "2026-01-01", "900.00")], [], "before this cap began"),
    ("1000.00", "-", [("fee", "2026-11-08", "900.00"), ("retainer", "2026-11-08", "-900.00")], [], "no time"),
    ("100.00", "200.00", [], ["-116.69", "-733.33"], "used up: nothing is left to bill, and never less"),
]


@pytest.mark.capability("C146")
@pytest.mark.parametrize(("cap", "used", "before", "off", "why"), CAPS)
def test_what_is_over_a_cap_comes_off_each_line(cap, used, before, off, why):
    limits = ("customer_job  kind  amount  used_before  effective_from\n"
              f"Mill:Web  cap  {cap}  {used}  2026-02-01")
    firm = replace(FIRM, projects=METHODS.format("capped"), job_limits=limits)
    books = with_before(firm, *before)
    found = books.rows("invoice_lines", "amount", line_kind="over_cap")
    assert sorted(amount for [amount] in found) == sorted(off), why
    assert ("TE188" in books.column("exceptions", "code")) == bool(off)
    assert books.state_of("1") == "exported - / exported - / exported -", "the time stays billed; the cap is a line"


RETAINERS = [   # retainer, used before, drawn before, drawn now, why
    ("5000.00", "-", [], "-850.02", "all of it"), ("500.00", "-", [], "-500.00", "what there is"),
    ("500.00", "400.00", [], "-100.00", "less what was drawn before go-live"),
    ("500.00", "-", [("retainer", "2026-11-08", "-450.00"), ("time", "2026-11-08", "999.00")], "-50.00", "and since"),
    ("500.00", "500.00", [], None, "used up: billed in full"),
]


@pytest.mark.capability("C146")
@pytest.mark.parametrize(("amount", "used", "before", "drawn", "why"), RETAINERS)
def test_a_retainer_pays_what_it_has_left(amount, used, before, drawn, why):
    limits = ("customer_job  kind  service_item  amount  used_before  effective_from\n"
              f"Mill:Web  retainer  Deposit  {amount}  {used}  2026-02-01")
    accounts = "service_item  account  account_type\n*  Services  INC\nDeposit  Customer Deposits  OCLIAB"
    firm = replace(FIRM, projects=METHODS.format("retainer"), job_limits=limits, invoice_accounts=accounts)
    found = with_before(firm, *before).rows("invoice_lines", "service_item account amount", line_kind="retainer")
    assert found == ([["Deposit", "Customer Deposits", drawn]] if drawn else []), why


@pytest.mark.capability("C147")
def test_a_line_written_down_keeps_its_time_and_gets_a_line_of_its_own():
    books = replace(FIRM, billing_decisions=DOWN).books(WEEK)
    books.must_show("invoice_lines", """
        line_id     line_kind   adjusts     service_item  seconds  amount  reason
        0042-B-002  time        -           Design        1:10:01  116.69  -
        0042-B-003  time        -           Engineering   7:20:00  733.33  -
        0042-J-001  write_down  0042-B-002  Design        0:00:00  -16.69  Agreed price""", customer_job="Mill:Web")
    assert books.rows("exceptions", "code found") == [["TE187", "TB0042I02, Mill:Web: -16.690 USD, Agreed price"]]
    assert books.column("roll_forward", "amount", stream="bill", state="exported") == ["1150.02"], "nothing is lost"


@pytest.mark.capability("C147")
def test_a_line_held_by_the_reviewer_waits_with_its_entries():
    held = f"{DECIDED}Mill:Web  Engineering  100.00  26400  733.33  hold  -  Ask first"
    books = replace(FIRM, billing_decisions=held).books(WEEK)
    assert books.state_of("1") == "exported - / exported - / held TE183"
    assert books.column("invoice_lines", "service_item", customer_job="Mill:Web") == ["Design"]
    assert books.rows("exceptions", "code severity") == [["TE183", "hold"]]


@pytest.mark.capability("C147")
@pytest.mark.parametrize(("row", "why"), [
    ("Mill:Web  Design  100.00  4200  116.69  write_down  100.00  x", "another second"),
    ("Mill:Web  Design  100.00  4201  116.70  write_down  100.00  x", "another cent"),
    ("Mill:Web  Design  101.00  4201  116.69  write_up  200.00  x", "another rate"),
    ("Mill:Old  Design  100.00  4201  116.69  bill  -  -", "a job that is gone"),
])
def test_a_decision_about_other_figures_stops_the_draft(row, why):
    books = replace(FIRM, billing_decisions=f"{DECIDED}{row}").books(WEEK)
    assert books.rows("exceptions", "code severity") == [["TE186", "stop"]], why
    assert set(books.column("invoice_lines", "line_kind")) == {"time"}, "and is not applied"


def test_a_job_with_a_cap_in_another_currency_stops_the_draft():
    limits = "customer_job  kind  amount  currency\nMill:Web  cap  100.00  EUR"
    books = replace(FIRM, projects=METHODS.format("capped"), job_limits=limits).books(WEEK)
    assert books.rows("exceptions", "code severity found") == [["TE189", "stop", "Mill:Web: time in USD"]]


@pytest.mark.capability("C138")
def test_a_line_of_several_classes_carries_none_and_says_so():
    classes = "by  ref  value  precedence\nemployee  E1  North  1\nemployee  E2  South  1"
    books = replace(FIRM, dimensions=classes).books("""
        id  person  project  service  time  billable
        1   ann     web      dev      1:00  yes
        2   bob     web      dev      1:00  yes
        3   bob     shop     dev      1:00  yes""")
    assert books.rows("invoice_lines", "customer_job class") == [["Mill:Shop", "South"], ["Mill:Web", "-"]]
    assert books.column("exceptions", "code") == ["TE182"]


GAPS = [   # company, part of a finding, why
    ({"bill": ""}, 'only with billing.output = "draft_invoice"', "an invoice document alone"),
    ({"documents": "billing.worksheet"}, "needs an invoice among", "no document that carries it"),
    ({"documents": "billing.worksheet", "bill": 'output = "none"'}, "writes no billing.worksheet", "none means none"),
    ({"documents": "xero.invoice"}, "Xero asks for a tax rate", "mandatory there"),
    ({"bill": f'{FIRM.bill}\ntax = "required"'}, "tax_codes.csv: no row", "declared and empty"),
    ({"tax_codes": "tax_code\nTAX"}, "tax_codes.csv is there", "declared by the file alone"),
    ({"invoice_accounts": "service_item  account\nDesign  Services"}, "no account for Engineering", "an item without"),
    ({"bill": "", "documents": "billing.worksheet", "projects": METHODS.format("fixed_fee")},
     "line 2: billing_method fixed_fee", "the worksheet shows no fee"),
    ({"projects": METHODS.format("capped"),
      "job_limits": "customer_job  kind  amount  effective_to\nMill:Web  cap  9.00  2026-11-14"},
     "no cap of Mill:Web is in force on 2026-11-15", "a cap that has ended would bill without end"),
]


@pytest.mark.parametrize(("more", "finding", "why"), GAPS)
def test_what_is_missing_is_said_before_anything_is_computed(more, finding, why):
    assert [text for text in billing_gaps(replace(FIRM, **more).run()) if finding in text], why


def test_a_company_that_makes_no_invoices_lacks_nothing():
    assert billing_gaps(Company().run()) == []
    assert billing_gaps(FIRM.run()) == []


FAULTS = [   # company, part of the finding, why
    ({"projects": METHODS.format("capped")}, "job_limits.csv has no cap for Mill:Web", "a cap without an amount"),
    ({"job_limits": "customer_job  kind  amount\nMill:Web  cap  9.00"}, "bills Mill:Web as capped", "not declared"),
    ({"projects": METHODS.format("fixed_fee") + "\nold  Mill:Web  time_and_materials"}, "is billed as fixed_fee",
     "two ways"),
    ({"projects": "project_ref  customer_job  billing_method\nweb  -  fixed_fee"}, "needs a customer_job", "of whom?"),
    ({"projects": METHODS.format("retainer"), "job_limits": "customer_job  kind  amount\nMill:Web  retainer  9.00"},
     "a retainer needs a service_item", "on which account?"),
    ({"fees": "customer_job  amount\nMill:Web  9.005"}, "more decimals than USD", "half a cent"),
    ({"customers": "customer  terms  terms_days\nMill  net  -"}, "terms and terms_days are given together", "when?"),
    ({"billing_decisions": f"{DESIGN}  write_down  -  x"}, "amount is given exactly", "to what?"),
    ({"billing_decisions": f"{DESIGN}  write_down  9.00  x"}, "below that", "no less"),
    ({"billing_decisions": f"{DESIGN}  write_down  -1.00  x"}, "0 or more", "below zero"),
    ({"billing_decisions": f"{DESIGN}  write_up  8.00  x"}, "above that", "no more"),
    ({"billing_decisions": f"{DESIGN}  bill  8.00  -"}, "amount is given exactly", "to bill"),
    ({"billing_decisions": f"{DESIGN}  hold  -  -"}, "hold needs a reason", "why?"),
]


@pytest.mark.parametrize(("more", "finding", "why"), FAULTS)
def test_faulty_cross_references_are_refused(more, finding, why):
    with pytest.raises(MappingError, match=finding) as error:
        replace(FIRM, **more).run()
    assert error.value.code == "MAPPING_INVALID", why


ENTRIES = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "cole"]), st.sampled_from(["web", "shop"]),
              st.sampled_from(["dev", "art"]), st.integers(1, 86400),
              st.sampled_from(["2026-11-09", "2026-11-12", "2026-11-15"])),
    min_size=1, max_size=12)
RATES = st.tuples(st.sampled_from(["USD", "JPY", "KWD"]), st.sampled_from(["JPY", "USD", "KWD"]),
                  st.decimals("0.01", "900", places=2), st.decimals("0.01", "900", places=3), st.integers(1, 20))


@pytest.mark.capability("C50")
@given(ENTRIES, RATES)
@examples(4, 40)
def test_worksheet_is_the_sum_of_allocated_lines_and_of_entries_to_the_cent(entries, rates):
    """With 0, 2 and 3 decimals, and a cap somewhere inside the money; every run also runs every audit."""
    first, second, dev, art, part = rates
    lines = "\n".join(f"{n}  {who}  {job}  {what}  {time // 3600}:{time // 60 % 60:02}:{time % 60:02}  yes  {day}"
                      for n, (who, job, what, time, day) in enumerate(entries))
    firm = replace(
        FIRM, rates=f"service_item  bill_rate  currency\nEngineering  {dev}  {first}\nDesign  {art}  {second}",
        projects=METHODS.format("capped"), job_limits="customer_job  kind  amount  currency\n" + "\n".join(
            f"Mill:Web  cap  {part}  {code}" for code in sorted({first, second})))
    books = firm.books(f"id  person  project  service  time  billable  date\n{lines}")
    worksheet, shares, invoiced = {}, {}, {}
    for row in books.engine.fetch("billable_lines").to_pylist():
        worksheet[row["line_id"]] = row["amount"], row["bill_seconds"]
        assert row["amount"] % Decimal(1).scaleb(-minor_digits(row["currency"])) == 0
    for row in books.engine.fetch("allocations").to_pylist():
        if row["line_id"] in worksheet:
            money, seconds = shares.get(row["line_id"], (Decimal(0), 0))
            shares[row["line_id"]] = money + row["amount"], seconds + row["seconds"]
    lines = books.engine.fetch("invoice_lines").to_pylist()
    invoiced = {row["line_id"]: (row["amount"], row["seconds"]) for row in lines if row["line_kind"] == "time"}
    assert worksheet == shares == invoiced
    assert sum(seconds for _, seconds in worksheet.values()) == sum(time for *_, time, _ in entries)
    for code in {first, second}:
        capped = sum(row["amount"] for row in lines if (row["customer_job"], row["currency"]) == ("Mill:Web", code))
        assert capped <= part
    assert all(Decimal(row["difference"]) == 0 for row in books.engine.fetch("control_totals").to_pylist())
