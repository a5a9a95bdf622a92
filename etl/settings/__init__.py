"""company.toml: the company's choices, a module a subject."""

from etl.settings.company import QuickBooksDesktop, Settings, parse_settings, read_settings
from etl.settings.hours import Agreement, Average, Breaks, ConfirmedRule, MealWaiver, MinimumWage, Pay, PayGroup
from etl.settings.kinds import COMPANY_ID, RESERVED
from etl.settings.rounding import Rounding, RoundingWhere
from etl.settings.sources import Connection, Drop, Quota

__all__ = [
    "COMPANY_ID",
    "RESERVED",
    "Agreement",
    "Average",
    "Breaks",
    "ConfirmedRule",
    "Connection",
    "Drop",
    "MealWaiver",
    "MinimumWage",
    "Pay",
    "PayGroup",
    "QuickBooksDesktop",
    "Quota",
    "Rounding",
    "RoundingWhere",
    "Settings",
    "parse_settings",
    "read_settings",
]
