"""One alert: what is told, how urgent it is, whose it is, and the lines a reader of one role may see."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from etl.alerts import is_plain, shown
from etl.terms import Severity

_RANK: dict[Severity, int] = {"stop": 0, "hold": 1, "note": 2}
_PARTS = ("Payroll", "Billing", "Runs and approvals", "Work without a row in the cross-references")
PAYROLL, BILLING, RUNS, UNMAPPED = range(4)
_LINES = 5   # of one title; the rest is a number


@dataclass(frozen=True)
class Alert:
    """`key` names it from run to run. `who`: person, day and hours, from files; shown to some roles alone."""

    key: str
    part: int
    severity: Severity
    title: str
    who: str = ""
    what: str = ""
    due: str = ""
    owner: str = ""
    row: str = ""
    see: str = ""

    def id_of(self, company: str, turn: int) -> str:
        """Eight letters, the same each time this very alert is told; another time it comes, they differ."""
        return hashlib.sha256("\x1f".join((company, self.key, str(turn))).encode()).hexdigest()[:8]

    def line(self, known: str, *, with_people: bool) -> str:
        """What is told of it, on one line, or two with a row to add."""
        parts = [shown(self.who) if with_people else "", self.what, self.due]
        text = f"[{known}] {', '.join(part for part in parts if part)}".rstrip(" ,")
        if not self.row:
            return text
        return f"{text}\n      {self.row}" if is_plain(self.row) else f"{text}\n      for the row: {self.see}"


def at_least(alerts: Iterable[Alert], severity: Severity) -> list[Alert]:
    """Those that are as urgent as this or more so."""
    return [alert for alert in alerts if _RANK[alert.severity] <= _RANK[severity]]


def in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Payroll and billing first, the most urgent first."""
    return sorted(alerts, key=lambda alert: (alert.part, _RANK[alert.severity], alert.title, alert.key))


def body_of(told: Sequence[tuple[Alert, str]], *, with_people: bool) -> str:
    """The lines of a message: a part, below it a title with its alerts; of many alike a few are shown."""
    lines: list[str] = []
    for part, name in enumerate(_PARTS):
        own = [(alert, known) for alert, known in told if alert.part == part]
        if not own:
            continue
        lines += ["", name]
        for title in dict.fromkeys((alert.severity, alert.title) for alert, _ in own):
            same = [(alert, known) for alert, known in own if (alert.severity, alert.title) == title]
            lines.append(f"  {title[0]}: {title[1]}" + (f" ({len(same)})" if len(same) > 1 else ""))
            lines += [f"    {alert.line(known, with_people=with_people)}" for alert, known in same[:_LINES]]
            if len(same) > _LINES:
                lines.append(f"    and {len(same) - _LINES} more: {same[0][0].see}")
            elif same[0][0].see and not same[0][0].row:
                lines.append(f"    see: {same[0][0].see}")
    return "\n".join(lines).strip("\n")


def local(instant: datetime, zone: str) -> str:
    """A cut-off as a person reads it."""
    return f"{instant:%a %Y-%m-%d %H:%M} ({zone})"
