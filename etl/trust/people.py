"""The people list: a chain of records, each a change signed by the administrators; who was who at any position.

A change holds in a company's audit log from the position that it names on: the log's end when it was signed. So a
role taken away later does not undo what its holder signed before, and a key that was stolen can be ended from then on.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from etl.errors import RefusedError
from etl.trust.envelope import Envelope
from etl.trust.standing import ChangeError, Standing
from etl.trust.statements import PEOPLE, opened

RECORD = "people"


class Recorded(Protocol):
    """What this room needs to know of an audit-log record."""

    @property
    def number(self) -> int:
        """Its place in the log."""

    @property
    def type(self) -> str:
        """Such as draft or approve."""

    @property
    def person(self) -> str:
        """Who is named there."""

    @property
    def recorded_at(self) -> str:
        """UTC, information only."""

    @property
    def body(self) -> Mapping[str, Any]:
        """What it says."""

    @property
    def digest(self) -> str:
        """The sha256 of its file."""


@dataclass(frozen=True)
class Entry:
    """One proven record of the list: its place in the chain, what changes, and from where on in each company."""

    number: int
    digest: str
    changes: tuple[Mapping[str, Any], ...]
    companies: Mapping[str, Mapping[str, Any]]   # company -> its log's end when this was signed
    signed_by: tuple[str, ...]
    recorded_at: str

    def position(self, company: str) -> int:
        """The last record of a company to which this change does not apply."""
        return int(self.companies[company]["number"]) if company in self.companies else 0


@dataclass(frozen=True)
class People:
    """The list of one workspace, every record of it proven."""

    workspace: str
    entries: tuple[Entry, ...]

    @property
    def head(self) -> Entry:
        """The newest record."""
        return self.entries[-1]

    def now(self) -> Standing:
        """Who is who today."""
        held = Standing()
        for entry in self.entries:
            for change in entry.changes:
                held.apply(change)
        return held

    def at(self, company: str, number: int, *, hindsight: bool = True) -> Standing:
        """Who was who for the record of this number in a company's audit log.

        With `hindsight` a key that was reported stolen later is ended from the position that was named then.
        """
        held = Standing()
        for entry in self.entries:
            for change in entry.changes:
                since = change.get("since", {}).get(company, number) if hindsight else number
                if min(entry.position(company), since) < number:
                    _applied(held, change)
        return held

    def knows(self, number: int, digest: str) -> bool:
        """Whether the list had this end once."""
        return any(entry.number == number and entry.digest == digest for entry in self.entries)


def read_people(records: Sequence[Recorded]) -> People | None:
    """The list in its records, all of them proven; None where there is none yet.

    Raises RefusedError PEOPLE_LIST naming the record which was not signed as it must be, or does not follow.
    """
    entries: list[Entry] = []
    standing, workspace = Standing(), ""
    before: Mapping[str, Any] = {"number": 0, "digest": ""}
    for record in records:
        if record.type != RECORD:
            if record.type != "open":
                raise refused(f"a record of type {record.type} is none of the people list", record.number)
            continue
        try:
            standing, entry, workspace = proven(record.body.get("signed"), standing, before, workspace,
                                                entries[-1] if entries else None)
        except (ChangeError, RefusedError) as error:
            raise refused(error.what if isinstance(error, RefusedError) else str(error), record.number) from None
        entries.append(Entry(record.number, record.digest, entry.changes, entry.companies, entry.signed_by,
                             record.recorded_at))
        before = {"number": record.number, "digest": record.digest}
    return People(workspace, tuple(entries)) if entries else None


def proven(
    given: object, standing: Standing, before: Mapping[str, Any], workspace: str, last: Entry | None,
    *, is_complete: bool = True,
) -> tuple[Standing, Entry, str]:
    """The standing after a signed change, the change, and the workspace's id. `is_complete`: all signatures are there.

    Raises ChangeError or RefusedError where it is not signed by enough administrators, does not follow the list's
    last record, or changes what may not be.
    """
    envelope, said = opened(given, PEOPLE)
    if dict(said["people"]) != dict(before):
        raise ChangeError("it was signed for another state of the list")
    if workspace and said["workspace"] != workspace:
        raise ChangeError("it was signed for another workspace")
    after = copy.deepcopy(standing)
    for change in said["changes"]:
        after.apply(change)
    after.refuse_unsafe()
    if not said["changes"]:
        raise ChangeError("it changes nothing")
    for company, end in said["companies"].items():
        if last is not None and end["number"] < last.position(company):
            raise ChangeError(f"its position in the log of {company} lies before that of the last change")
    if last is not None and set(last.companies) - set(said["companies"]):
        raise ChangeError("it leaves out a company")
    judges = after if last is None else standing   # the founders enrol themselves
    signers = _signers(envelope, judges)
    if is_complete and len(set(signers)) < judges.needed:
        raise ChangeError(f"{judges.needed} different administrator(s) must sign, {len(set(signers))} did")
    return after, Entry(0, "", tuple(said["changes"]), said["companies"], tuple(dict.fromkeys(signers)), ""), str(
        said["workspace"])


def refused(why: str, number: int) -> RefusedError:
    """The people list cannot be relied on from this record on."""
    return RefusedError(
        "PEOPLE_LIST", what=f"Record {number} of the people list does not hold: {why}",
        where=f"data/people/{number:08d}.json",
        fix="Nothing is approved or exported until the list is restored from the backup; it is changed by "
            "timebooks company people and never by hand.")


def _signers(envelope: Envelope, judges: Standing) -> list[str]:
    """The administrators who signed, one a signature; all signatures must hold."""
    signers = []
    for one in envelope.signatures:
        key = judges.keys.get(one.key)
        if key is None or key.ended:
            raise ChangeError("it is signed with a key that is not enrolled, or was ended")
        if key.person not in judges.administrators():
            raise ChangeError(f"{key.person} signed it and is no administrator")
        if not envelope.holds(one, key.public):
            raise ChangeError(f"the signature of {key.person} does not fit what it stands below")
        signers.append(key.person)
    return signers


def _applied(held: Standing, change: Mapping[str, Any]) -> None:
    if change["change"] != "end-key" or change["key"] in held.keys:   # ended from before it was enrolled here
        held.apply(change)
