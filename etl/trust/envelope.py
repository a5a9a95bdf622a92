"""A signed statement: DSSE, Ed25519 alone. What is verified are the stored bytes, and the same bytes are parsed.

The signature covers the payload's type and its bytes, so that a statement of one type never passes as another.
Nothing in an envelope chooses an algorithm.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_FIELDS = {"payloadType", "payload", "signatures"}
_KEY_ID = re.compile(r"[0-9a-f]{64}")
_TYPE = re.compile(r"application/vnd\.timebooks\.([a-z]+(?:-[a-z]+)*)\+json;v=1")
_SIGNATURE_BYTES, _PUBLIC_BYTES = 64, 32
_MOST_SIGNATURES, _MOST_BYTES = 8, 4 << 20


class MalformedError(ValueError):
    """What was given is no envelope of ours; the message says why."""


@dataclass(frozen=True)
class Signature:
    """One signature; `key` is a hint where to look, and proves nothing."""

    key: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """A statement's type (such as approve-batch), its exact bytes, and who put a signature below."""

    kind: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def as_json(self) -> dict[str, Any]:
        """The envelope as it is stored and sent."""
        return {
            "payloadType": type_of(self.kind),
            "payload": _text(self.payload),
            "signatures": [{"keyid": one.key, "sig": _text(one.value)} for one in self.signatures],
        }

    def holds(self, signature: Signature, public: bytes) -> bool:
        """Whether the key of these 32 bytes made this signature over exactly this type and payload."""
        if len(public) != _PUBLIC_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature.value, signed_bytes(self.kind, self.payload))
        except InvalidSignature:
            return False
        return True


def type_of(kind: str) -> str:
    """The payload type of one kind of statement."""
    return f"application/vnd.timebooks.{kind}+json;v=1"


def signed_bytes(kind: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: type and payload, each with its length, so that none runs into the other."""
    name = type_of(kind).encode("ascii")
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def key_id(public: bytes) -> str:
    """A key's id: the sha256 of its 32 public bytes, in hex."""
    return hashlib.sha256(public).hexdigest()


def sign(kind: str, payload: bytes, private: Ed25519PrivateKey) -> Envelope:
    """The payload under one signature."""
    return add_signature(Envelope(kind, payload, ()), private)


def add_signature(envelope: Envelope, private: Ed25519PrivateKey) -> Envelope:
    """The same statement with one signature more; a second one by the same key changes nothing."""
    own = key_id(private.public_key().public_bytes_raw())
    if own in {one.key for one in envelope.signatures}:
        return envelope
    value = private.sign(signed_bytes(envelope.kind, envelope.payload))
    return Envelope(envelope.kind, envelope.payload, (*envelope.signatures, Signature(own, value)))


def read_envelope(given: object) -> Envelope:
    """The envelope in plain JSON. Raises MalformedError for anything `as_json` would not have written."""
    if not isinstance(given, Mapping) or set(given) != _FIELDS:
        raise MalformedError("it is no signed statement")
    kind = _TYPE.fullmatch(given["payloadType"]) if isinstance(given["payloadType"], str) else None
    if kind is None:
        raise MalformedError("it is a statement of a type that this version does not know")
    payload = _bytes(given["payload"], "the statement")
    listed = given["signatures"]
    if not isinstance(listed, Sequence) or isinstance(listed, str) or not 0 < len(listed) <= _MOST_SIGNATURES:
        raise MalformedError(f"it has no signature, or more than {_MOST_SIGNATURES}")
    return Envelope(kind[1], payload, tuple(map(_signature, listed)))


def _signature(given: object) -> Signature:
    if not isinstance(given, Mapping) or set(given) != {"keyid", "sig"}:
        raise MalformedError("a signature is malformed")
    if not isinstance(given["keyid"], str) or not _KEY_ID.fullmatch(given["keyid"]):
        raise MalformedError("a signature does not name its key")
    value = _bytes(given["sig"], "a signature")
    if len(value) != _SIGNATURE_BYTES:
        raise MalformedError("a signature has not the length of one")
    return Signature(given["keyid"], value)


def _bytes(given: object, what: str) -> bytes:
    """Base64 in its one form: no line ends, no stray bits."""
    if not isinstance(given, str) or len(given) > _MOST_BYTES:
        raise MalformedError(f"{what} is no text, or too long")
    try:
        content = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError(f"{what} is not base64") from None
    if _text(content) != given:
        raise MalformedError(f"{what} is not written as base64 is")
    return content


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
