"""Files that were refused: a copy with a note beside it that says what, where and how to fix. The original stays."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.errors import EtlError
from etl.store import audit_log, files
from etl.store.landing import own_name
from etl.store.records import Record, Statement
from etl.workspace import Workspace

NOTE = "note.txt"


@dataclass(frozen=True)
class Refused:
    """A file that was refused. `is_personal`: it tells places or devices."""

    drop: str
    file_name: str
    error: EtlError
    is_personal: bool = False


def keep(
    workspace: Workspace, company: str, content: bytes, refused: Refused, said: tuple[str, datetime],
) -> Path:
    """The folder with the copy and its note; again, for the same bytes and the same faults, it writes nothing.

    `said`: who pulled, and when. A file that tells places or devices is not copied: its note stands alone.
    """
    drop, file_name, error = refused.drop, refused.file_name, refused.error
    person, now = said
    digest = files.sha256_bytes(content)
    folder = workspace.quarantine(company) / f"{digest[:12]}-{files.sha256_bytes(str(error).encode())[:4]}"
    records = audit_log.read_log(workspace, company)
    if any(_is_of(record, folder.name) for record in records):
        return folder
    files.make_folder(folder)
    copy = () if refused.is_personal else ((own_name(file_name), content),)
    for name, text in (*copy, (NOTE, _note(refused))):
        with suppress(FileExistsError):   # of a run that died before its record
            files.publish_new(folder / name, text)
    audit_log.commit(workspace, company, Statement("refusal", {
        "quarantine": folder.name, "drop": drop, "file_name": file_name, "received_digest": digest, "code": error.code,
    }, person, now), records)
    return folder


def _is_of(record: Record, name: str) -> bool:
    return record.type == "refusal" and record.text("quarantine") == name


def _note(refused: Refused) -> bytes:
    """The note a person reads: calm, complete, without a clock."""
    error = refused.error
    first = f"Drop {refused.drop} could not take the file {refused.file_name!r}. Nothing of it has landed."
    kept = ("No copy was made, because the file tells places or devices." if refused.is_personal
            else "A copy lies beside this note.")
    lines = [
        first, kept, "",
        f"what:  {error.what}", f"where: {error.where}", f"fix:   {error.fix}", f"code:  {error.code}", "",
        "The file itself still lies in the inbox. Put the mended file in its place, or remove it if it is not meant;",
        "until then the week does not go on without it.", ""]
    return "\n".join(lines).encode()
