"""Leave and holidays: paid under their own pay items, on their own accounts, never overtime and never billed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError, TargetError
from etl.steps.inputs import refuse_gaps
from etl.targets.documents import document
from etl.targets.pay_item_codes import codes_of, with_codes
from etl.units import clock_hours
from tests.sql.company import Books, Company, delivery
from tests.sweeps import examples

ITEMS = f"""{Company.items}
    sick         Sick           paid_leave
    jury         Jury duty      paid_leave"""
PAY_ITEMS = """
    hour_kind   hour_class        pay_item          service_item  leave_kind  account                in_regular_rate
    worked      regular           Regular           -             -           -                      yes
    worked      overtime          Overtime          -             -           -                      yes
    worked      overtime_premium  Overtime Premium  -             -           -                      no
    worked      double_time       Double Time       -             -           -                      yes
    worked      double_time_premium  Double Time Premium  -       -           -                      no
    paid_leave  regular           Other Leave       -             -           -                      no
    paid_leave  regular           Vacation          Vacation      vacation    Overhead:Leave:Vacation  no
    paid_leave  regular           Sick              Sick          sick        Overhead:Leave:Sick    no
    holiday     regular           Holiday           -             -           -                      no"""
WEEK = """
    person  date        time   project  service
    ann     2026-11-09  10:00  web      dev
    ann     2026-11-10  10:00  web      dev
    ann     2026-11-10  1:00   -        jury
    ann     2026-11-11  8:00   -        holiday
    ann     2026-11-12  8:00   -        vacation
    ann     2026-11-13  6:00   -        sick
    ann     2026-11-13  2:00   -        unpaid
    ann     2026-11-14  12:00  shop     dev"""


def firm(**more: Any) -> Company:
    return Company(**({"items": ITEMS, "pay_items": PAY_ITEMS} | more))


def journal(books: Books) -> list[str]:
    lines = books.rows("postings", "account customer_job amount memo", document_number="TB0042L")
    return [" | ".join(row) for row in lines]


@pytest.mark.capability("C136")
def test_a_week_with_all_four_kinds():
    """57 h, of which 32 h are worked: no overtime. 55 h are paid, 2 h are unpaid leave, 32 h are billed."""
    books = firm().books(WEEK)
    books.must_show(
        "payroll_lines",
        """
        pay_item     pay_seconds  premium_seconds  amount
        Holiday      8:00:00      0:00:00          320.00
        Other Leave  1:00:00      0:00:00          40.00
        Sick         6:00:00      0:00:00          240.00
        Vacation     8:00:00      0:00:00          320.00
        Regular      32:00:00     0:00:00          1280.00""",
    )
    assert journal(books) == [
        "Job Costs:Labor | Mill:Web | 800.00 | Labor Web",
        "Overhead:Leave | - | 360.00 | Paid leave",
        "Overhead:Leave:Vacation | - | 320.00 | Paid leave, vacation",
        "Overhead:Leave:Sick | - | 240.00 | Paid leave, sick",
        "Job Costs:Labor | Mill:Shop | 480.00 | Labor Shop",
        "Accrued Wages | - | -2200.00 | Gross wages week 2026-W46",
    ]
    books.must_show(
        "roll_forward",
        """
        stream  state         reason  seconds   amount
        pay     received      -       57:00:00  -
        pay     exported      -       55:00:00  2200.00
        pay     out_of_scope  TE041   2:00:00   -
        cost    received      -       57:00:00  -
        cost    exported      -       55:00:00  2200.00
        cost    out_of_scope  TE041   2:00:00   -
        bill    received      -       57:00:00  -
        bill    exported      -       32:00:00  3200.00
        bill    out_of_scope  TE044   25:00:00  -""",
    )
    assert set(books.column("control_totals", "difference")) <= {"0", "0.000"}


TIME_FILE = """\
TIMEACT\t11/09/26\tMill:Web\tAnn Abel\tEngineering\tRegular\t10:00\t\t[{0}]\tY\t1
TIMEACT\t11/10/26\tMill:Web\tAnn Abel\tEngineering\tRegular\t10:00\t\t[{1}]\tY\t1
TIMEACT\t11/10/26\t\tAnn Abel\tJury duty\tOther Leave\t1:00\t\t[{2}]\tY\t0
TIMEACT\t11/11/26\t\tAnn Abel\tHoliday\tHoliday\t8:00\t\t[{3}]\tY\t0
TIMEACT\t11/12/26\t\tAnn Abel\tVacation\tVacation\t8:00\t\t[{4}]\tY\t0
TIMEACT\t11/13/26\t\tAnn Abel\tSick\tSick\t6:00\t\t[{5}]\tY\t0
TIMEACT\t11/14/26\tMill:Shop\tAnn Abel\tEngineering\tRegular\t12:00\t\t[{7}]\tY\t1
"""
HOURS_FILE = """\
employee_id,employee_name,pay_item,workweek_start,hours,amount,currency
E1,Ann Abel,Holiday,2026-11-09,8.00,320.00,USD
E1,Ann Abel,Other Leave,2026-11-09,1.00,40.00,USD
E1,Ann Abel,Sick,2026-11-09,6.00,240.00,USD
E1,Ann Abel,Vacation,2026-11-09,8.00,320.00,USD
E1,Ann Abel,Regular,2026-11-09,32.00,1280.00,USD
"""


@pytest.mark.capability("C136")
def test_all_four_kinds_in_each_target():
    numbered = WEEK.replace("person  date", "id  person  date", 1).splitlines()
    sheet = "\n".join([*numbered[:2], *(f"    k{n}  {line.strip()}" for n, line in enumerate(numbered[2:]))])
    books = firm().books(sheet)
    header, settings_ = books.run.header("0" * 64), books.run.settings
    [time_file] = document("quickbooks_desktop.time").render(books.engine.fetch("time_activities"), header, settings_)
    written = "".join(time_file.content.decode("cp1252").replace("\r", "").splitlines(keepends=True)[3:])
    assert written == TIME_FILE.format(*(f"k{n}" for n in range(8)))
    [hours] = document("payroll.hours").render(books.engine.fetch("payroll_hours"), header, settings_)
    assert hours.content.decode().replace("\r", "") == HOURS_FILE
    [bills] = document("billing.worksheet").render(books.engine.fetch("billable_lines"), header, settings_)
    assert not {"Holiday", "Vacation", "Sick"} & set(bills.content.decode().replace("\r\n", ",").split(","))


@pytest.mark.capability("C137")
def test_one_pay_item_per_kind_and_class_is_as_before():
    """Without a service item in pay_items.csv all paid leave is one pay item on one account."""
    books = Company(items=ITEMS).books(WEEK)
    assert [row for row in books.rows("payroll_lines", "pay_item amount") if row[0] == "Vacation"] == [
        ["Vacation", "600.00"]
    ]
    assert [line for line in journal(books) if "Leave" in line] == ["Overhead:Leave | - | 920.00 | Paid leave"]


@pytest.mark.capability("C137")
def test_work_of_an_item_can_have_its_own_pay_item_and_keeps_its_overtime():
    """Design is paid as Design Time; the last 4 of 44 h, which are design, as Design Overtime."""
    head, *rows = [line.strip() for line in Company.pay_items.strip().splitlines()]
    own = ["worked  regular  Design Time  Design", "worked  overtime  Design Overtime  Design"]
    table = "\n".join([f"{head}  service_item", *(f"{row}  -" for row in rows), *own])
    books = Company(pay_items=table).books("""
        person  date        time   service
        ann     2026-11-09  20:00  dev
        ann     2026-11-10  14:00  dev
        ann     2026-11-11  10:00  art""")
    books.must_show(
        "payroll_lines",
        """
        pay_item         pay_seconds  amount
        Design Overtime  4:00:00      240.00
        Design Time      6:00:00      240.00
        Regular          34:00:00     1360.00""",
    )


CODES = """
    document       pay_item     code
    payroll.hours  Regular      REG
    payroll.hours  Holiday      HOL
    payroll.hours  Vacation     VAC
    payroll.hours  Sick         SCK"""


@pytest.mark.capability("C137")
def test_a_missing_code_stops_its_target_and_names_it():
    books = firm(pay_item_codes=CODES).books(WEEK)
    codes = codes_of(books.run.mappings.rows("map_pay_item_codes"))
    hours = books.engine.fetch("payroll_hours")
    with pytest.raises(TargetError, match=r"'Other Leave' has no code for payroll\.hours") as refused:
        with_codes(hours, "payroll.hours", codes)
    assert refused.value.code == "PAY_ITEM_CODE"
    time = books.engine.fetch("time_activities")
    assert with_codes(time, "quickbooks_desktop.time", codes) is time, "other targets keep the company's names"
    all_codes = {"payroll.hours": {**codes["payroll.hours"], "Other Leave": "OTH"}}
    coded = with_codes(hours, "payroll.hours", all_codes)
    [file] = document("payroll.hours").render(coded, books.run.header("0" * 64), books.run.settings)
    assert [line.split(",")[2] for line in file.content.decode().splitlines()[1:]] == [
        "HOL",
        "OTH",
        "SCK",
        "VAC",
        "REG",
    ]


WRONG = [  # what is changed, what is said
    ({"pay_items": PAY_ITEMS.replace("Sick    no", "Sick    yes")},
     "in_regular_rate is yes, but hours of paid_leave, regular are never in the regular rate (29 USC 207(e))"),
    ({"pay_items": PAY_ITEMS.replace("Regular           -             -           -", "Regular  -  -  Labor:X")},
     "account and leave_kind are for paid leave and holidays; work takes its account by purpose"),
    ({"pay_items": PAY_ITEMS.replace("Sick              Sick  ", "Sick              Sik   ")},
     "no row of items.csv gives Sik the hour kind paid_leave"),
    ({"pay_item_codes": "document  pay_item  code\npayroll.hours  Regulr  REG"},
     "pay_items.csv has no pay item Regulr"),
    ({"pay_item_codes": "document  pay_item  code\ngusto  Regular  REG"},
     "[targets] of company.toml has no document gusto"),
]  # fmt: skip


@pytest.mark.capability("C137")
@pytest.mark.parametrize(("changed", "said"), WRONG)
def test_what_pay_items_may_not_say(changed, said):
    with pytest.raises(MappingError) as refused:
        refuse_gaps(firm(**changed).run())
    assert said in str(refused.value)


@pytest.mark.capability("C137")
def test_leave_needs_no_general_pay_item_where_every_kind_has_its_own():
    own = [line for line in PAY_ITEMS.splitlines() if "Other Leave" not in line]
    every = "\n".join([*own, "    paid_leave  regular  Jury  Jury duty  jury  -  no"])
    refuse_gaps(firm(pay_items=every).run())
    with pytest.raises(MappingError, match="no pay item for paid_leave, regular"):
        refuse_gaps(firm(pay_items="\n".join(own)).run())


# ---- the holiday calendar ----
HOLIDAYS = "holiday_on  name\n2026-11-11  Veterans Day\n2026-11-26  Thanksgiving"
HOLIDAY_PAY = "hours\n8.00"


@pytest.mark.capability("C136")
def test_a_holiday_nobody_tracked_is_paid_to_those_entitled():
    """Ann and Bob are weekly, Eve is exempt and weekly too; Cole is a contractor. 8 h each, never billed."""
    books = firm(holidays=HOLIDAYS, holiday_pay=HOLIDAY_PAY).books("""
        person  date        time
        ann     2026-11-09  20:00
        ann     2026-11-10  21:00""")
    books.must_show(
        "payroll_lines",
        """
        employee_id  pay_item  pay_seconds  amount
        E1           Holiday   8:00:00      320.00
        E1           Overtime  1:00:00      60.00
        E1           Regular   40:00:00     1600.00
        E2           Holiday   8:00:00      160.00
        E3           Holiday   8:00:00      400.00""",
    )
    books.must_show(
        "entries",
        """
        entry_id                        person_ref  worked_on   worked_seconds  note          pay_state  bill_reason
        holiday-calendar:2026-11-11/E1  holiday:E1  2026-11-11  8:00:00         Veterans Day  exported   TE044
        holiday-calendar:2026-11-11/E2  holiday:E2  2026-11-11  8:00:00         Veterans Day  exported   TE044
        holiday-calendar:2026-11-11/E3  holiday:E3  2026-11-11  8:00:00         Veterans Day  exported   TE044""",
        source="holiday-calendar",
    )
    assert set(books.column("control_totals", "difference")) <= {"0", "0.000"}


@pytest.mark.capability("C136")
def test_who_is_entitled_is_dated_and_by_group_and_place():
    """From Veterans Day on half-timers have 4 h; Bob began the day after; Texans have no such day."""
    company = firm(
        employees="""
            person_ref  employee_id  employee_name  pay_group  work_location  effective_from
            ann         E1           Ann Abel       weekly     US             1900-01-01
            half        E2           Half Hay       halftime   US             1900-01-01
            bob         E3           Bob Berg       weekly     US             2026-11-12
            tex         E4           Tex Tan        weekly     US-TX          1900-01-01""",
        calendar="""
            pay_group  kind    start       workweek
            weekly     weekly  2026-11-09  monday
            halftime   weekly  2026-11-09  monday""",
        pay='[[pay.confirmed_rules]]\nrule_id = "us_flsa_40"\nconfirmed_by = "x"\nconfirmed_on = 2026-01-01',
        holidays=HOLIDAYS,
        holiday_pay="""
            pay_group  work_location  hours  effective_from  effective_to
            weekly     US             8.00   1900-01-01      -
            halftime   US             8.00   1900-01-01      2026-11-10
            halftime   US             4.00   2026-11-11      -""",
    )
    books = company.books("person  date  time\nann  2026-11-09  8:00")
    assert books.rows("entries", "employee_id worked_seconds", source="holiday-calendar") == [
        ["E1", "8:00:00"],
        ["E2", "4:00:00"],
    ]


BESIDE = [  # what Ann tracked on Veterans Day, her pay items
    ("holiday", "8:00", ["Holiday 320.00"], "the same holiday, paid once"),
    ("vacation", "8:00", ["Vacation 320.00"], "vacation on a holiday: hers counts, a person looks"),
    ("unpaid", "8:00", [], "unpaid leave on a holiday"),
]


@pytest.mark.capability("C136")
@pytest.mark.parametrize(("service", "time", "paid", "why"), BESIDE)
def test_leave_tracked_on_a_holiday_is_paid_once_and_noticed(service, time, paid, why):
    company = firm(
        holidays=HOLIDAYS,
        holiday_pay=HOLIDAY_PAY,
        employees="person_ref  employee_id  employee_name\nann  E1  Ann Abel",
    )
    books = company.books(f"person  date  time  service  project\nann  2026-11-11  {time}  {service}  -")
    assert [" ".join(row) for row in books.rows("payroll_lines", "pay_item amount")] == paid, why
    books.must_show(
        "exceptions",
        """
        code   severity  streams    entry_id                        found    due
        TE135  note      pay, cost  holiday-calendar:2026-11-11/E1  8:00:00  -""",
        code="TE135",
    )
    assert ["out_of_scope", "TE135", "8:00:00"] in books.rows("roll_forward", "state reason seconds", stream="pay")


@pytest.mark.capability("C136")
def test_work_on_a_holiday_is_paid_beside_it():
    """Nobody loses hours worked: 6 h of work and 8 h of holiday, which count 6 h to overtime."""
    company = firm(
        holidays=HOLIDAYS,
        holiday_pay=HOLIDAY_PAY,
        employees="person_ref  employee_id  employee_name\nann  E1  Ann Abel",
    )
    books = company.books("person  date  time\nann  2026-11-11  6:00")
    books.must_show("payroll_lines", "pay_item  pay_seconds\nHoliday  8:00:00\nRegular  6:00:00")


@pytest.mark.capability("C136")
def test_a_person_with_two_trackers_has_one_holiday():
    company = firm(
        holidays=HOLIDAYS,
        holiday_pay=HOLIDAY_PAY,
        employees="""
            source  person_ref  employee_id  employee_name  effective_from  effective_to
            one     ann         E1           Ann Abel       1900-01-01      -
            two     E1          E1           Ann Abel       2026-10-01      -
            three   a.abel      E1           Ann Abel       1900-01-01      2026-11-10""",
    )
    books = company.books(delivery("person  date  time\nann  2026-11-09  8:00", source="one"))
    assert books.rows("payroll_lines", "pay_item pay_seconds") == [["Holiday", "8:00:00"], ["Regular", "8:00:00"]]


HOLIDAY_WRONG = [
    ({"holiday_pay": "calendar  hours\nfirm  8.00"}, "holidays.csv has no calendar firm"),
    ({"holiday_pay": "hours  service_ref\n8.00  vacation"}, "vacation must be a service of items.csv"),
    ({"holiday_pay": "hours\n24.01"}, "hours 24.01 must be whole seconds, more than 0 and at most 24"),
]


@pytest.mark.capability("C136")
@pytest.mark.parametrize(("changed", "said"), HOLIDAY_WRONG)
def test_what_keeps_holidays_from_being_paid_is_said(changed, said):
    with pytest.raises(MappingError) as refused:
        refuse_gaps(firm(**({"holidays": HOLIDAYS} | changed)).run())
    assert said in str(refused.value)


# ---- what an auditor would say ----
WORK = st.lists(st.tuples(st.integers(9, 15), st.integers(1, 60_000)), min_size=1, max_size=8)
LEAVE = st.lists(
    st.tuples(st.integers(9, 15), st.integers(1, 40_000), st.sampled_from(["vacation", "holiday", "unpaid", "sick"])),
    max_size=6,
)


def _sheet(rows: list[tuple[int, int, str]]) -> list[dict[str, str]]:
    return [
        {"id": str(n), "person": "ann", "date": f"2026-11-{day:02}", "service": service,
         "time": clock_hours(s)}
        for n, (day, s, service) in enumerate(rows)
    ]  # fmt: skip


@pytest.mark.capability("C136")
@examples(4, 40)
@given(WORK, LEAVE)
def test_leave_never_changes_overtime_or_what_is_billed(work, leave):
    worked = [(day, s, "dev") for day, s in work]
    without, beside = (firm().books(delivery(_sheet(rows))) for rows in (worked, worked + leave))
    columns = "pay_item pay_seconds premium_seconds amount regular_rate_numerator regular_rate_denominator"
    kept = {"Regular", "Overtime"}
    assert [row for row in beside.rows("payroll_lines", columns) if row[0] in kept] == without.rows(
        "payroll_lines", columns
    )
    assert beside.rows("billable_lines", "bill_seconds amount") == without.rows("billable_lines", "bill_seconds amount")
