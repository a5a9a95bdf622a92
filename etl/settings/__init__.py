"""company.toml: the company's choices, a module a subject."""

from etl.settings.automation import Alerts, Channel, Report, Schedule
from etl.settings.company import Settings, parse_settings, read_settings
from etl.settings.history import SharedHistory, read_shared_history
from etl.settings.hours import Agreement, Average, Breaks, ConfirmedRule, MealWaiver, MinimumWage, Pay, PayGroup
from etl.settings.kinds import COMPANY_ID, RESERVED, is_zone
from etl.settings.rounding import Rounding, RoundingWhere
from etl.settings.sources import Connection, Drop, Quota
from etl.settings.targets import Adp, Gusto, Paychex, QuickBooksDesktop, QuickBooksOnline, Sage50, Xero

__all__ = [
    "COMPANY_ID",
    "RESERVED",
    "Adp",
    "Agreement",
    "Alerts",
    "Average",
    "Breaks",
    "Channel",
    "ConfirmedRule",
    "Connection",
    "Drop",
    "Gusto",
    "MealWaiver",
    "MinimumWage",
    "Pay",
    "PayGroup",
    "Paychex",
    "QuickBooksDesktop",
    "QuickBooksOnline",
    "Quota",
    "Report",
    "Rounding",
    "RoundingWhere",
    "Sage50",
    "Schedule",
    "Settings",
    "SharedHistory",
    "Xero",
    "is_zone",
    "parse_settings",
    "read_settings",
    "read_shared_history",
]
