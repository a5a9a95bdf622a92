"""Messages to people: mail, chat and webhooks through apprise, as plain text; what files say cannot become markup.

Who may read what is etl/alerts.csv. No message names a pay rate, a bill rate or an amount of money.
"""

from __future__ import annotations

import csv
import logging
import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit
from urllib.request import getproxies, proxy_bypass

from etl.errors import SettingsError

_OPEN = {"NotifyJSON", "NotifyXML", "NotifyForm", "NotifyEmail"}   # a host of one's own, which may be unencrypted
_SECONDS = (5.0, 10.0)   # to connect, to wait for an answer
_MOST_SECONDS = 30       # for one message, whatever the other side does
_LONGEST = 160           # letters of a name that is shown
_LIKE = str.maketrans({"<": "‹", ">": "›", "`": "'", "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/"})  # noqa: RUF001
_PLAIN = re.compile(r"[\w ,.:;/&'()#%+*-]+")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@cache
def sees_people() -> frozenset[str]:
    """The roles that are told who worked, when and how long."""
    text = files("etl").joinpath("alerts.csv").read_text(encoding="utf-8")
    return frozenset(row["role"] for row in csv.DictReader(text.splitlines()) if row["people_and_hours"] == "yes")


def shown(text: str) -> str:
    """A text of a file as a message may show it: one line, no markup, no mention, no address that can be clicked."""
    line = "".join(" " if unicodedata.category(sign) in _INVISIBLE else sign for sign in text)
    line = re.sub(r"(?<![\w.])@", "(at)", " ".join(line.translate(_LIKE).split()))
    line = re.sub(r":(?=/)", ": ", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def is_plain(text: str) -> bool:
    """Whether a text passes every kind of message unchanged, so that it can be copied out of one."""
    return bool(_PLAIN.fullmatch(text)) and shown(text) == text and not text.lstrip().startswith(("=", "+", "-", "#"))


class Secret(Protocol):
    """A channel's address, which shows itself to nobody but the one who opens it."""

    def opened(self) -> str:
        """The address itself."""


@dataclass(frozen=True)
class Sender:
    """One channel, opened. Its address is never shown."""

    name: str
    plugin: Any

    def send(self, title: str, body: str) -> bool | None:
        """Whether the other side took the message; None where it has not answered in time, so that nobody knows."""
        from apprise import NotifyFormat, NotifyType  # noqa: PLC0415

        took: list[bool] = []

        def deliver() -> None:
            try:
                took.append(bool(self.plugin.notify(
                    title=title, body=body, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT)))
            except Exception:  # noqa: BLE001 - what a service's plug-in raises may hold its address
                took.append(False)

        thread = threading.Thread(target=deliver, daemon=True, name=f"alerts {self.name}")
        thread.start()
        thread.join(_MOST_SECONDS)
        return took[0] if took else None


def open_channel(name: str, secret: Secret, *, loopback_only: bool) -> Sender:
    """The channel behind an address as apprise writes it, such as mailtos://…, slack://… or json://….

    Raises SettingsError CHANNEL_ADDRESS: no such address, unencrypted to another machine, a certificate or the plain
    text switched off; in a practice company anything beyond this machine. No error holds the address.
    """
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - few companies need it, and it takes time

    logger = logging.getLogger("apprise")   # its lines can hold the address
    logger.handlers, logger.propagate = [logging.NullHandler()], False
    asset = AppriseAsset(
        app_id="Timebooks", app_desc="Timebooks", app_url="", image_url_mask="", image_url_logo="", async_mode=False,
        storage_mode="memory", secure_logging=True, http_redirects=False)
    address = secret.opened()
    plugin = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise _refused(name, "The address is none that apprise knows")
    kind = type(plugin).__name__
    hosts = [str(getattr(plugin, one, "") or "") for one in ("host", "smtp_host")]
    here = kind in _OPEN and all(_is_loopback(host) for host in hosts if host)
    given = {key.casefold().lstrip("+-"): value.casefold() for key, value in parse_qsl(urlsplit(address).query)}
    if loopback_only and not here:
        raise _refused(name, "A practice company may send to this machine alone")
    if loopback_only and getproxies() and not all(proxy_bypass(host) for host in hosts if host):
        raise _refused(name, "A proxy stands between a practice company and this machine (set NO_PROXY)")
    if kind in _OPEN and not here and not plugin.secure:
        raise _refused(name, "The address would send without encryption to another machine")
    if not plugin.verify_certificate:
        raise _refused(name, "The address switches the check of certificates off")
    if given.get("format", "text") != "text" or plugin.redirects:
        raise _refused(name, "The address asks for markup or for redirects")
    plugin.socket_connect_timeout, plugin.socket_read_timeout = _SECONDS
    return Sender(name, plugin)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refused(name: str, what: str) -> SettingsError:
    return SettingsError(
        "CHANNEL_ADDRESS", what=what, where=f"the secret of channel {name}",
        fix="Write the address as docs/automation.md shows: mailtos://…, slack://…, json://127.0.0.1:8080.")
