"""What a person does next at each stop of a week, in one place: screens, notebooks and status say the same words."""

from __future__ import annotations

from datetime import date

Day = date | str


def option(company: str, period_end: Day) -> str:
    """The options that name a company's period."""
    return f"--company {company} --period-end {period_end}"


def run_week(company: str, period_end: Day) -> str:
    """The command of the whole week."""
    return f"timebooks week {option(company, period_end)}"


def approve(company: str, period_end: Day, who: str = "another person") -> str:
    """What a draft waits for."""
    return f"{who} approves: timebooks approve batch {option(company, period_end)}"


def map_names(company: str) -> str:
    """What held work waits for."""
    return f"timebooks mapping edit --company {company}, then timebooks mapping take-in FILE --company {company}"


def bring_report(company: str) -> str:
    """What an uploaded batch waits for."""
    return f"upload the files, run a report in the books, then timebooks books FILE --company {company}"
