"""Who is who at one moment: people, keys, roles, policies, as the changes up to then have left them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, get_args

from etl.terms import Policy
from etl.trust.envelope import key_id
from etl.trust.permissions import ADMINISTRATOR, APPROVER, PREPARER, ROLES, TIME_APPROVER
from etl.trust.statements import PERSON

EVERYWHERE = "*"   # the company of an administrator, the team of a manager of all
_PRACTICE = "sandbox-"
_LIMIT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_FIELDS: dict[str, dict[str, type]] = {
    "enroll": {"person": str, "name": str, "public": str},
    "end-key": {"key": str, "reason": str, "since": dict},
    "grant": {"person": str, "company": str, "role": str, "team": list, "limits": dict},
    "take-away": {"person": str, "company": str, "role": str},
    "policy": {"company": str, "policy": str},
    "administrators": {"needed": int},
}
_APART = (PREPARER, APPROVER), (ADMINISTRATOR, APPROVER)   # under every policy but single_person


class ChangeError(ValueError):
    """A change of the people list that cannot be; the message says why."""


@dataclass(frozen=True)
class Key:
    """A public key of a person; `ended` says why it is not used any more, empty while it is."""

    person: str
    public: bytes
    ended: str = ""

    @property
    def id(self) -> str:
        """The sha256 of the public bytes."""
        return key_id(self.public)


@dataclass(frozen=True)
class Grant:
    """A role in a company. `team`: employees whose time a manager approves; `limits`: most money per currency."""

    role: str
    team: frozenset[str] = frozenset()
    limits: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass
class Standing:
    """The people list at one moment. Roles by person and company; a company without a policy is not registered."""

    names: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    roles: dict[tuple[str, str], dict[str, Grant]] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    needed: int = 2

    def grants(self, person: str, company: str) -> dict[str, Grant]:
        """A person's roles in a company, an administrator's included."""
        return {**self.roles.get((person, EVERYWHERE), {}), **self.roles.get((person, company), {})}

    def keys_of(self, person: str) -> list[Key]:
        """The keys a person signs with now."""
        return [key for key in self.keys.values() if key.person == person and not key.ended]

    def administrators(self) -> set[str]:
        """The people who keep the list and have a key."""
        return {person for (person, company), held in self.roles.items()
                if company == EVERYWHERE and ADMINISTRATOR in held and self.keys_of(person)}

    def apply(self, change: object) -> None:
        """One change more. Raises ChangeError for one that is malformed or not allowed."""
        given = checked(change)
        {"enroll": self._enroll, "end-key": self._end_key, "grant": self._grant, "take-away": self._take_away,
         "policy": self._policy, "administrators": self._administrators}[given["change"]](given)

    def refuse_unsafe(self) -> None:
        """Nothing, where roles are apart and enough administrators are left; otherwise ChangeError."""
        if any(name.startswith(_PRACTICE) for name in (*self.names, *self.policies)):
            raise ChangeError("practice companies have people of their own")
        if len(self.administrators()) < self.needed:
            raise ChangeError(f"{self.needed} administrator(s) with a key must remain")
        for company, policy in self.policies.items():
            if policy != "single_person" and self.needed < 2:
                raise ChangeError(f"{company} is {policy}, so every change of the people list needs two administrators")
            for person in self.names if policy != "single_person" else ():
                held = self.grants(person, company)
                for one, other in _APART:
                    if one in held and other in held:
                        raise ChangeError(f"{person} cannot be {one} and {other} of {company} (policy {policy})")

    def _enroll(self, given: dict[str, Any]) -> None:
        public = public_bytes(given["public"])
        if not PERSON.fullmatch(given["person"]):
            raise ChangeError(f"{given['person'][:40]!r} cannot be the id of a person: use lower-case letters, digits, "
                              "points and hyphens")
        if not given["name"].strip() or not given["name"].isprintable() or len(given["name"]) > 80:
            raise ChangeError("a name is one line of up to 80 letters")
        if key_id(public) in self.keys:
            raise ChangeError("this key is enrolled already; a key is never used twice")
        self.names[given["person"]] = given["name"]
        self.keys[key_id(public)] = Key(given["person"], public)

    def _end_key(self, given: dict[str, Any]) -> None:
        key = self.keys.get(given["key"])
        if key is None or key.ended:
            raise ChangeError("no such key is in use")
        if not given["reason"].strip():
            raise ChangeError("ending a key needs a reason")
        self.keys[given["key"]] = Key(key.person, key.public, given["reason"])

    def _grant(self, given: dict[str, Any]) -> None:
        person, company, role = given["person"], given["company"], given["role"]
        if person not in self.names:
            raise ChangeError(f"{person[:40]!r} is nobody of the people list")
        if role not in ROLES:
            raise ChangeError(f"{role[:40]!r} is no role; they are {', '.join(ROLES)}")
        if (role == ADMINISTRATOR) != (company == EVERYWHERE):
            raise ChangeError("an administrator is one of the whole workspace, every other role of one company")
        if company != EVERYWHERE and company not in self.policies:
            raise ChangeError(f"{company[:40]!r} has no policy in the people list yet")
        if bool(given["team"]) != (role == TIME_APPROVER) or not all(isinstance(one, str) for one in given["team"]):
            raise ChangeError("a time approver, and nobody else, has a team: employee ids, or *")
        if given["limits"] and role != APPROVER:
            raise ChangeError("only a batch approver has limits")
        self.roles.setdefault((person, company), {})[role] = Grant(
            role, frozenset(given["team"]), {currency: _limit(currency, text)
                                            for currency, text in given["limits"].items()})

    def _take_away(self, given: dict[str, Any]) -> None:
        if self.roles.get((given["person"], given["company"]), {}).pop(given["role"], None) is None:
            raise ChangeError(f"{given['person'][:40]!r} does not hold this role")

    def _policy(self, given: dict[str, Any]) -> None:
        if given["policy"] not in get_args(Policy):
            raise ChangeError(f"{given['policy'][:40]!r} is no policy")
        self.policies[given["company"]] = given["policy"]

    def _administrators(self, given: dict[str, Any]) -> None:
        if given["needed"] not in (1, 2):
            raise ChangeError("a change of the people list is signed by one or two administrators")
        self.needed = given["needed"]


def checked(change: object) -> dict[str, Any]:
    """A change with exactly the fields of its kind. Raises ChangeError."""
    kind = change.get("change") if isinstance(change, dict) else None
    fields = _FIELDS.get(kind) if isinstance(kind, str) else None
    if not isinstance(change, dict) or fields is None or set(change) != {"change", *fields} or any(
            type(change[name]) is not wanted for name, wanted in fields.items()):
        raise ChangeError("it is no change that this version knows")
    if kind == "end-key" and not all(type(number) is int and number >= 0 for number in change["since"].values()):
        raise ChangeError("a position in an audit log is a whole number")
    return change


def public_bytes(text: str) -> bytes:
    """The 32 bytes of a public key from its base64. Raises ChangeError."""
    try:
        public = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ChangeError("a public key is not base64") from None
    if len(public) != 32 or base64.b64encode(public).decode("ascii") != text:
        raise ChangeError("a public key has not the length of one")
    return public


def _limit(currency: object, text: object) -> Decimal:
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency) or not isinstance(text, str) or (
            not _LIMIT.fullmatch(text)):
        raise ChangeError("a limit is a plain amount for a currency, such as USD=50000")
    return Decimal(text)
