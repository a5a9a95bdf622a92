"""A past batch made again from what was received, by the cross-references and the log of its day; compared to the byte.

With the versions its manifest names every byte must be equal; with others every figure.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from etl import __version__
from etl.errors import RefusedError
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.sql.order import MARTS
from etl.steps.check import check
from etl.steps.draft import content_of, locked_versions
from etl.steps.map_entries import map_entries
from etl.steps.outcome import Outcome
from etl.steps.rules import apply_rules
from etl.steps.run import Run, place_of
from etl.store import audit_log, batches, files, landing, mapping_sets
from etl.store.batches import Batch
from etl.store.landing import Pull
from etl.store.records import Record
from etl.store.sealed import MANIFEST, DraftContent, manifest_bytes
from etl.workspace import Workspace


@dataclass(frozen=True)
class MadeAgain:
    """What a batch came to when it was made again: the files that differ, whether its figures are equal."""

    batch: Batch
    differing: tuple[str, ...]
    has_equal_figures: bool
    has_same_versions: bool

    @property
    def is_equal(self) -> bool:
        """Whether it is what it must be: the same bytes with the same versions, the same figures with others."""
        return not self.differing if self.has_same_versions else self.has_equal_figures

    @property
    def told(self) -> str:
        """In a sentence."""
        if not self.differing:
            return f"{len(self.batch.manifest['files']) + 1} files equal to the byte"
        if not self.has_same_versions and self.has_equal_figures:
            return f"made with other versions: figures equal, {len(self.differing)} file(s) in other bytes"
        return f"{len(self.differing)} file(s) differ: {', '.join(self.differing[:5])}"


@dataclass(frozen=True)
class PastPlace(Workspace):
    """A workspace as a past run saw it: its cross-references are a landed set, and it leaves nothing behind."""

    mapping_set: Path = field(default_factory=Path)
    throw_away: Path = field(default_factory=Path)

    def mappings(self, company: str) -> Path:  # noqa: ARG002 - one company's set
        """The set of that day."""
        return self.mapping_set

    def scratch(self, company: str) -> Path:
        """A folder that is thrown away."""
        return self.throw_away / "scratch" / company

    def runs(self, company: str, period_end: date) -> Path:
        """Pages of the checks are thrown away too."""
        return self.throw_away / "runs" / company / period_end.isoformat()


@dataclass
class PastRun(Run):
    """A run as it was: it knows the audit log up to the record before its draft, and nothing since."""

    up_to: int = 0

    def records(self) -> tuple[Record, ...]:
        """The log as it was."""
        return audit_log.read_log(self.workspace, self.company)[:self.up_to]

    def pulls(self) -> tuple[Pull, ...]:
        """What had landed."""
        return tuple(pull for pull in landing.read_pulls(self.workspace, self.company) if pull.number <= self.up_to)


def make_again(workspace: str | Path | None, company: str, number: int) -> Outcome:
    """A batch made again and compared. Exit code 1 where it is not what it must be."""
    place = place_of(workspace)
    records = audit_log.read_log(place, company)
    batch = next((one for one in batches.exported(place, company, records) if one.batch == number), None)
    if batch is None:
        raise RefusedError("NOT_FOUND", what=f"There is no exported batch {number:04d} of {company} to make again",
                           where=f"reports/{company}", fix="Give the number of a batch that is kept.")
    again = made_again(place, batch, records)
    return Outcome(
        title=f"batch {number:04d} of {company} made again: {again.told}",
        facts=(("period", str(batch.period_end)), ("figures", "equal" if again.has_equal_figures else "other"),
               ("versions", "the same" if again.has_same_versions else "others than its manifest names")),
        headings=("file that differs",), rows=tuple((name,) for name in again.differing),
        exit_code=0 if again.is_equal else 1)


def made_again(place: Workspace, batch: Batch, records: tuple[Record, ...]) -> MadeAgain:
    """One batch from the pulls, cross-references and audit log of its day. Writes nothing into the workspace."""
    draft = next(record for record in records if record.type == "draft"
                 and record.body.get("batch") == batch.batch and record.body.get("revision") == batch.revision)
    content = _content(place, batch, draft.number - 1)
    sealed = manifest_bytes(batch.company, batch.period_end, batch.batch, content)
    now = {file.path: files.sha256_bytes(file.content) for file in content.files} | {
        MANIFEST: files.sha256_bytes(sealed)}
    then = {entry["path"]: entry["sha256"] for entry in batch.manifest["files"]} | {MANIFEST: batch.manifest_digest}
    differing = tuple(sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name)))
    return MadeAgain(batch, differing, content.figures == batch.figures, _is_of_these_versions(batch.manifest))


def _content(place: Workspace, batch: Batch, up_to: int) -> DraftContent:
    mapping_set = mapping_sets.mapping_folder(place, batch.company, batch.mapping_digest)
    settings = read_settings(mapping_set / "company.toml", batch.company)
    mappings = load_mappings(mapping_set, batch.company)
    with TemporaryDirectory(prefix="tb-again-") as folder:
        shutil.copytree(mapping_set, Path(folder) / "mappings")
        past = PastPlace(place.root, Path(folder) / "mappings", Path(folder))
        run = PastRun(past, batch.company, batch.period_end, "made again", settings, mappings,
                      tuple(pay for pay in mappings.pay_periods if pay.period.end == batch.period_end),
                      settings.billing.period_to(batch.period_end), in_memory=True, up_to=up_to)
        try:
            for step in (map_entries, apply_rules, check):
                step(run)
            with run.engine() as engine:
                engine.run(MARTS)
                content, _ = content_of(run, engine)
        finally:
            run.end()
    return content


def _is_of_these_versions(manifest: Mapping[str, object]) -> bool:
    return manifest["locked"] == locked_versions() and manifest["product"] == __version__
