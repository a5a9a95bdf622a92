"""Where a shared history lies: mappings/_workspace/history.toml, one for the workspace; without it, in data/history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, Field

from etl.errors import SettingsError
from etl.settings.company import validated
from etl.settings.kinds import Part

WHERE = "mappings/_workspace/history.toml"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CATALOG = re.compile(r"postgresql://[A-Za-z0-9._%-]+@(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?/[A-Za-z0-9_-]+")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)+/?(\?[A-Za-z0-9._:=&%-]+)?")
_OPTIONS = {"region", "endpoint_override", "scheme"}
_PIECE = r"^[a-z][a-z0-9_]{0,40}$"


def _catalog(value: str) -> str:
    if not _CATALOG.fullmatch(value):
        raise ValueError("use postgresql://user@host:port/database; the password is kept as a secret")
    return value


def _files(value: str) -> str:
    if value.startswith("s3://"):
        return _bucket(value)
    if "://" in value or not Path(value).is_absolute():
        raise ValueError("use s3://bucket/prefix, or the absolute path of a folder that all machines reach")
    return value


def _bucket(value: str) -> str:
    if not _BUCKET.fullmatch(value) or ".." in value:
        raise ValueError("use s3://bucket/prefix?region=…&endpoint_override=host; keys are kept as a secret")
    options = _options(value)
    if set(options) - _OPTIONS or options.get("scheme", "https") not in ("https", "http"):
        raise ValueError("only region, endpoint_override and scheme (https or http) are options of a bucket")
    if options.get("scheme") == "http" and _host(options) not in LOOPBACK:
        raise ValueError("http is for this machine alone; elsewhere the bucket is reached by https")
    return value


def _options(value: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(value).query).items()}


def _host(options: Mapping[str, str]) -> str:
    return urlsplit(f"//{options.get('endpoint_override', '')}").hostname or ""


def _certificate(value: str) -> str:
    if value and not (Path(value).is_absolute() and value.isprintable() and len(value) <= 400):
        raise ValueError("give the absolute path of a file, or leave it out for the machine's own roots")
    return value


class SharedHistory(Part):
    """`catalog`: a database of PostgreSQL, `files`: a bucket and a prefix in it, or a folder every machine reaches.

    `schema_name`: where in the database; beside it stands <schema_name>_leases. `certificate`: the file with the
    root that signed the server's certificate; empty: the machine's own roots. `readers`: a role of PostgreSQL that
    may read. `runs`: many_machines when runs of one company may start on more than one machine.
    """

    catalog: Annotated[str, AfterValidator(_catalog)]
    files: Annotated[str, AfterValidator(_files)]
    schema_name: Annotated[str, Field(pattern=_PIECE)] = "timebooks"
    certificate: Annotated[str, AfterValidator(_certificate)] = ""
    readers: Annotated[str, Field(pattern=r"^$|" + _PIECE)] = ""
    runs: Literal["one_machine", "many_machines"] = "one_machine"

    @property
    def options(self) -> dict[str, str]:
        """What stands behind the question mark of a bucket's address."""
        return _options(self.files)

    @property
    def is_bucket(self) -> bool:
        """Whether the files lie in a bucket."""
        return self.files.startswith("s3://")

    @property
    def data_path(self) -> str:
        """The place of the files, ending in a stroke."""
        return self.files.partition("?")[0].rstrip("/") + "/"

    @property
    def user(self) -> str:
        """Who writes, or only reads, in the catalog."""
        return unquote(urlsplit(self.catalog).username or "")

    @property
    def host(self) -> str:
        """The machine of the catalog."""
        return urlsplit(self.catalog).hostname or ""

    @property
    def port(self) -> int:
        """Its port."""
        return urlsplit(self.catalog).port or 5432

    @property
    def database(self) -> str:
        """Its database."""
        return urlsplit(self.catalog).path.lstrip("/")

    @property
    def is_loopback(self) -> bool:
        """Whether the catalog is on this machine, where no certificate is asked for unless one is named."""
        return self.host in LOOPBACK

    @property
    def shown(self) -> str:
        """The place in words, for messages."""
        return f"{self.catalog}, {self.data_path}"


def read_shared_history(path: Path) -> SharedHistory | None:
    """What the file declares; None where there is none. Raises SettingsError with every finding, each by key."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("SETTINGS_UNREADABLE", what=f"The settings cannot be read: {error}", where=WHERE,
                            fix="Save the file as UTF-8 text and make it readable for you.") from None
    return validated(SharedHistory, text, WHERE)
