"""An office: a company of two people, and those who keep its list, prepare, approve and publish, each with a key."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from etl import steps
from etl.steps import trusted
from etl.store import audit_log, batches
from etl.workspace import Workspace
from tests.faults import tiny

COMPANY = "acme"
ENDS = (date(2026, 11, 8), date(2026, 11, 15))
ADMINISTRATORS = ("ada", "ben")
PEOPLE = {"dana": "preparer", "cleo": "batch_approver", "olga": "operator"}
PASSPHRASE = "correct horse battery"


def make(root: Path, policy: str = "two_person", weeks: int = 1) -> Office:
    """A workspace with its people enrolled; nothing is drafted yet."""
    tiny.make_company(root / "w", weeks, company=COMPANY)
    settings = root / "w" / "mappings" / COMPANY / "company.toml"
    settings.write_text(settings.read_text().replace("two_person", policy), encoding="utf-8")
    office = Office(root)
    with office.at_work():
        cards = [office.card(person) for person in ADMINISTRATORS]
        office.both(lambda file: steps.found_people(cards, file, person="ada", workspace=office.place.root))
        for person, role in PEOPLE.items():
            office.enroll(person)
            office.grant(person, role)
    return office


class Office:
    """A workspace `w`, and a folder of keys `keys` beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.place = root, Workspace(root / "w")

    def copy(self, to: Path) -> Office:
        """The same office to be spoiled."""
        shutil.copytree(self.root, to, dirs_exist_ok=True)
        return Office(to)

    @contextmanager
    def at_work(self):
        """While this lasts, the keys of everybody lie on this machine and open."""
        names = (*ADMINISTRATORS, *PEOPLE, "tess", "eve", "max")
        new = {f"TIMEBOOKS_SECRET_KEY_{name.upper()}": PASSPHRASE for name in names}
        new["TIMEBOOKS_KEYS"] = str(self.root / "keys")
        before = {name: os.environ.get(name) for name in new}
        os.environ.update(new)
        try:
            yield self
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)

    def card(self, person: str) -> Path:
        """A new key pair of this person, its card as a file."""
        card = self.root / f"{person}-{len(list(self.root.glob('*.card')))}.card"
        steps.new_key(person, person.title(), card, workspace=self.place.root)
        return card

    def both(self, propose) -> steps.Outcome:
        """A change that ada proposes and ben signs."""
        file = self.root / "change.json"
        propose(file)
        return steps.sign_change(file, person="ben", workspace=self.place.root)

    def change(self, *changes) -> steps.Outcome:
        """These changes, signed by both administrators."""
        return self.both(lambda file: steps.change_people(changes, file, person="ada", workspace=self.place.root))

    def enroll(self, person: str) -> steps.Outcome:
        """A key of this person, enrolled by both."""
        card = self.card(person)
        return self.both(lambda file: steps.enroll(card, file, person="ada", workspace=self.place.root))

    def grant(self, person: str, role: str, company: str = COMPANY, **more) -> steps.Outcome:
        """A role, granted by both."""
        return self.change({"change": "grant", "person": person, "company": company, "role": role,
                            "team": more.get("team", []), "limits": more.get("limits", {})})

    def key_of(self, person: str) -> str:
        """The id of the person's newest key."""
        return list(trusted.people_of(self.place).now().keys_of(person))[-1].id

    def end_key(self, key: str, *since: str) -> steps.Outcome:
        """A key ended by both."""
        return self.both(lambda file: steps.end_key(key, "replaced", since, file, person="ada",
                                                    workspace=self.place.root))

    def run(self, person: str, end: date = ENDS[0]) -> steps.Run:
        """A run of one person."""
        return steps.start(COMPANY, end, self.place.root, person=person, in_memory=True)

    def draft(self, end: date = ENDS[0], person: str = "dana") -> batches.Draft:
        """The period drafted and signed by its preparer."""
        run = self.run(person, end)
        with run.locked("drafting"):
            for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
                assert not step(run).exit_code
        run.end()
        return batches.find_draft(self.place, COMPANY, end, self.records())

    def approve(self, person: str = "cleo", end: date = ENDS[0]) -> steps.Outcome:
        """The period's newest draft approved."""
        return steps.approve_batch(self.run(person, end))

    def export(self, person: str = "olga", end: date = ENDS[0]) -> steps.Outcome:
        """The period published."""
        return steps.export(self.run(person, end))

    def records(self):
        """The company's audit log."""
        return audit_log.read_log(self.place, COMPANY)

    def last(self, kind: str):
        """The newest record of a type."""
        return next(record for record in reversed(self.records()) if record.type == kind)

    def append(self, kind: str, body, person: str):
        """A record written by somebody who is able to write to the disk."""
        return audit_log.append(self.place, COMPANY, kind, json.loads(json.dumps(body)), person=person,
                                now=self.run("dana").now())

    def approve_again(self, body, person: str = "cleo"):
        """An approval record with another content than the real one."""
        real = dict(self.last("approve").body)
        real.pop("evidence", None)
        return self.append("approve", real | body, person)


def next_week(end: date) -> date:
    """A week later."""
    return end + timedelta(days=7)
