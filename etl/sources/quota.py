"""A vendor's limits, kept together by all processes of a workspace: nobody asks more often than the account may."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pyrate_limiter import Rate, RateItem, SQLiteBucket

from etl.errors import SourceError
from etl.settings import Quota
from etl.sources.calls import Clock

_SHORTEST_WAIT = 0.02


class Turns(Protocol):
    """Whose turn it is."""

    def take(self, clock: Clock, longest: float) -> float:
        """Wait for a turn and take it; the seconds that would still be to wait where `longest` does not suffice."""


class Free:
    """No limit: a server of one's own that declares none."""

    def take(self, clock: Clock, longest: float) -> float:  # noqa: ARG002
        """Always now."""
        return 0.0


class Shared:
    """The limits of one account, in a file that every process of the workspace opens."""

    def __init__(self, folder: Path, account: str, quotas: Sequence[Quota]) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = hashlib.sha256(account.encode()).hexdigest()[:24]
        rates = [Rate(quota.calls, quota.seconds * 1000) for quota in binding(quotas)]
        try:
            self._bucket = SQLiteBucket.init_from_file(
                rates, table="calls", db_path=str(folder / f"{name}.sqlite"), use_file_lock=True)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(folder, error) from None
        self._folder = folder

    def take(self, clock: Clock, longest: float) -> float:
        """Wait for a turn and take it; the seconds that would still be to wait where `longest` does not suffice."""
        waited = 0.0
        while True:
            now = int(clock.wall().timestamp() * 1000)
            item = RateItem("call", now)
            try:
                self._bucket.leak(now)
                if self._bucket.put(item):
                    return 0.0
                pause = max(float(self._bucket.waiting(item)) / 1000, _SHORTEST_WAIT)  # type: ignore[arg-type]
            except (OSError, sqlite3.Error) as error:
                raise _unusable(self._folder, error) from None
            if waited + pause > longest:
                return pause
            clock.sleep(pause)
            waited += pause

    def close(self) -> None:
        """Let go of the file."""
        self._bucket.close()  # type: ignore[no-untyped-call]


def binding(quotas: Sequence[Quota]) -> list[Quota]:
    """The quotas that can ever hold somebody back, the shortest first: a longer one allows more calls, less densely."""
    kept: list[Quota] = []
    for quota in sorted(quotas, key=lambda quota: (quota.seconds, quota.calls)):
        while kept and quota.calls <= kept[-1].calls:
            if quota.seconds == kept[-1].seconds:
                break
            kept.pop()
        else:
            if not kept or quota.calls * kept[-1].seconds < kept[-1].calls * quota.seconds:
                kept.append(quota)
    return kept


def _unusable(folder: Path, error: Exception) -> SourceError:
    return SourceError(
        "QUOTA_FILE", what=f"The count of calls cannot be kept: {type(error).__name__}", where=str(folder),
        fix="Give your account the right to write there, or delete the folder: it only counts calls.")


def most_seconds(calls: int, quotas: Sequence[Quota]) -> int:
    """Seconds that so many calls need at least under these limits, begun with none used."""
    return max((max(calls - 1, 0) // quota.calls * quota.seconds for quota in quotas), default=0)
