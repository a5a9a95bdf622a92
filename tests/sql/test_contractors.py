"""Contractors: who they are on which day, what their time costs by contract, and what a cap lets through."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError
from tests.sql.company import Books, Company
from tests.sweeps import examples

FIRM = Company(
    employees="""
        person_ref  employee_id  employee_name  worker_type  pay_group  work_location  vendor_id  effective_from  effective_to
        ann         E1           Ann Abel       employee     weekly     US             -          2026-01-01      2026-11-12
        ann         E1           Ann Abel       contractor   -          -              VA         2026-11-13      -
        cole        V1           Cole & Co      contractor   -          -              VC         2026-01-01      -
        dee         V2           Dee Inc        contractor   -          -              VD         2026-01-01      -
        fay         V3           Fay Free       contractor   -          -              -          2026-01-01      -""",  # noqa: E501
    vendors="""
        vendor_id  vendor_name  form_1099  w9_state   w9_signed_on  terms         terms_days  expense_account
        VA         Ann Abel     NEC-1      on_file    2026-11-01    net           30          Job Costs:Subs
        VC         Cole & Co    none       missing    -             end_of_month  15          -
        VD         Dee Inc      NEC-1      requested  -             -             -           -""",
    contracts="""
        contract_id  vendor_id  cap_hours  cap_amount  terms  terms_days
        A-1          VA         -          -           -      -
        C-1          VC         10         -           -      -
        D-1          VD         -          500.00      net    7""",
    contract_rates="""
        contract_id  customer_job  service_item  rate
        A-1          *             *             60.00
        C-1          *             *             52.00
        C-1          *             Design        60.00
        C-1          Mill:Shop     *             70.00
        D-1          *             *             77.77""",
    accounts=f"""{Company.accounts}
        subcontractors  Job Costs:Subcontractors  COGS
        accrued_contractors  Accrued Contractors  OCLIAB""",
    contractors="over_cap = 'hold'\nbills = 'self_bill'",
)
SIGNED = FIRM.vendors.replace("requested  -         ", "on_file    2026-01-05")


def with_contractors(text: str, firm: Company = FIRM) -> Company:
    return replace(firm, contractors=text)


@pytest.mark.capability("C65")
def test_an_employee_who_becomes_a_contractor_in_mid_week():
    """Four days of 11 hours as an employee (44: 40 and 4 of overtime), then a contractor of 60.00 an hour."""
    books = FIRM.books("""
        id  person  date        start             time
        1   ann     2026-11-09  2026-11-09 08:00  11:00
        2   ann     2026-11-10  2026-11-10 08:00  11:00
        3   ann     2026-11-11  2026-11-11 08:00  11:00
        4   ann     2026-11-12  2026-11-12 08:00  11:00
        5   ann     2026-11-13  2026-11-13 08:00  11:00""")
    books.must_show("payroll_lines", """
        employee_id  hour_class  pay_seconds  amount
        E1           overtime    4:00:00      240.00
        E1           regular     40:00:00     1600.00""", "the contractor's 11 hours make no overtime")
    books.must_show("vendor_lines", """
        vendor_id  contract_id  seconds   rate   amount  account
        VA         A-1          11:00:00  60.00  660.00  Job Costs:Subs""")
    assert books.state_of("4") == "exported - / exported - / exported -"
    assert books.state_of("5") == "out_of_scope TE040 / exported - / exported -"
    assert {row[0] for row in books.rows("payroll_hours", "employee_id")} == {"E1"}
    hours = sum(row["pay_seconds"] for row in books.in_order("payroll_hours"))
    assert hours == 44 * 3600, "no contractor's second in a payroll file"


@pytest.mark.capability("C65")
def test_no_contractor_key_reaches_a_payroll_table():
    books = FIRM.books("""
        id  person  date        time
        1   cole    2026-11-09  8:00
        2   dee     2026-11-09  8:00
        3   fay     2026-11-09  8:00""")
    assert not books.rows("payroll_lines", "employee_id")
    assert not books.rows("payroll_hours", "employee_id")
    assert not [row for row in books.in_order("time_activities") if row["is_for_payroll"] or row["pay_item"]]


STATES = [  # entry, cost, why
    ("person cole", "exported -", "a contract answers"),
    ("person cole, service vacation", "out_of_scope TE150", "leave is not owed"),
    ("person cole, service unpaid, billable no", "out_of_scope TE150", "nor is unpaid leave"),
    ("person fay", "held TE151", "no vendor record"),
    ("person cole, project new", "held TE008", "an unknown project"),
    ("person cole, service new", "held TE009", "an unknown service"),
    ("person dee", "held TE154", "a W-9 that is asked for and not there"),
    ("person cole, time 25:00", "held TE002", "no evidence of hours worked"),
]


@pytest.mark.capability("C66")
@pytest.mark.parametrize(("differs", "state", "why"), STATES)
def test_states(differs, state, why):
    cells = {"id": "1", "date": "2026-11-10", "time": "1:00"} | dict(part.split(" ", 1) for part in differs.split(", "))
    books = FIRM.books("  ".join(cells) + "\n" + "  ".join(cells.values()))
    assert books.state_of("1").split(" / ")[1] == state, why
    assert bool(books.rows("vendor_lines", "line_id")) == (state == "exported -"), why


def test_without_contracts_a_contractor_is_out_of_scope():
    firm = replace(FIRM, vendors="", contracts="", contract_rates="")
    books = firm.books("id  person  date  time\n1  cole  2026-11-09  8:00")
    assert books.state_of("1") == "out_of_scope TE040 / out_of_scope TE042 / exported -"
    assert not books.rows("vendor_lines", "line_id")


def test_the_closest_rate_holds_and_a_tie_is_told():
    books = FIRM.books("""
        id  person  date        project  service  time
        1   cole    2026-11-09  web      dev      1:00
        2   cole    2026-11-09  web      art      1:00
        3   cole    2026-11-09  shop     dev      1:00
        4   cole    2026-11-09  shop     art      1:00""")
    books.must_show("vendor_lines", """
        customer_job  service_item  rate   amount
        Mill:Web      Engineering   52.00  52.00
        Mill:Web      Design        60.00  60.00
        Mill:Shop     Design        70.00  70.00
        Mill:Shop     Engineering   70.00  70.00""", "a rate for the job beats one for the item")
    twice = replace(
        FIRM,
        contracts=f"{FIRM.contracts}\n        C-2          VC         -          -           -      -",
        contract_rates=f"{FIRM.contract_rates}\n        C-2          *             *             53.00",
    )
    books = twice.books("id  person  date  time\n1  cole  2026-11-09  8:00")
    assert books.state_of("1").split(" / ")[1] == "held TE153"
    rates = FIRM.contract_rates.replace("C-1          *             *             52.00\n", "")
    none = replace(FIRM, contract_rates=rates)
    books = none.books("id  person  date  time\n1  cole  2026-11-09  8:00")
    assert books.state_of("1").split(" / ")[1] == "held TE152"


@pytest.mark.capability("C68")
def test_a_cap_in_hours_cuts_the_entry_that_crosses_it_at_the_second():
    sheet = """
        id  person  date        start             time
        1   cole    2026-11-09  2026-11-09 09:00  7:25
        2   cole    2026-11-10  2026-11-10 22:00  3:10
        3   cole    2026-11-12  2026-11-12 09:00  1:00"""
    books = FIRM.books(sheet)
    books.must_show("vendor_lines", "document_number  seconds  amount  is_over_cap\nTB0042V1  10:00:00  520.00  no")
    books.must_show("exceptions", """
        code   severity  entry_id   seconds  found
        TE155  hold      tracker:2  0:35:00  contract C-1, 0:35:00 over its cap
        TE155  hold      tracker:3  1:00:00  contract C-1, 1:00:00 over its cap""")
    books.must_show("roll_forward", """
        state     reason  count_entries  seconds
        received  -       3              11:35:00
        exported  -       2              10:00:00
        held      TE155   1              1:35:00""", stream="cost")
    books.must_show("allocations", """
        entry_id   piece_id        seconds  amount
        tracker:1  tracker:1/1/1r  7:25:00  385.67
        tracker:2  tracker:2/1/1r  2:00:00  104.00
        tracker:2  tracker:2/1/2r  0:35:00  30.33""", line_id="0042-V-001")
    flagged = with_contractors("over_cap = 'flag'\nbills = 'self_bill'").books(sheet)
    flagged.must_show("vendor_lines", "seconds  amount  is_over_cap\n10:00:00  520.00  no\n1:35:00  82.33  yes")
    assert flagged.column("exceptions", "code") == ["TE156", "TE156"]
    assert flagged.state_of("3").split(" / ")[1] == "exported -"


@pytest.mark.capability("C158")
@pytest.mark.capability("C68")
def test_a_cap_in_money_and_what_was_used_before():
    firm = replace(FIRM, vendors=SIGNED)
    sheet = "id  person  date  start  time\n1  dee  2026-11-12  2026-11-12 09:00  8:00"
    books = firm.books(sheet)
    books.must_show("vendor_lines", "seconds  amount  due_on\n6:25:45  500.00  2026-11-22", "77.77 x 6:25:45 = 500.00")
    used = replace(firm, contracts="""
        contract_id  vendor_id  cap_hours  cap_amount  amount_before  terms  terms_days
        D-1          VD         -          500.00      422.24         -      -""",
        contract_rates="contract_id  rate\nD-1  77.77")
    books = used.books(sheet)
    books.must_show("vendor_lines", "seconds  amount\n0:59:59  77.75", "77.76 is left: one second less than the hour")
    assert books.state_of("1").split(" / ")[1] == "exported -"


@pytest.mark.capability("C150")
def test_the_vendors_own_invoice_is_compared():
    sheet = "id  person  date  time\n1  cole  2026-11-09  7:25"
    cases = (   # hours, amount, standing, number on the bill
        ("7.42", "385.67", "agreed", "A-7"),
        ("7.416667", "385.67", "agreed", "A-7"),
        ("7.5", "390.00", "differs", "-"),
        ("7.42", "385.66", "differs", "-"),
    )
    for hours, amount, standing, number in cases:
        firm = replace(with_contractors("bills = 'match'"), vendor_invoices=f"""
        vendor_id  contract_id  invoice_number  hours    amount
        VC         C-1          A-7             {hours}  {amount}""")
        books = firm.books(sheet)
        books.must_show("vendor_bills", f"standing  seconds  amount\n{standing}  7:25:00  385.67")
        assert books.column("vendor_lines", "document_number") == [number]
        assert books.column("exceptions", "code") == (["TE157"] if standing == "differs" else [])
    late = replace(with_contractors("bills = 'match'"), vendor_invoices="""
        vendor_id  contract_id  invoice_number  hours  amount
        VC         C-1          A-8             1      52.00""")
    books = late.books("id  person  date  time\n1  ann  2026-11-09  1:00")
    books.must_show("vendor_bills", "contract_id  standing  amount_difference\nC-1  no time  52.00")


@pytest.mark.capability("C150")
def test_an_accrual_and_its_reversal_sum_to_zero():
    firm = replace(with_contractors("bills = 'accrue'"), posting="distribution",
                   documents="quickbooks_online.labor_journal vendor.worksheet")
    books = firm.books("""
        id  person  date        project  time
        1   cole    2026-11-09  web      1:00
        2   cole    2026-11-09  shop     1:00""")
    lines = [row for row in books.in_order("postings") if "C" in row["document_number"][6:]]
    assert [
        tuple(str(row[name]) for name in ("line_id", "document_number", "posted_on", "account", "amount"))
        for row in lines
    ] == [
        ("0042-S-001", "TB0042C", "2026-11-15", "Job Costs:Subcontractors", "70.000"),
        ("0042-S-002", "TB0042C", "2026-11-15", "Job Costs:Subcontractors", "52.000"),
        ("0042-S-003", "TB0042C", "2026-11-15", "Accrued Contractors", "-122.000"),
        ("0042-SR-001", "TB0042CR", "2026-11-16", "Job Costs:Subcontractors", "-70.000"),
        ("0042-SR-002", "TB0042CR", "2026-11-16", "Job Costs:Subcontractors", "-52.000"),
        ("0042-SR-003", "TB0042CR", "2026-11-16", "Accrued Contractors", "122.000"),
    ]
    books.engine.run(("postings_to_check",))
    assert all(row["side"] == row["usual_side"] for row in books.in_order("postings_to_check"))
    by_account = {row["account"]: 0 for row in lines}
    for row in lines:
        by_account[row["account"]] += row["amount"]
    assert set(by_account.values()) == {0}
    assert books.column("vendor_lines", "document_number") == ["-", "-"]


@pytest.mark.capability("C67")
def test_documents_that_expire_are_told():
    firm = replace(FIRM, attachments="""
        owner_type  owner  kind       path             valid_from  expires_on
        vendor      VC     insurance  documents/i.pdf  2026-01-01  2026-11-14
        vendor      VA     insurance  documents/i.pdf  2026-01-01  2026-12-15
        vendor      VD     insurance  documents/i.pdf  2026-01-01  2026-12-16
        vendor      VD     license    documents/a.pdf  2026-01-01  2026-11-14
        vendor      VD     license    documents/b.pdf  2026-01-01  2028-11-14
        employee    E1     w9         documents/w.pdf  2026-01-01  -""")
    books = firm.books("id  person  date  time\n1  ann  2026-11-09  1:00")
    books.must_show("exceptions", """
        code   severity  streams  found
        TE158  note      cost     vendor VC, insurance expired on 2026-11-14
        TE158  note      cost     vendor VA, insurance expires on 2026-12-15""")


FAULTS = [  # field, table as text, what is said
    ("vendors", "vendor_id  vendor_name  form_1099\nVX  Ex 123-45-6789  NEC-1", "holds what looks like a whole tax id"),
    ("vendors", "vendor_id  vendor_name  tin_last_four\nVX  Ex  123456789", "not the last four digits of the tax id"),
    ("vendors", "vendor_id  vendor_name  w9_state\nVX  Ex  missing", "w9_signed_on is given exactly where"),
    ("vendors", "vendor_id  vendor_name  terms\nVX  Ex  net", "terms and terms_days are given together"),
    ("contracts", "contract_id  vendor_id\nX  VX", "no vendor VX in vendors.csv"),
    ("contracts", "contract_id  vendor_id  cap_hours\nX  VA  0.0001", "no whole number of seconds"),
    ("contracts", "contract_id  vendor_id  cap_amount\nX  VA  0.001", "more decimals than USD"),
    ("contracts", "contract_id  vendor_id  amount_before\nX  VA  5", "amount_before without cap_amount"),
    ("contract_rates", "contract_id  rate\nX  5", "no contract X in contracts.csv"),
    ("vendor_invoices", "vendor_id  contract_id  invoice_number  hours  amount\nVA  C-1  7  1  1",
     "no contract C-1 of vendor VA"),
]


@pytest.mark.parametrize(("field", "text", "said"), FAULTS)
def test_faults_are_named_by_file_and_line(field, text, said):
    with pytest.raises(MappingError) as error:
        replace(FIRM, **{field: text}).run()
    assert said in error.value.what
    assert ".csv, line 2" in error.value.what


ENTRY = st.tuples(st.integers(1, 40_000), st.sampled_from(["dev", "art"]), st.sampled_from(["web", "shop"]))
TIMES = st.lists(ENTRY, min_size=1, max_size=5)


def capped(cap: str, times: list[tuple[int, str, str]]) -> Books:
    firm = replace(FIRM, duration="seconds", contracts=f"""
        contract_id  vendor_id  cap_hours  cap_amount
        C-1          VC         {cap}""", contract_rates="""
        contract_id  customer_job  service_item  rate
        C-1          *             *             33.335
        C-1          *             Design        66.665
        C-1          Mill:Shop     *             71.13""")
    rows = []
    for n, (seconds, service, project) in enumerate(times):
        day = f"2026-11-{9 + n // 2:02}"
        rows.append(f"{n}  cole  {day}  {day} {n % 2 * 12:02}:{n // 10:02}  {seconds}  {project}  {service}")
    return firm.books("\n".join(["id  person  date  start  time  project  service", *rows]))


@examples(4, 40)
@given(times=TIMES, cap=st.sampled_from(["3  -", "-  100.00", "2.5  77.77", "0  -", "-  -"]))
def test_bill_lines_are_the_sum_of_entries_and_never_above_the_cap(times, cap):
    books = capped(cap, times)
    lines, shares = books.in_order("vendor_lines"), books.in_order("allocations")
    for line in lines:
        own = [share for share in shares if share["line_id"] == line["line_id"]]
        assert (line["seconds"], line["amount"]) == (sum(s["seconds"] for s in own), sum(s["amount"] for s in own))
    hours, money = cap.split()
    assert hours == "-" or sum(line["seconds"] for line in lines) <= Fraction(hours) * 3600
    assert money == "-" or sum(line["amount"] for line in lines) <= Decimal(money)
    over = sum(row["seconds"] for row in books.in_order("contract_over"))
    assert sum(line["seconds"] for line in lines) + over == sum(seconds for seconds, _, _ in times)


@examples(4, 40)
@given(seconds=st.integers(2, 30_000), cut=st.integers(1, 29_999), cap=st.sampled_from(["3  -", "-  100.00"]))
def test_splitting_an_entry_changes_nothing(seconds, cut, cap):
    cut = min(cut, seconds - 1)
    whole = capped(cap, [(seconds, "dev", "web")])
    parted = capped(cap, [(cut, "dev", "web"), (seconds - cut, "dev", "web")])
    columns = "customer_job service_item rate seconds amount"
    assert whole.rows("vendor_lines", columns) == parted.rows("vendor_lines", columns)
