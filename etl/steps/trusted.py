"""The people list of a workspace as the steps use it: who may do what, who signs, what a signature is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etl.errors import RefusedError, SettingsError
from etl.store import audit_log
from etl.store.records import Record
from etl.terms import Policy
from etl.trust.envelope import sign
from etl.trust.judge import Bench, Signed, refuse_verb
from etl.trust.keys import id_of, key_folder, open_key, public_text, throw_away_key
from etl.trust.people import Entry, People, read_people
from etl.trust.permissions import ACCOUNTANT, APPROVER, OPERATOR, PREPARER, TIME_APPROVER
from etl.trust.statements import (
    APPROVE_BATCH,
    APPROVE_MAPPING,
    APPROVE_TIME,
    PREPARE,
    WITHDRAW,
    head,
    statement,
)
from etl.workspace import PEOPLE_LOG, Workspace, is_sandbox

SANDBOX_PREPARER, SANDBOX_APPROVER = "sandbox-preparer", "sandbox-approver"
SIGNED = "signed"
SIGNED_KINDS = {
    "draft": PREPARE, "approve": APPROVE_BATCH, "withdraw": WITHDRAW, "approve_mapping": APPROVE_MAPPING,
    "approve_time": APPROVE_TIME,
}
"""What kind of statement a record of each type carries."""
_PRACTICE_DIGEST = "0" * 64
_PRACTICE_ROLES = {
    SANDBOX_PREPARER: (PREPARER, OPERATOR, ACCOUNTANT), SANDBOX_APPROVER: (APPROVER, TIME_APPROVER)}


@dataclass(frozen=True)
class Trust:
    """One company under a people list; in a practice company the people are thrown away and bind nobody."""

    workspace: Workspace
    company: str
    people: People

    @property
    def is_practice(self) -> bool:
        """Whether this is a company to practice in: names without a key are accepted there."""
        return is_sandbox(self.company)

    def bench(self, records: Sequence[Record], *, hindsight: bool = True) -> Bench:
        """What statements of this company are held against."""
        return Bench(self.people, self.company, records, hindsight)

    def signs(self, person: str) -> bool:
        """Whether this person must sign: everybody but a guest in a practice company."""
        return not self.is_practice or person in self.people.now().names

    def statement(self, kind: str, fields: Mapping[str, Any], person: str, now: datetime) -> dict[str, Any]:
        """A statement signed with the person's own key, as plain JSON.

        Raises SettingsError KEY_MISSING, KEY_LOCKED or KEY_FILE where the key cannot be used on this machine.
        """
        standing = self.people.now()
        if person not in standing.names:
            raise _unknown(person)
        if self.is_practice:
            private = throw_away_key(self.company, person)
        else:
            private = open_key(key_folder(self.workspace.root), person, standing.keys_of(person))
        said = {**fields, "people": head(self.people.head.number, self.people.head.digest)}
        payload = statement(kind, said, person=person, key=id_of(private), workspace=self.people.workspace, now=now)
        return sign(kind, payload, private).as_json()

    def signed(
        self, record: Record, kind: str, records: Sequence[Record], *, hindsight: bool = True,
    ) -> Signed | None:
        """The proven statement of a record; None in a practice company, where a guest decided by name.

        Raises RefusedError NOT_SIGNED where a statement is missing, SIGNER_OTHER where the record names somebody else.
        """
        given = record.body.get(SIGNED)
        if given is None:
            if self.is_practice:
                return None
            raise RefusedError(
                "NOT_SIGNED", what=f"Record {record.number} ({record.type}) is not signed",
                where=f"data/audit_log/{self.company}/{record.number:08d}.json",
                fix="Have it done again, by somebody with a key: since there is a people list, a name is not enough.")
        signed = self.bench(records, hindsight=hindsight).signed(given, kind, record.number)
        if signed.person != record.person:
            raise RefusedError(
                "SIGNER_OTHER", what=f"Record {record.number} names {record.person}, {signed.person} signed it",
                where=f"data/audit_log/{self.company}/{record.number:08d}.json",
                fix="Look into who wrote this record, then have it done again.")
        return signed


def trust_of(workspace: Workspace, company: str, policy: Policy, records: Sequence[Record] = ()) -> Trust | None:
    """The company's people; None where the workspace has no people list and never had one.

    `policy` is the practice company's own. Raises RefusedError PEOPLE_LIST where the list was changed, PEOPLE_MISSING
    where it is gone although the company's audit log has signed records.
    """
    if is_sandbox(company):
        return Trust(workspace, company, practice_people(company, policy))
    return trust_with(workspace, company, people_of(workspace), records)


def trust_with(
    workspace: Workspace, company: str, people: People | None, records: Sequence[Record],
) -> Trust | None:
    """The company under a list as it was read; as `trust_of`."""
    if people is not None:
        return Trust(workspace, company, people)
    signed = next((record for record in records if SIGNED in record.body), None)
    if signed is not None:
        raise RefusedError(
            "PEOPLE_MISSING", what=f"The people list is gone, and record {signed.number} of {company} was signed",
            where="data/people", fix="Restore data/people from the backup; without it nothing is approved or exported.")
    return None


def permit(workspace: Workspace, company: str, verb: str, person: str) -> None:
    """Nothing, where the person may do this by the people list, or there is none, or it is practice.

    Raises RefusedError NOT_PERMITTED, SettingsError PERSON_UNKNOWN.
    """
    people = None if is_sandbox(company) else people_of(workspace)
    if people is not None:
        standing = people.now()
        if person not in standing.names:
            raise _unknown(person)
        refuse_verb(standing.grants(person, company), person, company, verb)


def refuse_no_reason(reason: str, deed: str) -> None:
    """Nothing where a reason is said in one line. Raises RefusedError REASON_MISSING."""
    if not reason.strip() or not reason.isprintable():
        raise RefusedError("REASON_MISSING", what=f"{deed} needs a reason", where="--reason",
                           fix="Say in one line why.")


def roles_of(workspace: Workspace, company: str, person: str) -> str:
    """The roles a person holds in a company, in words; "" where the people list names none or there is no list."""
    if is_sandbox(company):
        return ", ".join(sorted(_PRACTICE_ROLES.get(person, ())))
    people = people_of(workspace)
    return ", ".join(sorted(people.now().grants(person, company))) if people is not None else ""


def people_of(workspace: Workspace) -> People | None:
    """The workspace's people list, every record proven; None where there is none."""
    return read_people(audit_log.read_log(workspace, PEOPLE_LOG))


def refuse_strange(trust: Trust, records: Sequence[Record]) -> None:
    """Nothing, where every signed record of this log rests on this people list; otherwise RefusedError."""
    for record in records:
        if record.type in SIGNED_KINDS and SIGNED in record.body:
            trust.signed(record, SIGNED_KINDS[record.type], records, hindsight=False)


def practice_people(company: str, policy: Policy) -> People:
    """A practice company's two people, so that a whole week runs unattended. Everybody can make their keys."""
    changes: list[dict[str, Any]] = [{"change": "policy", "company": company, "policy": policy}]
    for person, roles in _PRACTICE_ROLES.items():
        changes.append({"change": "enroll", "person": person, "name": f"{person} (practice)",
                        "public": public_text(throw_away_key(company, person))})
        changes += [{"change": "grant", "person": person, "company": company, "role": role, "limits": {},
                     "team": ["*"] if role == TIME_APPROVER else []} for role in roles]
    return People("practice", (Entry(1, _PRACTICE_DIGEST, tuple(changes), {}, (), ""),))


def _unknown(person: str) -> SettingsError:
    return SettingsError(
        "PERSON_UNKNOWN", what=f"{person[:40]!r} is nobody of this workspace's people list", where="--person",
        fix="Give your id as timebooks company people list shows it, or have two administrators enroll you.")
