"""A statement that two people sign: to destroy records, to hold them, to end a hold; judged where its record stands.

One of the two is an administrator, who decides nothing about money; under single_person for all companies one suffices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etl.errors import RefusedError
from etl.trust.judge import refuse_verb
from etl.trust.people import People, Recorded
from etl.trust.permissions import ADMINISTRATOR
from etl.trust.statements import KEEPING, opened


def signers(
    given: object, people: People, company: str, records: Sequence[Recorded], number: int, *, complete: bool = True,
) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """Who signed, each person once, and what they signed; `number` is the record's place in the company's log.

    Raises RefusedError with one code a reason: STATEMENT_FORM, STATEMENT_TYPE, STATEMENT_OTHER, KEY_UNKNOWN, KEY_ENDED,
    SIGNATURE_WRONG, NOT_PERMITTED, and TWO_NEEDED where too few people signed.
    """
    envelope, said = opened(given, KEEPING)
    if said["workspace"] != people.workspace or said["company"] != company:
        raise _other("it was signed for another workspace or company")
    if not people.knows(said["people"]["number"], said["people"]["digest"]):
        raise _other("the people list does not hold the end it was signed for")
    end = said["log"]
    if end["number"] and (end["number"] > len(records) or records[end["number"] - 1].digest != end["digest"]):
        raise _other(f"the audit log does not hold record {end['number']} as it was when this was signed")
    standing, found = people.at(company, number), []
    for one in envelope.signatures:
        key = standing.keys.get(one.key)
        if key is None:
            raise RefusedError("KEY_UNKNOWN", what="A statement is signed with a key that was not enrolled then",
                               where=f"key {one.key[:12]}", fix="Have it signed with a key of the people list.")
        if key.ended:
            raise RefusedError("KEY_ENDED", what=f"The key of {key.person} was ended before: {key.ended}",
                               where=f"key {one.key[:12]}", fix="Have it signed with a key that is in use.")
        if not envelope.holds(one, key.public):
            raise RefusedError("SIGNATURE_WRONG", what=f"The signature of {key.person} does not fit its statement",
                               where=f"key {one.key[:12]}", fix="Have it made and signed again.")
        refuse_verb(standing.grants(key.person, company), key.person, company, said["verb"])
        found.append(key.person)
    people_signed = tuple(dict.fromkeys(found))
    if complete:
        _refuse_few(people_signed, standing.needed, [ADMINISTRATOR in standing.grants(person, company)
                                                     for person in people_signed])
    return people_signed, said


def _refuse_few(people_signed: Sequence[str], needed: int, is_administrator: Sequence[bool]) -> None:
    if len(people_signed) < needed or not any(is_administrator):
        raise RefusedError(
            "TWO_NEEDED", what=f"{needed} different people must sign, one of them an administrator; it is signed by "
            f"{', '.join(people_signed) or 'nobody'}", where="the signed statement",
            fix="Have another person sign the file: timebooks archive sign FILE --person ID")


def _other(why: str) -> RefusedError:
    return RefusedError("STATEMENT_OTHER", what=f"A signed statement is not about this: {why}",
                        where="the signed statement", fix="Have it made and signed again, for what is to be done now.")
