"""What an approval of edited cross-references is bound to, and whether a record of one holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from etl.errors import RefusedError
from etl.steps.trusted import SIGNED, Trust, trust_of
from etl.store.records import Record
from etl.terms import Policy
from etl.trust.judge import (
    Signed,
    refuse_amount,
    refuse_others,
    refuse_persons,
    refuse_policy,
    refuse_role,
    refuse_times,
)
from etl.trust.statements import APPROVE_MAPPING
from etl.workspace import Workspace

VERB = "approve_mapping"
BOUND = ("replay", "mapping", "before", "gross", "author", "needed", "policy")


def bound(company: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record's body the signature covers."""
    return {"company": company, **{name: body.get(name) for name in BOUND}}


def hold(trust: Trust, records: Sequence[Record], given: object, facts: Mapping[str, Any], number: int) -> Signed:
    """The approval proven good for these facts at this position.

    Raises RefusedError with the reason's own code.
    """
    signed = trust.bench(records).signed(given, APPROVE_MAPPING, number)
    refuse_amount(refuse_role(signed, trust.company, VERB), signed.person, facts["gross"])
    refuse_others(signed.said, facts)
    policy: Policy = facts["policy"]
    refuse_policy(signed.standing, trust.company, policy)
    refuse_persons(signed, trust.company, policy, {"the author of the edit": {facts["author"]}}, "it")
    return signed


def hold_now(
    trust: Trust, records: Sequence[Record], given: object, facts: Mapping[str, Any], now: datetime,
) -> Signed:
    """The same for the record about to be written."""
    signed = hold(trust, records, given, facts, len(records) + 1)
    refuse_times(signed, None, now)
    return signed


def is_proven(place: Workspace, company: str, record: Record, records: Sequence[Record]) -> bool:
    """Whether a recorded approval counts: by name without a people list, otherwise by its signature alone."""
    try:
        trust = trust_of(place, company, record.body.get("policy", "two_person"), records)
        if trust is None or (trust.is_practice and SIGNED not in record.body):
            return True
        signed = trust.signed(record, APPROVE_MAPPING, records)
        if signed is not None:
            hold(trust, records, record.body[SIGNED], bound(company, record.body), record.number)
    except RefusedError:
        return False
    return True
