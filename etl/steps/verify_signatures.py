"""What does not hold of the people list and of signed records: each named by its file, as damage is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.errors import RefusedError
from etl.steps.mapping_trust import bound
from etl.steps.trusted import SIGNED, SIGNED_KINDS, Trust, trust_of, trust_with
from etl.store import audit_log, keeping
from etl.store.records import Record, file_name
from etl.trust.judge import refuse_others, refuse_role
from etl.trust.keeping import signers
from etl.trust.people import Entry, read_people
from etl.workspace import PEOPLE_LOG, Workspace, is_sandbox

_VERBS = {"draft": "draft", "approve": "approve_batch", "withdraw": "withdraw_approval",
          "approve_mapping": "approve_mapping", "approve_time": "approve_time"}
_BOUND = ("batch", "revision", "period_end", "manifest", "batch_key", "figures", "control", "policy", "prepared_by")
KEPT = {keeping.PURGE: "purge", keeping.HOLD: "hold_records", keeping.RELEASE: "release_records",
        keeping.EXPIRE: "expire_backups"}
"""What is signed by two people, with the verb that each must be allowed."""
_NO_APPROVAL = "An export rests on no approval of what it published"


@dataclass
class Signatures:
    """What was found: damage as (company, where, what), approvals to repeat, the people list's end."""

    damage: list[tuple[str, str, str]] = field(default_factory=list)
    to_repeat: list[str] = field(default_factory=list)
    head: str = ""


def examine_signatures(place: Workspace, companies: Sequence[str]) -> Signatures:
    """The people list with its chain, and every signed record of every company, proven anew. Reads only."""
    found = Signatures()
    listed, findings = audit_log.examine(place, PEOPLE_LOG)
    if findings:   # what rests on a list that does not hold is not proven either
        found.damage += [(PEOPLE_LOG, finding.where, finding.what) for finding in findings]
        return found
    try:
        people = read_people(listed)
    except RefusedError as error:
        found.damage.append((PEOPLE_LOG, error.where, error.what))
        return found
    if people is not None:
        found.head = f"{PEOPLE_LOG}:{listed[-1].number}:{listed[-1].digest[:12]}"
    for company in companies:
        records, broken = audit_log.examine(place, company)
        if broken:   # a chain that does not hold is named already, and its positions mean nothing
            continue
        try:
            trust = trust_of(place, company, "two_person") if is_sandbox(company) else trust_with(
                place, company, people, records)
        except RefusedError as error:
            found.damage.append((company, error.where, error.what))
            continue
        found.damage += [(company, f"data/people/{file_name(entry.number)}", what)
                         for entry in (people.entries if people is not None else ())
                         for what in _cut(entry, company, records)]
        if trust is not None:
            found.damage += [(company, _where(company, record), what) for record, what in _wrong(trust, records)]
            found.to_repeat += _to_repeat(trust, records)
    return found


def _cut(entry: Entry, company: str, records: Sequence[Record]) -> Iterator[str]:
    """Where the people list names an end of this log that the log does not hold."""
    end = entry.companies.get(company)
    if end is not None and not _holds(end, records):
        yield f"The people list names record {end['number']} of {company}; its audit log was cut or changed since"


def _holds(end: Mapping[str, Any], records: Sequence[Record]) -> bool:
    return not end["number"] or (
        end["number"] <= len(records) and records[end["number"] - 1].digest == end["digest"])


def _wrong(trust: Trust, records: Sequence[Record]) -> Iterator[tuple[Record, str]]:
    is_strict = False
    for record in records:
        if record.type in SIGNED_KINDS:
            is_strict = is_strict or (SIGNED in record.body and not is_sandbox(trust.company))
            if is_strict or SIGNED in record.body:
                yield from _unproven(trust, record, records)
        elif record.type == "export" and is_strict:
            approval = _approval(record, records)
            if approval is None:
                yield record, _NO_APPROVAL
        elif record.type in KEPT and (record.type != keeping.PURGE or keeping.items(record)):
            if SIGNED in record.body:
                yield from _unproven(trust, record, records)
            elif is_strict:
                yield record, f"Record {record.number} ({record.type}) is not signed"


def _unproven(trust: Trust, record: Record, records: Sequence[Record]) -> Iterator[tuple[Record, str]]:
    try:
        prove(trust, record, records)
    except RefusedError as error:
        yield record, error.what


def prove(trust: Trust, record: Record, records: Sequence[Record]) -> None:
    """Nothing, where a signed record says what was signed, by whom it may, as things stood there.

    Raises RefusedError with the reason's own code.
    """
    if record.type in KEPT:
        _prove_kept(trust, record, records)
        return
    signed = trust.signed(record, SIGNED_KINDS[record.type], records, hindsight=False)
    if signed is None:
        return
    refuse_role(signed, trust.company, _verb(record, records))
    if record.type == "withdraw":
        at = record.body.get("approval")
        named = records[at - 1] if isinstance(at, int) and 0 < at < record.number else None
        refuse_others(signed.said, {
            "company": trust.company, "reason": record.body.get("reason"),
            "approval": None if named is None else {"number": named.number, "digest": named.digest}})
    if record.type == "approve_mapping":
        refuse_others(signed.said, bound(trust.company, record.body))
    if record.type == "approve_time":
        refuse_others(signed.said, {"company": trust.company, "weeks": record.body.get("weeks")})
    facts = {name: record.body[name] for name in _BOUND if name in record.body}
    if "drafts" in signed.said:
        trust.bench(records).about(signed, facts | {"company": trust.company})


def _prove_kept(trust: Trust, record: Record, records: Sequence[Record]) -> None:
    """A purge, a hold, its release, or backups that were let go: two people signed it as it stands there."""
    persons, said = signers(record.body[SIGNED], trust.people, trust.company, records, record.number)
    what = {name: value for name, value in record.body.items() if name not in (SIGNED, "persons")}
    refuse_others({**said, "persons": list(persons)}, {
        "verb": KEPT[record.type], "what": what, "persons": record.body.get("persons")})


def _verb(record: Record, records: Sequence[Record]) -> str:
    """What the signer had to be allowed to do; taking back hours is for who may approve them."""
    at = record.body.get("approval")
    is_hours = record.type == "withdraw" and isinstance(at, int) and 0 < at < record.number and (
        records[at - 1].type == "approve_time")
    return "withdraw_time" if is_hours else _VERBS[record.type]


def _to_repeat(trust: Trust, records: Sequence[Record]) -> Iterator[str]:
    """Decisions by a key that was reported stolen later: they were good when they were made, and are not any more."""
    for record in records:
        if record.type in SIGNED_KINDS and SIGNED in record.body:
            try:
                trust.signed(record, SIGNED_KINDS[record.type], records, hindsight=False)
                trust.signed(record, SIGNED_KINDS[record.type], records)
            except RefusedError as error:
                if error.code == "KEY_ENDED":
                    yield f"{_where(trust.company, record)}, {record.type} by {record.person}"


def _approval(export: Record, records: Sequence[Record]) -> Record | None:
    number = export.body.get("approval")
    if not isinstance(number, int) or not 0 < number < export.number:
        return None
    approval = records[number - 1]
    same = all(approval.body.get(name) == export.body.get(name) for name in ("batch", "revision", "manifest"))
    return approval if approval.type == "approve" and same and SIGNED in approval.body else None


def _where(company: str, record: Record) -> str:
    return f"data/audit_log/{company}/{file_name(record.number)} (audit log record {record.number})"
