"""The few ways trackers want their token."""

from __future__ import annotations

import base64
from collections.abc import Mapping


def basic(user: str, password: str) -> Mapping[str, str]:
    """A login in one header."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token: str) -> Mapping[str, str]:
    """A token in one header."""
    return {"Authorization": f"Bearer {token}"}
