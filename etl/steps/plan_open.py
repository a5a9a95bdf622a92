"""What of a company's plan nobody has confirmed yet: rows of law, tax rates and duties, facts about formats."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from importlib.resources import files

from etl.law.rows import library
from etl.mapping.load import MappingSet
from etl.settings import Settings
from etl.steps.law import confirmed
from etl.store.records import Record

Open = tuple[str, str, str]


def open_law(settings: Settings, mappings: MappingSet, records: Sequence[Record]) -> Iterator[Open]:
    """Overtime law of the places of work that nobody has read at its source; a run that rests on it stops."""
    places = {row["work_location"] for row in mappings.rows("map_employees") if row["flsa_status"] == "nonexempt"}
    places = {"US-FED" if place == "US" else place for place in places if place}
    said = set(confirmed(records))
    own = {rule.rule_id for rule in settings.pay.confirmed_rules}
    for rule in library():
        if rule.jurisdiction in places and not rule.is_ready and rule.digest not in said and rule.rule_id not in own:
            said_so = f"{rule.status}, {rule.citation}; stops a run that needs it: timebooks rules confirm"
            yield f"Overtime, {rule.rule_id}", said_so, "payroll"


def open_taxes(mappings: MappingSet) -> Iterator[Open]:
    """Tax rates without somebody who confirmed them, duties of a place without an owner."""
    for row in mappings.rows("map_payroll_taxes"):
        if not row["confirmed_by"]:
            yield f"Tax rate {row['tax']}", f"payroll_taxes.csv, line {row['map_row']}: nobody confirmed it", "payroll"
    for row in mappings.rows("map_obligations"):
        if not row["owner"]:
            yield (f"Duty {row['obligation_id']} of {row['jurisdiction']}",
                   f"obligations.csv, line {row['map_row']}: no owner", "payroll")


def open_formats(settings: Settings) -> Iterator[Open]:
    """Facts about the formats of the documents written that come from one third party or from memory alone."""
    text = (files("etl.targets") / "field_limits.csv").read_text(encoding="utf-8")
    for name in settings.targets.documents:
        unsure = sorted({row["label"] for row in csv.DictReader(text.splitlines())
                         if row["document"] == name and ("[M]" in row["citation"] or "[3P]" in row["citation"])})
        if unsure:
            what = f"lengths of {', '.join(unsure)} are not read at their source: try one import in a test company"
            yield f"Format of {name}", what, "accountant"
