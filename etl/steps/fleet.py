"""One company-period of a fleet: from the landing to its draft, or from the approved draft to the books' files.

A run is a function of (landing, mappings, settings, code version) to a draft folder. What stands in the workspace
decides what is left to do, so a run that is repeated, however often and wherever, is a no-op.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from etl import __version__
from etl.checks.validate import load_library
from etl.errors import SettingsError, StoreError
from etl.settings import COMPANY_ID
from etl.sql.run import Limits
from etl.steps.approve import approve_batch
from etl.steps.draft import locked_versions
from etl.steps.history import publish_or_tell
from etl.steps.outcome import Outcome
from etl.steps.run import Run, place_of, read_day, start
from etl.steps.stages import AFTER_DRAFT, TO_DRAFT
from etl.store import audit_log, batches, files, fleet_mark, ops_log
from etl.store.batches import Draft
from etl.store.sealed import MANIFEST
from etl.terms import STREAMS
from etl.workspace import PEOPLE_LOG, Workspace, is_sandbox

OPS = "fleet"
DRAFTED, UNCHANGED = "drafted", "already drafted"
EXPORTED, STANDS = "exported", "already exported"
WAITS, REFUSED = "waits for approval", "refused"
_NOT_INPUT = {"draft", "approve", "request"}   # records that change no figure of a draft
_MOST_BYTES = 1 << 20
marked, what_differs = fleet_mark.marked, fleet_mark.what_differs


@dataclass(frozen=True)
class Reached:
    """Where one company-period stands now; `inputs` proves later that the draft is of the same inputs."""

    outcome: str
    title: str
    exit_code: int = 0
    next_step: str = ""
    entries: int = 0
    manifest: str = ""
    inputs: str = ""


def fleet_companies(workspace: str | Path, asked: str) -> list[str]:
    """The companies meant: ids with commas, `all` of the workspace, or `@FILE` with an id a line; each once, in order.

    Raises SettingsError FLEET_COMPANIES where one of them is no company of the workspace.
    """
    place = place_of(workspace)
    root = place.root / "mappings"
    there = sorted(path.parent.name for path in root.glob("*/company.toml"))
    if asked.strip() == "all":
        found = there
    elif asked.startswith("@"):
        found = _listed(Path(asked[1:]))
    else:
        found = [name.strip() for name in asked.split(",") if name.strip()]
    unknown = [name for name in found if not COMPANY_ID.fullmatch(name) or not (root / name / "company.toml").is_file()]
    if unknown or not found:
        raise SettingsError(
            "FLEET_COMPANIES",
            what=f"{unknown[0]!r} is no company of this workspace" if unknown else "No company is named",
            where=f"--companies, {root}",
            fix="Name folders of mappings/ that have a company.toml, with commas between them, or all, or @FILE with "
                "one a line.")
    return list(dict.fromkeys(found))


def _listed(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise SettingsError("FLEET_COMPANIES", what="The list of companies is longer than 1 MiB", where=str(path),
                                fix="Give a text file with one company's id a line.")
        lines = content.decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("FLEET_COMPANIES", what=f"The list of companies cannot be read: {type(error).__name__}",
                            where=str(path), fix="Give a text file with one company's id a line.") from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def company_period(
    company: str, period_end: str, workspace: str | Path, *, publish: bool = False, person: str | None = None,
    memory: str = Limits.memory,
) -> Reached:
    """One company-period as far as it goes by itself: to the draft, or with `publish` from the approval to the close.

    A draft that is approved or exported is not touched. A practice company's draft is approved by its throw-away
    approver when it is published. Nothing is committed to the history: `commit_history` does that once for all.
    `memory` is what its database may take; it has one thread, since other workers have the other cores.
    Raises what the steps raise; BusyError where another process works on the company.
    """
    run = start(company, period_end, workspace, person=person, in_memory=True, limits=Limits(1, memory))
    run.of_fleet = True
    with run.locked("a fleet's run of"):
        try:
            return _published(run) if publish else _drafted(run)
        finally:
            run.end()


def _drafted(run: Run) -> Reached:
    records = run.records()
    exported = batches.find_batch(run.workspace, run.company, run.period_end, records)
    if exported is not None:
        return _reached(STANDS, f"batch {exported.batch:04d} is exported", exported.manifest, exported.manifest_digest)
    before = batches.find_draft(run.workspace, run.company, run.period_end, records)
    key = inputs_key(run)
    if before is not None and _is_settled(run, before, key):
        return _of_draft(UNCHANGED, before, key)
    for step in TO_DRAFT.values():
        outcome = step(run)
        if outcome.exit_code:
            return _refused(outcome)
    made = batches.find_draft(run.workspace, run.company, run.period_end, run.records())
    if made is None:
        raise StoreError("NO_DRAFT", what="The draft that was just sealed is not there", where=run.shown(
            run.workspace.drafts(run.company, run.period_end)), fix="Run again; if it happens again, report this.")
    is_same = before is not None and before.number == made.number
    return _of_draft(UNCHANGED if is_same else DRAFTED, made, inputs_key(run))


def _is_settled(run: Run, draft: Draft, key: str) -> bool:
    """Whether a draft needs no run: somebody approved it, or it was made from just these inputs and lies there whole.

    A tracker that is asked through its API is asked again.
    """
    if batches.approval_of(run.records(), draft) is not None:
        return True
    if run.settings.connections:
        return False
    day = run.period_end.isoformat()
    said = [line for line in ops_log.noted(run.workspace, run.company, OPS)
            if line.get("period_end") == day and line.get("inputs")]
    if not said or (said[-1].get("inputs"), said[-1].get("manifest")) != (key, draft.manifest_digest):
        return False
    manifest = draft.folder / MANIFEST
    return manifest.is_file() and files.sha256_file(manifest) == draft.manifest_digest


def _published(run: Run) -> Reached:
    records = run.records()
    exported = batches.find_batch(run.workspace, run.company, run.period_end, records)
    if exported is not None and batches.is_closed(records, run.period_end):
        return _reached(STANDS, f"batch {exported.batch:04d} is exported", exported.manifest, exported.manifest_digest)
    draft = batches.find_draft(run.workspace, run.company, run.period_end, records)
    if exported is None and draft is not None and batches.approval_of(records, draft) is None:
        if not is_sandbox(run.company):
            return _of_draft(WAITS, draft, "")
        approve_batch(run)
    for step in AFTER_DRAFT.values():
        outcome = step(run)
        if outcome.exit_code:
            return _refused(outcome)
    made = batches.find_batch(run.workspace, run.company, run.period_end, run.records())
    if made is None:
        raise StoreError("NO_DRAFT", what="The batch that was just published is not there",
                         where=run.shown(run.workspace.period(run.company, run.period_end)),
                         fix="Run again; if it happens again, report this.")
    told = STANDS if exported is not None else EXPORTED
    return _reached(told, f"batch {made.batch:04d} {outcome.title}", made.manifest, made.manifest_digest)


def _of_draft(outcome: str, draft: Draft, key: str) -> Reached:
    title = f"draft batch {draft.batch:04d} revision {draft.revision}"
    return _reached(outcome, title, draft.manifest, draft.manifest_digest, key)


def _reached(outcome: str, title: str, manifest: Mapping[str, Any], digest: str, key: str = "") -> Reached:
    control = manifest["control"]
    entries = max((control[stream].get("received", {}).get("entries", 0) for stream in STREAMS), default=0)
    return Reached(outcome, title, entries=entries, manifest=digest, inputs=key)


def _refused(outcome: Outcome) -> Reached:
    return Reached(REFUSED, outcome.title, outcome.exit_code, outcome.next_step)


def inputs_key(run: Run) -> str:
    """A digest of everything a draft is a function of: company, period, code, cross-references, inbox, audit log.

    Records that change no figure (drafts, approvals) do not count. Equal keys give equal drafts.
    """
    people = audit_log.read_log(run.workspace, PEOPLE_LOG)
    parts = [
        run.company, run.period_end.isoformat(), code_key(), people[-1].digest if people else "",
        *(_digest(record.type, record.person, record.body) for record in run.records()
          if record.type not in _NOT_INPUT),
        *_file_digests((run.workspace.mappings(run.company), run.workspace.inbox(run.company))),
    ]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def _digest(*said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _file_digests(folders: Sequence[Path]) -> Iterable[str]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield f"{path.relative_to(folder).as_posix()}\x1f{files.sha256_known(path)}"


@cache
def code_key() -> str:
    """What code this process runs: the product's version, those that decide a batch's bytes, and a digest of it all."""
    root = Path(__file__).resolve().parents[1]
    own = hashlib.sha256()
    for path in sorted(path for end in ("py", "sql", "csv", "json") for path in root.rglob(f"*.{end}")):
        own.update(f"{path.relative_to(root).as_posix()}\x1f{files.sha256_file(path)}\x1e".encode())
    versions = " ".join(f"{name} {version}" for name, version in sorted(locked_versions().items()))
    return f"timebooks {__version__}, {versions}, code {own.hexdigest()[:16]}"


def warm_up() -> None:
    """Import now what every run needs: it takes seconds, once a process."""
    load_library()


def note_run(workspace: str | Path, company: str, period_end: str, reached: Mapping[str, str | int]) -> None:
    """One line in the company's ops log: what a company-period cost, and what its draft was made from."""
    ops_log.note(place_of(workspace), company, OPS, {"period_end": period_end, **reached})


def as_words(reached: Reached) -> dict[str, str | int]:
    """The same in plain words."""
    return asdict(reached)


def commit_history(workspace: str | Path, companies: Sequence[str]) -> str:
    """The one committer: every published batch of these companies into the history, in one transaction; how it went."""
    return publish_or_tell(place_of(workspace), *companies)


def read_periods(asked: Sequence[str]) -> list[str]:
    """The last days of the periods, oldest first, each once. Raises SettingsError DATE_UNREADABLE."""
    return [day.isoformat() for day in sorted({read_day(one) for one in asked})]


def same_workspace(workspace: str, word: str) -> str:
    """What keeps this process from working for the fleet that marked the workspace; empty where nothing does."""
    return what_differs(Workspace(Path(workspace)), word)
