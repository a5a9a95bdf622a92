"""Answer for edited cross-references by their replay, or put an earlier set back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.errors import RefusedError
from etl.mapping.declared import FILES
from etl.mapping.versions import SUITES, edits
from etl.settings import Settings
from etl.steps.mapping_replay import ID_DIGITS
from etl.steps.mapping_trust import bound, hold_now
from etl.steps.mapping_versions import (
    APPROVE,
    REPLAY,
    REVERT,
    approved_digest,
    digest_of,
    is_complete,
    set_of,
    settings_of,
    working_set,
)
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of
from etl.steps.signing import end_of
from etl.steps.trusted import SANDBOX_APPROVER, SIGNED, permit, refuse_no_reason, trust_of
from etl.store import audit_log, batches, files, mapping_sets
from etl.store.approvals import is_same_person
from etl.store.lock import company_lock
from etl.store.mapping_sets import land_mapping, mapping_path
from etl.store.records import Record
from etl.terms import Policy
from etl.trust.statements import APPROVE_MAPPING
from etl.workspace import Workspace, is_sandbox


def approve_mapping(
    company: str, replay: str, *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """Record that a person answers for the edits of this replay; from then on a run uses them.

    Raises RefusedError where the files or the approved set are others by now, for the author, and without the role.
    """
    place = place_of(workspace)
    who = person or (SANDBOX_APPROVER if is_sandbox(company) else person_of(company))
    permit(place, company, "approve_mapping", who)
    with company_lock(place, company, who, "approving cross-references"):
        records = audit_log.read_log(place, company)
        body = asked_for(place, company, replay, records)
        policy: Policy = body["policy"]
        if policy != "single_person" and is_same_person(who, body["author"]):
            raise RefusedError(
                "SAME_PERSON", what=f"{who} is the author of the edit and cannot approve it (policy {policy})",
                where=f"{company}, replay {body['replay']}", fix="Ask another person to approve it.")
        given = [record for record in records if record.type == APPROVE
                 and record.body.get("replay") == body["replay"] and is_same_person(record.person, who)]
        if given:
            return told_of(place, company, given[-1], records)
        trust, now = trust_of(place, company, policy, records), datetime.now(UTC)
        if trust is not None and trust.signs(who):
            facts = bound(company, body)
            body[SIGNED] = trust.statement(APPROVE_MAPPING, {**facts, "log": end_of(records)}, who, now)
            hold_now(trust, records, body[SIGNED], facts, now)
        record = audit_log.append(place, company, APPROVE, body, person=who, now=now)
        return told_of(place, company, record, [*records, record])


def asked_for(place: Workspace, company: str, replay: str, records: Sequence[Record]) -> dict[str, Any]:
    """What an approval of this replay says: which edit, on top of what, what it moves, by whom, by how many people.

    Raises RefusedError REPLAY_UNKNOWN, MAPPING_FREE, REPLAY_STALE.
    """
    found, before = _replayed(records, replay), approved_digest(place, company, records)
    _refuse_stale(place, company, found, before)
    settings = settings_of(place, company, before)
    return {
        "replay": found.text("replay"), "mapping": found.text("mapping"), "before": before,
        "gross": found.body["gross"], "author": found.person, "policy": settings.company.policy,
        "needed": _needed(settings, found.body["gross"])}


def _replayed(records: Sequence[Record], replay: str) -> Record:
    found = [record for record in records if record.type == REPLAY and len(replay) >= 8
             and record.text("replay").startswith(replay)]
    if len({record.text("replay") for record in found}) != 1:
        raise RefusedError(
            "REPLAY_UNKNOWN", what=f"{replay[:ID_DIGITS]!r} names no replay of this company", where="--replay",
            fix="Replay the edits first, timebooks mapping replay, and give the id that it prints.")
    return found[-1]


def _refuse_stale(place: Workspace, company: str, found: Record, before: str) -> None:
    if not before:
        raise RefusedError(
            "MAPPING_FREE", what="Edits need no approval of their own here", where=f"mappings/{company}/company.toml",
            fix='Set mappings = "replay" under [approval]; it holds from the next exported batch on.')
    if found.body.get("before") != before:
        raise RefusedError(
            "REPLAY_STALE", what="Another version was approved since this replay",
            where=f"replay {found.text('replay')}",
            fix="Replay the edits again and have that one approved.")
    if digest_of(working_set(place, company)) != found.text("mapping"):
        raise RefusedError(
            "REPLAY_STALE", what="The files are no longer those that were replayed",
            where=f"mappings/{company}/, mapping set {found.text('mapping')[:12]}",
            fix="Replay the edits as they are now and have that one approved.")
    mapping_sets.mapping_folder(place, company, found.text("mapping"))


def _needed(settings: Settings, gross: dict[str, dict[str, str]]) -> int:
    """How many people must approve; money in another currency than the home one counts as above every threshold."""
    limit, home = settings.approval.second_above, settings.company.home_currency
    if limit is None or settings.company.policy == "single_person":
        return 1
    is_above = any(Decimal(amount) and (currency != home or Decimal(amount) > limit)
                   for sums in gross.values() for currency, amount in sums.items())
    return 2 if is_above else 1


def told_of(place: Workspace, company: str, record: Record, records: Sequence[Record]) -> Outcome:
    """What this approval has brought about."""
    is_done = is_complete(place, company, record, records, record.text("before"))
    return Outcome(
        title=f"replay {record.text('replay')} approved by {record.person}"
        + ("" if is_done else "; a second person must approve it, for what it moves is above the threshold"),
        facts=(("mapping set", record.text("mapping")[:12]), ("record", str(record.number)),
               ("author", record.text("author"))),
        next_step="run the week; exported periods are corrected in the next open one" if is_done else
        f"another person: timebooks approve mapping --company {company} --replay {record.text('replay')}")


def revert_mapping(
    company: str, reason: str, *, to: str = "", person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """Put a mapping set back as it was, to the byte: the approved one, that of the newest batch, or the one named.

    What lay there is landed first, so nothing is lost. Raises RefusedError REVERT_UNKNOWN for a set nobody landed.
    """
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, "revert_mapping", who)
    refuse_no_reason(reason, "Putting cross-references back")
    with company_lock(place, company, who, "putting cross-references back"):
        records = audit_log.read_log(place, company)
        digest = _wanted(place, company, records, to)
        target, present = set_of(place, company, digest), working_set(place, company)
        left = land_mapping(place, company, present)
        found = edits(present, target)
        if left != digest:
            _put_back(place.mappings(company), present, target)
            audit_log.append(place, company, REVERT, {"mapping": digest, "left": left, "reason": reason.strip()},
                             person=who, now=datetime.now(UTC))
    return Outcome(
        title=f"{len(found)} edit(s) taken back; the cross-references are mapping set {digest[:12]} again"
        if left != digest else f"the cross-references are mapping set {digest[:12]} already",
        facts=(("left behind", f"{left[:12]}, kept: timebooks mapping revert --to {left[:12]}"),) if left != digest
        else (),
        headings=("file", "what", "row", "column"),
        rows=tuple((edit.file, edit.what, edit.row, edit.column) for edit in found),
        next_step="run the week")


def _wanted(place: Workspace, company: str, records: Sequence[Record], to: str) -> str:
    if not to:
        approved = approved_digest(place, company, records)
        exported = batches.exported(place, company, records)
        if approved or exported:
            return approved or exported[-1].mapping_digest
    folder = mapping_path(place, company, "")
    found = [path.name for path in files.listed(folder) if path.name.startswith(to)] if len(to) >= 8 else []
    if len(found) != 1:
        raise RefusedError(
            "REVERT_UNKNOWN", what=f"{to[:64]!r} names no mapping set of {company}", where="--to",
            fix="Give eight digits or more of a set, as timebooks mapping changes prints them.")
    return found[0]


def _put_back(folder: Path, present: dict[str, bytes], target: dict[str, bytes]) -> None:
    known = {"company.toml", *(declared.name for declared in FILES)}
    for name, content in target.items():
        if present.get(name) != content:
            files.make_folder((folder / name).parent)
            files.rewrite(folder / name, content)
    for name in present:
        if name not in target and (name in known or name.startswith(SUITES)):
            files.remove(folder / name)
