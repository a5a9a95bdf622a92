"""What the suites look at: overlaps, doubles, days, weeks, jobs, items, rates and lines, from timesheets as text."""

from __future__ import annotations

import pytest

from etl.checks.tables import CHECKED
from etl.tables import assert_schema
from tests.sql.company import Books, Company, Delivery, delivery


def looked_at(*sheets: str | Delivery, firm: Company | None = None) -> Books:
    books = (firm or Company()).books(*sheets, to="postings")
    books.engine.run(tuple(f"{table}_to_check" for table in CHECKED))
    return books


def by(books: Books, table: str, key: str, columns: str) -> dict[str, list[str]]:
    """The columns of a table by one of them."""
    return {row[0]: row[1:] for row in books.rows(f"{table}_to_check", f"{key} {columns}")}


@pytest.mark.capability("C91")
def test_time_that_two_entries_of_one_person_share_is_told_on_the_later_one():
    books = looked_at("""
        id  person  date        start             time
        1   ann     2026-11-09  2026-11-09 09:00  4:00
        2   ann     2026-11-09  2026-11-09 10:00  1:00
        3   ann     2026-11-09  2026-11-09 12:30  2:00
        4   ann     2026-11-09  2026-11-09 14:30  1:00
        5   bob     2026-11-09  2026-11-09 09:00  4:00
        6   ann     2026-11-10  2026-11-10 00:00  1:00
        7   ann     2026-11-09  2026-11-09 23:30  1:00
        8   ann     2026-11-10  -                 8:00
        9   ann     2026-11-12  2026-11-12 09:00  25:00
        10  ann     2026-11-12  2026-11-12 10:00  1:00""")
    assert by(books, "entries", "entry_id", "overlap_seconds subject") == {
        "tracker:1": ["0:00:00", "-"],
        "tracker:2": ["1:00:00", "with tracker:1"],
        "tracker:3": ["0:30:00", "with tracker:1"],
        "tracker:4": ["0:00:00", "-"],  # begins when 3 ends
        "tracker:5": ["0:00:00", "-"],  # another person
        "tracker:6": ["0:30:00", "with tracker:7"],  # over midnight
        "tracker:7": ["0:00:00", "-"],
        "tracker:8": ["0:00:00", "-"],  # no clock
        "tracker:10": ["0:00:00", "-"],  # 9 is over 24 hours and held: it is not paid
    }


def test_an_overlap_is_found_across_trackers_and_after_a_short_entry():
    one = """
        id  person  start             time
        1   ann     2026-11-09 09:00  8:00
        2   ann     2026-11-09 10:00  0:10"""
    other = """
        id  person  start             time
        1   ann     2026-11-09 16:00  2:00"""
    books = looked_at(one, delivery(other, source="other"))
    assert by(books, "entries", "entry_id", "overlap_seconds subject") == {
        "tracker:1": ["0:00:00", "-"],
        "tracker:2": ["0:10:00", "with tracker:1"],
        "other:1": ["1:00:00", "with tracker:1"],  # though 2 ended before it began
    }


def test_entries_made_twice_are_counted_by_start_and_time():
    books = looked_at("""
        id  person  start             time  note
        1   ann     2026-11-09 09:00  1:00  wiring
        2   ann     2026-11-09 09:00  1:00  -
        3   ann     2026-11-09 09:00  1:00  -
        4   ann     2026-11-09 09:00  2:00  -
        5   bob     2026-11-09 09:00  1:00  -""")
    found = by(books, "entries", "entry_id", "count_earlier_alike note_length")
    assert found == {
        "tracker:1": ["0", "6"], "tracker:2": ["1", "0"], "tracker:3": ["2", "0"], "tracker:4": ["0", "0"],
        "tracker:5": ["0", "0"],
    }  # fmt: skip


def test_days_and_weeks_of_a_person_add_up_what_is_valid():
    books = looked_at("""
        id  person  date        service   time
        1   ann     2026-11-09  dev       10:00
        2   ann     2026-11-09  dev       7:00
        3   ann     2026-11-10  dev       5:00
        4   ann     2026-11-10  vacation  8:00
        5   ann     2026-11-11  vacation  8:00
        6   ann     2026-11-12  dev       25:00
        7   cole    2026-11-12  dev       1:00""")
    columns = "employee_ref worked_on day_seconds day_with_leave_seconds week_seconds count_week_days"
    assert books.rows("people_to_check", columns) == [
        ["E1", "2026-11-09", "17:00:00", "-", "-", "-"],
        ["E1", "2026-11-10", "5:00:00", "13:00:00", "-", "-"],
        ["E1", "2026-11-11", "0:00:00", "-", "22:00:00", "2"],
        ["V1", "2026-11-12", "1:00:00", "-", "1:00:00", "1"],
    ]


def test_a_shift_over_midnight_counts_on_both_days():
    books = looked_at("id   person   start   time\n1   ann   2026-11-09 22:00   5:00")
    assert by(books, "people", "worked_on", "day_seconds") == {"2026-11-09": ["2:00:00"], "2026-11-10": ["3:00:00"]}


def test_what_rounding_takes_away_in_a_week_is_told_on_its_last_day():
    firm = Company(rounding="purpose   unit_seconds   mode   grain\npay   900   down   entry")
    books = looked_at("""
        id  person  date        time
        1   ann     2026-11-09  1:14
        2   ann     2026-11-10  1:14
        3   bob     2026-11-10  1:15""", firm=firm)  # fmt: skip
    columns = "employee_ref worked_on week_rounded_away_seconds"
    assert books.rows("people_to_check", columns) == [
        ["E1", "2026-11-09", "-"], ["E1", "2026-11-10", "0:28:00"], ["E2", "2026-11-10", "0:00:00"]
    ]  # fmt: skip


def test_jobs_tell_their_weekdays_and_people():
    books = looked_at("""
        id  person  date        project
        1   ann     2026-11-13  web
        2   bob     2026-11-14  web
        3   ann     2026-11-14  shop
        4   ann     2026-11-15  shop
        5   ann     2026-11-15  (none)""", firm=Company(entry=(("time", "1:00"),)))  # fmt: skip
    assert by(books, "projects", "customer_job", "count_entries count_people count_weekday_entries") == {
        "Mill:Web": ["2", "2", "1"],
        "Mill:Shop": ["2", "1", "0"],
    }


def test_items_tell_billable_leave_and_the_longest_day_of_leave():
    books = looked_at("""
        id  person  date        service   time   billable
        1   ann     2026-11-09  vacation  8:00   no
        2   ann     2026-11-09  vacation  8:00   yes
        3   bob     2026-11-09  vacation  10:00  no
        4   bob     2026-11-10  dev       23:00  yes""")
    assert by(books, "items", "service_item", "hour_kind count_billable_leave_entries longest_leave_day_seconds") == {
        "Engineering": ["worked", "0", "-"],
        "Vacation": ["paid_leave", "1", "16:00:00"],
    }


def test_rates_are_told_in_percent_of_the_median_where_there_are_five():
    people = [f"p{number}  E{number}  Pat {number}" for number in range(1, 6)]
    firm = Company(
        employees="person_ref  employee_id  employee_name  worker_type  pay_group  flsa_status  work_location\n"
        + "\n".join(f"{person}  employee  weekly  nonexempt  US" for person in people),
        pay_rates="employee_id  pay_rate\nE1  20.00\nE2  20.00\nE3  25.00\nE4  30.00\nE5  250.00",
        entry=(("time", "1:00"),),
    )
    five = "\n".join(f"{number}  p{number}  2026-11-09" for number in range(1, 6))
    books = looked_at(f"id  person  date\n{five}", firm=firm)
    assert by(books, "rates", "subject", "rate_kind pay_percent_of_median bill_percent_of_median") == {
        "Pat 1": ["pay", "80", "-"], "Pat 2": ["pay", "80", "-"], "Pat 3": ["pay", "100", "-"],
        "Pat 4": ["pay", "120", "-"], "Pat 5": ["pay", "1000", "-"],
        "Engineering for Mill:Web": ["bill", "-", "-"],  # one rate is no median
    }  # fmt: skip
    four = "\n".join(f"{number}  p{number}  2026-11-09" for number in range(1, 5))
    assert {cell for [cell] in by(looked_at(f"id  person  date\n{four}", firm=firm), "rates", "subject",
                                  "pay_percent_of_median").values()} == {"-"}  # fmt: skip


def test_paid_pieces_are_told_by_kind_class_and_pay_item():
    books = looked_at("""
        id  person  date        service   time
        1   ann     2026-11-09  dev       23:00
        2   ann     2026-11-10  dev       20:00
        3   ann     2026-11-11  vacation  8:00""")
    columns = "hour_kind hour_class pay_item count_pieces pay_seconds premium_seconds"
    assert books.rows("pieces_to_check", columns) == [
        ["paid_leave", "regular", "Vacation", "1", "8:00:00", "0:00:00"],
        ["worked", "overtime", "Overtime", "1", "3:00:00", "3:00:00"],
        ["worked", "regular", "Regular", "2", "40:00:00", "0:00:00"],
    ]


def test_labor_is_a_debit_and_its_reversal_a_credit_and_a_line_of_nothing_is_on_its_side():
    firm = Company(pay_rates="employee_id  pay_rate\nE1  40.00\nE2  0.00")
    books = looked_at("""
        id  person  project  time
        1   ann     web      1:00
        2   bob     shop     1:00""", firm=firm)  # fmt: skip
    columns = "subject side usual_side is_zero"
    assert books.rows("postings_to_check", columns) == [
        ["TB0042L line 1, Job Costs:Labor", "debit", "debit", "no"],
        ["TB0042L line 2, Job Costs:Labor", "debit", "debit", "yes"],
        ["TB0042L line 3, Accrued Wages", "credit", "credit", "no"],
        ["TB0042LR line 1, Job Costs:Labor", "credit", "credit", "no"],
        ["TB0042LR line 2, Job Costs:Labor", "credit", "credit", "yes"],
        ["TB0042LR line 3, Accrued Wages", "debit", "debit", "no"],
    ]


@pytest.mark.parametrize("table", CHECKED)
def test_a_table_has_the_columns_that_suites_may_name(table):
    books = looked_at("id   person   start   time\n1   ann   2026-11-09 22:00   5:00")
    assert_schema(books.engine.fetch(f"{table}_to_check"), CHECKED[table], table)
    assert books.engine.count(f"{table}_to_check"), "a row at least"


@pytest.mark.capability("M14")
@pytest.mark.capability("C105")
def test_the_same_work_in_two_trackers_is_found_with_and_without_a_clock():
    """M14: same person, day, job and time; counted once, at the tracker that comes second by name."""
    one = """
        id  person  date        start             time   project
        1   ann     2026-11-09  2026-11-09 09:00  4:00   web
        2   ann     2026-11-10  2026-11-10 09:00  2:00   web
        3   ann     2026-11-11  2026-11-11 09:00  2:00   web
        4   bob     2026-11-11  2026-11-11 09:00  0:00   web"""
    other = """
        id  person  date        start  time  project
        1   ann     2026-11-09  -      4:00  web
        2   ann     2026-11-10  -      2:00  shop
        3   bob     2026-11-11  -      2:00  web
        4   bob     2026-11-11  -      0:00  web"""
    books = looked_at(one, delivery(other, source="watch"))
    told = by(books, "entries", "entry_id", "count_elsewhere subject")
    assert {entry: said for entry, said in told.items() if said[0] != "0"} == {"watch:1": ["1", "with tracker:1"]}


@pytest.mark.capability("C121")
def test_how_long_after_the_work_an_entry_came_in():
    books = looked_at("""
        id  person  date        start             time  updated
        1   ann     2026-11-09  2026-11-09 09:00  1:00  2026-11-09T15:00:00Z
        2   ann     2026-11-09  2026-11-09 11:00  1:00  2026-11-16T17:00:00Z
        3   ann     2026-11-09  2026-11-09 12:00  1:00  2026-11-16T18:00:01Z
        4   ann     2026-11-09  2026-11-09 14:00  1:00  2026-11-09T08:00:00Z
        5   ann     2026-11-09  2026-11-09 16:00  1:00  -
        6   ann     2026-11-09  -                 1:00  2026-12-09T08:00:00Z""")
    assert by(books, "entries", "entry_id", "synced_after_seconds") == {
        "tracker:1": ["0:00:00"],  # ended at 10:00 in New York, which is 15:00 UTC
        "tracker:2": ["168:00:00"],  # a week to the second
        "tracker:3": ["168:00:01"],
        "tracker:4": ["0:00:00"],  # a clock that is wrong says nothing
        "tracker:5": ["0:00:00"],
        "tracker:6": ["0:00:00"],  # no clock: nothing to count from
    }
