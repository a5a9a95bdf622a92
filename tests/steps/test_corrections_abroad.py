"""Corrections of a period that pays in several currencies and posts in one: hours, rates, the exchange rate."""

from __future__ import annotations

from decimal import Decimal

import pytest

from etl.errors import RefusedError
from tests.steps.corrected import ACCOUNTS, MONDAY, Past, sunday
from tests.steps.histories import differences, last_state

HERE = '[currency]\nconvert = "here"\nsource = "ecb"\nmissing_day = "previous_business_day"\n'
CHOSEN = f'{HERE}[[currency.chosen]]\nsource = "ecb"\nrate_date = {sunday(0)}\nsource_id = "v2"\n'
pytestmark = pytest.mark.capability("C143")


def company(root, more=HERE) -> Past:
    """Ann is paid in dollars, Bob in yen; one exported week of both."""
    past = Past(root, more=more)
    past.tables["accounts.csv"] = [*ACCOUNTS, ("rounding_difference", "Rounding", "EXP")]
    past.tables["private/pay_rates.csv"] = [
        ("E1", "20.00", "USD", MONDAY, ""), ("E2", "3001", "JPY", MONDAY, "")]
    past.tables["fx_rates.csv"] = [
        (sunday(week), "JPY", "USD", "0.006378", "ecb", "v1", "2026-11-08 16:00") for week in range(6)]
    past.work("a ann web 0 8:00\nb bob web 0 8:00\nb2 bob shop 1 1:20\nb3 bob web 2 0:50")
    past.publish_first()
    return past


def corrected(past: Past, *, stream: str) -> list[dict]:
    return [row for row in past.rows(1, "corrections") if row["stream"] == stream]


@pytest.mark.parametrize(("change", "cause", "currency"), [
    ("late ann web 1 4:00", "late entry", "USD"), ("late bob web 1 3:07", "late entry", "JPY"),
    ("b bob shop 0 8:00", "edited", None),
    ("b bob web 0 7:13", "edited", "JPY"), ("b new web 0 8:00", "edited", "JPY")])
def test_what_changed_is_corrected_in_the_currency_of_each(tmp_path, change, cause, currency):
    past = company(tmp_path / "past")
    past.work(change)
    past.work("c ann web 7 8:00\nd bob web 7 8:00")
    past.publish(1)
    assert not differences(past, last_state(past, tmp_path / "fresh", 2), 2)
    assert {row["cause"] for row in corrected(past, stream="cost")} == {cause}
    assert {row["currency"] for row in corrected(past, stream="cost")} == {"USD"}
    assert {row["currency"] for row in corrected(past, stream="pay")} == ({currency} if currency else set())


def test_another_exchange_rate_moves_the_books_and_nobodys_pay(tmp_path):
    """30,510 yen: 194.59 and 212.37 at the rates of one day, each line rounded once; the difference is corrected."""
    past = company(tmp_path / "past")
    past.tables["fx_rates.csv"].append((sunday(0), "JPY", "USD", "0.006961", "ecb", "v2", "2026-11-09 16:00"))
    past.more = CHOSEN
    past.work("c ann web 7 8:00")
    past.publish(1)
    assert not differences(past, last_state(past, tmp_path / "fresh", 2), 2)
    assert not corrected(past, stream="pay")
    lines = corrected(past, stream="cost")
    assert {row["cause"] for row in lines} == {"rate"}
    assert sum(row["amount"] for row in lines) == 0
    [accrued] = [row["amount"] for row in lines if row["account"] == "Accrued Wages"]
    assert accrued == Decimal("194.59") - Decimal("212.38")


def test_a_rate_of_a_later_day_changes_nothing(tmp_path):
    past = company(tmp_path)
    past.tables["fx_rates.csv"].append((sunday(1), "JPY", "USD", "0.007000", "ecb", "v2", "2026-11-16 16:00"))
    past.more = CHOSEN.replace(str(sunday(0)), str(sunday(1)))
    past.work("c ann web 7 8:00")
    past.publish(1)
    assert not past.rows(1, "corrections")


def test_a_correction_is_corrected_again(tmp_path):
    past = company(tmp_path / "past")
    past.work("late bob web 1 3:07\nc ann web 7 8:00")
    past.publish(1)
    past.work("late bob shop 1 2:59\nd bob web 14 8:00")
    past.publish(2)
    assert not differences(past, last_state(past, tmp_path / "fresh", 3), 3)


def test_who_is_paid_in_another_currency_than_then_is_left_to_a_person(tmp_path):
    past = company(tmp_path)
    past.tables["private/pay_rates.csv"] = [("E1", "20.00", "USD", MONDAY, ""), ("E2", "20.00", "USD", MONDAY, "")]
    past.work("c ann web 7 8:00")
    with pytest.raises(RefusedError, match="somebody is paid in another currency than then") as caught:
        past.publish(1)
    assert caught.value.code == "CORRECTION_ABROAD"


def test_journals_in_several_currencies_are_left_to_a_person(tmp_path):
    """Where the books convert, each currency has a document of its own."""
    past = company(tmp_path, HERE.replace("here", "accounting"))
    past.work("late ann web 1 4:00\nc ann web 7 8:00")
    with pytest.raises(RefusedError, match="its journals are in several currencies"):
        past.publish(1)
    del past.entries["late"]
    past.publish(1)
    assert not past.rows(1, "corrections"), "the change undone, the next week goes on"
