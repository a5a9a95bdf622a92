"""Rounding and the world around it: what settings may say, what law forbids, time rounded before, the certificate."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from etl.errors import SettingsError
from etl.law.rounding import POSITIONS, library, read_rounding_law, verdicts
from etl.law.rows import library as overtime_library
from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings import Rounding, RoundingWhere
from etl.settings.rounding import refuse_contradictions
from etl.steps.rounding import refuse_forbidden_rounding, rounding_facts
from etl.steps.rounding_certificate import certificate_csv
from etl.units import decimal_hours
from tests.law.confirming import confirming
from tests.sql.company import Books, Company

PEOPLE = """
    person_ref  employee_id  employee_name  pay_group  work_location  effective_from  effective_to
    ann         E1           Ann Abel       weekly     US             2026-01-01      -
    bob         E2           Bob Berg       weekly     US-CA          2026-11-12      -
    bob         E2           Bob Berg       weekly     US             2026-01-01      2026-11-11"""
WEEK = """
    id  person  date        time
    1   ann     2026-11-09  7:53
    2   bob     2026-11-09  8:08"""
NEAREST = "purpose  unit_seconds  mode  grain\npay  900  nearest  day"


def rule(**said: object) -> Rounding:
    return Rounding.model_validate({"purpose": "pay", "unit_seconds": 900, "mode": "nearest"} | said)


NONSENSE = [  # what a rule says beside pay, 900 s, nearest; what the error names
    ({"grain": "invoice_line"}, "grain invoice_line is for purpose bill only"),
    ({"purpose": "bill", "grain": "punch"}, "grain punch is for purpose pay only"),
    ({"grain": "punch", "mode": "up"}, "grain punch takes a nearest mode: up would move start and end alike"),
    ({"customer": "Mill"}, "customer cannot narrow a rule of purpose pay; that one takes pay_group and work_location"),
    ({"purpose": "bill", "pay_group": "weekly"}, "pay_group cannot narrow a rule of purpose bill"),
    ({"purpose": "bill", "customer": "Mill", "customer_job": "Mill:Web"}, "name customer or customer_job, not both"),
    ({"mode": "none"}, "mode none is exact; leave unit_seconds out"),
    ({"unit_seconds": None}, "mode nearest needs unit_seconds"),
    ({"effective_from": date(2026, 2, 1), "effective_to": date(2026, 1, 1)}, "effective_from 2026-02-01 is after"),
    ({"unit_seconds": 3601}, "less than or equal to 3600"),
]


@pytest.mark.capability("C23")
@pytest.mark.capability("C60")
@pytest.mark.parametrize(("said", "words"), NONSENSE)
def test_a_rule_that_makes_no_sense_is_refused(said, words):
    with pytest.raises(ValueError, match=words):
        rule(**said)


MEETING = [  # two rules, whether neither is the more specific, why
    ({}, {}, True, "two for the company"),
    ({"effective_to": date(2026, 1, 31)}, {"effective_from": date(2026, 2, 1)}, False, "one after the other"),
    ({"effective_to": date(2026, 2, 1)}, {"effective_from": date(2026, 2, 1)}, True, "both on one day"),
    ({}, {"purpose": "bill"}, False, "two purposes"),
    ({}, {"work_location": "US-NY"}, False, "one is more specific"),
    ({"work_location": "US-NY"}, {"work_location": "US-PA"}, False, "two places"),
    ({"work_location": "US-NY"}, {"pay_group": "weekly"}, True, "a weekly person may work in New York"),
    ({"customer": "Mill"}, {"service_item": "Design"}, True, "Design for Mill"),
    ({"customer": "Mill", "service_item": "Design"}, {"customer_job": "Mill:Web"}, True, "Design on Mill:Web"),
    ({"customer": "Mill", "service_item": "Design"}, {"customer_job": "Ohm:Web"}, False, "another customer's job"),
]


@pytest.mark.capability("C60")
@pytest.mark.parametrize(("one", "other", "is_open", "why"), MEETING)
def test_two_rules_of_which_neither_is_the_more_specific_are_refused(one, other, is_open, why):
    purpose = "bill" if {"customer", "customer_job", "service_item"} & {*one, *other} else "pay"
    rules = [rule(**{"purpose": purpose} | said) for said in (one, other)]
    if not is_open:
        refuse_contradictions(rules, RoundingWhere(), ())
        return
    with pytest.raises(ValueError, match=r"no\. 1 .* no\. 2 ") as caught:
        refuse_contradictions(rules, RoundingWhere(), ())
    assert "neither is the more specific" in str(caught.value), why


@pytest.mark.capability("C62")
@pytest.mark.parametrize("place", ["tracker", "accounting"])
def test_a_rule_beside_rounding_elsewhere_is_refused(place):
    with pytest.raises(ValueError, match=f"pay is rounded in the {place}; remove the rule"):
        refuse_contradictions([rule()], RoundingWhere(pay=place), ())
    refuse_contradictions([rule(purpose="bill")], RoundingWhere(pay=place), ())


def test_an_exact_source_must_exist():
    with pytest.raises(ValueError, match="crwe, which is no drop"):
        refuse_contradictions([], RoundingWhere(exact_sources=("crwe",)), ["crew"])


LAW = [  # place, mode, unit, grain, position, words of the sentence
    ("US", "nearest", 900, "punch", "allowed", "29 CFR 785.48"),
    ("US", "nearest", 1800, "day", "unknown", "half hour"),
    ("US", "down", 900, "entry", "forbidden", "rounding down alone"),
    ("US", "nearest_half_down", 900, "day", "allowed", "no half"),
    ("US", "nearest_half_down", 360, "day", "forbidden", "half a minute"),
    ("US-CA", "nearest", 900, "day", "forbidden", "Camp v. Home Depot"),
    ("US-CA", "nearest", 900, "punch", "forbidden", "meal punches"),
    ("US-CA", "up", 900, "day", "allowed", "never pays less"),
    ("US-OR", "nearest", 900, "day", "forbidden", "Eisele"),
    ("US-OR", "up", 900, "day", "allowed", "never pays less"),
    ("US-PA", "nearest", 360, "day", "hostile", "Heimbach"),
    ("US-MO", "nearest", 360, "day", "hostile", "Houston"),
    ("US-TX", "nearest", 360, "day", "unknown", "the federal test holds"),
    ("US-TX", "down", 360, "day", "forbidden", "rounding down alone"),
    ("GB", "nearest", 900, "day", "hostile", "minimum wage"),
    ("JP", "down", 1800, "day", "forbidden", "Kihatsu"),
    ("SG", "nearest", 900, "day", "unknown", "no law on rounding is known for SG"),
    ("SG", "up", 900, "day", "allowed", "never pays less"),
]


@pytest.mark.capability("M7")
@pytest.mark.parametrize(("place", "mode", "unit", "grain", "position", "words"), LAW)
def test_what_the_law_says_of_a_rounding(place, mode, unit, grain, position, words):
    [*_, last] = verdicts(place, (mode, unit, grain), (), (FIRST_DAY, LAST_DAY))
    assert last.position == position
    assert words in last.sentence


def test_law_that_was_not_read_at_its_source_can_be_answered_for_and_other_law_cannot():
    span = (date(2026, 1, 1), date(2026, 12, 31))
    digests = {row.rule_id: row.digest for row in library()}
    [closed] = verdicts("US-OR", ("nearest", 900, "day"), {"us_or_exact"}, span)
    assert (closed.position, closed.is_open) == ("forbidden", True), "a name alone is no word"
    [oregon] = verdicts("US-OR", ("nearest", 900, "day"), {digests["us_or_exact"]}, span)
    assert oregon.position == "hostile"
    assert "the company answers for rounding here (us_or_exact)" in oregon.sentence
    [california] = verdicts("US-CA", ("nearest", 900, "day"), {digests["us_ca_exact"]}, span)
    assert (california.position, california.is_open) == ("forbidden", False)


SETTINGS = '[[pay.confirmed_rules]]\nrule_id = "us_or_exact"\nconfirmed_by = "Cora"\nconfirmed_on = 2026-11-01\n'


@pytest.mark.capability("C133")
def test_a_ban_that_was_not_read_gives_way_to_a_record_and_not_to_the_settings():
    firm = Company(employees=PEOPLE.replace("US-CA", "US-OR"), rounding=NEAREST, pay=SETTINGS)
    books = staged(firm)
    with pytest.raises(SettingsError) as caught:
        refuse_forbidden_rounding(books.run, books.engine)
    assert "timebooks rules confirm --rule us_or_exact" in caught.value.what
    assert "[[pay.confirmed_rules]] in company.toml no longer counts" in caught.value.what
    run = confirming(firm.run(), "us_or_exact")
    books = firm.books_of(run, [WEEK], to="rounding_spans")
    refuse_forbidden_rounding(books.run, books.engine)


def test_a_verdict_changes_on_the_day_its_law_begins():
    spans = verdicts("GB", ("nearest", 900, "day"), (), (date(2015, 4, 1), date(2015, 4, 30)))
    found = [(one.position, one.span[0].day, one.span[1].day) for one in spans]
    assert found == [("unknown", 1, 5), ("hostile", 6, 30)]


def test_every_row_of_the_law_is_of_a_known_place_and_is_asked():
    places = {rule.jurisdiction for rule in overtime_library()}
    assert {row.jurisdiction for row in library()} <= places
    assert len({row.rule_id for row in library()}) == len(library())
    assert {row.position for row in library()} == set(POSITIONS)


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        (2, "perhaps", "position 'perhaps' is none of"),
        (3, "", "modes is empty"),
        (5, "shift", "grains 'shift' is none of"),
        (9, "", "citation is empty"),
    ],
)
def test_a_table_of_law_that_cannot_be_read_is_an_error(column, text, words):
    head = (
        "rule_id,jurisdiction,position,modes,units,grains,effective_from,effective_to,law_text,citation,status,"
        "reviewed_on"
    )
    row = ["x", "US", "allowed", "nearest", "900", "*", "2020-01-01", "", "text", "source", "confirmed", "2026-11-27"]
    row[column] = text
    with pytest.raises(SettingsError, match=words) as caught:
        read_rounding_law(f"{head}\n{','.join(row)}", "law.csv")
    assert caught.value.code == "LAW_INVALID"


def staged(firm: Company) -> Books:
    return firm.books(WEEK, to="rounding_spans")


@pytest.mark.capability("M7")
def test_pay_that_is_rounded_where_it_is_forbidden_stops_the_run():
    """Bob works in California from Thursday: the rule, his line, the law and the way out are named."""
    books = staged(Company(employees=PEOPLE, rounding=NEAREST))
    with pytest.raises(SettingsError) as caught:
        refuse_forbidden_rounding(books.run, books.engine)
    assert caught.value.code == "ROUNDING_FORBIDDEN"
    text = str(caught.value)
    for words in ("[[rounding]] no. 1 (pay, nearest to 900 s by day, the whole company)", "E2", "employees.csv, line 3",
                  "from 2026-11-12 on", "Camp v. Home Depot", 'mode = "none"', 'work_location = "US-CA"'):
        assert words in text
    assert "E1" not in text


@pytest.mark.capability("M7")
@pytest.mark.parametrize(
    "more",
    ["pay  -  none  entry  US-CA  -", "pay  900  up  day  US-CA  -", "pay  -  none  entry  US-CA  2026-11-12"],
)
def test_a_place_that_is_left_out_or_never_paid_short_is_no_offense(more):
    head = "purpose  unit_seconds  mode  grain  work_location  effective_from\npay  900  nearest  day  -  -\n"
    books = staged(Company(employees=PEOPLE, rounding=head + more))
    refuse_forbidden_rounding(books.run, books.engine)


def pre_rounded(minutes: int, count: int = 24, person: str = "ann") -> str:
    """A source whose every entry is a whole number of these minutes."""
    rows = [f"{n}  {person}  2026-11-{9 + n % 6:02}  0:{minutes * (1 + n % 3):02}" for n in range(count - 4)]
    rows += [f"x{n}  {person}  2026-11-{9 + n:02}  {1 + n}:{minutes * 2:02}" for n in range(4)]
    return "id  person  date  time\n" + "\n".join(rows)


FIVES, QUARTERS, TENTHS = pre_rounded(5), pre_rounded(15), pre_rounded(6)
TENTH_BILLS = "purpose  unit_seconds  mode  grain\nbill  360  nearest  entry"
SECOND = [  # what came in, the rule, the purposes found, why
    (QUARTERS, TENTH_BILLS, ["bill"], "quarter hours rounded to tenths"),
    (FIVES, TENTH_BILLS, ["bill"], "five minutes rounded to tenths"),
    (QUARTERS, TENTH_BILLS + "\npay  600  nearest  day", ["bill", "pay"], "for both"),
    (TENTHS, TENTH_BILLS, [], "the same unit moves nothing"),
    (QUARTERS, "purpose  unit_seconds  mode  grain\nbill  300  up  entry", [], "nor does a divisor of it"),
    (QUARTERS, "", [], "and no rule rounds nothing"),
    (pre_rounded(15, 19), TENTH_BILLS, [], "19 entries are too little evidence"),
    (QUARTERS + "\ny  ann  2026-11-13  1:07", TENTH_BILLS, [], "one exact entry speaks against it"),
    ("id  person  date  time\n" + "\n".join(f"{n}  ann  2026-11-09  0:15" for n in range(30)), TENTH_BILLS, [],
     "one length over and over is a habit"),
]


@pytest.mark.capability("C62")
@pytest.mark.parametrize(("sheet", "rules", "found", "why"), SECOND)
def test_time_that_was_rounded_before_it_came_stops_the_run(sheet, rules, found, why):
    """The planted file: every entry of the tracker is a whole unit, and our own rule would round it to another one."""
    books = Company(rounding=rules).books(sheet)
    items = books.rows("exceptions", "code severity streams found", code="TE080")
    assert sorted(streams for _, _, streams, _ in items) == found, why
    assert all(severity == "stop" and text.startswith("tracker: all ") for _, severity, _, text in items)


@pytest.mark.capability("C62")
def test_a_source_that_notes_whole_units_of_its_own_accord_is_exact():
    firm = Company(rounding=TENTH_BILLS)
    books = firm.books(QUARTERS, to="rounded_input")
    assert books.engine.count("rounded_input") == 1
    books.engine.put("exact_sources", books.engine.fetch("exact_sources").from_pylist([{"source": "tracker"}]))
    books.engine.run(("rounded_input",))
    assert books.engine.count("rounded_input") == 0


@pytest.mark.capability("C106")
def test_what_is_said_of_rounding_elsewhere():
    elsewhere = '\n[rounding_where]\npay = "tracker"\nbill = "accounting"'
    books = Company(pay=elsewhere).books(QUARTERS)
    assert rounding_facts(books.run, books.engine) == [
        ("rounded in the tracker, tracker", "all entries are whole 5 minutes or tenths of an hour"),
        ("bill is rounded in accounting", "not exact to the second: quickbooks_desktop.time carries whole 60 s"),
    ]
    books = Company(pay='\n[rounding_where]\npay = "tracker"').books(WEEK)
    assert rounding_facts(books.run, books.engine) == [
        ("rounded in the tracker, tracker",
         "does not look rounded: 2 of 2 entries are neither whole 5 minutes nor tenths of an hour"),
    ]
    assert rounding_facts((books := Company().books(WEEK)).run, books.engine) == []


CERTIFIED = """
    id  person  date        time
    1   ann     2026-11-09  7:53
    2   ann     2026-11-10  8:07
    3   ann     2026-11-11  8:20
    4   bob     2026-11-09  7:52"""


@pytest.mark.capability("M7")
def test_the_certificate_of_a_run():
    """By hand, to the nearest quarter: 7:53 +7, 8:07 -7, 8:20 -5, and 7:52 -7 minutes; up to tenths +1, +5, +4, +2."""
    rules = "purpose  unit_seconds  mode  grain\npay  900  nearest  day\nbill  360  up  entry"
    books = Company(rounding=rules).books(CERTIFIED)
    books.must_show("rounding_certificate", """
        employee_id  policy                 exact_seconds  rounded_seconds  difference_seconds  expected_seconds
        E1           nearest 15 min by day  24:20:00       24:15:00         -0:05:00            0:00:00
        E2           nearest 15 min by day  7:52:00        7:45:00          -0:07:00            0:00:00
        E1           up 6 min by entry      24:20:00       24:30:00         0:10:00             0:07:30
        E2           up 6 min by entry      7:52:00        7:54:00          0:02:00             0:02:30""")
    books.must_show("rounding_certificate", """
        employee_id  count_events  count_up  count_down  judgement   law_position  warning
        E1           3             1         2           not_judged  allowed       paid 0:05:00 less than worked
        E2           1             0         1           not_judged  allowed       paid 0:07:00 less than worked
        E1           3             3         0           not_judged  -             -
        E2           1             1         0           not_judged  -             -""")
    printed = certificate_csv(books.engine.fetch("rounding_certificate")).decode()
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [row["difference_seconds"] for row in rows] == ["-300", "-420", "600", "120"]
    assert Company().books(CERTIFIED).engine.count("rounding_certificate") == 0, "no rule, no certificate"


@pytest.mark.capability("M7")
def test_who_is_short_beyond_chance_is_told_and_who_is_short_by_chance_is_not():
    """22 times 7 minutes over the quarter lose 154 minutes; chance explains 2 x 15 x the root of 22/12: 41 minutes."""
    short = [f"{n}  ann  2026-11-{9 + n % 7:02}  1:{7 + 15 * (n % 2):02}" for n in range(22)]
    even = [f"b{n}  bob  2026-11-{9 + n % 7:02}  1:{7 + n % 2:02}" for n in range(22)]
    books = Company(rounding="purpose  unit_seconds  mode  grain\npay  900  nearest  entry").books(
        "id  person  date  time\n" + "\n".join([*short, *even])
    )
    assert books.rows("rounding_certificate", "employee_id difference_seconds judgement") == [
        ["E1", "-2:34:00", "less"], ["E2", "0:00:00", "as_expected"]]
    [item] = books.rows("exceptions", "code severity employee_ref seconds", code="TE082")
    assert item == ["TE082", "note", "E1", "-2:34:00"]


@pytest.mark.capability("M7")
def test_law_that_is_not_settled_is_noted_once_a_place():
    people = PEOPLE.replace("US-CA", "US-PA").replace("US   ", "US-PA")
    books = Company(employees=people, rounding=NEAREST).books(WEEK)
    [[severity, found]] = books.rows("exceptions", "severity found", code="TE081")
    assert severity == "note"
    assert found.startswith("2 people: US-PA: small amounts of time are owed")


@pytest.mark.capability("C140")
def test_pay_is_exact_and_bills_are_tenths_by_customer():
    """Mill is billed in tenths up by the line, everybody else exactly; pay is exact throughout."""
    rules = "purpose  unit_seconds  mode  grain  customer\nbill  360  up  invoice_line  Mill"
    books = Company(rounding=rules).books(WEEK)
    books.must_show("payroll_lines", "employee_id  pay_seconds\nE1  7:53:00\nE2  8:08:00")
    books.must_show("billable_lines", "bill_seconds  quantity_hours  amount\n16:06:00  16.10  1610.00")
    assert Decimal("16.10") * 100 == Decimal("1610.00"), "as printed"


@pytest.mark.capability("C63")
@pytest.mark.parametrize("unit", [36, 180, 360, 900, 1800])
def test_printed_hours_times_the_rate_are_the_printed_pay(unit):
    """Units of whole hundredths: the hours that payroll prints, times the person's rate, are the pay that it prints."""
    rows = [f"{n}  {('ann', 'bob')[n % 2]}  2026-11-{9 + n % 5:02}  1:{7 * n % 60:02}" for n in range(20)]
    books = Company(rounding=f"purpose  unit_seconds  mode  grain\npay  {unit}  nearest  day").books(
        "id  person  date  time\n" + "\n".join(rows)
    )
    lines = books.in_order("payroll_hours")
    assert [line["pay_item"] for line in lines] == ["Regular", "Regular"]
    for line in lines:
        rate = {"E1": Decimal("40.00"), "E2": Decimal("20.00")}[line["employee_id"]]
        assert line["exported_seconds"] == line["pay_seconds"], "nothing is left for the grain to share out"
        assert decimal_hours(line["exported_seconds"]) * rate == line["amount"]
