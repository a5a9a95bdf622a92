"""Sign-off: the published reconciliation workbook, signed by a person, comes back, is compared and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from etl.errors import RefusedError
from etl.steps.outcome import Outcome
from etl.steps.returned import read_given, refuse_unfit
from etl.steps.run import Run
from etl.steps.trusted import SANDBOX_APPROVER, people_of
from etl.store import batches, files
from etl.store.approvals import is_same_person
from etl.store.evidence import Sheet, append_evidence
from etl.store.records import Record
from etl.workbooks.sign_off import REVIEWED, NotOursError, Signed, SignedLine, read_signed
from etl.workspace import is_sandbox

RECORD = "sign_off"
_WORKBOOK = "reconciliation.xlsx"
_SHOWN = 12
_AHEAD = timedelta(days=1)   # it may be tomorrow where somebody signs
_FIXES = {
    "SIGN_OFF_STALE": "Sign the workbook in the folder of this period's batch.",
    "SIGN_OFF_CHANGED": "Begin with a copy of the published workbook; only the lines under Sign-off may be filled in.",
    "SIGN_OFF_INVALID": "Correct these cells in the workbook and take it in again.",
}


def take_in_sign_off(run: Run, file: Path, person: str | None = None) -> Outcome:
    """Compare the signed workbook with the published one of the period's batch and keep it as evidence, once.

    The signer is who takes it in. Nothing but the lines to sign may differ. Raises RefusedError NOT_EXPORTED,
    SIGN_OFF_STALE, SIGN_OFF_CHANGED, SIGN_OFF_INVALID, SAME_PERSON, NOT_PERMITTED; then nothing was kept.
    """
    content = read_given(file)
    who = person or (SANDBOX_APPROVER if is_sandbox(run.company) else run.person)
    run.permit("sign_off", who)
    with run.locked("taking in a signed workbook"):
        records = run.records()
        batch = batches.find_batch(run.workspace, run.company, run.period_end, records)
        if batch is None:
            raise RefusedError(
                "NOT_EXPORTED", what=f"The batch of {run.company} for {run.period_end} is not exported yet",
                where=run.shown(run.workspace.period(run.company, run.period_end)), fix="Export it first (60_export).")
        digest = files.sha256_bytes(content)
        if known := _known(records, batch, who, digest):
            return Outcome(title=f"this workbook was taken in already, by {known.person} (record {known.number}); "
                                 "nothing has changed")
        found = _read(run, file, content, batch)
        _refuse_own(run, who, found.lines, records)
        [reviewed] = [line for line in found.lines if line.role == REVIEWED]
        says = "disagree" if any(line.word == "disagree" for line in found.lines) else "agree"
        body = {"batch": batch.batch, "revision": batch.revision, "manifest": batch.manifest_digest, "word": says,
                "file_name": file.name[:200], "lines": [_told(line) for line in found.lines]}
        sheet = Sheet("sign-off", content, RECORD, body, "xlsx")
        append_evidence(run.workspace, run.company, run.period_end, sheet, person=who, now=run.now())
    return Outcome(
        title=f"batch {batch.batch:04d} signed by {who}, as {reviewed.name}: {says}",
        facts=(("workbook", digest[:12]),
               ("evidence", run.shown(run.workspace.evidence(run.company, run.period_end)))),
        headings=("line", "name", "date", "word", "remark"),
        rows=tuple((line.role, line.name, str(line.day), line.word, line.remark) for line in found.lines),
        next_step="clear up what the remark says; then a fresh copy is signed" if says == "disagree" else
        "" if batches.is_closed(records, run.period_end) else "close the period (80_close)")


def _known(records: Sequence[Record], batch: batches.Batch, who: str, digest: str) -> Record | None:
    """The sign-off that this file is already: another person's, or the newest word of this one."""
    standing = {record.number for record in newest_words(records, batch)}
    return next((record for record in given(records, batch) if record.body["evidence"]["sha256"] == digest
                 and (record.person != who or record.number in standing)), None)


def _read(run: Run, file: Path, content: bytes, batch: batches.Batch) -> Signed:
    """The lines of a workbook that is the one published, with nothing else changed."""
    refuse_unfit(content, file, partial(_refused, "SIGN_OFF_INVALID"))
    name = f"SANDBOX_{_WORKBOOK}" if is_sandbox(run.company) else _WORKBOOK
    try:
        found = read_signed(content, batch.file(name).read_bytes())
    except NotOursError as error:
        raise _refused("SIGN_OFF_INVALID", file, [f"this is no workbook to sign: {error}"]) from None
    last = run.now().date() + _AHEAD
    ahead = [f"{line.role}: {line.day} lies in the future" for line in found.lines if line.day > last]
    for code, findings in (("SIGN_OFF_STALE", found.other_facts), ("SIGN_OFF_CHANGED", found.changed),
                           ("SIGN_OFF_INVALID", (*found.findings, *ahead))):
        if findings:
            raise _refused(code, file, findings)
    return found


def _refused(code: str, file: Path, findings: Sequence[str]) -> RefusedError:
    more = [f"and {len(findings) - _SHOWN:,} more"] if len(findings) > _SHOWN else []
    return RefusedError(
        code, what="\n    ".join([f"The workbook has {len(findings):,} finding(s):", *findings[:_SHOWN], *more]),
        where=file.name, fix=f"{_FIXES[code]} Nothing was kept.")


def _refuse_own(run: Run, who: str, lines: Iterable[SignedLine], records: Sequence[Record]) -> None:
    """Nothing, where the company's policy lets this person review what that one prepared."""
    drafted = batches.newest(records, "draft", run.period_end)
    policy = run.settings.company.policy
    if policy == "single_person" or drafted is None:
        return
    people = None if is_sandbox(run.company) else people_of(run.workspace)
    names = {drafted.person, *([people.now().names.get(drafted.person, drafted.person)] if people else [])}
    signers = {who, *(line.name for line in lines if line.role == REVIEWED)}
    if own := sorted(signer for signer in signers if any(is_same_person(signer, name) for name in names)):
        raise RefusedError(
            "SAME_PERSON", what=f"{own[0]} prepared this batch and cannot review it (policy {policy})",
            where=f"the line {REVIEWED}", fix="Ask another person to sign the workbook and to take it in.")


def _told(line: SignedLine) -> dict[str, Any]:
    return {"role": line.role, "name": line.name, "day": line.day.isoformat(), "word": line.word,
            "remark": line.remark}


def given(records: Sequence[Record], batch: batches.Batch) -> list[Record]:
    """The sign-offs of a batch, oldest first."""
    return [record for record in batches.of_period(records, RECORD, batch.period_end)
            if record.body["manifest"] == batch.manifest_digest]


def newest_words(records: Sequence[Record], batch: batches.Batch) -> list[Record]:
    """The newest sign-off of each person."""
    return list({record.person: record for record in given(records, batch)}.values())


def sign_off_at_close(run: Run, batch: batches.Batch, records: Sequence[Record]) -> dict[str, Any]:
    """What the close says of the sign-offs; nothing where there is none.

    Raises RefusedError SIGN_OFF_MISSING or SIGN_OFF_DISAGREES where the company wants the workbook signed.
    """
    words = newest_words(records, batch)
    if run.settings.books.sign_off_to_close:
        if not words:
            raise RefusedError(
                "SIGN_OFF_MISSING", what=f"Nobody signed the reconciliation workbook of batch {batch.batch:04d}",
                where=f"mappings/{run.company}/company.toml, books.sign_off_to_close",
                fix=f"Sign it and take it in: {command(run.company, run.period_end)}")
        if against := [record for record in words if record.body["word"] == "disagree"]:
            raise RefusedError(
                "SIGN_OFF_DISAGREES", what="\n    ".join(map(_against, against)),
                where=f"record {against[-1].number}, batch {batch.batch:04d}",
                fix="Clear up what they say; they sign a fresh copy and take it in: "
                f"{command(run.company, run.period_end)}")
    signed = [{"record": record.number, "person": record.person, "word": record.body["word"]} for record in words]
    return {"signed": signed} if signed else {}


def _against(record: Record) -> str:
    said = "; ".join(line["remark"] for line in record.body["lines"] if line["word"] == "disagree")
    return f"{record.person} disagrees: {said}"


def command(company: str, period_end: date) -> str:
    """What is typed to take a signed workbook in."""
    return f"timebooks approve reconciliation FILE --company {company} --period-end {period_end}"


def signed_words(records: Sequence[Record], batch: batches.Batch) -> str:
    """Who signed and what they say, for the status; empty where nobody did."""
    return "".join(f", signed by {record.person}" if record.body["word"] == "agree" else
                   f", {record.person} disagrees" for record in newest_words(records, batch))
