"""What the optional cross-references about labor law hold: obligations, breaks, minors, what waits for a person."""

from __future__ import annotations

from etl.mapping.columns import FROM, TO, Column, MappingFile

BREAK_PREMIUMS = ("meal_premium", "rest_premium", "spread_premium")
OTHER_PREMIUMS = ("night_premium", "weekend_premium", "holiday_premium", "bonus_premium")

LABOR_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "obligations.csv",
        "map_obligations",
        (
            Column("jurisdiction", "key"),
            Column("obligation_id", "key"),
            Column("obligation", "text", blank=True),
            Column("citation", "text", blank=True),
            Column("owner", "text"),
            Column("status", "choice", ("open", "in_place", "not_applicable")),
            FROM,
            TO,
        ),
        ("jurisdiction", "obligation_id"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "premiums.csv",  # by window of the day, weekday, holiday: etl/steps/premiums.py
        "map_premiums",
        (
            Column("premium_id", "key"),
            Column("pay_group", "key", wildcard=True),
            Column("work_location", "key", wildcard=True),
            Column("hour_class", "choice", ("night_premium", "weekend_premium", "holiday_premium")),
            Column("weekdays", "text", blank=True),
            Column("calendar", "key", blank=True),
            Column("starts", "text", blank=True),
            Column("ends", "text", blank=True),
            Column("percent", "rate", blank=True),
            Column("per_hour", "rate", blank=True),
            Column("regular_rate", "choice", ("included", "excluded", "credited")),
            Column("caused_by", "choice", ("agreement", "law")),
            Column("citation", "text"),
            FROM,
            TO,
        ),
        ("premium_id", "pay_group", "work_location"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "rest_attestations.csv",
        "map_rest_attestations",
        (
            Column("employee_id", "key"),
            Column("day", "date"),
            Column("missed", "whole"),
        ),
        ("employee_id", "day"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/referrals.csv",  # amounts in dispute: etl/steps/referrals.py
        "map_referrals",
        (
            Column("employee_id", "key"),
            Column("day", "date"),
            Column("hour_class", "choice", BREAK_PREMIUMS + OTHER_PREMIUMS + ("hours", "claim")),
            Column("entry_id", "text", blank=True, optional=True),  # of hours; without it all of the day
            Column("reason", "text"),
            Column("referred_by", "text", blank=True, optional=True),
            Column("referred_on", "date", blank=True, optional=True),
            Column("referred_to", "text"),
            Column("due", "date"),
            Column("evidence", "text", blank=True, optional=True),
            Column("claimed_amount", "rate", blank=True, optional=True),
            Column("resolution", "choice", ("", "pay", "drop")),
            Column("resolved_by", "text", blank=True),
            Column("resolved_on", "date", blank=True, optional=True),
        ),
        ("employee_id", "day", "hour_class", "entry_id"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/people.csv",
        "map_birth_dates",
        (
            Column("employee_id", "key"),
            Column("birth_date", "date"),
        ),
        ("employee_id",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/overpayments.csv",  # what became of overpaid wages that were referred to a person
        "map_overpayments",
        (
            Column("employee_id", "key"),
            Column("workweek_start", "date"),
            Column("amount", "rate"),
            Column("currency", "currency"),
            Column("settled_by", "choice", ("repaid", "deducted", "left_with_employee")),
            Column("settled_on", "date"),
            Column("reference", "text"),
        ),
        ("employee_id", "workweek_start", "settled_on"),
        rows_needed=False,
        optional=True,
    ),
)
