"""Who reads the dashboard: a person proves the own key by signing a challenge; afterwards the server remembers it.

Nothing is kept on disk and no password exists. A challenge, an answer and a link are good once, for some minutes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from etl.errors import EtlError, RefusedError
from etl.settings import read_settings
from etl.steps.dashboard import roles_of
from etl.steps.history import companies as with_log
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of
from etl.steps.trusted import SANDBOX_APPROVER, SANDBOX_PREPARER, people_of, practice_people
from etl.strict_json import NotStrictError, dump, load
from etl.trust.envelope import sign
from etl.trust.keys import id_of, key_folder, only_key, open_key, throw_away_key
from etl.trust.standing import Grant, Key
from etl.trust.statements import LOG_IN, SKEW, opened, read_instant, statement
from etl.workspace import Workspace, is_sandbox

Now = Callable[[], datetime]
CHALLENGE_LIVES, LINK_LIVES = timedelta(minutes=10), timedelta(minutes=5)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
_MOST_WAITING, _MOST_SESSIONS, _MOST_LETTERS = 1000, 1000, 8192


@dataclass(frozen=True)
class Reader:
    """Who was proven to read. `company`: the only one, where a practice key was used; `key` empty: by the terminal."""

    person: str
    key: str = ""
    company: str = ""


@dataclass
class Session:
    """One browser that a reader has logged in with; its secret is known to that browser alone."""

    id: str
    reader: Reader
    began: datetime
    used: datetime


def now_utc() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def challenge_answer(challenge: str, *, person: str, company: str = "", key: str = "") -> Outcome:
    """The answer to a challenge that the login page shows: signed with the person's key; no workspace is needed.

    `company`: a practice company, whose people have keys that everybody can make.
    """
    address, _, code = challenge.strip().rpartition("/")
    if not address or not code:
        raise _refused("The challenge is none of a login page", "Copy it from the page as it stands there.")
    private = throw_away_key(company, person) if is_sandbox(company) else only_key(key_folder(None), person, key)
    payload = statement(LOG_IN, {"address": address, "challenge": code}, person=person, key=id_of(private),
                        workspace="", now=now_utc())
    text = base64.urlsafe_b64encode(dump(sign(LOG_IN, payload, private).as_json())).decode("ascii")
    return Outcome(title=text, facts=(("logs in", f"{person}, at http://{address} and nowhere else"),),
                   next_step=f"paste the first line into the login page, if your browser's address is http://{address}")


@dataclass
class Desk:
    """The login desk of one running dashboard: challenges given out, links, and the sessions they led to."""

    place: Workspace
    address: str                     # host:port, as browsers call it
    clock: Now = now_utc
    _challenges: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)
    _links: dict[str, tuple[Reader, datetime]] = field(default_factory=dict, repr=False)
    _sessions: dict[str, Session] = field(default_factory=dict, repr=False)

    def challenge(self, browser: str) -> str:
        """A new challenge for one browser, which holds the secret `browser`."""
        code = base64.b32encode(secrets.token_bytes(15)).decode("ascii")
        while len(self._challenges) >= _MOST_WAITING:
            self._challenges.pop(next(iter(self._challenges)))
        self._challenges[code] = (_hidden(browser), self.clock() + CHALLENGE_LIVES)
        return f"{self.address}/{code}"

    def answered(self, text: str, browser: str) -> str:
        """The secret of a new session, for the answer to a challenge of this browser. Raises RefusedError LOGIN."""
        given = _read(text)
        try:
            envelope, said = opened(given, LOG_IN)
        except EtlError as error:
            raise _refused(error.what, _AGAIN) from None
        of_browser, ends = self._challenges.pop(said["challenge"], ("", self.clock()))
        if ends <= self.clock() or not secrets.compare_digest(of_browser, _hidden(browser)):
            raise _refused("The challenge was used before, is too old, or was shown in another browser", _AGAIN)
        if said["address"] != self.address:
            raise _refused("The answer was signed for another address", _AGAIN)
        if abs(read_instant(said["signed_at"]) - self.clock()) > SKEW:
            raise _refused("The clocks of the two machines are too far apart", "Set them right, then log in again.")
        for reader, key in self._keys(said["person"]):
            if len(envelope.signatures) == 1 and key.id == said["key"] == envelope.signatures[0].key and (
                    envelope.holds(envelope.signatures[0], key.public)):
                return self._begun(reader)
        raise _refused("The answer is not signed with a key in use of this workspace's people",
                       "Sign with an enrolled key; timebooks company keys list shows them.")

    def link(self, reader: Reader) -> str:
        """An address that logs this reader in once."""
        token = secrets.token_urlsafe(32)
        self._links[_hidden(token)] = (reader, self.clock() + LINK_LIVES)
        return f"http://{self.address}/once/{token}"

    def followed(self, token: str) -> str:
        """The secret of a new session, for a link's token. Raises RefusedError LOGIN."""
        reader, ends = self._links.pop(_hidden(token), (None, self.clock()))
        if reader is None or ends <= self.clock():
            raise _refused("The link was used before, or is too old",
                           "Log in with a challenge, or start timebooks dashboard again.")
        return self._begun(reader)

    def session(self, secret: str) -> Session | None:
        """The session of this secret, where it still holds: by time, and by the people list as it is now."""
        found = self._sessions.get(_hidden(secret))
        return found if found is not None and self.holds(found, is_use=True) else None

    def holds(self, session: Session, *, is_use: bool = False) -> bool:
        """Whether a session goes on: not ended, not idle too long, its key still in use. What does not is forgotten."""
        at = self.clock()
        if self._sessions.get(session.id) is not session:
            return False
        is_known = any(key.id == session.reader.key for _, key in self._keys(session.reader.person)) if (
            session.reader.key) else people_of(self.place) is None
        if at - session.used > IDLE or at - session.began > LONGEST or not is_known:
            self.end(session)
            return False
        if is_use:
            session.used = at
        return True

    def end(self, session: Session) -> None:
        """The session is over."""
        self._sessions.pop(session.id, None)

    def roles(self, session: Session, company: str) -> Mapping[str, Grant]:
        """The roles of the session's reader in a company, as they are now."""
        reader = session.reader
        if is_sandbox(company) and reader.company != company:
            return {}
        if reader.company and reader.company != company:
            return {}
        return roles_of(self.place, company, reader.person, is_owner=not reader.key)

    def companies(self, session: Session) -> list[str]:
        """The companies in which the reader holds a role."""
        root = self.place.root / "mappings"
        declared = {path.parent.name for path in root.glob("*/company.toml")} if root.is_dir() else set()
        return [name for name in sorted(declared | set(with_log(self.place))) if self.roles(session, name)]

    def _begun(self, reader: Reader) -> str:
        secret = secrets.token_urlsafe(32)
        while len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        at = self.clock()
        self._sessions[_hidden(secret)] = Session(_hidden(secret), reader, at, at)
        return secret

    def _keys(self, person: str) -> list[tuple[Reader, Key]]:
        """The keys in use of a person: of the people list, and of the practice companies, each good for its own."""
        people = people_of(self.place)
        found = [(Reader(person, key.id), key) for key in people.now().keys_of(person)] if people is not None else []
        practicing = person in (SANDBOX_PREPARER, SANDBOX_APPROVER)
        for path in sorted((self.place.root / "mappings").glob("sandbox-*/company.toml")) if practicing else ():
            company = path.parent.name
            practice = practice_people(company, "two_person").now()
            found += [(Reader(person, key.id, company), key) for key in practice.keys_of(person)]
        return found


def starter(desk: Desk, person: str, company: str) -> Reader | None:
    """Who is given the first link on the terminal; None where that person has to answer a challenge like everybody.

    In practice anybody; by name where there is no people list; else who opens the own key here. Raises EtlError where
    it cannot be opened.
    """
    if is_sandbox(company):
        return Reader(person, id_of(throw_away_key(company, person)), company)
    people = people_of(desk.place)
    if people is None:
        return Reader(person)
    if person not in people.now().names:
        return None
    return Reader(person, id_of(open_key(key_folder(desk.place.root), person, people.now().keys_of(person))))


def dashboard_desk(workspace: str | Path | None, company: str, person: str | None) -> tuple[Desk, Reader | None]:
    """The login desk of a workspace, and who is given the first link. Raises EtlError where `company` is none."""
    desk = Desk(place_of(workspace), "")
    if company:
        read_settings(desk.place.mappings(company) / "company.toml", company)
    chosen = company or practice_only(desk)
    try:
        return desk, starter(desk, person or person_of(chosen), chosen)
    except EtlError:
        if person:
            raise
        return desk, None   # the account's own name has no key here: everybody answers the challenge


def dashboard_ready(desk: Desk, reader: Reader | None) -> Outcome:
    """What is said on the terminal once the server listens."""
    link: tuple[tuple[str, str], ...] = ()
    if reader is not None:
        link = (("for you alone", f"{desk.link(reader)}  ({reader.person}; good once, for five minutes)"),)
    return Outcome(
        title=f"dashboard on http://{desk.address}, this machine only; Ctrl-C ends it",
        facts=(*link, ("for others", f"http://{desk.address}/login, with a challenge signed by the own key")))


def practice_only(desk: Desk) -> str:
    """The first practice company, where the workspace has no other ones; else empty."""
    root = desk.place.root / "mappings"
    names = sorted(path.parent.name for path in root.glob("*/company.toml"))
    return names[0] if names and all(map(is_sandbox, names)) else ""


def is_practice_only(desk: Desk, company: str) -> bool:
    """Whether only practice is shown: then the login page says how one logs in for it."""
    return is_sandbox(company or practice_only(desk))


_AGAIN = "Load the login page again and answer the challenge that it shows."


def _read(text: str) -> Any:
    plain = "".join(text[:_MOST_LETTERS].split())
    try:
        return load(base64.b64decode(plain, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, NotStrictError):
        raise _refused("This is no answer to a challenge", _AGAIN) from None


def _hidden(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _refused(what: str, fix: str) -> RefusedError:
    return RefusedError("LOGIN", what=what, where="the dashboard's login", fix=fix)


def secret() -> str:
    """What a server signs its own tokens with, for as long as it runs."""
    return secrets.token_urlsafe(48)
