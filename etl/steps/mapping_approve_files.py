"""Edited cross-references approved from elsewhere by files, or several replays at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.errors import EtlError, RefusedError
from etl.settings import COMPANY_ID
from etl.steps.mapping_approve import approve_mapping, asked_for, told_of
from etl.steps.mapping_trust import bound, hold_now
from etl.steps.mapping_versions import APPROVE
from etl.steps.outcome import Outcome
from etl.steps.people import read_signed
from etl.steps.request_file import EDITS, REQUEST, need_list, unasked, write_request
from etl.steps.run import person_of, place_of
from etl.steps.signing import end_of
from etl.steps.trusted import SIGNED, permit, trust_of
from etl.store import audit_log
from etl.store.approvals import is_same_person
from etl.store.lock import company_lock
from etl.trust.judge import refuse_old
from etl.trust.statements import APPROVE_MAPPING, opened

_HEADINGS = ("company", "replay", "mapping set", "what moves", "author", "people needed", "policy")


def request_mapping(
    company: str, replay: str, file: Path, *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """A file for an approver elsewhere: which replayed edit, on top of what, and the money that it moves."""
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, REQUEST, who)
    with company_lock(place, company, who, "requesting an approval"):
        records = audit_log.read_log(place, company)
        body = asked_for(place, company, replay, records)
        trust = need_list(trust_of(place, company, body["policy"], records))
        log = end_of(records)
        facts = {name: value for name, value in bound(company, body).items() if name != "company"}
        digest = write_request(file, trust, EDITS, {"company": company, "edit": facts, "log": log})
        audit_log.append(place, company, REQUEST, {"edit": facts, "log": log, "request": digest}, person=who,
                         now=datetime.now(UTC))
    return Outcome(
        title=f"request for replay {body['replay']} written", facts=(("file", str(file)), ("digest", digest[:12])),
        headings=_HEADINGS, rows=(_row(company, facts),),
        next_step=f"send the replay's own list along (timebooks mapping replay --output FILE.csv); the approver: "
        f"timebooks approve sign {file.name} ANSWER --person ID; then timebooks approve mapping --answer ANSWER here")


def edit_shown(said: Mapping[str, Any], person: str, digest: str) -> tuple[dict[str, Any], Outcome]:  # noqa: ARG001
    """What an approver elsewhere signs, and what they see. Raises RefusedError STATEMENT_FORM."""
    edit = said["edit"]
    if not isinstance(edit, Mapping) or not isinstance(edit.get("gross"), Mapping):
        raise RefusedError("STATEMENT_FORM", what="The request does not say what the edit moves", where="the request",
                           fix="Have it written again: timebooks approve mapping --request FILE")
    return {"company": said["company"], **edit, "log": said["log"]}, Outcome(
        title=f"the edit of replay {edit.get('replay')} signed by {person}", headings=_HEADINGS,
        rows=(_row(said["company"], edit),),
        next_step="compare the replay's id with the list of what moves, then send the answer back")


def take_in_mapping(file: Path, *, person: str | None = None, workspace: str | Path | None = None) -> Outcome:
    """The approval in a signed answer; taking it in twice changes nothing.

    Raises RefusedError for what nobody asked, what is older than thirty days, where files or approved set are others
    by now, and for everything that would stop an approval given here.
    """
    given = read_signed(file).as_json()
    said = opened(given, APPROVE_MAPPING)[1]
    company, place = said["company"], place_of(workspace)
    if not COMPANY_ID.fullmatch(company):
        raise unasked(company[:40])
    who = person or person_of(company)
    permit(place, company, "take_in_answer", who)
    with company_lock(place, company, who, "taking an approval in"):
        records, now = audit_log.read_log(place, company), datetime.now(UTC)
        edit = {name: value for name, value in bound(company, said).items() if name != "company"}
        if not any(record.type == REQUEST and record.body.get("edit") == edit and record.body.get("log") == said["log"]
                   for record in records):
            raise unasked(company)
        known = [record for record in records if record.type == APPROVE and record.body.get("replay") == said["replay"]
                 and is_same_person(record.person, said["person"])]
        if known:
            return told_of(place, company, known[-1], records)
        body = asked_for(place, company, said["replay"], records)
        trust = need_list(trust_of(place, company, body["policy"], records))
        signed = hold_now(trust, records, given, bound(company, body), now)
        refuse_old(signed, now)
        record = audit_log.append(place, company, APPROVE, {**body, SIGNED: given}, person=signed.person, now=now)
        return told_of(place, company, record, [*records, record])


def approve_mapping_list(
    wanted: Sequence[tuple[str, str]], *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """Several replays, company and id each, each with a statement of its own; a refused one is told in its row."""
    rows, refused = [], 0
    for company, replay in wanted:
        try:
            rows.append((company, replay, approve_mapping(company, replay, person=person, workspace=workspace).title))
        except EtlError as error:
            refused += 1
            rows.append((company, replay, f"refused: {error.what} ({error.code})"))
    return Outcome(
        title=f"{len(rows) - refused} of {len(rows)} replay(s) approved",
        headings=("company", "replay", "what was done"), rows=tuple(rows), exit_code=1 if refused else 0,
        next_step="look at what was refused" if refused else "run the weeks")


def _row(company: str, edit: Mapping[str, Any]) -> tuple[str, ...]:
    gross = [f"{stream} {amount} {currency}" for stream, sums in edit["gross"].items()
             for currency, amount in sums.items()]
    return (company, str(edit.get("replay")), str(edit.get("mapping"))[:12], "; ".join(gross) or "no money",
            str(edit.get("author")), str(edit.get("needed")), str(edit.get("policy")))
