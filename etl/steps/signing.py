"""Signing drafts and approvals, and the last look before an export: what was signed is what lies there, by whom it may.

The checks are numbered as they run; a refusal says which one it was. None can be switched off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl import __version__
from etl.errors import DamageError, RefusedError
from etl.steps.law import CONFIRM
from etl.steps.mapping_authors import refuse_nameless
from etl.steps.mapping_versions import REPLAY, REVERT, SHEET, refuse_unapproved
from etl.steps.rendering import control_figures
from etl.steps.trusted import SIGNED, Trust, refuse_strange
from etl.steps.verify import broken_promises
from etl.store import mapping_sets
from etl.store.batches import Draft, Sealed
from etl.store.landing import pull_folder, pull_records
from etl.store.records import Record
from etl.store.verify_landing import examine_pull
from etl.terms import Policy
from etl.trust.judge import (
    Signed,
    refuse_amount,
    refuse_persons,
    refuse_policy,
    refuse_role,
    refuse_taken_back,
    refuse_times,
)
from etl.trust.statements import APPROVE_BATCH, EXPIRES_DAYS, PREPARE, head, instant
from etl.workspace import Workspace

AUTHORS = {CONFIRM, "billing_review", SHEET, REPLAY, REVERT}   # records of who changed cross-references or law
_GROSS = {"pay": ("payroll_lines",), "cost": ("postings",), "bill": ("billable_lines", "vendor_lines")}
Facts = dict[str, Any]


def gross_amounts(tables: Mapping[str, pa.Table]) -> dict[str, dict[str, str]]:
    """Per stream and currency the amounts without their sign, added up; of a journal the debits alone.

    So a batch whose corrections cancel out still weighs what it moves.
    """
    found: dict[str, dict[str, Decimal]] = {stream: {} for stream in _GROSS}
    for stream, names in _GROSS.items():
        for name in (name for name in names if name in tables):
            table = tables[name]
            if stream == "cost":
                table = table.filter(pc.greater(table["amount"], pa.scalar(Decimal(0), table["amount"].type)))
            sized = pc.abs(table["amount"])
            sums = pa.table({"currency": table["currency"], "amount": sized}).group_by("currency")
            for row in sums.aggregate([("amount", "sum")]).to_pylist():
                if row["currency"] is not None and row["amount_sum"] is not None:
                    found[stream][row["currency"]] = found[stream].get(row["currency"], Decimal(0)) + row["amount_sum"]
    return {stream: {currency: str(amount) for currency, amount in sorted(sums.items())}
            for stream, sums in found.items()}


def facts_of(draft: Sealed, policy: Policy) -> Facts:
    """What an approval is bound to, computed now from the draft's own files, their digests compared first."""
    tables = {name: draft.table(name, ["amount", "currency"])
              for names in _GROSS.values() for name in names if draft.has_table(name)}
    return _facts(
        draft.company, {"batch": draft.batch, "revision": draft.revision, "period_end": draft.period_end.isoformat(),
                        "manifest": draft.manifest_digest, "batch_key": draft.batch_key, "figures": draft.figures},
        control_figures({"roll_forward": draft.table("roll_forward")}), gross_amounts(tables), policy, draft.person)


def _facts(company: str, body: Mapping[str, Any], control: Facts, gross: Facts, policy: str, preparer: str) -> Facts:
    named = {name: body[name] for name in ("batch", "revision", "period_end", "manifest", "batch_key", "figures")}
    return {"company": company, **named, "control": control, "gross": gross, "policy": policy, "prepared_by": preparer}


@dataclass(frozen=True)
class Preparer:
    """Signs a draft: who prepared it becomes a fact, and not the name of an account."""

    trust: Trust
    person: str
    policy: Policy
    control: Facts
    gross: Facts
    now: datetime

    def sign(self, body: Mapping[str, Any], records: Sequence[Record]) -> Mapping[str, Any]:
        """The statement of the draft that is about to be recorded."""
        draft = self._facts(body) | {"log": end_of(records)}
        return self.trust.statement(PREPARE, {"drafts": [draft]}, self.person, self.now)

    def holds(self, record: Record, records: Sequence[Record]) -> bool:
        """Whether the draft's record still proves who prepared it."""
        try:
            signed = self.trust.signed(record, PREPARE, records)
            if signed is not None:
                refuse_role(signed, self.trust.company, "draft")
        except RefusedError:
            return False
        return True

    def _facts(self, body: Mapping[str, Any]) -> Facts:
        return _facts(self.trust.company, body, self.control, self.gross, self.policy, self.person)


def preparer(
    trust: Trust | None, person: str, policy: Policy, tables: Mapping[str, pa.Table], now: datetime,
) -> Preparer | str:
    """Who prepares a draft of these tables: with a signature where there is a people list, otherwise by name."""
    if trust is None or not trust.signs(person):
        return person
    return Preparer(trust, person, policy, control_figures(tables), gross_amounts(tables), now)


@dataclass(frozen=True)
class Approver:
    """Signs an approval, or brings one signed on another machine; it must pass the checks of the export already now.

    `given`: the statement that came back, or that covers several drafts; None where it is signed here.
    """

    trust: Trust
    person: str
    draft: Draft
    policy: Policy
    now: datetime
    given: Mapping[str, Any] | None = None

    def sign(self, body: Mapping[str, Any], records: Sequence[Record]) -> Mapping[str, Any]:  # noqa: ARG002
        """The statement, held against the draft as it lies there."""
        facts = facts_of(self.draft, self.policy)
        refuse_nameless(self.trust.workspace, self.trust.company, self.policy, self.draft.mapping_digest, records,
                        len(records) + 1)
        given = self.given
        if given is None:
            given = approval_statement(self.trust, [facts | {"log": end_of(records)}], self.person, self.now)
        Hearing(self.trust, records, self.now).hold(given, facts, len(records) + 1)
        return given

    def holds(self, record: Record, records: Sequence[Record]) -> bool:
        """Whether an approval given before still lets the draft out."""
        try:
            facts = facts_of(self.draft, self.policy)
            given = record.body.get(SIGNED)
            if given is not None:
                Hearing(self.trust, records, self.now).hold(given, facts, record.number)
        except RefusedError:
            return False
        return given is not None or self.trust.is_practice


def approval_statement(
    trust: Trust, drafts: Sequence[Facts], person: str, now: datetime, request: str = "",
) -> dict[str, Any]:
    """One signed statement over these drafts, good for thirty days."""
    expires = instant(now + timedelta(days=EXPIRES_DAYS))
    return trust.statement(APPROVE_BATCH, {"drafts": list(drafts), "request": request, "expires": expires}, person, now)


def draft_entry(draft: Draft, policy: Policy, records: Sequence[Record]) -> Facts:
    """A draft as a statement or request names it, with the audit log's end."""
    return facts_of(draft, policy) | {"log": end_of(records)}


@dataclass(frozen=True)
class Hearing:
    """One look at an approval: the log as read, the time, and who publishes (empty before the export)."""

    trust: Trust
    records: Sequence[Record]
    now: datetime
    exporter: str = ""

    def hold(self, given: object, facts: Facts, number: int) -> Signed:
        """The approval proven good for this draft at this position: checks 3 to 6, 9 and 10 of an export.

        Raises RefusedError with the reason's own code, the check's number in `where`.
        """
        bench, company, preparing = self.trust.bench(self.records), self.trust.company, self._preparing(facts)
        with _check(3, "form and signature of the approval"):
            signed = bench.signed(given, APPROVE_BATCH, number)
        with _check(4, "signature of the preparer"):
            prepared = self.trust.signed(preparing, PREPARE, self.records)
        with _check(5, "role and limit"):
            refuse_amount(refuse_role(signed, company, "approve_batch"), signed.person, facts["gross"])
            if prepared is not None:
                refuse_role(prepared, company, "draft")
        with _check(6, "what was approved"):
            for one in filter(None, (signed, prepared)):
                bench.about(one, facts)
                _refuse_version(one)
        with _check(9, "distinct people"):
            refuse_policy(signed.standing, company, facts["policy"])
            authors = authors_since(self.records, number)
            refuse_persons(signed, company, facts["policy"], {"the preparer": {preparing.person}, **(
                {"an author of its cross-references": authors, "who publishes it": {self.exporter}}
                if facts["policy"] == "four_eyes" else {})})
        with _check(10, "time"):
            refuse_times(signed, prepared, self.now)
            refuse_taken_back(given, facts["manifest"], self.records, number)
        return signed

    def _preparing(self, facts: Facts) -> Record:
        return next(record for record in reversed(self.records)
                    if record.type == "draft" and record.body.get("manifest") == facts["manifest"]
                    and record.body.get("revision") == facts["revision"])


def authors_since(records: Sequence[Record], number: int) -> set[str]:
    """Who changed cross-references or law between the last export before a record and that record."""
    last = max((record.number for record in records[:number - 1] if record.type == "export"), default=0)
    return {record.person for record in records[last:] if record.type in AUTHORS}


def refuse_used(approval: Record, records: Sequence[Record]) -> None:
    """Nothing, where no other export rests on this approval; otherwise RefusedError APPROVAL_USED."""
    for record in records:
        if record.type == "export" and record.body.get("approval") == approval.number:
            raise RefusedError("APPROVAL_USED", what="An export rests on this approval already",
                               where=f"audit log record {record.number}", fix="Have the draft approved anew.")


@dataclass(frozen=True)
class LastLook:
    """The checks of an export on the draft as it lies there; 2, 11 and withdrawals are the store's own."""

    workspace: Workspace
    trust: Trust | None
    policy: Policy
    person: str
    now: datetime

    def __call__(self, draft: Draft, approval: Record, records: Sequence[Record]) -> None:
        """Raise where the approval does not let this draft out."""
        facts = facts_of(draft, self.policy)
        if self.trust is not None:
            with _check(1, "the audit log's own signatures"):
                refuse_strange(self.trust, records)
            if SIGNED in approval.body or not self.trust.is_practice:
                with _check(3, "signature of the approval"):
                    self.trust.signed(approval, APPROVE_BATCH, records)
                Hearing(self.trust, records, self.now, self.person).hold(
                    approval.body[SIGNED], facts, approval.number)
                with _check(9, "who wrote the edits"):
                    refuse_nameless(self.workspace, draft.company, self.policy, draft.mapping_digest, records,
                                    approval.number)
        with _check(7, "the inputs"):
            _refuse_changed_inputs(self.workspace, draft, records)
            refuse_unapproved(self.workspace, draft.company, draft.mapping_digest, records, draft.number)
        with _check(8, "the control totals"):
            if facts["control"] != draft.manifest["control"] or approval.body.get("control") != facts["control"]:
                raise RefusedError("CONTROL_DIFFERS", what="The control totals are not what the tables add up to",
                                   where=f"batch {draft.batch:04d}", fix="Draft again and have that one approved.")
        with _check(10, "used before"):
            refuse_used(approval, records)
        with _check(12, "the invariants"):
            for what in broken_promises(draft):
                raise RefusedError("PROMISE_BROKEN", what=f"The draft does not add up: {what}",
                                   where=f"batch {draft.batch:04d}", fix="Report it; nothing is exported.")


def _refuse_version(signed: Signed) -> None:
    if signed.said["product"] != __version__:
        raise RefusedError(
            "STATEMENT_OTHER", what=f"It was signed with version {signed.said['product']}, this is {__version__}",
            where=f"the statement of {signed.person}", fix="Draft and approve again with this version.")


def _refuse_changed_inputs(workspace: Workspace, draft: Draft, records: Sequence[Record]) -> None:
    wanted = set(draft.pull_ids)
    pulls = [record for record in pull_records(records) if record.body.get("pull_id") in wanted]
    found = [finding for record in pulls for finding in examine_pull(
        workspace, pull_folder(workspace, draft.company, record.text("pull_id")), record)]
    found += mapping_sets.examine(workspace, draft.company, draft.mapping_digest)
    if len(pulls) != len(wanted):
        raise DamageError("DAMAGE", what="The draft was made from a pull that no record names",
                          where=f"batch {draft.batch:04d}", fix="Draft again from what has landed.")
    for finding in found:
        raise finding.error()


def end_of(records: Sequence[Record]) -> dict[str, Any]:
    """The end of an audit log as a statement names it."""
    return head(records[-1].number, records[-1].digest) if records else head(0, "")


@contextmanager
def _check(number: int, what: str) -> Iterator[None]:
    try:
        yield
    except RefusedError as error:
        if "check " in error.where:
            raise
        raise type(error)(error.code, what=error.what, where=f"{error.where}; check {number} of the export, {what}",
                          fix=error.fix) from None
