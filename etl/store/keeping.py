"""What the audit log says about keeping: places destroyed on purpose, and legal holds that forbid it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.periods import FIRST_DAY, LAST_DAY
from etl.store.records import Record

PURGE, HOLD, RELEASE, EXPIRE = "purge", "legal_hold", "legal_release", "backups_let_go"


@dataclass(frozen=True)
class Hold:
    """A legal hold that stands: its number (the record's), whose records of which days, why, who."""

    number: int
    reason: str
    start: date
    end: date
    people: tuple[str, ...]
    persons: tuple[str, ...]

    def covers(self, day: date) -> bool:
        """Whether records of this day are held. A hold on some people keeps everybody's: they share files."""
        return self.start <= day <= self.end

    @property
    def shown(self) -> str:
        """The hold in one line."""
        whose = ", ".join(self.people) or "everybody"
        begins = "the beginning" if self.start == FIRST_DAY else str(self.start)
        ends = "on" if self.end == LAST_DAY else f"to {self.end}"
        return f"hold {self.number} ({whose}, from {begins} {ends}): {self.reason}"


def purged(records: Sequence[Record]) -> Mapping[str, int]:
    """Each place that was destroyed on purpose, relative to the workspace, with the number of the record."""
    return {str(item["place"]): record.number for record in records if record.type == PURGE for item in items(record)}


def items(record: Record) -> Sequence[Mapping[str, Any]]:
    """What a purge destroyed: place, class, day, kept_until, and each file with its digest and size."""
    found = record.body.get("items")
    return found if isinstance(found, list) else ()


def holds(records: Sequence[Record]) -> list[Hold]:
    """The holds that stand: placed and not released."""
    released = {record.body.get("hold") for record in records if record.type == RELEASE}
    return [_hold(record) for record in records if record.type == HOLD and record.number not in released]


def covering(records: Sequence[Record], day: date) -> Iterator[Hold]:
    """The holds that forbid destroying what is of this day."""
    return (hold for hold in holds(records) if hold.covers(day))


def _hold(record: Record) -> Hold:
    return Hold(record.number, record.text("reason"), record.day("from"), record.day("to"),
                tuple(map(str, record.body.get("people", ()))), tuple(map(str, record.body.get("persons", ()))))
