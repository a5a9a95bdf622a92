"""The usual mistakes as data: what was done wrong, which code shows it, who meets it, what mends it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ROLES = ("administrator", "bookkeeper", "time_approver", "controller", "accountant", "auditor", "analyst")
MIXED = "mixed"   # a practice company for nobody in particular
EXPORT, SETTINGS, BATCH, BOOKS, REPORT = "export", "company.toml", "batch", "books", "report"


@dataclass(frozen=True)
class Kind:
    """One usual mistake. `where`: what it stands in; `change`, `value`: what is done there; `fact`: what is right.

    `code` is empty where no check can know it: only a comparison with what was agreed shows it.
    """

    kind: str
    roles: tuple[str, ...]
    code: str
    where: str
    change: str
    value: str
    cause: str
    remedy: str
    fact: str

    @property
    def is_mobile(self) -> bool:
        """Whether it is made on a phone."""
        return self.change.startswith("phone_")

    @property
    def is_table(self) -> bool:
        """Whether it stands in a table of the cross-references."""
        return self.where.endswith(".csv") and self.change != "mode"


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of mistake, in the table's order."""
    text = (files("etl.sandbox.training") / "mistakes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return tuple(Kind(**{**row, "roles": tuple(row["roles"].split())}) for row in rows)  # type: ignore[arg-type]


def kinds_of(role: str) -> tuple[Kind, ...]:
    """The kinds that a role meets."""
    return tuple(kind for kind in kinds() if role in kind.roles)
