"""The shared sample week through the whole engine: payroll, wage journal, invoices and the time file, to the cent."""

from __future__ import annotations

import csv
from functools import cache
from typing import Any

import pytest

from etl import tables
from etl.targets.documents import document
from tests.shared import shared
from tests.sql.company import Books, Company, delivery

ACCOUNTS = """
    purpose         account                  account_type
    direct_labor    Job Costs:Direct Labor   COGS
    internal_labor  Overhead:Internal Labor  EXP
    accrued_wages   Accrued Wages Payable    OCLIAB"""
PAY_ITEMS = """
    hour_kind  hour_class        pay_item
    worked     regular           Hourly Regular
    worked     overtime          Overtime 1.5x
    worked     overtime_premium  Overtime Premium"""
TWO_ROWS, ONE_ROW = "AP-2026W46-0020-OT", "AP-2026W46-0020"


def sample(name: str) -> list[dict[str, str]]:
    text = (shared("samples/targets/_source") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def lines(*rows: tuple[Any, ...]) -> str:
    return "\n".join("  ".join(str(cell) for cell in row) for row in rows)


def alder() -> Company:
    workers = list(enumerate(sample("workers.csv"), 1))
    jobs = sorted({row["client_project"] for row in sample("time_entries.csv")} - {""})
    items = [row["service_item"] for row in sample("rates.csv")]
    paid = [(f"{number:02}", worker) for number, worker in workers if worker["kind"] == "employee"]
    return Company(
        employees=lines(
            ("person_ref", "employee_id", "employee_name", "worker_type", "pay_group", "flsa_status", "work_location"),
            *(
                (
                    worker["worker"],
                    f"{number:02}",
                    worker["worker"],
                    worker["kind"],
                    *(("weekly", "nonexempt", "US") if worker["kind"] == "employee" else "---"),
                )
                for number, worker in workers
            ),
        ),
        projects=lines(("project_ref", "customer_job"), ("(none)", "-"), *((job, job) for job in jobs)),
        items=lines(("service_ref", "service_item"), *((item, item) for item in items)),
        dimensions=lines(("by", "ref", "value", "precedence"), *(("service_item", item, item, 1) for item in items)),
        rates=lines(
            ("service_item", "bill_rate"), *((row["service_item"], row["bill_rate_usd"]) for row in sample("rates.csv"))
        ),
        pay_rates=lines(("employee_id", "pay_rate"), *((number, worker["cost_rate"]) for number, worker in paid)),
        accounts=ACCOUNTS,
        pay_items=PAY_ITEMS,
        books_name="Alder & Pine Studio",
    )


def alder_rows(is_overtime_cut_by_hand: bool) -> list[dict[str, str]]:
    """The week as the source has it, or with Saturday's shift as one entry of 8 h for the engine to cut."""
    rows = []
    for entry in sample("time_entries.csv"):
        minutes = int(entry["minutes"])
        if not is_overtime_cut_by_hand and entry["entry_key"] == TWO_ROWS:
            continue
        if not is_overtime_cut_by_hand and entry["entry_key"] == ONE_ROW:
            minutes += 210
        rows.append(
            {
                "id": entry["entry_key"],
                "person": entry["worker"],
                "date": entry["work_date"],
                "project": entry["client_project"] or "-",
                "service": entry["service_item"],
                "billable": entry["billable"],
                "time": f"{minutes // 60}:{minutes % 60:02}",
                "note": entry["note"],
            }
        )
    return rows


@cache
def alder_books(is_overtime_cut_by_hand: bool) -> Books:
    """The decisions about that week."""
    return alder().books(delivery(alder_rows(is_overtime_cut_by_hand)))


both = pytest.mark.parametrize("is_overtime_cut_by_hand", [True, False], ids=["two entries", "one shift of 8 h"])


@both
def test_payroll_lines(is_overtime_cut_by_hand):
    alder_books(is_overtime_cut_by_hand).must_show(
        "payroll_lines",
        """
        employee_name    pay_item        pay_seconds  amount
        Priya Nair       Hourly Regular  37:05:00     2299.17
        Tomás Béal       Hourly Regular  35:20:00     1713.67
        Hanna Lindqvist  Hourly Regular  19:30:00     1072.50
        Marcus Odell     Overtime 1.5x   3:30:00      216.56
        Marcus Odell     Hourly Regular  40:00:00     1650.00""",
    )


def test_payroll_hours_in_hundredths():
    """37:05 as 37.08 and 35:20 as 35.33, 12 seconds each: 135.41 h of 135:25 (named items of the sample)."""
    rows = alder_books(True).rows("payroll_hours", "employee_name pay_item exported_seconds")
    assert [" ".join(row) for row in rows] == [
        "Priya Nair Hourly Regular 37:04:48",
        "Tomás Béal Hourly Regular 35:19:48",
        "Hanna Lindqvist Hourly Regular 19:30:00",
        "Marcus Odell Overtime 1.5x 3:30:00",
        "Marcus Odell Hourly Regular 40:00:00",
    ]


@pytest.mark.capability("C141")
@both
def test_wage_lines_of_the_labor_journal_in_order(is_overtime_cut_by_hand):
    """AP-46-LABOR without its employer taxes: account, job, class, amount, memo."""
    journal = (shared("samples/targets/qbd_iif_general_journal") / "journal_2026w46.iif").read_text(encoding="cp1252")
    cells = [line.split("\t") for line in journal.splitlines() if "\tAP-46-LABOR\t" in line]
    wages = [
        [account, job or "-", kind or "-", amount, memo]
        for _, _, _, _, account, job, kind, amount, _, memo in cells
        if "Taxes" not in account
    ]
    assert len(wages) == 10
    books = alder_books(is_overtime_cut_by_hand)
    columns = "account customer_job class amount memo"
    assert books.rows("postings", columns, document_number="TB0042L") == wages
    reversal = [
        [account, job, kind, amount[1:] if amount[0] == "-" else f"-{amount}", f"Reversal of TB0042L: {memo}"]
        for account, job, kind, amount, memo in wages
    ]
    assert books.rows("postings", columns, document_number="TB0042LR", posted_on="2026-11-16") == reversal


@both
def test_billable_lines(is_overtime_cut_by_hand):
    """Harbor Lane and Mistral are invoiced (13,295.41), Foxglove waits as unbilled revenue (9,438.75)."""
    books = alder_books(is_overtime_cut_by_hand)
    books.must_show(
        "billable_lines",
        """
        customer_job                                  service_item  bill_seconds  quantity_hours  bill_rate  amount
        Foxglove Robotics:Gait Controller UI          Engineering   19:45:00      19.75           165.00     3258.75
        Foxglove Robotics:Gait Controller UI          Research      3:50:00       3.83333         120.00     460.00
        Foxglove Robotics:Telemetry Dashboard         Engineering   34:40:00      34.66667        165.00     5720.00
        Harbor Lane Credit Union:Branch Kiosk         Design        25:25:00      25.41667        140.00     3558.33
        Harbor Lane Credit Union:Loan Portal Refresh  Design        15:10:00      15.16667        140.00     2123.33
        Harbor Lane Credit Union:Loan Portal Refresh  Research      6:15:00       6.25            120.00     750.00
        Mistral Tea Co:Wholesale Storefront           Engineering   34:45:00      34.75           165.00     5733.75
        Mistral Tea Co:Wholesale Storefront           Research      9:25:00       9.41667         120.00     1130.00""",
    )
    cents = {"invoiced": 0, "unbilled": 0}
    for job, amount in books.rows("billable_lines", "customer_job amount"):
        cents["unbilled" if job.startswith("Foxglove") else "invoiced"] += int(amount.replace(".", ""))
    assert cents == {"invoiced": 1329541, "unbilled": 943875}


def test_time_file_byte_for_byte():
    assert time_file(alder_books(True)) == golden_time()


def test_time_file_of_the_uncut_shift_differs_in_one_entry_key_only():
    """The engine cuts 4:30 and 3:30 out of the 8 h; both parts carry the one key that the tracker gave."""
    expected = golden_time().replace(f"[{TWO_ROWS}]".encode(), f"[{ONE_ROW}]".encode())
    assert expected != golden_time()
    assert time_file(alder_books(False)) == expected


def test_every_second_of_the_sample_is_accounted_for():
    """157:45 worked = 135:25 of employees (paid) + 22:20 of contractors (out of scope for pay and cost)."""
    alder_books(True).must_show(
        "roll_forward",
        """
        stream  state         reason  count_entries  seconds    amount
        pay     received      -       25             157:45:00  -
        pay     exported      -       21             135:25:00  6951.90
        pay     out_of_scope  TE040   4              22:20:00   -
        cost    received      -       25             157:45:00  -
        cost    exported      -       21             135:25:00  6951.90
        cost    out_of_scope  TE042   4              22:20:00   -
        bill    received      -       25             157:45:00  -
        bill    exported      -       23             149:15:00  22734.16
        bill    out_of_scope  TE047   2              8:30:00    -""",
    )
    assert set(alder_books(True).column("control_totals", "difference")) <= {"0", "0.000"}


def golden_time() -> bytes:
    return (shared("samples/targets/qbd_iif_timeact") / "time_2026w46.iif").read_bytes()


def time_file(books: Books) -> bytes:
    table = tables.assert_schema(books.engine.fetch("time_activities"), tables.TIME_ACTIVITIES, "time_activities")
    [file] = document("quickbooks_desktop.time").render(table, books.run.header("0" * 64), books.run.settings)
    return file.content
