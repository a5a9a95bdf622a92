"""Before a batch for the real books goes out: quiet hours, a backup of the books; where it is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import RefusedError
from etl.steps.outcome import Outcome
from etl.steps.run import Run, person_of, place_of
from etl.steps.trusted import permit
from etl.store import audit_log, files
from etl.store.records import Record

RECORD = "books_backup"


def confirm_books_backup(
    file: Path, company: str, *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """The books' own backup file, confirmed: name, size, digest go into the audit log; the file stays where it is."""
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, "confirm_backup", who)
    digest, size = files.sha256_file(file), file.stat().st_size
    if not size:
        raise RefusedError("BACKUP_FIRST", what="The backup of the books is an empty file", where=str(file),
                           fix="Back the books up again and give that file.")
    record = audit_log.append(place, company, RECORD, {"file": file.name, "sha256": digest, "bytes": size},
                              person=who, now=datetime.now(UTC))
    return Outcome(title=f"backup of the books of {company} confirmed: {file.name}, {size:,} bytes",
                   facts=(("sha256", digest), ("record", str(record.number))))


def refuse_unready(run: Run) -> None:
    """Nothing, where the company asks for nothing or all it asks for is so.

    Raises RefusedError QUIET_HOURS, BACKUP_FIRST.
    """
    asked = run.settings.uploads
    if asked.goes_to != "production":
        return
    local = run.now().astimezone(ZoneInfo(run.settings.company.zone))
    if not asked.is_quiet(local.time()):
        raise RefusedError(
            "QUIET_HOURS", what=f"It is {local:%H:%M} in {run.settings.company.zone}; batches for the real books go "
            f"out from {asked.quiet_hours.replace('-', ' to ')}",
            where=f"mappings/{run.company}/company.toml, [uploads]",
            fix="Export then, or have the hours changed.")
    if asked.backup_hours:
        newest = newest_backup(run.records())
        oldest = run.now() - timedelta(hours=asked.backup_hours)
        if newest is None or datetime.fromisoformat(newest.recorded_at) < oldest:
            said = "none was confirmed" if newest is None else f"the newest was confirmed {newest.recorded_at}"
            raise RefusedError(
                "BACKUP_FIRST", what=f"The books are to be backed up in the {asked.backup_hours} hours before: {said}",
                where=f"mappings/{run.company}/company.toml, [uploads]",
                fix=f"Back the books up, then: timebooks archive confirm-backup FILE --company {run.company}")


def newest_backup(records: tuple[Record, ...]) -> Record | None:
    """The newest confirmation."""
    return next((record for record in reversed(records) if record.type == RECORD), None)


def goes_to(run: Run) -> tuple[tuple[str, str], ...]:
    """Where the uploads of a batch go, where the company says it."""
    said = {"test": "a TEST company of the books", "production": "the real books"}.get(run.settings.uploads.goes_to)
    return (("uploads go to", said),) if said else ()
