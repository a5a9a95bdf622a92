"""Format facts are data: the CSV files beside this module, each row with the citation it rests on."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def facts(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one table of facts, "compatibility.csv", in file order."""
    text = (files("etl.targets") / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), strict=True))
