"""A bonus paid now for weeks that were exported: its overtime premium is owed for those weeks, by the corrections."""

from __future__ import annotations

from datetime import date

import pytest

from tests.steps.corrected import MONDAY, Past, sunday
from tests.steps.test_corrections import must_show

EARNED = (MONDAY, sunday(1))
BONUS = ("E1", "Quarter", "230.00", "USD", "yes", *EARNED, date(2026, 11, 19))


def past(root) -> Past:
    """Ann works 46 h, 6 of them overtime, in each of two weeks at 20.00, and 40 h in the third."""
    company = Past(root)
    for week, hours in enumerate((10, 10, 8)):
        company.work("\n".join(f"w{week}{day} ann web {7 * week + day} {6 if day == 4 and hours == 10 else hours}:00"
                               for day in range(5)))
    for week in (0, 1):
        company.publish(week)
    return company


@pytest.mark.capability("C61")
@pytest.mark.capability("C143")
def test_a_deferred_bonus_raises_the_premium_of_each_week_it_was_earned_in(tmp_path):
    """29 CFR 778.209: 115.00 a week over 46 h are 2.50 an hour; half of it for 6 h of overtime is 7.50 a week."""
    company = past(tmp_path)
    company.tables["private/earnings.csv"] = [BONUS]
    company.publish(2)
    must_show(company, 2, "corrections", """
        corrects    cause  employee_id  pay_item  workweek_start  seconds  amount
        0001-P-001  rate   E1           Overtime  2026-11-02      0:00:00  7.50
        0002-P-001  rate   E1           Overtime  2026-11-09      0:00:00  7.50""", stream="pay")
    must_show(company, 2, "payroll_hours", """
        pay_item  workweek_start  pay_seconds  exported_seconds  amount
        Regular   2026-11-16      40:00:00     40:00:00          800.00
        Overtime  2026-11-02      0:00:00      0:00:00           7.50
        Overtime  2026-11-09      0:00:00      0:00:00           7.50""")
    company.work("x ann web 21 1:00")
    company.publish(3)
    assert not company.rows(3, "corrections"), "owed once"


@pytest.mark.capability("C61")
def test_a_bonus_known_in_time_is_not_owed_again(tmp_path):
    """Told before the weeks were exported, the premium was in them."""
    company = Past(tmp_path)
    company.tables["private/earnings.csv"] = [BONUS]
    for week in range(3):
        company.work("\n".join(f"w{week}{day} ann web {7 * week + day} {6 if day == 4 else 10}:00" for day in range(5)))
        company.publish(week)
    assert not company.rows(2, "corrections")
    [paid] = [row for row in company.rows(0, "payroll_lines") if row["pay_item"] == "Overtime"]
    assert f"{paid['amount']:.2f}" == "187.50"
