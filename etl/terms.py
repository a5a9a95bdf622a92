"""Words that several rooms share: streams, states, and the header of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from etl.units import BatchNumber

Stream = Literal["pay", "cost", "bill"]
STREAMS: tuple[Stream, ...] = get_args(Stream)

State = Literal["rejected", "superseded", "withdrawn", "out_of_scope", "held", "exported"]
STATES: tuple[State, ...] = get_args(State)  # in order of precedence

CORRECTED = ("corrected", "referred", "settled")
"""Rows of a roll-forward about exported periods: what is corrected, overpaid wages that wait, or are settled."""

Severity = Literal["stop", "hold", "note"]
Policy = Literal["four_eyes", "two_person", "single_person"]
FileRole = Literal["import", "correction", "worksheet", "table", "workbook", "control"]

POLICY_WORDS: dict[Policy, str] = {
    "four_eyes": "four eyes: preparer, approver and mapping author are different people",
    "two_person": "two persons: the preparer is not the approver (weaker than four eyes)",
    "single_person": "NO SEGREGATION OF DUTIES: one person may prepare and approve",
}


TargetList = Mapping[str, str]
"""One list of a target as it exports it: name -> its id or code there, empty where it has none."""


@dataclass(frozen=True)
class PayrollPerson:
    """An employee as the payroll provider knows the person."""

    payroll_id: str
    last_name: str
    first_name: str
    title: str = ""


@dataclass(frozen=True)
class BatchHeader:
    """What every file and sheet of a batch may say about the batch. No clock, no machine, no revision."""

    company_id: str
    company_name: str
    home_currency: str
    period_start: date
    period_end: date
    period_label: str  # "week 2026-W46" or "period to 2026-11-15"
    batch: BatchNumber
    is_sandbox: bool
    policy: Policy
    labor_posting: str  # distribution | clearing | accrue | none
    mapping_digest: str
    product_version: str
    account_types: Mapping[str, str] = field(default_factory=dict)  # of accounts.csv: account -> type in the books
    target_lists: Mapping[str, TargetList] = field(default_factory=dict)  # of target_lists.csv: "xero.account"
    payroll_people: Mapping[str, PayrollPerson] = field(default_factory=dict)  # of payroll_people.csv: employee_id


@dataclass(frozen=True)
class RenderedFile:
    """One file of a batch, rendered and not yet written. `path` is relative to the batch folder, "/" between parts."""

    path: str
    role: FileRole
    content: bytes
    rows: int
    document: str = ""  # "quickbooks_desktop.time", for import and correction files
