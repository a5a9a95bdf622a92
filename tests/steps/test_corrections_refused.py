"""What the corrections do not carry by themselves: what vendors are owed."""

from __future__ import annotations

import pytest

from tests.steps.corrected import ACCOUNTS, MONDAY, Past


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
