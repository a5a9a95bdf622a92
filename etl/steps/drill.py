"""The restore drill: a backup brought back onto an empty place, proven in every way, damaged and healed; a certificate.

Nothing of a running workspace is touched or needed: the backup alone must do (reliability reference, f).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etl import __version__
from etl.disk import told
from etl.errors import EtlError
from etl.steps.again import made_again
from etl.steps.archive import refuse_other_ends
from etl.steps.draft import locked_versions
from etl.steps.history import query_history, rebuild_history
from etl.steps.outcome import Outcome
from etl.steps.verify import verify
from etl.store import audit_log, backup, batches, files, ops_log, vault
from etl.store.backup import Snapshot
from etl.store.history_place import Place, delete
from etl.store.records import file_name, instant_text
from etl.strict_json import dump_lines
from etl.workspace import Workspace

_TOTALS = "select company, batch, sum(debit)::varchar as debit from journal_lines group by all order by all"
_MINUTES = 60
_DRILLS = "drills"   # lines of the ops log


@dataclass(frozen=True)
class Check:
    """One question of the drill, the answer, and whether it is the one that must come."""

    question: str
    answer: str
    passed: bool


def drill(
    source: str, *, snapshot: int | None = None, anchors: Sequence[str] = (), certificate: Path | None = None,
    person: str = "", workspace: Path | None = None,
) -> Outcome:
    """Restore, verify, rebuild, make batches again, compare totals, damage and heal; print and write the certificate.

    `workspace`: whose agenda is to know of it, where it keeps a log of a drilled company; it is not needed. Exit code 1
    where any answer is not the one that must come.
    """
    began = time.monotonic()
    place = vault.open_vault(source)
    found = backup.find(place, snapshot)
    with TemporaryDirectory(prefix="tb-drill-") as empty:
        root = Path(empty) / "w"
        checks = list(_asked(place, found, root, anchors))
    seconds = round(time.monotonic() - began)
    checks.append(Check("restored and proven within an hour", f"{seconds // 60} min {seconds % 60:02d} s",
                        seconds <= 60 * _MINUTES))
    outcome = _certified(place, found, checks, certificate, person)
    if workspace is not None:
        _remembered(Workspace(workspace), found, passed=outcome.exit_code == 0)
    return outcome


def newest_drill(workspace: Workspace, company: str) -> tuple[date, bool] | None:
    """The day of the last drill that this workspace was told of, and whether it passed."""
    for said in reversed(list(ops_log.noted(workspace, company, _DRILLS))):
        with suppress(ValueError):
            return date.fromisoformat(str(said.get("drilled_at", ""))[:10]), said.get("result") == "passed"
    return None


def _remembered(workspace: Workspace, found: Snapshot, *, passed: bool) -> None:
    for company in found.companies:
        if workspace.ops_log(company).is_dir():
            ops_log.note(workspace, company, _DRILLS, {
                "drilled_at": instant_text(datetime.now(UTC)), "result": "passed" if passed else "failed",
                "snapshot": found.number})


def _asked(place: vault.Vault, found: Snapshot, root: Path, anchors: Sequence[str]) -> Iterator[Check]:
    """The questions in their order; the first that fails to be asked at all ends the drill."""
    steps: tuple[tuple[str, Callable[[], tuple[str, bool]]], ...] = (
        ("restored onto an empty place", lambda: _restored(place, found, root)),
        ("every byte, chain, signature and invariant", lambda: _verified(root, anchors)),
        ("ends of the logs as noted outside", lambda: _ends(found, anchors)),
        ("history made again from the record", lambda: _history(root)),
        ("totals of the history are those of the batches", lambda: _totals(root)),
        ("batches made again from what was received", lambda: _again(root)),
        ("every kind of damage is named", lambda: _damaged(root)),
        ("the backup heals what was damaged", lambda: _healed(place, found, root)),
        ("a cut end of a log shows against its note", lambda: _cut(found, root)),
    )
    for question, ask in steps:
        try:
            answer, passed = ask()
        except EtlError as error:
            yield Check(question, f"{error.what} ({error.where})", passed=False)
            return
        yield Check(question, answer, passed)


def _restored(place: vault.Vault, found: Snapshot, root: Path) -> tuple[str, bool]:
    backup.restore(place, found, root)
    refuse_other_ends(root, found)
    return f"{len(found.files)} files, {found.size:,} bytes, every digest equal", True


def _verified(root: Path, anchors: Sequence[str]) -> tuple[str, bool]:
    outcome = verify(root, full=True, anchors=anchors)
    return f"{outcome.title}; pulls parsed again {dict(outcome.facts).get('pulls parsed again', '0')}", (
        outcome.exit_code == 0)


def _ends(found: Snapshot, anchors: Sequence[str]) -> tuple[str, bool]:
    held = ", ".join(f"{log}:{end['number']}:{str(end['digest'])[:12]}" for log, end in sorted(found.heads.items()))
    return (f"{held}; compared with {len(anchors)} note(s)" if anchors
            else f"{held}; NOT compared: give --anchor as noted outside"), True


def _history(root: Path) -> tuple[str, bool]:
    return rebuild_history(root).title, verify(root, full=True).exit_code == 0


def _totals(root: Path) -> tuple[str, bool]:
    """Debits and credits of every batch by the history, against the batch's own postings, to the cent."""
    workspace = Workspace(root)
    rows = query_history(root, _TOTALS, 100_000).rows
    told_by_history = {(str(row[0]), int(str(row[1]))): str(row[2]) for row in rows}
    own = {}
    for company, batch in _kept(workspace):
        amounts = [row["amount"] for row in batch.table("postings", ["amount"]).to_pylist()]
        if amounts:
            own[company, int(batch.batch)] = str(sum(amount for amount in amounts if amount > 0))
    equal = sum(1 for key, amount in own.items() if _same(told_by_history.get(key), amount))
    return f"{equal} of {len(own)} batch(es) equal", equal == len(own)


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.rstrip("0").rstrip(".") == other.rstrip("0").rstrip(".")


def _again(root: Path) -> tuple[str, bool]:
    """Of each company the newest batch, the one a year before it, and the oldest."""
    workspace, said, passed, count = Workspace(root), [], True, 0
    for company in sorted({company for company, _ in _kept(workspace)}):
        kept = [batch for name, batch in _kept(workspace) if name == company]
        for batch in _chosen(kept):
            again = made_again(workspace, batch, audit_log.read_log(workspace, company))
            passed, count = passed and again.is_equal, count + 1
            said += [] if again.is_equal else [f"{company} {batch.batch:04d}: {again.told}"]
    return "; ".join(said) or f"{count} batch(es), as they were to the byte or figure", passed


def _chosen(kept: Sequence[batches.Batch]) -> list[batches.Batch]:
    newest = max(kept, key=lambda batch: batch.period_end)
    year_before = date(newest.period_end.year - 1, newest.period_end.month, min(newest.period_end.day, 28))
    middle = [batch for batch in kept if batch.period_end <= year_before][-1:]
    oldest = min(kept, key=lambda batch: batch.period_end)
    return list({batch.number: batch for batch in (oldest, *middle, newest)}.values())


def _kept(workspace: Workspace) -> Iterator[tuple[str, batches.Batch]]:
    root = workspace.root / "data" / "audit_log"
    for path in files.listed(root):
        for batch in batches.exported(workspace, path.name, audit_log.read_log(workspace, path.name)):
            yield path.name, batch


def _victims(root: Path) -> list[Path]:
    """A file of a batch to be deleted, one of the landing to lose a bit; where there is no batch, of what there is."""
    found = [sorted(path for path in (root / part).rglob("*") if path.is_file() and "runs" not in path.parts)
             for part in ("reports", "data/landing")]
    return [listed[len(listed) // 2] for listed in found if listed]


def _damaged(root: Path) -> tuple[str, bool]:
    victims = _victims(root)
    for turn, path in enumerate(victims):
        content = path.read_bytes()
        path.unlink()
        if turn or len(victims) == 1:
            at = len(content) // 2
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
    delete(Place.of(Workspace(root)))
    wheres = [str(row[1]).partition(" (audit log")[0] for row in verify(root).rows]
    named = [path for path in victims if any(path.relative_to(root).as_posix().startswith(where) for where in wheres)]
    return f"{len(named)} of {len(victims)} spoiled files named, and the history deleted", len(named) == len(victims)


def _healed(place: vault.Vault, found: Snapshot, root: Path) -> tuple[str, bool]:
    digests = {str(one["path"]): str(one["sha256"]) for one in found.files}
    for path in _spoiled(root, digests):
        path.unlink(missing_ok=True)
        files.write_new(path, vault.get(place, digests[path.relative_to(root).as_posix()]))
    rebuild_history(root)
    outcome = verify(root, full=True)
    return outcome.title, outcome.exit_code == 0


def _spoiled(root: Path, digests: dict[str, str]) -> list[Path]:
    return [root / name for name, digest in digests.items()
            if not (root / name).is_file() or files.sha256_file(root / name) != digest]


def _cut(found: Snapshot, root: Path) -> tuple[str, bool]:
    """The last two records of each company's log are cut; against the note of its end it must show."""
    seen = 0
    for company in found.companies:
        end = found.heads[company]
        folder = Workspace(root).audit_log(company)
        for number in range(max(2, int(end["number"]) - 1), int(end["number"]) + 1):
            (folder / file_name(number)).unlink()
        seen += verify(root, anchors=[f"{company}:{end['number']}:{end['digest']}"]).exit_code
    return f"{seen} of {len(found.companies)} cut log(s) seen", seen == len(found.companies)


def _certified(
    place: vault.Vault, found: Snapshot, checks: Sequence[Check], certificate: Path | None, person: str,
) -> Outcome:
    """The certificate as it is printed, and written as JSON."""
    passed = all(check.passed for check in checks)
    drilled_at = instant_text(datetime.now(UTC))
    said: dict[str, Any] = {
        "certificate": "restore drill", "result": "passed" if passed else "FAILED", "drilled_at": drilled_at,
        "by": person, "product": __version__, "locked": locked_versions(), "backup": place.shown,
        "snapshot": found.name.rpartition("/")[2], "made_at": found.made_at, "companies": list(found.companies),
        "checks": [{"question": one.question, "answer": one.answer, "passed": one.passed} for one in checks]}
    path = certificate or Path(f"restore-drill-{drilled_at[:10]}.json")
    with told("write the file", path):
        path.write_bytes(dump_lines(said))
    by = f" by {person}" if person else ""
    return Outcome(
        title=f"restore drill {said['result']}: snapshot {found.number} of {found.made_at}",
        facts=(("backup", place.shown), ("companies", ", ".join(found.companies)),
               ("drilled", f"{drilled_at}{by}, Timebooks {__version__}"), ("certificate", str(path))),
        headings=("question", "result", "answer"),
        rows=tuple((one.question, "passed" if one.passed else "FAILED", one.answer) for one in checks),
        next_step="print and sign the certificate" if passed else "keep this backup, find out why, drill again",
        exit_code=0 if passed else 1)
