"""Approving a draft: another person signs exactly the digest of its manifest."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from etl import __version__
from etl.errors import RefusedError
from etl.store import audit_log, batches
from etl.store.batches import Draft
from etl.store.drafts import refuse_finished
from etl.store.evidence import Sheet, append_evidence
from etl.store.lock import company_lock
from etl.store.records import Record, Signer, by, instant_text
from etl.store.sealed import examine_batch
from etl.terms import POLICY_WORDS, Policy
from etl.workspace import Workspace


def approve(
    workspace: Workspace, company: str, draft: Draft, *, person: str | Signer, policy: Policy,
    now: datetime,
) -> Record:
    """The record of the approval, with an approval sheet among the period's evidence.

    Approving the same manifest again writes nothing, unless what it was signed with does not hold any more.
    Raises RefusedError for the preparer (unless the company's policy is single_person) and for a draft that was
    replaced, DamageError where the draft was changed.
    """
    who, signer = by(person)
    with company_lock(workspace, company, who):
        records = audit_log.read_log(workspace, company)
        refuse_same_person(who, draft.person, policy)
        given = batches.approval_of(records, draft)
        if given is not None and is_same_person(given.person, who) and (
                signer is None or signer.holds(given, records)):
            return given
        refuse_finished(records, draft.period_end)
        check_newest(workspace, draft, records)
        bound = _bound(draft, policy)
        bound |= {} if signer is None else {"signed": dict(signer.sign(bound, records))}
        sheet = _sheet(draft, bound, who, now, records)
        return append_evidence(workspace, company, draft.period_end, sheet, person=who, now=now)


def check_newest(workspace: Workspace, draft: Draft, records: Sequence[Record]) -> None:
    """Nothing, where this is the period's newest draft and every byte is as its manifest says."""
    newest = batches.find_draft(workspace, draft.company, draft.period_end, records)
    if newest is None or (newest.number, newest.manifest_digest) != (draft.number, draft.manifest_digest):
        raise RefusedError(
            "DRAFT_REPLACED", what=f"Batch {draft.batch:04d} revision {draft.revision} is no longer the newest draft",
            where=f"{draft.company}, period to {draft.period_end}",
            fix="Look at the newest draft and have that one approved.")
    for finding in examine_batch(workspace, draft.folder, draft.manifest_digest, draft.number):
        raise finding.error()


def refuse_same_person(person: str, prepared_by: str, policy: Policy) -> None:
    """Nothing, where the policy lets this person approve what that one prepared; otherwise RefusedError."""
    if policy != "single_person" and is_same_person(person, prepared_by):
        raise RefusedError(
            "SAME_PERSON", what=f"{person} prepared this draft and cannot approve it (policy {policy})",
            where="the approval of the batch", fix="Ask another person to approve it.")


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, whatever capitals, spaces or letter forms were used."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _bound(draft: Draft, policy: Policy) -> dict[str, Any]:
    return {
        "company": draft.company, "batch": draft.batch, "revision": draft.revision, "manifest": draft.manifest_digest,
        "control": draft.manifest["control"], "prepared_by": draft.person, "policy": policy,
    }


def _sheet(draft: Draft, bound: dict[str, Any], person: str, now: datetime, records: Sequence[Record]) -> Sheet:
    """What is approved, by whom, and the end of the audit log: noted from the sheet on paper, that end is an anchor."""
    content = {
        **bound, "format": 1, "kind": "approval", "period_end": draft.period_end.isoformat(), "approved_by": person,
        "approved_at": instant_text(now), "policy_words": POLICY_WORDS[bound["policy"]], "batch_key": draft.batch_key,
        "figures": draft.figures, "product": __version__,
        "audit_log_head": {"number": records[-1].number, "digest": records[-1].digest},
    }
    return Sheet("approval", content, "approve", bound)
