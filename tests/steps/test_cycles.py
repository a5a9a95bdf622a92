"""Pay and invoice calendar: what banks move, by calendars that are looked up elsewhere, and nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from etl import steps
from etl.errors import SettingsError
from etl.law.banks import shipped_banks
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.steps.cycles import cycles
from tests.faults import tiny

pytestmark = [pytest.mark.capability("C83")]
PUBLISHED = {   # federalreserve.gov, K.8: holidays that fall on a working day, and their Mondays
    2026: "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
    2028: "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25"}


def test_the_federal_reserves_days_are_those_it_publishes():
    """July 4, 2026 is a Saturday: banks are open on Friday. Juneteenth and Christmas 2027 are Saturdays."""
    banks = shipped_banks("federal_reserve")
    for year, days in PUBLISHED.items():
        own = [f"{day:%m-%d}" for day in sorted(banks.holidays) if day.year == year]
        assert own == days.split(), year
    assert not banks.rest(date(2026, 7, 3))
    assert banks.rest(date(2027, 7, 5)) == "Independence Day (observed)"


def test_targets_days_are_six_a_year_less_weekends():
    banks = shipped_banks("target")
    assert [f"{day:%m-%d}" for day in sorted(banks.holidays) if day.year == 2026] == [
        "01-01", "04-03", "04-06", "05-01", "12-25"]
    assert banks.until == date(2032, 12, 31)


def company(root, pay_days, schedule):
    """A pay calendar of weeks paid on these days, cut off at noon three days before."""
    place = tiny.make_company(root)
    settings = place.mappings(tiny.COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", f"[schedule]\n{schedule}\n[billing]", 1))
    path = place.mappings(tiny.COMPANY) / "pay_calendar.csv"
    lines = [path.read_text().splitlines()[0]]
    for turn, day in enumerate(pay_days):
        monday = tiny.FIRST_MONDAY + timedelta(weeks=turn)
        cut_off = f"{day - timedelta(days=3)} 12:00"
        lines.append(f"weekly,weekly,{monday},{monday + timedelta(days=6)},{cut_off},{day},monday")
    path.write_text("\n".join(lines) + "\n")
    return place


def found(place, first=None, last=None):
    settings = read_settings(place.mappings(tiny.COMPANY) / "company.toml", tiny.COMPANY)
    mappings = load_mappings(place.mappings(tiny.COMPANY), tiny.COMPANY)
    return {one.declared: one for one in cycles(settings, mappings, first, last) if one.kind == "pay"}


@pytest.mark.parametrize(("way", "thanksgiving", "christmas"), [
    ("stays", date(2026, 11, 26), date(2026, 12, 25)), ("before", date(2026, 11, 25), date(2026, 12, 24)),
    ("after", date(2026, 11, 27), date(2026, 12, 28))])
def test_a_pay_date_goes_where_the_company_says(tmp_path, way, thanksgiving, christmas):
    days = [date(2026, 11, 19), date(2026, 11, 26), date(2026, 12, 25)]
    told = found(company(tmp_path, days, f'bank_days = "federal_reserve"\npay_date = "{way}"'))
    assert [told[day].told for day in days] == [date(2026, 11, 19), thanksgiving, christmas]
    is_early = way == "before"
    assert told[days[1]].cut_off == datetime.fromisoformat("2026-11-23 12:00" if not is_early else "2026-11-20 12:00")
    assert told[days[0]].cut_off == datetime.fromisoformat("2026-11-16 12:00"), "what does not move keeps its cut-off"


def test_without_a_choice_nothing_moves(tmp_path):
    day = date(2026, 12, 25)
    one = found(company(tmp_path, [day], 'cadence = "daily"'))[day]
    assert (one.told, one.why) == (day, "")


def test_a_calendar_of_the_company_and_one_without_days(tmp_path):
    day = date(2026, 11, 18)   # the Day of Repentance, a holiday in Saxony alone
    place = company(tmp_path, [day], 'bank_days = "holidays.csv"\nbank_calendar = "saxony"\npay_date = "before"')
    with pytest.raises(SettingsError) as caught:
        found(place)
    assert caught.value.code == "BANK_CALENDAR"
    (place.mappings(tiny.COMPANY) / "holidays.csv").write_text(
        f"calendar,holiday_on,name\nsaxony,{day},Day of Repentance\n")
    assert (found(place)[day].told, found(place)[day].why) == (date(2026, 11, 17), "Day of Repentance")


def test_days_that_nobody_knows_stay_and_that_is_said(tmp_path):
    place = company(tmp_path, [date(2033, 1, 1)], 'bank_days = "federal_reserve"\npay_date = "after"')
    assert found(place)[date(2033, 1, 1)].told == date(2033, 1, 1)
    outcome = steps.show_cycles(tiny.COMPANY, place.root, today="2032-12-20", weeks=4)
    assert dict(outcome.facts)["known until"].startswith("2032-12-31")


def test_the_list_shows_what_moves_and_why(tmp_path):
    place = company(tmp_path, [date(2026, 11, 26)], 'bank_days = "federal_reserve"\npay_date = "before"')
    outcome = steps.show_cycles(tiny.COMPANY, place.root, today="2026-11-02", weeks=4)
    row = next(row for row in outcome.rows if row[0] == "pay")
    assert row[3:] == ("Fri 2026-11-20 12:00", "Wed 2026-11-25", "Thu 2026-11-26", "Thanksgiving Day")
    assert [row[0] for row in outcome.rows].count("billing") == 4
