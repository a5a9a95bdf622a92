"""Writing a draft: staged, sealed, recorded, renamed; a new one replaces an unapproved one as its next revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from etl.errors import RefusedError, StoreError
from etl.store import audit_log, batches, files, keeping, staging
from etl.store.batches import Draft
from etl.store.lock import company_lock
from etl.store.records import Record, Signer, Statement, by
from etl.store.sealed import MANIFEST, DraftContent, examine_batch, manifest_bytes
from etl.workspace import Workspace


def write_draft(
    workspace: Workspace, company: str, period_end: date, content: DraftContent, *, person: str | Signer,
    now: datetime,
) -> Draft:
    """The period's newest draft: this content, under the number the period's first draft reserved.

    Where the newest draft is this content already, nothing is written and that one is returned, unless the signature
    of its preparer does not hold any more.
    Raises RefusedError for a period that is exported or closed, DamageError where the newest draft was changed,
    StoreError for a file's path that is not safe everywhere or is given twice.
    """
    staging.check_paths([*(file.path for file in content.files), MANIFEST])
    who, signer = by(person)
    with company_lock(workspace, company, who):
        records = audit_log.read_log(workspace, company)
        refuse_finished(records, period_end)
        batch = batches.batch_number(records, period_end)
        sealed = manifest_bytes(company, period_end, batch, content)
        older = batches.find_draft(workspace, company, period_end, records)
        is_equal = older is not None and older.manifest_digest == files.sha256_bytes(sealed)
        if older is not None and is_equal and (signer is None or signer.holds(records[older.number - 1], records)):
            for finding in examine_batch(workspace, older.folder, older.manifest_digest, older.number):
                raise finding.error()
            return older
        revision = 1 + sum(1 for _ in batches.of_period(records, "draft", period_end))
        body: dict[str, Any] = {
            "batch": batch, "revision": revision, "period_end": period_end.isoformat(),
            "manifest": files.sha256_bytes(sealed), "batch_key": content.batch_key, "figures": content.figures,
        }
        body |= {} if signer is None else {"signed": dict(signer.sign(body, records))}
        draft, record = _published(workspace, company, Statement("draft", body, who, now), {
            **{file.path: file.content for file in content.files}, MANIFEST: sealed}, records)
        remove_replaced(workspace, company, [*records, record])
        return draft


def _published(
    workspace: Workspace, company: str, statement: Statement, contents: dict[str, bytes], records: Sequence[Record],
) -> tuple[Draft, Record]:
    """Staging synced, then the record, then one rename."""
    batch, revision = statement.body["batch"], statement.body["revision"]
    staged = batches.staged_draft(workspace, company, batch, revision)
    staging.fill(staged, contents)
    target = workspace.draft_folder(company, date.fromisoformat(statement.body["period_end"]), batch, revision)
    files.make_folder(target.parent)
    files.refuse_taken(target)
    record = audit_log.commit(workspace, company, statement, records)
    files.move(staged, target)
    return replace(batches.draft_of(workspace, company, record), is_new=True), record


def remove_replaced(workspace: Workspace, company: str, records: Sequence[Record]) -> list[Path]:
    """The folders of drafts whose replacement is in place, and of periods without drafts, removed; records stay.

    One that another program holds (a workbook open in Excel) stays for a later start: nothing rests on it.
    """
    if keeping.holds(records):   # under a legal hold nothing is swept
        return []
    periods = files.listed(batches.drafts_root(workspace, company))
    lying = {folder for period in periods for folder in files.listed(period)}
    days = {folder.parent.name for folder in lying}
    concerned = [record for record in records if record.body.get("period_end") in days]
    gone = [draft.folder for draft, replacement in batches.replaced_drafts(workspace, company, concerned)
            if draft.folder in lying and replacement.exists()]
    gone = [folder for folder in gone if _removed(folder)]
    for period in periods:
        if period.is_dir() and not period.is_symlink() and not files.listed(period):
            _removed(period)
    return gone


def _removed(folder: Path) -> bool:
    try:
        files.remove_tree(folder)
    except StoreError as error:
        if error.code != "NOT_WRITABLE":
            raise
        return False
    return True


def refuse_finished(records: Sequence[Record], period_end: date) -> None:
    """Nothing, where the period still takes a draft; otherwise RefusedError."""
    exported = batches.newest(records, "export", period_end)
    if exported is not None:
        raise RefusedError(
            "BATCH_EXPORTED", what=f"Batch {exported.whole('batch'):04d} of this period is exported already "
            f"(key {exported.text('batch_key')[:12]})", where=f"period to {period_end}",
            fix="Leave it as it is: later changes become correcting lines in the next open period.")
    if batches.is_closed(records, period_end):
        raise RefusedError("PERIOD_CLOSED", what="The period is closed", where=f"period to {period_end}",
                           fix="Put the change into the next open period, or have the period reopened.")
