"""Backups: the record copied into a folder or bucket, a sample read back, and brought back into an empty workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.errors import DamageError, EtlError, SettingsError
from etl.settings import read_settings
from etl.steps.history import companies, rebuild_history
from etl.steps.outcome import Outcome
from etl.steps.run import Run, person_of, place_of
from etl.steps.trusted import permit
from etl.steps.verify import verify
from etl.store import audit_log, backup, destroyed
from etl.store.backup import Copied, Snapshot
from etl.store.records import Record
from etl.store.vault import Vault, open_vault
from etl.workspace import PEOPLE_LOG, Workspace

BACKUP, FAILED = "backup", "backup_failed"


def create(
    to: str = "", *, company: str | None = None, person: str | None = None, is_full: bool = False,
    workspace: str | Path | None = None,
) -> Outcome:
    """A snapshot of one company or all of them, with the people list; recorded in each company's audit log."""
    place = place_of(workspace)
    names = [company] if company else companies(place)
    if not names or not all((place.mappings(name) / "company.toml").is_file() for name in names):
        raise SettingsError("COMPANY_MISSING", what="There is nothing to back up" if not names else
                            "A company has no settings", where="mappings", fix="Give a company of this workspace.")
    to = to or _declared(place, names)
    backup.refuse_inside(place, to)
    for name in names:
        permit(place, name, "back_up", person or person_of(name))
    vault = open_vault(to)
    copied = _copied(place, vault, names, person, is_full=is_full)
    made = copied.snapshot
    return Outcome(
        title=f"snapshot {made.number} of {len(names)} company(ies): {len(made.files)} files, "
        f"{made.size / 1_000_000:,.1f} MB, {copied.new} new",
        facts=(("lies in", vault.shown), ("snapshot", made.name.rpartition("/")[2]),
               ("read back", f"{copied.read_back} content(s), " + ("all" if is_full else "a random sample")),
               *_heads(made)),
        next_step="note the ends of the logs outside, and try it: timebooks archive drill "
        f"{vault.shown if not to.startswith('s3://') else to}",
    )


def _copied(
    place: Workspace, vault: Vault, names: Sequence[str], person: str | None, *, is_full: bool = False,
) -> Copied:
    """The snapshot, and a record of it in each company's audit log."""
    copied = backup.create(place, vault, names, person=person or person_of(names[0]), is_full=is_full)
    made = copied.snapshot
    for name in names:
        destroyed.note_purges(vault, name, audit_log.read_log(place, name))
        audit_log.append(place, name, BACKUP, {
            "to": vault.shown, "snapshot": made.name, "files": len(made.files), "bytes": made.size,
            "read_back": copied.read_back,
        }, person=person or person_of(name), now=datetime.now(UTC))
    return copied


def back_up_at_close(run: Run) -> tuple[tuple[str, str], ...]:
    """Where the company names a place for its backups, a snapshot with the close in it; it never undoes the close.

    One that cannot be made is told, recorded, and shown by the status until there is one.
    """
    to = run.settings.retention.backup
    if not to:
        return ()
    try:
        backup.refuse_inside(run.workspace, to)
        made = _copied(run.workspace, open_vault(to), [run.company], run.person).snapshot
    except EtlError as error:
        audit_log.append(run.workspace, run.company, FAILED, {
            "period_end": run.period_end.isoformat(), "code": error.code, "what": error.what}, person=run.person,
            now=run.now())
        told = f"NOT made ({error.code}): {error.what}. Make one: timebooks archive create --company {run.company}"
        return (("backup", told),)
    return (("backup", f"snapshot {made.number}, {len(made.files)} files"),)


def backup_missing(place: Workspace, company: str, records: Sequence[Record]) -> str:
    """What the status says where a place for backups is named and none was made since the newest close; else empty."""
    closed = max((record.number for record in records if record.type == "close"), default=0)
    made = max((record.number for record in records if record.type == BACKUP), default=0)
    if closed <= made or not read_settings(place.mappings(company) / "company.toml", company).retention.backup:
        return ""
    failed = [record for record in records[closed:] if record.type == FAILED]
    why = f": {failed[-1].text('what')}" if failed else ""
    return f"none since the close of {records[closed - 1].text('period_end')}{why}; timebooks archive create"


def restore(source: str, target: str | Path, *, snapshot: int | None = None, anchors: Sequence[str] = ()) -> Outcome:
    """A snapshot brought back into a new or empty folder, verified to the last byte, and its history made again.

    Exit code 1 where the ends of the logs are not those that were noted outside (`anchors`) or verify finds damage.
    """
    vault = open_vault(source)
    found = backup.find(vault, snapshot)
    root = Path(target).resolve()
    backup.restore(vault, found, root)
    refuse_other_ends(root, found)
    checked = verify(root, anchors=anchors)
    history = "" if checked.exit_code else rebuild_history(root).title
    return Outcome(
        title=f"snapshot {found.number} of {found.made_at} restored: {len(found.files)} files, "
        f"{len(checked.rows)} finding(s)",
        facts=(("workspace", str(root)), *_heads(found), *(((("history", history),)) if history else ())),
        headings=checked.headings, rows=checked.rows,
        next_step=checked.next_step or "secrets and keys are not in a backup: put them back by hand",
        exit_code=checked.exit_code)


def refuse_other_ends(root: Path, snapshot: Snapshot) -> None:
    """Nothing, where every restored log ends as the snapshot says; otherwise DamageError."""
    place = Workspace(root)
    for log, end in snapshot.heads.items():
        records = audit_log.read_log(place, log)
        if not records or (records[-1].number, records[-1].digest) != (end["number"], end["digest"]):
            raise DamageError("DAMAGE", what=f"The restored log of {log} does not end as the snapshot says",
                              where=f"data, record {end['number']}", fix="Take another copy of the backup.")


def newest_backup(place: Workspace, company: str) -> Mapping[str, Any] | None:
    """What the newest backup of a company recorded, with `recorded_at` and `number`; None where there is none."""
    for record in reversed(audit_log.read_log(place, company)):
        if record.type == BACKUP:
            return {**record.body, "recorded_at": record.recorded_at, "number": record.number}
    return None


def _declared(place: Workspace, names: Sequence[str]) -> str:
    """The place of company.toml, where all companies name the same one."""
    found = set()
    for name in names:
        try:
            found.add(read_settings(place.mappings(name) / "company.toml", name).retention.backup)
        except EtlError:
            found.add("")
    if len(found) == 1 and (one := found.pop()):
        return one
    raise SettingsError("BACKUP_PLACE", what="It is not said where the backup goes", where="--to",
                        fix="Give --to FOLDER or s3://bucket/prefix, or set backup under [retention] in company.toml.")


def _heads(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    ends = [f"{log}:{end['number']}:{str(end['digest'])[:12]}" for log, end in sorted(snapshot.heads.items())]
    return (("ends of the logs", "; ".join(sorted(ends, key=lambda end: not end.startswith(PEOPLE_LOG)))),)
