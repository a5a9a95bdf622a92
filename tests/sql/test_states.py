"""Each entry version has one state and reason in pay, cost and billing: as mapped, as the company declared."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.sql.company import Books, Company, delivery

FIRM = Company(
    employees="""
        source  person_ref  employee_id  employee_name  worker_type  pay_group  effective_from  effective_to
        *       ann         E1           Ann Abel       employee     weekly     2026-11-10      2026-11-12
        kimai   kim         E2           Kim Kahn       employee     weekly     2026-01-01      -
        *       bob         E3           Bob Berg       employee     weekly     2026-01-01      -
        *       nora        E4           Nora Norate    employee     weekly     2026-01-01      -
        *       pound       E5           Pia Pound      employee     weekly     2026-01-01      -
        *       (none)      E6           Nameless       employee     weekly     2026-01-01      -
        *       cole        V1           Cole & Co      contractor   -          2026-01-01      -""",
    projects="""
        client_ref  project_ref  customer_job  billing_method      effective_from  effective_to
        *           web          Mill:Web      time_and_materials  2026-01-01      2026-11-10
        *           web          Mill:Web 2    time_and_materials  2026-11-11      2026-11-12
        Mill        api          Mill:Api      time_and_materials  2026-01-01      -
        Bank        api          Bank:Api      time_and_materials  2026-01-01      -
        (none)      api          Own:Api       time_and_materials  2026-01-01      -
        *           fixed        Mill:Fixed    not_billed          2026-01-01      -
        *           free         Mill:Free     time_and_materials  2026-01-01      -
        *           (none)       -             time_and_materials  2026-01-01      -""",
    items="""
        service_ref  service_item  hour_kind
        dev          Engineering   worked
        art          Design        worked
        (none)       General       worked
        vacation     Vacation      paid_leave
        unpaid       Unpaid        unpaid_leave""",
    rates="""
        customer_job  service_item  employee_id  bill_rate
        Mill:Web      *             *            110.00
        Mill:Web 2    *             *            111.00
        Mill:Api      *             *            120.00
        Bank:Api      *             *            130.00
        Own:Api       *             *            140.00""",
    pay_rates="""
        employee_id  pay_rate  currency
        E1           40.00     USD
        E2           40.00     USD
        E3           40.00     USD
        E6           40.00     USD
        E5           30.00     GBP""",
    entry=(("person", "bob"), ("date", "2026-11-10"), ("time", "1:00")),
)
ALL = "exported - / exported - / exported -"


def every(state: str) -> str:
    """The same state in pay, cost and billing."""
    return " / ".join([state] * 3)


def gap(code: str) -> str:
    """Pay goes on, cost and billing wait."""
    return f"exported - / held {code} / held {code}"


CASES = [  # entry, how it differs from an hour of bob's on Web on Tuesday the 10th, pay / cost / bill, why
    ("plain", "", ALL, "mapped in every way"),
    ("first", "person ann", ALL, "the first day of a person's row"),
    ("last", "person ann, date 2026-11-12", ALL, "the last day, inclusive"),
    ("before", "person ann, date 2026-11-09", every("held TE007"), "the day before: no payroll record"),
    ("after", "person ann, date 2026-11-13", every("held TE007"), "the day after"),
    ("stranger", "person zoe", every("held TE007"), "a person nobody knows"),
    ("only kimai", "person kim", every("held TE007"), "known in another tracker only"),
    ("nameless", "person -", ALL, "(none) stands for an empty cell"),
    ("web last", "date 2026-11-12", ALL, "the last day of a project's row"),
    ("web gone", "date 2026-11-13", gap("TE008"), "the day after: pay goes on"),
    ("no project", "project new", gap("TE008"), "an unknown project"),
    (
        "not billed",
        "project new, billable no",
        "exported - / held TE008 / out_of_scope TE047",
        "of time that is not billable only cost waits",
    ),
    ("no service", "service new", gap("TE009"), "an unknown service"),
    ("neither", "project new, service new", gap("TE008"), "both: the project is named first"),
    ("any service", "service -", ALL, "(none) of the services"),
    ("mill", "client Mill, project api", ALL, "a project known by its client"),
    ("no client", "project api", ALL, "and one without a client"),
    ("other", "client Other, project api", gap("TE008"), "of another client it is another project"),
    ("any client", "client Other", ALL, "unless * stands for any client"),
    ("internal", "project -, billable no", "exported - / exported - / out_of_scope TE047", "internal time is cost"),
    ("internal 2", "project -", "exported - / exported - / held TE013", "and cannot be billed to nobody"),
    ("fixed", "project fixed", "exported - / exported - / out_of_scope TE048", "a project at a fixed fee"),
    ("no rate", "project free", "exported - / exported - / held TE011", "no bill rate holds the bill only"),
    ("no pay rate", "person nora", "exported - / held TE012 / exported -", "no pay rate holds the person's cost only"),
    ("pounds", "person pound", "exported - / held TE012 / exported -", "a pay rate in another currency is none"),
    (
        "contractor",
        "person cole",
        "out_of_scope TE040 / out_of_scope TE042 / exported -",
        "a contractor is billed, never paid by payroll",
    ),
    (
        "vacation",
        "project -, service vacation, time 8:00",
        "exported - / exported - / out_of_scope TE044",
        "leave is paid and never billed",
    ),
    (
        "leave gap",
        "project new, service vacation, time 8:00",
        "exported - / exported - / out_of_scope TE044",
        "leave needs no project",
    ),
    (
        "unpaid",
        "project -, service unpaid, time 8:00, billable no",
        "out_of_scope TE041 / out_of_scope TE041 / out_of_scope TE044",
        "unpaid leave",
    ),
    ("invoiced", "billed yes", "exported - / exported - / out_of_scope TE045", "billed by the tracker already"),
    ("unclear", "billable maybe", "exported - / exported - / held TE019", "a mark that cannot be read holds the bill"),
    ("unmarked", "billable -", "exported - / exported - / out_of_scope TE047", "no mark is no billable time"),
    ("upper case", "billable YES", ALL, "the mark in capitals"),
    ("euro", "currency EUR", ALL, "a currency that there is"),
    ("euros", "currency EURO", every("held TE017"), "and one that there is not"),
    ("long", "time 24:00", ALL, "24 hours can be worked"),
    ("too long", "time 24:00:01", every("held TE002"), "a second more cannot"),
    ("negative", "time -1:00", every("held TE004"), "negative"),
    ("nothing", "time 0:00", every("rejected TE003"), "nothing to post"),
    ("unreadable", "time 1 hour", every("held TE006"), "a duration in words"),
    ("empty", "time -", every("held TE006"), "no duration at all"),
    ("undated", "date -", every("held TE001"), "no day"),
    ("misdated", "date 10.11.2026", every("held TE001"), "a day in another notation"),
    ("year 26", "date 0026-11-10", every("held TE001"), "a year of two digits is no year"),
]


@cache
def books_of(**choices: str) -> Books:
    rows = []
    for name, differs, _, _ in CASES:
        cells = dict(cell.split(" ", 1) for cell in differs.split(", ") if cell)
        rows.append({"id": name} | cells)
    return replace(FIRM, **choices).books(delivery(rows))


@pytest.mark.capability("C34", "C48")
@pytest.mark.parametrize(("name", "differs", "state", "why"), CASES, ids=[case[0] for case in CASES])
def test_states(name, differs, state, why):
    assert books_of().state_of(name) == state, f"{differs}: {why}"


DECLARED = [  # choice, entry, state, why
    ({"pilot": "E1 E3"}, "plain", ALL, "bob is in the pilot"),
    ({"pilot": "E1 E2"}, "plain", every("out_of_scope TE033"), "bob is not"),
    ({"pilot": "E1 E2"}, "stranger", every("held TE007"), "a person nobody knows may be one of the pilot"),
    ({"unmapped": "stop"}, "no project", gap("TE008"), "the state is the same, the item stops the run"),
    (
        {"unmapped": "suspense"},
        "no project",
        "exported - / exported TE008 / held TE008",
        "cost goes to suspense, billing waits",
    ),
    ({"unmapped": "suspense"}, "no service", "exported - / exported TE009 / held TE009", "likewise for a service"),
    ({"unmapped": "suspense"}, "plain", ALL, "what is mapped goes to its own account"),
    ({"unmapped": "suspense"}, "no pay rate", "exported - / held TE012 / exported -", "nothing to post without a rate"),
    ({"posting": "none"}, "plain", "exported - / out_of_scope TE043 / exported -", "no labor journal is written"),
    ({"posting": "none"}, "no project", "exported - / out_of_scope TE043 / held TE008", "nor one that could wait"),
    ({"posting": "distribution"}, "plain", ALL, "time of a job is distributed"),
    (
        {"posting": "distribution"},
        "internal",
        "exported - / out_of_scope TE049 / out_of_scope TE047",
        "internal time stays in wages expense",
    ),
    ({"posting": "distribution"}, "vacation", "exported - / out_of_scope TE049 / out_of_scope TE044", "so does leave"),
    ({"posting": "distribution"}, "no project", gap("TE008"), "and what is not mapped waits"),
    ({"billing": "none"}, "plain", "exported - / exported - / out_of_scope TE046", "no billing in this run"),
]


@pytest.mark.capability("C36", "C70", "C141")
@pytest.mark.parametrize(("choice", "entry", "state", "why"), DECLARED)
def test_what_the_company_declares(choice, entry, state, why):
    assert books_of(**choice).state_of(entry) == state, why


def test_pay_does_not_depend_on_what_is_mapped():
    """Hold, stop and suspense, with a journal or none: the same hours and the same money on the payroll."""
    columns = "employee_id pay_item pay_seconds amount"
    expected = books_of().rows("payroll_lines", columns)
    for choice in ({"unmapped": "stop"}, {"unmapped": "suspense"}, {"posting": "none"}, {"posting": "distribution"}):
        assert books_of(**choice).rows("payroll_lines", columns) == expected, choice
    assert ["E4", "Regular", "1:00:00", "-"] in expected, "hours without a rate go to payroll without an amount"


def test_suspense_is_one_line_to_be_cleared():
    """Bob's five hours without a project and one without a service; Friday's is past his 40 h, so 5 x 40 + 60."""
    rows = books_of(unmapped="suspense").rows(
        "postings", "account customer_job memo amount", document_number="TB0042L", account="Suspense:Labor"
    )
    assert rows == [["Suspense:Labor", "-", "Unmapped labor", "260.00"]]
    assert not books_of().rows("postings", "account", account="Suspense:Labor")


SEVERITIES = [  # choice, entry, code, severity, streams
    ({}, "no project", "TE008", "hold", "cost, bill"),
    ({"unmapped": "stop"}, "no project", "TE008", "stop", "cost, bill"),
    ({"unmapped": "suspense"}, "no project", "TE008", "note", "cost, bill"),
    ({}, "stranger", "TE007", "stop", "pay, cost, bill"),
    ({}, "euros", "TE017", "stop", "pay, cost, bill"),
    ({}, "no rate", "TE011", "hold", "bill"),
    ({}, "no pay rate", "TE012", "hold", "cost"),
    ({}, "too long", "TE002", "hold", "pay, cost, bill"),
    ({}, "undated", "TE001", "hold", "pay, cost, bill"),
    ({}, "nothing", "TE003", "note", "pay, cost, bill"),
]


@pytest.mark.capability("C3", "C36")
@pytest.mark.parametrize(("choice", "entry", "code", "severity", "streams"), SEVERITIES)
def test_exception_items(choice, entry, code, severity, streams):
    rows = books_of(**choice).rows("exceptions", "code severity streams", entry_id=f"tracker:{entry}")
    assert rows == [[code, severity, streams]]


@pytest.mark.capability("C108")
def test_stop_items_come_first():
    severities = books_of().column("exceptions", "severity")
    assert severities == sorted(severities, key=["stop", "hold", "note"].index)


@pytest.mark.capability("C154")
def test_what_keeps_pay_waiting_names_the_cut_off():
    """Of the person's pay group; where nobody knows the person or the day, the first cut-off of the run."""
    due = {
        row[0] if row[1].startswith("pay") and row[2] != "note" else "": row[3]
        for row in books_of().rows("exceptions", "entry_id streams severity due")
    }
    assert due.pop("") == "-", "other streams have no such deadline"
    assert {"tracker:too long", "tracker:stranger", "tracker:undated"} <= set(due)
    assert set(due.values()) == {"before the payroll cut-off 2026-11-17 12:00"}


def test_a_run_that_bills_only_has_no_cut_off_to_name():
    monthly = Company(
        billing="monthly",
        calendar="""
        pay_group  kind    start       workweek
        weekly     weekly  2026-11-23  monday
        weekly     weekly  2026-11-30  monday""",
    )
    books = monthly.books(
        """
        id  person  date        time
        1   ann     2026-11-02  8:00
        2   zoe     2026-11-30  8:00""",
        end="2026-11-30",
    )
    books.must_show("exceptions", "entry_id   code   due\ntracker:2  TE007  before the payroll cut-off")
    books.must_show("billable_lines", "bill_seconds  amount\n8:00:00       800.00")
    assert not books.rows("payroll_lines", "amount")


def test_states_that_need_nobody_are_no_items():
    codes = set(books_of().column("exceptions", "code"))
    assert not codes & {"TE030", "TE032", "TE040", "TE041", "TE042", "TE044", "TE045", "TE047", "TE048"}


def test_the_job_of_the_day_worked():
    rows = dict(books_of().rows("entries", "entry_ref customer_job"))
    assert [rows[name] for name in ("first", "last", "mill", "no client", "any client", "other")] == [
        "Mill:Web",
        "Mill:Web 2",
        "Mill:Api",
        "Own:Api",
        "Mill:Web",
        "-",
    ]


# ---- time documents ----
TIME = [  # posting, project, service, billable; job and item in the time file; why
    ("accrue", "web", "dev", "yes", ["Mill:Web", "Engineering"], "billed time carries its job"),
    ("accrue", "web", "dev", "no", ["Mill:Web", "Engineering"], "so does time that is cost of the job"),
    ("accrue", "new", "dev", "no", ["-", "-"], "what waits for its mapping goes to payroll without a job"),
    ("none", "web", "dev", "no", ["Mill:Web", "Engineering"], "the books cost the job from this very line"),
    ("none", "new", "dev", "no", ["-", "-"], "an unmapped project has no job to cost"),
    ("none", "web", "new", "no", ["-", "-"], "nor is a job costed before the service is mapped"),
]


@pytest.mark.parametrize("case", TIME, ids=lambda case: case[-1])
def test_job_and_item_of_a_time_activity(case):
    posting, project, service, billable, expected, why = case
    books = Company(posting=posting).books(f"project  service  billable  time\n{project}  {service}  {billable}  1:00")
    assert books.rows("time_activities", "customer_job service_item pay_item") == [[*expected, "Regular"]], why
