"""Whether a signed statement holds where it stands: signature, key, role, limit, and what exactly it was given for.

Everything is judged at the position of the record in the company's audit log, never by a clock alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from etl.errors import RefusedError
from etl.terms import Policy
from etl.trust.people import People, Recorded
from etl.trust.permissions import ADMINISTRATOR, matrix
from etl.trust.standing import Grant, Standing
from etl.trust.statements import EXPIRES_DAYS, SKEW, WITHDRAW, instant, opened, read_instant


@dataclass(frozen=True)
class Signed:
    """A statement whose signature holds: what it says, who signed, and who was who at its position."""

    said: Mapping[str, Any]
    person: str
    standing: Standing
    record: int


@dataclass(frozen=True)
class Bench:
    """What statements of one company are held against: the people list and the company's audit log."""

    people: People
    company: str
    records: Sequence[Recorded]
    hindsight: bool = True   # what was learned of stolen keys since counts

    def signed(self, given: object, kind: str, number: int) -> Signed:
        """The statement that record `number` carries, proven: form, key, signature, workspace, the ends it names.

        Raises RefusedError with one code a reason: STATEMENT_FORM, STATEMENT_TYPE, KEY_UNKNOWN, SIGNATURE_WRONG,
        KEY_NOT_YET, KEY_ENDED, STATEMENT_OTHER.
        """
        envelope, said = opened(given, kind)
        if len(envelope.signatures) != 1:
            raise _other("it carries more than one signature where one person answers for it")
        one = envelope.signatures[0]
        known = self.people.now().keys.get(one.key)
        if known is None:
            raise RefusedError("KEY_UNKNOWN", what="A statement is signed with a key that was never enrolled",
                               where=f"key {one.key[:12]}", fix="Have it signed with a key of the people list.")
        if not envelope.holds(one, known.public):
            raise RefusedError(
                "SIGNATURE_WRONG", what=f"The signature of {known.person} does not fit what it stands below",
                where=f"key {one.key[:12]}", fix="The statement or its signature was changed: have it signed again.")
        standing = self.people.at(self.company, number, hindsight=self.hindsight)
        key = standing.keys.get(one.key)
        if key is None:
            raise RefusedError(
                "KEY_NOT_YET", what=f"The key of {known.person} was enrolled only after this was signed",
                where=f"key {one.key[:12]}, record {number}", fix="Have it signed again, now that the key is enrolled.")
        if key.ended:
            raise RefusedError(
                "KEY_ENDED", what=f"The key of {key.person} was ended before this was signed: {key.ended}",
                where=f"key {one.key[:12]}, record {number}", fix="Have it signed with a key that is in use.")
        if (said["person"], said["key"]) != (key.person, key.id):
            raise _other("it names another person or key than the one it is signed with")
        self._placed(said)
        return Signed(said, key.person, standing, number)

    def _placed(self, said: Mapping[str, Any]) -> None:
        if said["workspace"] != self.people.workspace:
            raise _other("it was signed for another workspace")
        if not self.people.knows(said["people"]["number"], said["people"]["digest"]):
            raise _other("the people list does not hold the end it was signed for: the list was changed or cut")
        ends = [draft["log"] for draft in said.get("drafts", ()) if draft["company"] == self.company]
        ends += [said[name] for name in ("approval", "log") if name in said]
        for end in ends:
            if end["number"] and (end["number"] > len(self.records)
                                  or self.records[end["number"] - 1].digest != end["digest"]):
                raise _other(f"the audit log does not hold record {end['number']} as it was when this was signed")

    def about(self, signed: Signed, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """The draft of the statement that is exactly this one. Raises RefusedError STATEMENT_OTHER naming what differs.

        `facts`: what the draft says of itself, computed now; the log's end is not among them.
        """
        named = [draft for draft in signed.said["drafts"]
                 if (draft["company"], draft["period_end"]) == (facts["company"], facts["period_end"])]
        if len(named) != 1:
            raise _other(f"it is not about {facts['company']}, period to {facts['period_end']}")
        differing = [name for name, value in facts.items() if named[0][name] != value]
        if differing:
            raise _other(f"it was given for another draft: {', '.join(sorted(differing))} differ(s)")
        found: Mapping[str, Any] = named[0]
        return found


def refuse_others(said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Nothing, where a statement says exactly these facts; else RefusedError STATEMENT_OTHER naming what differs."""
    differing = sorted(name for name, value in facts.items() if name not in said or said[name] != value)
    if differing:
        raise _other(f"it was given for something else: {', '.join(differing)} differ(s)")


def refuse_role(signed: Signed, company: str, verb: str) -> Grant:
    """The role that let the signer do this in that company. Raises RefusedError NOT_PERMITTED."""
    held = signed.standing.grants(signed.person, company)
    refuse_verb(held, signed.person, company, verb)
    return next(grant for role, grant in held.items() if role in matrix()[verb])


def refuse_verb(held: Mapping[str, Grant], person: str, company: str, verb: str) -> None:
    """Nothing, where one of these roles may do it; otherwise RefusedError NOT_PERMITTED."""
    allowed = matrix()[verb]
    if not allowed & set(held):
        raise RefusedError(
            "NOT_PERMITTED",
            what=f"{person} may not {verb.replace('_', ' ')} here: that takes the role {' or '.join(sorted(allowed))}",
            where=f"{company}, roles of {person}: {', '.join(sorted(held)) or 'none'}",
            fix="Have somebody with that role do it, or have administrators grant it: timebooks company people grant.")


def refuse_amount(grant: Grant, person: str, gross: Mapping[str, Mapping[str, str]]) -> None:
    """Nothing, where no stream's gross amount passes the signer's limit; otherwise RefusedError OVER_LIMIT.

    Gross: amounts count without their sign, so that corrections do not hide behind each other. Whoever has limits at
    all may approve only the currencies that they name.
    """
    for stream, amounts in gross.items() if grant.limits else ():
        for currency, text in amounts.items():
            limit = grant.limits.get(currency)
            if limit is None or Decimal(text) > limit:
                raise RefusedError(
                    "OVER_LIMIT", what=f"{person} may approve up to {limit if limit is not None else 0} {currency}; "
                    f"{stream} of this batch is {text} {currency} gross", where=f"the approval of {person}",
                    fix="Have somebody with a higher limit approve it.")


def refuse_persons(
    signed: Signed, company: str, policy: Policy, apart: Mapping[str, Collection[str]], this: str = "this draft",
) -> None:
    """Nothing, where the signer is none of these people; otherwise RefusedError SAME_PERSON. Persons, not keys.

    `apart`: who must be somebody else by the policy, by what they did. Under single_person nobody must.
    """
    if policy == "single_person":
        return
    person = signed.person
    for did, people in apart.items():
        if person in people:
            raise RefusedError(
                "SAME_PERSON", what=f"{person} is {did} and cannot approve {this} (policy {policy})",
                where=f"{company}, the approval", fix="Have another person do one of the two.")
    if ADMINISTRATOR in signed.standing.grants(person, company):
        raise RefusedError("NOT_PERMITTED", what=f"{person} keeps the people list and cannot approve exports",
                           where=f"{company}, the approval", fix="Ask a batch approver to approve it.")


def refuse_policy(standing: Standing, company: str, policy: Policy) -> None:
    """Nothing, where company.toml and the people list name the same policy; otherwise RefusedError POLICY_CHANGED."""
    kept = standing.policies.get(company)
    if kept != policy:
        raise RefusedError(
            "POLICY_CHANGED", what=f"company.toml says {policy}, the people list {kept or 'nothing'}",
            where=f"mappings/{company}/company.toml, policy",
            fix="Put the policy back, or have administrators change it: timebooks company people policy.")


def refuse_times(signed: Signed, prepared: Signed | None, now: datetime) -> None:
    """Nothing, where the statement is not from the future, not older than the draft and not expired.

    Clocks differ by some minutes, and order comes from the audit log. Raises RefusedError STATEMENT_TIME or
    STATEMENT_EXPIRED.
    """
    at = read_instant(signed.said["signed_at"])
    if at > now + SKEW or (prepared is not None and at + SKEW < read_instant(prepared.said["signed_at"])):
        raise RefusedError(
            "STATEMENT_TIME", what=f"It is dated {signed.said['signed_at']}, before the draft or in the future",
            where=f"the statement of {signed.person}", fix="Set the clocks right and have it signed again.")
    if "expires" in signed.said and now > read_instant(signed.said["expires"]):
        raise RefusedError("STATEMENT_EXPIRED", what=f"It was good until {signed.said['expires']}",
                           where=f"the statement of {signed.person}", fix="Have it signed again.")


def refuse_old(signed: Signed, now: datetime) -> None:
    """Nothing, where a statement that came as a file is not older than an approval may be; else STATEMENT_EXPIRED."""
    good_until = read_instant(signed.said["signed_at"]) + timedelta(days=EXPIRES_DAYS)
    if now > good_until:
        raise RefusedError("STATEMENT_EXPIRED", what=f"It was good until {instant(good_until)}",
                           where=f"the statement of {signed.person}", fix="Have it asked for and signed again.")


def refuse_taken_back(given: object, manifest: str | None, records: Sequence[Recorded], number: int) -> None:
    """Nothing, unless the same statement about this draft (None: about hours) was taken back before this record.

    Raises RefusedError APPROVAL_WITHDRAWN: an answer file that is taken in once more does not undo a withdrawal.
    """
    payload = given.get("payload") if isinstance(given, Mapping) else None
    for record in records[:number - 1]:
        at = record.body.get("approval") if record.type == WITHDRAW else None
        if isinstance(at, int) and 0 < at < record.number:
            said = records[at - 1].body
            signed = said.get("signed")
            if said.get("manifest") == manifest and isinstance(signed, Mapping) and signed.get("payload") == payload:
                raise RefusedError(
                    "APPROVAL_WITHDRAWN", what=f"This statement was taken back by {record.person}, and stays so",
                    where=f"audit log record {record.number}", fix="Have it signed anew.")


def _other(why: str) -> RefusedError:
    return RefusedError("STATEMENT_OTHER", what=f"A signed statement does not belong here: {why}",
                        where="the signed statement", fix="Look at the draft as it is now and have that one signed.")
