"""The secret of a connection: found by the connection's name, shown nowhere, opened only to sign a call."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from etl.errors import SettingsError

SERVICE = "timebooks"
WARN_DAYS = 14
_HIDDEN = "***"
_MOST = 8192   # bytes of a secret
_SAFE_BACKENDS = (   # a null, failing or plain-text backend is none
    "keyring.backends.macOS", "keyring.backends.Windows", "keyring.backends.SecretService",
    "keyring.backends.libsecret", "keyring.backends.kwallet")


class Secret:
    """A token that does not show itself; only `opened` gives it away."""

    __slots__ = ("_text", "place", "since")

    def __init__(self, text: str, place: str, since: date | None = None) -> None:
        self._text, self.place, self.since = text, place, since

    def opened(self) -> str:
        """The token itself, for the one place that puts it on a call."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN})"

    def __str__(self) -> str:
        return _HIDDEN

    def __format__(self, spec: str) -> str:
        return _HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not stored")


@dataclass(frozen=True)
class Whose:
    """A connection, or a channel of alerts, and the folder of its company's private files."""

    company: str
    connection: str
    private: Path
    what: str = "connection"
    content: str = "token"

    @property
    def variable(self) -> str:
        """The environment variable of the connection: TIMEBOOKS_SECRET_<NAME>."""
        return "TIMEBOOKS_SECRET_" + re.sub(r"[^A-Z0-9]", "_", self.connection.upper())

    @property
    def file(self) -> Path:
        """mappings/<company>/private/<connection>.secret, mode 0600."""
        return self.private / f"{self.connection}.secret"


def find_secret(whose: Whose, environment: Mapping[str, str] = os.environ) -> Secret:
    """The secret of a connection: from the environment, else its private file, else the keyring.

    Raises SettingsError SECRET_MISSING telling the three places, SECRET_OPEN where others can read the file,
    SECRET_UNREADABLE where it is no single line of text. None of them holds the secret.
    """
    if text := environment.get(whose.variable, ""):
        return Secret(_one_line(text, whose.variable), whose.variable)
    if os.path.lexists(whose.file):
        return _from_file(whose)
    if text := from_keyring(f"{whose.company}/{whose.connection}"):
        return Secret(_one_line(text, "the keyring"), "the keyring")
    raise SettingsError(
        "SECRET_MISSING", what=f"No secret is kept for the {whose.what} {whose.connection}",
        where=f"{whose.what} {whose.connection} of {whose.company}",
        fix=f"Set {whose.variable}, or write the {whose.content} into "
            f"mappings/{whose.company}/private/{whose.file.name} (mode 0600), or keep it in the keyring: "
            f"keyring set {SERVICE} {whose.company}/{whose.connection}")


def age_remark(secret: Secret, since: date | None, rotate_after_days: int, today: date) -> str:
    """What is to be said about the age of a secret; empty where it is young enough."""
    made = since or secret.since
    if made is None:
        return f"nobody knows how old the token in {secret.place} is; set secret_since in company.toml"
    due = made + timedelta(days=rotate_after_days)
    if today >= due:
        return f"the token is of {made} and was to be replaced by {due}; make a new one and revoke the old"
    if today >= due - timedelta(days=WARN_DAYS):
        return f"the token is of {made} and is to be replaced by {due}"
    return ""


def _from_file(whose: Whose) -> Secret:
    shown = f"mappings/{whose.company}/private/{whose.file.name}"
    try:
        descriptor = os.open(whose.file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _unreadable(shown, str(error.strerror)) from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(shown, "it is no plain file")
        if os.name == "posix" and found.st_mode & 0o077:
            raise SettingsError(
                "SECRET_OPEN", what="Other people of this machine can read the secret", where=shown,
                fix=f"chmod 600 {shown}, then replace the token: it may have been read.")
        content = file.read(_MOST + 1)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _unreadable(shown, "it is no text") from None
    return Secret(_one_line(text.rstrip("\r\n"), shown), shown, datetime.fromtimestamp(found.st_mtime, UTC).date())


def from_keyring(user: str) -> str:
    """The keyring's secret of this entry; empty where there is none or no keyring that may be trusted."""
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        for part in _keyrings():
            if found := part.get_password(SERVICE, user):
                return str(found)
    except (KeyringError, RuntimeError, OSError):
        return ""
    return ""


def to_keyring(user: str, secret: Secret) -> None:
    """The secret kept under this entry. Raises SettingsError KEYRING_MISSING where no keyring may be trusted."""
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        for part in _keyrings():
            part.set_password(SERVICE, user, secret.opened())
            return
    except (KeyringError, RuntimeError, OSError):
        pass
    raise SettingsError(
        "KEYRING_MISSING", what="This machine has no keyring that may be trusted with a secret", where=user,
        fix="Leave the option out and type the secret, or use an account with the system's own keyring.")


def _keyrings() -> Iterator[Any]:
    """The keyrings of this machine that keep a secret from others; a chain is as good as its links."""
    import keyring  # noqa: PLC0415 - looking for its backends takes time, and few need it

    backend = keyring.get_keyring()
    for part in getattr(backend, "backends", None) or [backend]:
        if type(part).__module__.startswith(_SAFE_BACKENDS):
            yield part


def _one_line(text: str, place: str) -> str:
    if not text.strip() or len(text) > _MOST or not text.isascii() or not text.isprintable():
        raise _unreadable(place, "it is not one line of ASCII text")
    return text.strip()


def _unreadable(place: str, why: str) -> SettingsError:
    return SettingsError("SECRET_UNREADABLE", what=f"The secret cannot be read: {why}", where=place,
                         fix="Write the token alone into it, on one line.")
