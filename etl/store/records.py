"""One record of the audit log as text: its envelope, its fields, and the strict way back.

The envelope is DSSE: payload type, payload in base64, signatures. Its own list of signatures is empty: what a person
signs is a statement (etl/trust) that stands in the body as `signed` and can come from another machine. The payload's
digest stands beside it, so that a changed letter in the newest record is seen although no later record names it yet.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from etl import __version__
from etl.errors import StoreError
from etl.store.damage import Finding
from etl.strict_json import NotStrictError, dump, dump_lines, load

FORMAT = 1
PAYLOAD_TYPE = "application/vnd.timebooks.record+json;v=1"
_ENVELOPE = {"payloadType", "payload", "payloadSha256", "signatures"}
_TYPE = re.compile(r"[a-z][a-z_]{0,30}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_FIELDS: dict[str, type] = {
    "format": int, "number": int, "previous": str, "company": str, "type": str, "recorded_at": str, "person": str,
    "product": str, "body": dict,
}


class Signer(Protocol):
    """Who answers for a decision with a key: makes the statement that the record carries as `signed`."""

    @property
    def person(self) -> str:
        """Who that is."""

    def sign(self, body: Mapping[str, Any], records: Sequence[Record]) -> Mapping[str, Any]:
        """The signed statement about what the record is about to say, given the log before it."""

    def holds(self, record: Record, records: Sequence[Record]) -> bool:
        """Whether an earlier record of the same decision still stands, so that nothing has to be said again."""


class NewerFormatError(ValueError):
    """A record written by a newer version of the product."""


@dataclass(frozen=True)
class Statement:
    """What is about to be recorded: its type, its body, who says it, when (an instant with its zone)."""

    type: str
    body: Mapping[str, Any]
    person: str
    now: datetime


@dataclass(frozen=True)
class Record:
    """One record of a company's audit log. `digest` is the sha256 of its file, `previous` that of the one before."""

    number: int
    type: str
    recorded_at: str   # UTC, whole seconds; information only, order comes from the number
    person: str
    body: Mapping[str, Any]
    digest: str
    previous: str
    company: str
    product: str

    def text(self, key: str) -> str:
        """A text of the body. Raises DamageError where the record does not hold it."""
        value = self.body.get(key)
        if not isinstance(value, str):
            raise self._lacks(key).error()
        return value

    def whole(self, key: str) -> int:
        """A whole number of the body. Raises DamageError where the record does not hold it."""
        value = self.body.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._lacks(key).error()
        return value

    def day(self, key: str) -> date:
        """A date of the body. Raises DamageError where the record does not hold it."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            raise self._lacks(key).error() from None

    def _lacks(self, key: str) -> Finding:
        return Finding(f"data/audit_log/{self.company}/{file_name(self.number)}", self.number,
                       f"A record of type {self.type} does not say its {key}")


def file_name(number: int) -> str:
    """The file of one record."""
    return f"{number:08d}.json"


def encode(statement: Statement, *, number: int, previous: str, company: str) -> bytes:
    """The record's file: the envelope around one statement at its place in the chain."""
    payload = dump({
        "format": FORMAT, "number": number, "previous": previous, "company": company, "type": statement.type,
        "recorded_at": instant_text(statement.now), "person": _person(statement.person), "product": __version__,
        "body": dict(statement.body),
    })
    if not _TYPE.fullmatch(statement.type):
        raise ValueError(f"{statement.type!r} is no type of record")
    return _envelope(payload, [])


def decode(content: bytes) -> Record:
    """The record in a file's bytes. Raises NotStrictError where they are not exactly what `encode` writes."""
    envelope = load(content)
    if not isinstance(envelope, dict) or set(envelope) != _ENVELOPE:
        raise NotStrictError("not an envelope")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise NewerFormatError(str(envelope["payloadType"]))
    payload = _payload(envelope)
    if content != _envelope(payload, envelope["signatures"]):
        raise NotStrictError("the envelope is not written as this product writes it")
    fields = load(payload)
    _check_fields(fields, payload)
    kept = {name: fields[name] for name in _FIELDS if name != "format"}
    return Record(**kept, digest=hashlib.sha256(content).hexdigest())


def instant_text(now: datetime) -> str:
    """An instant in UTC, whole seconds. Raises ValueError without a zone."""
    if now.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def by(person: str | Signer) -> tuple[str, Signer | None]:
    """Who decides, by name, and with which signature where there is one."""
    return (person, None) if isinstance(person, str) else (person.person, person)


def _envelope(payload: bytes, signatures: object) -> bytes:
    return dump_lines({
        "payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode("ascii"),
        "payloadSha256": hashlib.sha256(payload).hexdigest(), "signatures": signatures,
    })


def _payload(envelope: dict[str, Any]) -> bytes:
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or not all(
            isinstance(item, dict) and set(item) == {"keyid", "sig"} for item in signatures):
        raise NotStrictError("the list of signatures is malformed")
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
    except (TypeError, ValueError):
        raise NotStrictError("the payload is not base64") from None
    if hashlib.sha256(payload).hexdigest() != envelope["payloadSha256"]:
        raise NotStrictError("the payload does not match its own digest")
    return payload


def _check_fields(fields: Any, payload: bytes) -> None:
    if isinstance(fields, dict) and isinstance(fields.get("format"), int) and fields["format"] > FORMAT:
        raise NewerFormatError(f"format {fields['format']}")
    if not isinstance(fields, dict) or set(fields) != set(_FIELDS):
        raise NotStrictError("the record has other fields than it must")
    wrong = [name for name, kind in _FIELDS.items() if type(fields[name]) is not kind]
    if wrong or fields["format"] != FORMAT or not _TYPE.fullmatch(fields["type"]):
        raise NotStrictError(f"the record's {', '.join(wrong) or 'format or type'} is not what it must be")
    if not _INSTANT.fullmatch(fields["recorded_at"]) or dump(fields) != payload:
        raise NotStrictError("the record is not written as this product writes it")


def _person(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > 120:
        raise StoreError(
            "PERSON_MISSING", what=f"{name[:120]!r} does not say who is working", where="the person of this run",
            fix="Give your name, up to 120 letters on one line, then run again.")
    return name
