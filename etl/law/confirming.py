"""The company's word for a row of law not read at its source: a record in its audit log, bound to what the row says."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Protocol

from etl.settings import Pay

_SETTINGS = " ([[pay.confirmed_rules]] in company.toml no longer counts)"


class LawRow(Protocol):
    """A row of any table of the law library that a person can confirm."""

    @property
    def rule_id(self) -> str: ...  # noqa: D102
    @property
    def citation(self) -> str: ...  # noqa: D102
    @property
    def effective_from(self) -> date: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def is_ready(self) -> bool: ...  # noqa: D102


def digest_of(said: object) -> str:
    """sha256 of what a row says; standing, review and example are no part of it."""
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def how_to(rule_id: str, pay: Pay) -> str:
    """What the company does about a row that nobody has confirmed; and that naming it in the settings is not it."""
    named = _SETTINGS if rule_id in {row.rule_id for row in pay.confirmed_rules} else ""
    return f"read it and record that (timebooks rules confirm --rule {rule_id}){named}"
