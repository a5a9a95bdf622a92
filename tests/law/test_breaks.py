"""Breaks and rest from the raw punches: every rule to its minute, premiums as lines, and what is not decided."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

import pytest

from etl.errors import MappingError, SettingsError
from etl.law.breaks import break_library, places_not_tested, read_break_rules
from etl.sql.order import MARTS
from etl.steps.inputs import refuse_gaps
from tests.law.confirming import confirming
from tests.sql.company import Books, Company

PAY_ITEMS = f"""{Company.pay_items}
        premium     meal_premium      Meal Premium
        premium     rest_premium      Rest Premium"""
MONDAY = date(2026, 11, 9)


def firm(place: str, premiums: str = "pay", more: str = "", **tables: str) -> Company:
    """One person at 20.00 an hour in this place, its break rules switched on."""
    jurisdiction = "US-FED" if place == "US" else place
    laws = "" if place in ("US", "US-CA") else AGREED.format(place=place)
    return Company(
        employees="person_ref  employee_id  employee_name  worker_type  pay_group  flsa_status  work_location\n"
        f"ann  E1  Ann Abel  employee  weekly  nonexempt  {place}",
        pay_rates="employee_id  pay_rate\nE1  20.00",
        pay_items=PAY_ITEMS,
        pay=f'{laws}\n[[pay.breaks]]\njurisdiction = "{jurisdiction}"\npremiums = "{premiums}"\n{more}',
        **tables,
    )


AGREED = """
[[pay.groups]]
pay_group = "weekly"
regimes = {{ {place} = "agreed" }}
[[pay.agreements]]
rule_id = "agreed"
jurisdiction = "{place}"
week_tiers = "60:1.5"
citation = "works agreement"
"""


def sheet(days: str, first: date = MONDAY, swap: bool = False) -> str:
    """A timesheet from days such as "08:00-12:00 12:30-16:30 / 08:00-12:00", a slash between days, - for a day off."""
    lines = []
    for number, day in enumerate(days.split("/")):
        for span in day.split():
            if span == "-":
                continue
            start, end = span.split("-")
            on = first + timedelta(days=number)
            begin = datetime.fromisoformat(f"{on}T{start}")
            seconds = int((datetime.fromisoformat(f"{on}T{end}") - begin).total_seconds()) % 86400
            lines.append(f"{on}  {on} {start}  {seconds // 3600}:{seconds // 60 % 60:02}:00  web  dev  ann")
    lines = lines[::-1] if swap else lines
    numbered = [f"{number}  {line}" for number, line in enumerate(lines, 1)]
    return "\n".join(["id  date  start  time  project  service  person", *numbered])


def found(books: Books) -> list[list[str]]:
    """The findings: rule, day, whether it is open."""
    return [
        [row["rule_id"], str(row["workday"]), "open" if row["is_open"] else "found"]
        for row in sorted(
            books.engine.fetch("break_findings").to_pylist(), key=lambda row: (row["workday"], row["rule_id"])
        )
    ]


def rules_broken(place: str, days: str, **more: str) -> set[str]:
    return {
        rule
        for rule, _, told in found(firm(place, more.pop("premiums", "refer"), **more).books(sheet(days)))
        if told == "found"
    }


EXAMPLES = list(csv.DictReader((files("etl.law") / "break_examples.csv").read_text(encoding="utf-8").splitlines()))
"""One row per worked example: days that keep a rule, and days that break it by a minute."""


@cache
def all_examples() -> dict[str, set[str]]:
    """The rules broken by each example's two people, `B01 kept` and `B01 broken`, from one run of all of them."""
    people, births, rows, places = [], [], [], {row["place"]: row["place"] for row in EXAMPLES} | {"US": "US-FED"}
    for row in EXAMPLES:
        for how in ("kept", "broken"):
            who = f"{row['example_id']}-{how}"
            people.append(f"{who}  {who}  Ann  employee  weekly  nonexempt  {row['place']}")
            births += [f"{who}  {row['born']}"] if row["born"] else []
            rows += [line.replace("  ann", f"  {who}") for line in sheet(row[how]).splitlines()[1:]]
    agreed = {place: "agreed_" + place.lower().replace("-", "_") for place in places if place not in ("US", "US-CA")}
    company = Company(
        employees="person_ref  employee_id  employee_name  worker_type  pay_group  flsa_status  work_location\n"
        + "\n".join(people),
        pay_rates="employee_id  pay_rate\n" + "\n".join(f"{line.split()[0]}  20.00" for line in people),
        people="employee_id  birth_date\n" + "\n".join(births),
        pay='[[pay.groups]]\npay_group = "weekly"\nregimes = { '
        + ", ".join(f'{place} = "{name}"' for place, name in agreed.items())
        + " }\n"
        + "".join(
            f'[[pay.agreements]]\nrule_id = "{name}"\njurisdiction = "{place}"\nweek_tiers = "60:1.5"\ncitation = "c"\n'
            for place, name in agreed.items()
        )
        + '[[pay.minimum_wages]]\njurisdiction = "US-NY"\nhourly = 16.00\n'
        + "".join(f'[[pay.breaks]]\njurisdiction = "{place}"\npremiums = "refer"\n'
                  + ('spread = "all_rates"\n' if place == "US-NY" else "") for place in places.values()),
    )
    lines = [f"{number}  {line.partition('  ')[2]}" for number, line in enumerate(rows, 1)]
    books = company.books("\n".join(["id  date  start  time  project  service  person", *lines]))
    broken: dict[str, set[str]] = {}
    for row in books.engine.fetch("break_findings").to_pylist():
        if not row["is_open"]:
            broken.setdefault(row["employee_id"], set()).add(row["rule_id"])
    return broken


@pytest.mark.capability("C129")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda row: f"{row['example_id']}-{row['rule_id']}")
def test_a_rule_holds_to_the_minute(example):
    broken = all_examples()
    assert example["rule_id"] not in broken.get(f"{example['example_id']}-kept", set())
    assert example["rule_id"] in broken.get(f"{example['example_id']}-broken", set())


def test_every_rule_has_an_example_but_for_averages():
    shown = {row["example_id"] for row in EXAMPLES}
    assert {rule.rule_id for rule in break_library() if rule.example not in shown} == {
        rule.rule_id for rule in break_library() if rule.test in ("average", "attested")
    }


def test_a_meal_of_23_minutes_is_one_of_23_minutes():
    """Labor reference A.4, R14: the nearest ten minutes would show 30."""
    books = firm("US-CA").books(sheet("08:00-12:33 12:56-16:30"))
    books.must_show(
        "payroll_lines",
        """
        pay_item      premium_seconds  amount
        Meal Premium  1:00:00          20.00
        Overtime      0:07:00          3.50
        Regular       0:00:00          160.00""",
    )
    [[said]] = books.rows("exceptions", "found", code="TE103")
    assert said.startswith("8.5 h on duty, 0 min off in time"), "a break that is too short is time on duty"


def test_one_meal_premium_a_workday_whatever_was_missed():
    books = firm("US-CA").books(sheet("06:00-18:01 / 08:00-16:00"))
    assert [rule for rule, _, _ in found(books)] == ["us_ca_meal_1", "us_ca_meal_2", "us_ca_meal_1"]
    assert books.rows("payroll_lines", "premium_seconds", pay_item="Meal Premium") == [["2:00:00"]]
    assert books.rows("pay_additions", "addition_on printed_seconds") == [
        ["2026-11-09", "1:00:00"],
        ["2026-11-10", "1:00:00"],
    ]


def test_the_premium_is_an_hour_at_the_regular_rate_of_the_week():
    """10 h at 20.00 and 30 h with a bonus of 40.00 in the week: (800 + 40) / 40 = 21.00."""
    bonus = "employee_id  earning  amount  earned_from  earned_to  paid_on\n"
    bonus += "E1  Bonus  40.00  2026-11-09  2026-11-15  2026-11-20"
    books = firm("US-CA", earnings=bonus).books(sheet("08:00-16:00 /" + "08:00-12:00 12:30-16:30 /" * 4))
    assert books.rows("payroll_lines", "amount", pay_item="Meal Premium") == [["21.00"]]


@pytest.mark.parametrize(
    ("premiums", "code", "severity", "lines"),
    [("stop", "TE102", "stop", 0), ("refer", "TE104", "hold", 0), ("pay", "TE103", "note", 1)],
)
def test_what_the_company_has_decided_happens(premiums, code, severity, lines):
    books = firm("US-CA", premiums).books(sheet("08:00-16:00"))
    [[said, streams, due]] = books.rows("exceptions", "severity streams due", code=code)
    assert (said, streams, due != "-") == (severity, "pay", severity != "note")
    assert len(books.rows("payroll_lines", "amount", pay_item="Meal Premium")) == lines
    assert books.rows("payroll_lines", "amount", pay_item="Regular") == [["160.00"]], "everything else is paid"


REFERRED = "employee_id  day  hour_class  reason  referred_to  due  resolution  resolved_by\n"


@pytest.mark.capability("C131")
@pytest.mark.parametrize(
    ("row", "code", "said", "lines"),
    [
        ("on-duty  HR  2026-11-20  -  -", "TE104", "20.00 USD; referred to HR until 2026-11-20, on-duty", [["20.00"]]),
        ("on-duty  HR  2026-11-20  pay  Hal", "TE103", "20.00 USD; resolved by Hal", [["20.00"], ["20.00"]]),
        ("on-duty  HR  2026-11-20  drop  Hal", "TE107", "20.00 USD; dropped by Hal, on-duty", [["20.00"]]),
    ],
)
def test_only_the_disputed_amount_waits_until_a_person_has_decided(row, code, said, lines):
    referrals = f"{REFERRED}E1  2026-11-09  meal_premium  {row}"
    books = firm("US-CA", referrals=referrals).books(sheet("08:00-16:00 / 08:00-16:00"))
    [[found_text]] = books.rows("exceptions", "found", code=code, worked_on="2026-11-09")
    assert found_text.endswith(said)
    assert books.rows("pay_additions", "amount") == lines
    assert books.rows("payroll_lines", "amount", pay_item="Regular") == [["320.00"]], "everything else is paid"


def test_a_resolution_says_who():
    referrals = f"{REFERRED}E1  2026-11-09  meal_premium  on-duty  HR  2026-11-20  drop  -"
    with pytest.raises(MappingError, match="line 2: a resolution needs resolved_by"):
        refuse_gaps(firm("US-CA", referrals=referrals).run())


WAIVER = '[[pay.meal_waivers]]\nrule_id = "{}"\nemployee_id = "E1"\n'


@pytest.mark.parametrize(
    ("waived", "days", "broken"),
    [
        ("us_ca_meal_1", "08:00-14:00", set()),
        ("us_ca_meal_1", "08:00-14:01", {"us_ca_meal_1"}),
        ("us_ca_meal_2", "06:00-10:00 10:30-18:30", set()),
        ("us_ca_meal_2", "06:00-10:00 10:30-18:31", {"us_ca_meal_2"}),
        ("us_ca_meal_2", "06:00-18:00", {"us_ca_meal_1", "us_ca_meal_2"}),
    ],
)
def test_a_waiver_reaches_as_far_as_the_law_lets_it(waived, days, broken):
    assert rules_broken("US-CA", days, more=WAIVER.format(waived)) == broken


def test_rest_is_attested_never_inferred():
    told = "employee_id  day  missed\nE1  2026-11-09  2"
    california = firm("US-CA", rest_attestations=told).books(sheet("08:00-12:00 12:30-16:30"))
    assert california.rows("payroll_lines", "premium_seconds amount", pay_item="Rest Premium") == [["1:00:00", "20.00"]]
    company = firm("US-CO", rest_attestations=told)
    run = confirming(company.run(), "us_co_rest")
    refuse_gaps(run)
    colorado = company.books_of(run, [sheet("08:00-12:00 12:30-16:30")], MARTS[-1])
    assert colorado.rows("payroll_lines", "premium_seconds amount", pay_item="Rest Premium") == [["0:20:00", "6.67"]]
    assert not found(firm("US-CA").books(sheet("08:00-12:00 12:30-16:30")))


NAMED = '[[pay.confirmed_rules]]\nrule_id = "us_co_rest"\nconfirmed_by = "Cora"\nconfirmed_on = 2026-11-01\n'


@pytest.mark.capability("C133")
def test_a_row_that_pays_is_confirmed_by_a_record_and_has_a_pay_item():
    told = "employee_id  day  missed\nE1  2026-11-09  2"
    with pytest.raises(MappingError, match=r"us_co_rest .* is knowledge, not confirmed, and pays; .*us_co_rest"):
        refuse_gaps(firm("US-CO", rest_attestations=told).run())
    with pytest.raises(MappingError, match=r"confirmed_rules\]\] in company.toml no longer counts"):
        refuse_gaps(firm("US-CO", more=NAMED, rest_attestations=told).run())
    refuse_gaps(firm("US-CO").run())
    with pytest.raises(MappingError, match="no pay item for premium, meal_premium"):
        refuse_gaps(replace(firm("US-CA"), pay_items=Company.pay_items).run())


def test_a_place_that_is_not_switched_on_is_not_tested_and_told():
    bare = replace(firm("US-CA"), pay="")
    assert not found(bare.books(sheet("08:00-18:00")))
    assert places_not_tested(bare.run().settings.pay, ["US-CA", "GB-SCT", "US"]) == ("GB", "US-CA")


def test_what_cannot_be_told_is_said_once():
    without = """
        id  date        start  time     project  service  person
        1   2026-11-09  -      8:00:00  web      dev      ann
        2   2026-11-10  -      8:00:00  web      dev      ann"""
    books = firm("US-CA").books(without)
    assert books.rows("exceptions", "found", code="TE105") == [["no start time, 2 day(s)"]]
    assert books.rows("exceptions", "found", code="TE106") == [["1 people without a birth date"]]
    british = firm("GB").books(sheet("08:00-16:00"))
    assert books.rows("exceptions", "severity", code="TE105") == [["note"]]
    assert british.column("exceptions", "found", code="TE105") == ["17 weeks are looked at: no time in 16 of them"]


@pytest.mark.parametrize(("born", "broken"), [("2008-11-10", {"gb_young_day"}), ("2008-11-09", set())])
def test_limits_by_age_hold_until_the_birthday(born, broken):
    days = "08:00-12:00 12:30-16:31"
    assert rules_broken("GB", days, people=f"employee_id  birth_date\nE1  {born}") == broken


def test_breach_and_check_are_told_apart():
    young = firm("GB", people="employee_id  birth_date\nE1  2010-01-01").books(sheet("08:00-17:00"))
    assert {row[0] for row in young.rows("exceptions", "expected", code="TE101")} == {
        "over 6 h United Kingdom asks for 20 min off duty (WTR 1998 reg. 12)"
    }
    assert len(young.rows("exceptions", "expected", code="TE100")) == 2


WEEK = "08:00-13:30 14:00-17:00 / 06:00-18:01 / - / 22:00-06:00 / 09:00-12:00 12:10-15:30"


def test_a_day_later_everything_is_the_same_a_day_later():
    shifted = found(firm("US-CA").books(sheet(WEEK, MONDAY + timedelta(days=1))))
    assert shifted == [
        [rule, str(date.fromisoformat(day) + timedelta(days=1)), told]
        for rule, day, told in found(firm("US-CA").books(sheet(WEEK)))
    ]
    assert shifted


@pytest.mark.parametrize("place", ["US-CA", "GB", "DE"])
def test_order_and_splitting_an_entry_change_nothing(place):
    as_given = found(firm(place).books(sheet(WEEK)))
    assert as_given == found(firm(place).books(sheet(WEEK, swap=True)))
    split = WEEK.replace("08:00-13:30", "08:00-09:17 09:17-13:30").replace("22:00-06:00", "22:00-23:59 23:59-06:00")
    assert as_given == found(firm(place).books(sheet(split)))


def test_rounding_and_the_cut_at_midnight_are_not_seen():
    rounded = replace(
        firm("US-CA"), rounding="purpose  unit_seconds  mode  grain\npay  900  nearest  entry\nbill  900  up  entry"
    )
    assert found(rounded.books(sheet(WEEK))) == found(firm("US-CA").books(sheet(WEEK)))
    night = found(firm("US-CA").books(sheet("22:00-05:00")))
    assert night == [["us_ca_meal_1", "2026-11-09", "found"]]


def test_the_table_refuses_what_it_does_not_know():
    text = (files("etl.law") / "break_rules.csv").read_text(encoding="utf-8")
    with pytest.raises(SettingsError, match="test 'meal' is none of"):
        read_break_rules(text.replace(",break,", ",meal,", 1))
    with pytest.raises(SettingsError, match="us_ca_meal_1 stands twice"):
        read_break_rules(text.replace("us_ca_meal_2", "us_ca_meal_1", 1))
    assert all(rule.is_ready for rule in break_library() if rule.premium == "meal")
