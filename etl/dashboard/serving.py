"""One running dashboard: its login desk, and the figures of each company, read once a change for all readers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from etl.steps import dashboard, dashboard_figures, dashboard_login


@dataclass
class Serving:
    """The server's memory. `company`: the only one that is shown; empty: all in which a reader holds a role."""

    desk: dashboard_login.Desk
    company: str = ""
    is_practice: bool = False
    _read: dict[str, tuple[tuple[object, ...], dashboard_figures.Figures]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def companies(self, session: dashboard_login.Session) -> list[str]:
        """What this reader may choose from."""
        return [name for name in self.desk.companies(session) if self.company in ("", name)]

    def head(self, company: str) -> tuple[object, ...]:
        """Changes whenever a figure may have changed."""
        return dashboard_figures.head_of(self.desk.place, company, datetime.now(UTC).astimezone().date())

    def figures(self, company: str) -> dashboard_figures.Figures:
        """The figures as they are now; read again only after a change. Raises EtlError."""
        with self._lock:
            head = self.head(company)
            known = self._read.get(company)
            if known is None or known[0] != head:
                known = head, dashboard_figures.gather(self.desk.place, company)
                self._read[company] = known
            return known[1]

    def seen(self, session: dashboard_login.Session, company: str) -> Sequence[dashboard.Seen]:
        """Every view of a company as the session's reader may see it now. Raises EtlError."""
        if self.company not in ("", company) or not self.desk.holds(session):
            return ()
        figures = self.figures(company)
        scratch = self.desk.place.scratch(company) / "dashboard"
        return dashboard.seen(figures, self.desk.roles(session, company), scratch)

    def note(self, session: dashboard_login.Session, company: str, what: str) -> None:
        """Who took what, in the ops log."""
        dashboard_figures.note_use(self.desk.place, company, session.reader.person, what)
