"""What the parts of company.toml are made of: a frozen part, and the checked kinds of text."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from etl.units import is_currency

COMPANY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


def _company_id(value: str) -> str:
    if not COMPANY_ID.fullmatch(value) or value in RESERVED:
        raise ValueError("use lower-case letters, digits and hyphens, at most 31, such as acme-studio")
    return value


def is_zone(text: str) -> bool:
    """Whether a text is one of IANA's names of time zones."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError(f"{value!r} is not a time zone; use a name such as America/New_York")
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError(f"{value!r} is not a currency of ISO 4217; use a code such as USD")
    return value


CompanyId = Annotated[str, AfterValidator(_company_id)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]


class Part(BaseModel):
    """A section of company.toml: it cannot be changed, and a key nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
