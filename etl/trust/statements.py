"""What is signed: each kind of statement with its fields, written in one form and read strictly.

A field nobody knows, a missing one, a repeated key or one of another type is refused; nothing is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from etl import __version__
from etl.errors import RefusedError
from etl.strict_json import NotStrictError, dump, load
from etl.trust.envelope import Envelope, MalformedError, read_envelope

FORMAT = 1
PREPARE, APPROVE_BATCH, APPROVE_TIME = "prepare", "approve-batch", "approve-time"
APPROVE_MAPPING, WITHDRAW, PEOPLE, CARD = "approve-mapping", "withdraw", "people", "key-card"
KEEPING = "keeping"   # a purge, a legal hold, the release of one, backups let go
LOG_IN = "log-in"     # to the dashboard, once
EXPIRES_DAYS = 30
SKEW = timedelta(minutes=10)

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DIGEST = re.compile(r"[0-9a-f]{64}")
PERSON = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")

Fields = Mapping[str, Any]
_SIGNED: dict[str, type] = {
    "format": int, "product": str, "workspace": str, "statement": str, "person": str, "key": str, "signed_at": str,
}
DRAFT: dict[str, type] = {   # one draft that somebody prepared or approves
    "company": str, "period_end": str, "batch": int, "revision": int, "batch_key": str, "manifest": str,
    "figures": str, "control": dict, "gross": dict, "policy": str, "prepared_by": str, "log": dict,
}
WEEK: dict[str, type] = {    # one person's week of hours
    "employee": str, "week": str, "content": str, "seconds": int, "entries": int,
}
_OWN: dict[str, dict[str, type]] = {
    PREPARE: {"drafts": list, "people": dict},
    APPROVE_BATCH: {"drafts": list, "people": dict, "request": str, "expires": str},
    APPROVE_TIME: {"company": str, "weeks": list, "log": dict, "people": dict},
    APPROVE_MAPPING: {
        "company": str, "replay": str, "mapping": str, "before": str, "gross": dict, "author": str, "needed": int,
        "policy": str, "log": dict, "people": dict,
    },
    WITHDRAW: {"company": str, "approval": dict, "reason": str, "people": dict},
    PEOPLE: {"people": dict, "companies": dict, "changes": list},
    KEEPING: {"company": str, "verb": str, "what": dict, "log": dict, "people": dict},
    CARD: {"name": str, "public": str},
    LOG_IN: {"address": str, "challenge": str},
}
_HEADS = ("people", "log", "approval")


def statement(kind: str, fields: Fields, *, person: str, key: str, workspace: str, now: datetime) -> bytes:
    """The bytes to be signed."""
    payload = dump({
        "format": FORMAT, "product": __version__, "workspace": workspace, "statement": kind, "person": person,
        "key": key, "signed_at": instant(now), **fields,
    })
    read_fields(kind, payload)   # nothing is signed that would not be read back
    return payload


def opened(given: object, kind: str) -> tuple[Envelope, dict[str, Any]]:
    """The envelope and what it says, where it is one of this kind; nothing about it is proven yet.

    Raises RefusedError STATEMENT_FORM for what is no statement, STATEMENT_TYPE for one of another kind.
    """
    try:
        envelope = read_envelope(given)
    except MalformedError as error:
        raise _form(str(error)) from None
    if envelope.kind != kind:
        raise RefusedError(
            "STATEMENT_TYPE", what=f"A signed statement of type {envelope.kind} was offered where {kind} is asked for",
            where="the signed statement", fix=f"Have a statement of type {kind} signed; none stands for another.")
    return envelope, read_fields(kind, envelope.payload)


def read_fields(kind: str, payload: bytes) -> dict[str, Any]:
    """What a payload says. Raises RefusedError STATEMENT_FORM."""
    try:
        fields = load(payload)
        _exactly(fields, {**_SIGNED, **_OWN[kind]})
        _parts(fields)
    except NotStrictError as error:
        raise _form(str(error)) from None
    except ValueError:
        raise _form("a day is no day") from None
    if fields["format"] != FORMAT or fields["statement"] != kind:
        raise _form("it is of another version, or says of itself that it is of another type")
    if not all(_INSTANT.fullmatch(fields.get(name, fields["signed_at"])) for name in ("signed_at", "expires")):
        raise _form("a time is none in UTC")
    if not PERSON.fullmatch(fields["person"]) or not _DIGEST.fullmatch(fields["key"]):
        raise _form("it does not say who signs with which key")
    return dict(fields)


def head(number: int, digest: str) -> dict[str, Any]:
    """The end of a log as a statement names it; number 0 where there is no record yet."""
    return {"number": number, "digest": digest}


def instant(now: datetime) -> str:
    """An instant in UTC, whole seconds."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instant(text: str) -> datetime:
    """The instant of a checked field."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _parts(fields: Mapping[str, Any]) -> None:
    for name in ("signed_at", "expires"):
        if name in fields:
            read_instant(fields[name])   # digits in the right places may still be no day: month 13
    for name in _HEADS:
        if name in fields:
            _head(fields[name], name)
    for draft in fields.get("drafts", ()):
        _exactly(draft, DRAFT)
        _head(draft["log"], "log")
        date.fromisoformat(draft["period_end"])
    for week in fields.get("weeks", ()):
        _exactly(week, WEEK)
        date.fromisoformat(week["week"])
    for end in fields.get("companies", {}).values():
        _head(end, "companies")


def _exactly(given: object, fields: Mapping[str, type]) -> None:
    if not isinstance(given, dict) or set(given) != set(fields):
        unknown = sorted(set(given) ^ set(fields)) if isinstance(given, dict) else []
        raise NotStrictError(f"fields are missing or unknown: {', '.join(unknown)[:120] or 'it is no table'}")
    wrong = [name for name, kind in fields.items() if type(given[name]) is not kind]
    if wrong:
        raise NotStrictError(f"not what it must be: {', '.join(wrong)}")


def _head(given: object, name: str) -> None:
    _exactly(given, {"number": int, "digest": str})
    if not isinstance(given, dict) or not (
            given == {"number": 0, "digest": ""} or (given["number"] > 0 and _DIGEST.fullmatch(given["digest"]))):
        raise NotStrictError(f"{name} is no end of a log")


def _form(why: str) -> RefusedError:
    return RefusedError("STATEMENT_FORM", what=f"A signed statement cannot be read: {why}",
                        where="the signed statement", fix="Have it made and signed again; nothing in it is relied on.")
