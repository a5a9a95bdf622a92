"""Documents that must not go together are refused before anything is drafted. Source: targets reference, 12."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from itertools import combinations

from etl.settings import Settings
from etl.targets.adp import adp_settings
from etl.targets.facts import facts
from etl.targets.findings import Finding, refuse
from etl.targets.iif import desktop_settings
from etl.targets.paychex import paychex_settings
from etl.targets.sage_time import sage_settings
from etl.targets.xero import csv_settings
from etl.workspace import is_sandbox

_DESCRIBED: dict[str, Callable[[Settings], object]] = {   # how a document's name begins: what it must know
    "quickbooks_desktop.": desktop_settings,
    "payroll.adp": adp_settings,
    "payroll.paychex": paychex_settings,
    "sage50.": sage_settings,
    "xero.labor_journal": csv_settings,
    "xero.bill": csv_settings,
}


def refuse_forbidden(documents: Sequence[str], settings: Settings) -> None:
    """Nothing when these documents may go together; TargetError with every forbidden pair, why, and the way out.

    A document whose target is not described, such as one without [targets.quickbooks_desktop], is refused first.
    """
    for start, described in _DESCRIBED.items():
        if any(name.startswith(start) for name in documents):
            described(settings)
    where = f"mappings/{settings.company.id}/company.toml, key targets.documents"
    choices = _choices(settings)
    twice = sorted({name for name in documents if documents.count(name) > 1})
    asked = sorted(set(documents))
    pairs = [*((name, "") for name in asked), *combinations(asked, 2)]
    refuse([
        *(Finding("DOCUMENTS_CONFLICT", f"{name} is asked for twice", where, f"Name {name} once.") for name in twice),
        *(Finding("DOCUMENTS_CONFLICT", f"{_named(pair)}: {row['why']}", where, row["fix"])
          for pair in pairs for row in [forbidden_by(pair, choices)] if row),
    ])


def verdicts(pair: tuple[str, str]) -> list[dict[str, str]]:
    """The rows of compatibility.csv about two documents, or about one alone (second name empty)."""
    return [row for row in facts("compatibility.csv")
            if _matches(pair, (row["document_a"], row["document_b"]))
            or _matches(pair, (row["document_b"], row["document_a"]))]


def forbidden_by(pair: tuple[str, str], choices: dict[str, str]) -> dict[str, str] | None:
    """The row that forbids the pair under the company's choices, or None."""
    for row in verdicts(pair):
        is_excepted = any(choices.get(key) == value for key, _, value in
                          (condition.partition("=") for condition in row["unless"].split()))
        if row["verdict"] == "forbidden" and not is_excepted:
            return row
    return None


def _choices(settings: Settings) -> dict[str, str]:
    """The company's choices that the column `unless` may name; any one of them that is met lifts the ban."""
    desktop, sage = settings.targets.quickbooks_desktop, settings.targets.sage50
    return {
        "labor_posting": settings.labor_posting.mode,
        "sandbox": str(is_sandbox(settings.company.id)).lower(),   # of a practice company nothing is uploaded
        "transfer_to_payroll": str(desktop is not None and desktop.transfer_to_payroll).lower(),
        "online_payroll": str(settings.targets.quickbooks_online.transfer_to_payroll).lower(),
        "online_time": settings.targets.quickbooks_online.billable_time,
        "sage_payroll": str(sage is not None and sage.transfer_to_payroll).lower(),
    }


def _matches(pair: tuple[str, str], patterns: tuple[str, str]) -> bool:
    return all(fnmatchcase(name, pattern) if pattern else not name
               for name, pattern in zip(pair, patterns, strict=True))


def _named(pair: tuple[str, str]) -> str:
    first, second = pair
    return f"{first} and {second} may not go together" if second else f"{first} may not be written"
