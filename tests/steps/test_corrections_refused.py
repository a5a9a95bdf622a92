"""What the corrections do not carry by themselves: periods in several currencies, and what vendors are owed."""

from __future__ import annotations

import pytest

from etl.errors import RefusedError
from tests.steps.corrected import ACCOUNTS, MONDAY, Past, sunday

ABROAD = '[currency]\nconvert = "here"\nsource = "ecb"\nmissing_day = "previous_business_day"'


@pytest.mark.capability("C143")
def test_a_period_in_two_currencies_is_not_corrected_by_itself(tmp_path):
    """Bob is paid in yen; four late hours of Ann change a week that holds both."""
    company = Past(tmp_path, more=ABROAD)
    company.tables["accounts.csv"] = [*ACCOUNTS, ("rounding_difference", "Rounding", "EXP")]
    company.tables["private/pay_rates.csv"] = [
        ("E1", "20.00", "USD", MONDAY, ""), ("E2", "3000", "JPY", MONDAY, "")]
    company.tables["fx_rates.csv"] = [
        (sunday(week), "JPY", "USD", "0.0064", "ecb", "v1", "2026-11-08 16:00") for week in range(6)]
    company.work("a ann web 0 8:00\nb bob web 0 8:00")
    company.publish(0)
    company.work("late ann web 1 4:00\nc ann web 7 8:00")
    with pytest.raises(RefusedError, match="It pays or posts in several currencies") as caught:
        company.publish(1)
    assert caught.value.code == "CORRECTION_ABROAD"
    del company.entries["late"]
    company.publish(1)
    assert not company.rows(1, "corrections"), "the change undone, the next week goes on"


@pytest.mark.capability("C143")
@pytest.mark.capability("C68")
def test_a_vendor_s_time_that_changed_after_its_bill_is_told(tmp_path):
    """7 h of Cole at 50.00 were billed; 2 h more turn up: 100.00 that no correction posts, but a person reads."""
    company = Past(tmp_path)
    company.tables["accounts.csv"] = [*ACCOUNTS, ("subcontractors", "Job Costs:Subs", "COGS")]
    company.tables["employees.csv"].append(
        ("tracker", "cole@x.example", "V1", "Cole", "contractor", "", "", "", "VC", MONDAY, ""))
    company.tables["vendors.csv"] = [
        ("VC", "Cole & Co", "", "", "none", "", "", "on_file", "2026-01-02", "", "no", "", "", "")]
    company.tables["contracts.csv"] = [("C-1", "VC", "USD", "", "", "", "", "", "", "", MONDAY, "")]
    company.tables["private/contract_rates.csv"] = [("C-1", "*", "*", "50.00", MONDAY, "")]
    company.work("a ann web 0 8:00\nb cole web 0 7:00")
    company.publish(0)
    company.work("late cole web 1 2:00\nc ann web 7 8:00")
    company.publish(1)
    [told] = [row for row in company.rows(1, "exceptions") if row["code"] == "TE163"]
    assert (told["severity"], told["streams"], told["employee_ref"]) == ("note", "cost", "VC")
    assert told["found"] == "100.000 USD and 2 h more than the bill of batch 0001"
    assert not [row for row in company.rows(1, "corrections") if row["stream"] == "cost"]
