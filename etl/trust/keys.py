"""Key pairs: made on a person's own machine, the private half encrypted there and never in a workspace."""

from __future__ import annotations

import base64
import getpass
import hashlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from etl.errors import SettingsError
from etl.trust.envelope import key_id
from etl.trust.secrets import SERVICE, Secret, from_keyring, to_keyring
from etl.trust.standing import Key
from etl.trust.statements import PERSON

PrivateKey = Ed25519PrivateKey
FEWEST_LETTERS = 12
_MOST_BYTES = 8192


def key_folder(workspace: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Where this account keeps its key files: TIMEBOOKS_KEYS, else the account's own settings folder.

    Raises SettingsError KEY_FILE for a folder inside the workspace: private keys are not copied with it.
    """
    home = Path(environment.get("XDG_CONFIG_HOME") or environment.get("APPDATA") or Path.home() / ".config")
    folder = Path(environment.get("TIMEBOOKS_KEYS") or home / "timebooks" / "keys").resolve()
    if workspace is not None and folder.is_relative_to(workspace.resolve()):
        raise _file_error(folder, "private keys are not kept inside a workspace",
                          "Set TIMEBOOKS_KEYS to a folder of your own outside it.")
    return folder


def make_key(folder: Path, person: str, passphrase: Secret) -> tuple[Ed25519PrivateKey, Path]:
    """A new key pair, its private half encrypted in a new file of mode 0600."""
    if not PERSON.fullmatch(person):
        raise SettingsError("PERSON_UNKNOWN", what=f"{person[:40]!r} cannot be the id of a person", where="--person",
                            fix="Use lower-case letters, digits, points and hyphens, such as dana.m")
    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.opened().encode("utf-8")))
    path = folder / f"{person}-{id_of(private)[:16]}.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _file_error(path, str(error.strerror), "Choose a folder you may write to.") from None
    return private, path


def open_key(folder: Path, person: str, usable: Sequence[Key], passphrase: Secret | None = None) -> Ed25519PrivateKey:
    """The private half of one of the person's usable keys that lies on this machine.

    Raises SettingsError KEY_MISSING, KEY_FILE where others can read it, KEY_LOCKED where the passphrase does not fit.
    """
    for key in usable:
        path = folder / f"{person}-{key.id[:16]}.pem"
        if os.path.lexists(path):
            private = _decrypted(path, passphrase or find_passphrase(person))
            if id_of(private) != key.id:
                raise _file_error(path, "it holds another key than its name says", "Put the right file back.")
            return private
    raise SettingsError(
        "KEY_MISSING", what=f"No enrolled key of {person} is on this machine", where=str(folder),
        fix=f"Make one with timebooks company keys new --person {person} and have it enrolled, or work on the machine "
            "that has it; TIMEBOOKS_KEYS names the folder.")


def only_key(folder: Path, person: str, beginning: str = "") -> Ed25519PrivateKey:
    """The person's one key file in a folder, where no people list says which keys count; or the one that begins so."""
    found = sorted(folder.glob(f"{person}-{beginning}*.pem")) if PERSON.fullmatch(person) and (
        beginning.isalnum() or not beginning) else []
    if len(found) != 1:
        raise SettingsError(
            "KEY_MISSING", what=f"{len(found)} keys of {person[:40]} lie on this machine, one is needed",
            where=str(folder), fix="Give the first digits of the key to use with --key, or make one with timebooks "
            "company keys new.")
    return _decrypted(found[0], find_passphrase(person))


def id_of(private: Ed25519PrivateKey) -> str:
    """The id of a pair's public half."""
    return key_id(private.public_key().public_bytes_raw())


def public_text(private: Ed25519PrivateKey) -> str:
    """The public half as the people list holds it."""
    return base64.b64encode(private.public_key().public_bytes_raw()).decode("ascii")


def throw_away_key(company: str, person: str) -> Ed25519PrivateKey:
    """A practice company's key, which everybody can make: it proves nothing, and no other company accepts it."""
    seed = hashlib.sha256(f"practice, proves nothing: {company} {person}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def find_passphrase(person: str, environment: Mapping[str, str] = os.environ) -> Secret:
    """The passphrase of a person's key: TIMEBOOKS_SECRET_KEY_<PERSON>, the keyring, or typed at the terminal."""
    variable = "TIMEBOOKS_SECRET_KEY_" + re.sub(r"[^A-Z0-9]", "_", person.upper())
    if text := environment.get(variable) or from_keyring(_entry(person)):
        return Secret(text, variable)
    if sys.stdin is not None and sys.stdin.isatty():
        return Secret(getpass.getpass(f"Passphrase of {person}'s key: "), "typed")
    raise SettingsError(
        "KEY_LOCKED", what=f"The passphrase of {person}'s key is not at hand", where=f"the key of {person}",
        fix=f"Run it at a terminal, keep the passphrase in the keyring (keyring set {SERVICE} {_entry(person)}), or "
            f"set {variable}.")


def new_passphrase(person: str, *, in_keyring: bool, environment: Mapping[str, str] = os.environ) -> Secret:
    """A passphrase for a new key: made up and put into the keyring, or as `find_passphrase` finds it.

    Raises SettingsError KEY_LOCKED for a short one, and where there is no keyring that may be trusted.
    """
    if in_keyring:
        made = Secret(secrets.token_urlsafe(32), "the keyring")
        to_keyring(_entry(person), made)
        return made
    found = find_passphrase(person, environment)
    if len(found.opened()) < FEWEST_LETTERS:
        raise SettingsError("KEY_LOCKED", what="The passphrase is too short", where=f"the key of {person}",
                            fix=f"Take {FEWEST_LETTERS} letters or more, several words for instance.")
    return found


def _entry(person: str) -> str:
    return f"key/{person}"


def _decrypted(path: Path, passphrase: Secret) -> Ed25519PrivateKey:
    content = _private_bytes(path)
    try:
        private: Any = serialization.load_pem_private_key(content, passphrase.opened().encode("utf-8"))
    except (TypeError, ValueError):   # TypeError: it is not encrypted
        raise SettingsError(
            "KEY_LOCKED", what="The key cannot be opened: the passphrase is wrong, or the file is damaged or not "
            "encrypted", where=path.name, fix="Give the right passphrase, or put the key file back.") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise _file_error(path, "it is no Ed25519 key", "Put the right file back.")
    return private


def _private_bytes(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _file_error(path, str(error.strerror), "Put the key file back; links are not followed.") from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _file_error(path, "it is no plain file", "Put the key file back.")
        if os.name == "posix" and found.st_mode & 0o077:
            raise _file_error(path, "other people of this machine can read it",
                              f"chmod 600 {path.name}, then have the key ended and make a new one.")
        return file.read(_MOST_BYTES)


def _file_error(path: Path, why: str, fix: str) -> SettingsError:
    return SettingsError("KEY_FILE", what=f"A key file cannot be used: {why}", where=str(path), fix=fix)
