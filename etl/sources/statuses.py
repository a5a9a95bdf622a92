"""What a tracker means by a status and by the headers that tell a time."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DENIED = {401, 403}


def refusal(status: int) -> tuple[str, str, str]:
    """The code of a call that is not asked again, what the tracker does, and what to do about it."""
    if 300 <= status < 400:
        return ("HTTP_REDIRECT", "sent us to another address, which is never followed",
                "Correct base_url: give the address the tracker's own documents name.")
    if status in _DENIED:
        return ("HTTP_DENIED", "does not accept the token, or its owner may not see this",
                "Make a new token of an administrator's account and keep it under the connection's name.")
    if status == 402:
        return ("HTTP_PAYMENT", "says that the plan is not paid or does not include this",
                "Look at the account's plan and its payment.")
    return ("HTTP_REFUSED", "refuses the request", "Look at account, base_url and page_size of the connection.")


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds by the header Retry-After, a number or a date; None where it is missing or not readable."""
    if text.strip().isdigit():
        return float(text.strip()[:9])
    told = instant(text)
    return max(0.0, (told - now).total_seconds()) if told else None


def instant(text: str) -> datetime | None:
    """A header's date; None where it is none."""
    try:
        told = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
