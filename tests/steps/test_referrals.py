"""A dispute over weeks: held, told with its age, decided by another, and paid by the corrections of later batches."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from etl import steps
from tests.steps.corrected import COMPANY, Past
from tests.steps.test_corrections import FIVE_DAYS, must_show

pytestmark = pytest.mark.capability("C131")

HEADER = "employee_id,day,hour_class,entry_id,reason,referred_by,referred_on,referred_to,due,"
HEADER += "resolution,resolved_by,resolved_on\n"
WAITS = "E1,2026-11-06,hours,tracker:a4,not at work,Ben,2026-11-09,HR,2026-11-20,{},{},{}\n"


def refer(company: Past, resolution: str = "", by: str = "", on: str = "") -> None:
    path = company.root / "mappings" / COMPANY / "private" / "referrals.csv"
    path.touch(mode=0o600)
    path.write_text(HEADER + WAITS.format(resolution, by, on))


def disputed(root: Path) -> Past:
    """Ann worked four days of 8 hours at 20.00; the 6 hours of Friday were in dispute when the week was exported."""
    company = Past(root)
    company.work(FIVE_DAYS + "\n" + "\n".join(f"n{day} ann web {7 + day} 8:00" for day in range(3)))
    refer(company)
    company.publish_first()
    return company


def test_what_waited_is_paid_in_its_own_workweek_once_another_person_has_decided(tmp_path):
    company = disputed(tmp_path)
    must_show(company, 0, "payroll_lines", """
        pay_item  pay_seconds  amount
        Regular   32:00:00     640.00""")
    company.publish(1)
    assert company.rows(1, "corrections") == [], "it still waits"
    [item] = [row for row in company.rows(1, "exceptions") if row["code"] == "TE195"]
    assert (item["severity"], item["worked_on"], item["due"]) == ("hold", date(2026, 11, 6), "by 2026-11-20")
    assert "waiting 6 day(s)" in item["found"]
    refer(company, "pay", "Hal", "2026-11-20")
    company.publish(2)
    must_show(company, 2, "corrections", """
        line_id     corrects    cause          employee_id  pay_item  workweek_start  seconds  amount
        0003-W-001  0001-P-001  released hold  E1           Regular   2026-11-02      6:00:00  120.00""", stream="pay")
    assert [row["code"] for row in company.rows(2, "exceptions") if row["code"] in ("TE194", "TE195", "TE198")] == []
    company.publish(3)
    assert company.rows(3, "corrections") == [], "paid once"


def test_what_is_decided_not_to_be_owed_is_never_paid_and_takes_nothing_back(tmp_path):
    company = disputed(tmp_path)
    refer(company, "drop", "Hal", "2026-11-13")
    company.publish(1)
    assert company.rows(1, "corrections") == []


def test_a_dispute_about_pay_that_was_exported_takes_nothing_back_by_itself(tmp_path):
    company = Past(tmp_path)
    company.work(FIVE_DAYS)
    company.publish_first()
    refer(company)
    company.publish(1)
    must_show(company, 1, "corrections", """
        state     pay_item  seconds   amount
        referred  Regular   -6:00:00  -120.00""", stream="pay")
    assert [row["code"] for row in company.rows(1, "exceptions") if row["code"] == "TE160"] == ["TE160"]


def test_status_says_what_waits_and_for_how_long(tmp_path):
    company = disputed(tmp_path)
    shown = dict(steps.status(tmp_path, COMPANY, date(2026, 11, 23)).facts)
    waiting = shown[f"{COMPANY}: amounts in dispute, wait for a person"]
    assert waiting == "1 of 1 person(s), the oldest 14 day(s), 1 overdue"
    refer(company, "pay", "Hal", "2026-11-20")
    assert steps.status(tmp_path, COMPANY, date(2026, 11, 23)).facts == ()
