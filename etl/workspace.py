"""Where things are kept: the one place that knows the folders of a workspace (ARCHITECTURE, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

SANDBOX_PREFIX = "sandbox-"
PEOPLE_LOG = "_people"   # no company can have this id


def is_sandbox(company: str) -> bool:
    """Whether a company is one to practice on; its id says so, and the audit log's first record repeats it."""
    return company.startswith(SANDBOX_PREFIX)


@dataclass(frozen=True)
class Workspace:
    """A directory with mappings/, data/ and reports/. Paths only; nothing is read or written here."""

    root: Path

    def mappings(self, company: str) -> Path:
        """The company's settings and cross-references, edited by people."""
        return self.root / "mappings" / company

    @property
    def shared_history(self) -> Path:
        """Where a history is declared that other machines share; a workspace without it keeps its own."""
        return self.root / "mappings" / "_workspace" / "history.toml"

    def inbox(self, company: str) -> Path:
        """Where export files are dropped."""
        return self.root / "data" / "inbox" / company

    def landing(self, company: str) -> Path:
        """Pulls and mapping sets as received; immutable."""
        return self.root / "data" / "landing" / company

    def quarantine(self, company: str) -> Path:
        """Files that were refused, each with a note, and damaged ones that were replaced; kept to be looked at."""
        return self.root / "data" / "quarantine" / company

    def places(self, company: str) -> Path:
        """Places and devices kept apart for a stated purpose, each file until the day in its name."""
        return self.root / "data" / "places" / company

    def audit_log(self, company: str) -> Path:
        """Numbered records; append only. Those of the people list, one for all companies, lie in data/people."""
        return self.root / "data" / "people" if company == PEOPLE_LOG else self.root / "data" / "audit_log" / company

    def drafts(self, company: str, period_end: date) -> Path:
        """Draft folders of one period."""
        return self.root / "data" / "drafts" / company / period_end.isoformat()

    def draft_folder(self, company: str, period_end: date, batch: int, revision: int) -> Path:
        """One draft: data/drafts/<company>/<period>/batch-NNNN-rK."""
        return self.drafts(company, period_end) / f"batch-{batch:04d}-r{revision}"

    def period(self, company: str, period_end: date) -> Path:
        """reports/<company>/<period>."""
        return self.root / "reports" / company / period_end.isoformat()

    def batch_folder(self, company: str, period_end: date, batch: int) -> Path:
        """The published batch; immutable."""
        return self.period(company, period_end) / f"batch-{batch:04d}"

    def runs(self, company: str, period_end: date) -> Path:
        """Executed notebooks."""
        return self.period(company, period_end) / "runs"

    def evidence(self, company: str, period_end: date) -> Path:
        """Approval sheet, receipt, reconciliation, close: numbered files."""
        return self.period(company, period_end) / "evidence"

    @property
    def history(self) -> Path:
        """The queryable view of everything exported; can be deleted and rebuilt."""
        return self.root / "data" / "history"

    def ops_log(self, company: str) -> Path:
        """Durations and calls as JSON lines; may be lost."""
        return self.root / "data" / "log" / company

    def scratch(self, company: str) -> Path:
        """A run's working database and staging; disposable. Same file system as drafts."""
        return self.root / "data" / "scratch" / company

    def lock(self, company: str) -> Path:
        """The company's lock file; its neighbour *.holder says in words who holds it."""
        return self.root / "data" / "lock" / f"{company}.lock"
