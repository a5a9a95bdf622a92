"""The audit log: numbered records, each naming the digest of the one before, one file each; append only."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.errors import BusyError, EtlError, StoreError
from etl.store import files
from etl.store.damage import Finding, finding
from etl.store.history_shared import refuse_lost
from etl.store.records import NewerFormatError, Record, Statement, decode, encode, file_name, instant_text
from etl.strict_json import NotStrictError
from etl.workspace import Workspace, is_sandbox

TRIES = 20
_RECORD_FILE = re.compile(r"([0-9]{8})\.json")
_NO_RECORD = "A file lies in the audit log that is no record"
_Known = tuple[files.Stamp, Record]
_known: dict[Path, tuple[_Known, ...]] = {}


def read_log(workspace: Workspace, company: str) -> tuple[Record, ...]:
    """All records of a company in order, the chain checked; nothing where the company has no log yet.

    A record whose file has not changed since this process read it is not parsed again.
    Raises DamageError naming file and record, StoreError where a newer version of the product wrote it.
    """
    folder = workspace.audit_log(company)
    read, findings = _walk(workspace, company, _known.get(folder, ()))
    if findings:
        raise findings[0].error()
    _known[folder] = read
    return tuple(record for _, record in read)


def examine(workspace: Workspace, company: str) -> tuple[tuple[Record, ...], list[Finding]]:
    """The readable records and everything that is wrong with the log, each file read anew."""
    read, findings = _walk(workspace, company, None)
    findings += [finding(workspace, path, _NO_RECORD)
                 for path in files.listed(workspace.audit_log(company))
                 if path.suffix != ".json" and not files.is_temporary(path)]
    return tuple(record for _, record in read), findings


def clock_remark(records: Sequence[Record], now: datetime) -> str:
    """What is odd about this machine's clock, by the last record; empty where nothing is. Order is by number alone."""
    last = records[-1] if records else None
    if last is None or instant_text(now) >= last.recorded_at:
        return ""
    return (f"the clock of this machine says {instant_text(now)}, before the last record of the audit log "
            f"({last.recorded_at}); records are ordered by number, but set the clock right")


def append(
    workspace: Workspace, company: str, kind: str, body: Mapping[str, Any], *, person: str, now: datetime,
) -> Record:
    """The new last record, of type `kind`, synced before it is returned.

    The first record of a company is `open`; it is written first where it is missing.
    Raises BusyError where other writers took the next number twenty times.
    """
    return commit(workspace, company, Statement(kind, body, person, now))


def commit(workspace: Workspace, company: str, statement: Statement, seen: Sequence[Record] | None = None) -> Record:
    """As `append`; with `seen`, the log as just read, refused where somebody else since recorded the same type."""
    records = read_log(workspace, company) if seen is None else seen
    for _ in range(TRIES):
        if not records:
            ensure_open(workspace, company, person=statement.person, now=statement.now)
        elif (record := _published(workspace, company, statement, records)) is not None:
            return record
        records = read_log(workspace, company)
        if seen is not None and any(record.type == statement.type for record in records[len(seen):]):
            break
    raise BusyError("LOG_BUSY", what="Another run wrote into this company's audit log at the same time",
                    where=f"data/audit_log/{company}", fix="Wait until the other run has ended, then run again.")


def ensure_open(workspace: Workspace, company: str, *, person: str, now: datetime) -> Record:
    """The company's first record, written where the log is empty: it says whether this is a sandbox, for ever."""
    records = read_log(workspace, company)
    if not records:
        files.make_folder(workspace.audit_log(company))
        opening = Statement("open", {"sandbox": is_sandbox(company)}, person, now)
        return _published(workspace, company, opening, ()) or read_log(workspace, company)[0]
    return records[0]


def _published(
    workspace: Workspace, company: str, statement: Statement, records: Sequence[Record],
) -> Record | None:
    """The record, read back, where the statement got the next number; somebody else may have been faster."""
    number, previous = len(records) + 1, records[-1].digest if records else ""
    if (statement.type == "open") != (number == 1):
        raise ValueError("a log is opened once, by its first record")
    path = workspace.audit_log(company) / file_name(number)
    refuse_lost(company)
    try:
        files.publish_new(path, encode(statement, number=number, previous=previous, company=company))
    except FileExistsError:
        return None
    record, wrong, _ = _record(path, number, company, previous, collecting=False)
    for what in wrong:
        raise finding(workspace, path, what, number).error()
    return record


def _walk(
    workspace: Workspace, company: str, known: Sequence[_Known] | None,
) -> tuple[tuple[_Known, ...], list[Finding]]:
    """The records from the first to the last, and what is wrong with them; `known` ones are not parsed again.

    With None nothing is known, and a file that cannot be read is a finding like any other.
    """
    folder = workspace.audit_log(company)
    numbered, findings = _numbered(workspace, folder)
    read: list[_Known] = []
    previous: str | None = ""
    for number in range(1, max(numbered, default=0) + 1):
        if number not in numbered:
            path = folder / file_name(number)
            findings.append(finding(workspace, path, "A record of the audit log is missing", number))
            previous = None
        elif known and number <= len(known) and known[number - 1][0] == numbered[number]:
            read.append(known[number - 1])   # unchanged, and so is everything before it
            previous = known[number - 1][1].digest
        else:
            path, collecting = folder / file_name(number), known is None
            known = None if collecting else ()
            record, wrong, previous = _record(path, number, company, previous, collecting=collecting)
            findings += [finding(workspace, path, what, number) for what in wrong]
            read += [] if record is None else [(numbered[number], record)]
    return tuple(read), findings


def _numbered(workspace: Workspace, folder: Path) -> tuple[dict[int, files.Stamp], list[Finding]]:
    """The stamp of each record file by its number, and files that pass themselves off as records."""
    numbered: dict[int, files.Stamp] = {}
    findings: list[Finding] = []
    if not folder.is_dir():
        return numbered, findings
    with os.scandir(folder) as entries:
        for entry in entries:
            if named := _RECORD_FILE.fullmatch(entry.name):
                found = entry.stat(follow_symlinks=False)
                if found.st_size > 0 or not files.is_claim(folder / entry.name):
                    numbered[int(named[1])] = files.stamp(found)
            elif entry.name.endswith(".json"):
                findings.append(finding(workspace, folder / entry.name, _NO_RECORD))
    return numbered, findings


def _record(
    path: Path, number: int, company: str, previous: str | None, *, collecting: bool,
) -> tuple[Record | None, list[str], str | None]:
    """One record read anew, what is wrong with it, and the digest of its file, which the next record must name."""
    try:
        content = files.read_bytes(path)
        record = decode(content)
    except NotStrictError as error:
        return None, [f"A record of the audit log is damaged: {error}"], files.sha256_bytes(content)
    except NewerFormatError as newer:
        what = f"A newer version of Timebooks wrote this record ({newer})"
        if collecting:
            return None, [what], files.sha256_bytes(content)
        raise StoreError("RECORD_FORMAT", what=what, where=str(path),
                         fix="Install that version or a later one, then run again.") from None
    except EtlError as error:
        if collecting:
            return None, [error.what], None
        raise
    return record, _misplaced(record, number, company, previous), record.digest


def _misplaced(record: Record, number: int, company: str, previous: str | None) -> list[str]:
    """What a readable record says that does not fit its place."""
    wrong = []
    if record.number != number:
        wrong.append(f"The file of record {number} holds record {record.number}")
    if previous is not None and record.previous != previous:
        wrong.append(f"Record {number} does not follow record {number - 1} as it is stored: one of them was changed")
    if record.company != company:
        wrong.append(f"A record of company {record.company} lies in the audit log of {company}")
    if (record.type == "open") != (number == 1):
        wrong.append("The first record of a log, and only the first, has the type open")
    elif number == 1 and record.body != {"sandbox": is_sandbox(company)}:
        wrong.append("The first record and the company's id do not agree on whether this is a sandbox")
    return wrong
