"""Approving from elsewhere and many at once: a request goes out as a file, the signed answer comes back as one.

Nothing in a request is trusted on return but its digest: what was signed is held against the drafts as they lie here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from etl.errors import EtlError, RefusedError, SettingsError
from etl.steps.approve import decide
from etl.steps.approve_time_files import weeks_shown
from etl.steps.mapping_approve_files import edit_shown
from etl.steps.outcome import Outcome
from etl.steps.people import read_signed, write_signed
from etl.steps.request_file import DRAFTS, EDITS, REQUEST, WEEKS, need_list, read_request, unasked, write_request
from etl.steps.returned import read_given
from etl.steps.run import Run, place_of, read_day, start
from etl.steps.signing import Facts, approval_statement, draft_entry
from etl.store import audit_log, batches
from etl.store.batches import Draft
from etl.store.files import sha256_bytes
from etl.trust.envelope import sign
from etl.trust.keys import id_of, key_folder, only_key
from etl.trust.statements import (
    APPROVE_BATCH,
    APPROVE_MAPPING,
    APPROVE_TIME,
    EXPIRES_DAYS,
    instant,
    opened,
    statement,
)

_MOST_BYTES = 1 << 20
_HEADINGS = ("company", "period", "batch", "manifest", "what was done")
Wanted = tuple[str, date]


def read_list(file: Path) -> list[Wanted]:
    """The drafts of a list: a CSV with the columns company and period_end. Raises SettingsError APPROVAL_LIST."""
    wanted = [(company, read_day(day, str(file))) for company, day in _listed(file, "period_end")]
    if len(set(wanted)) != len(wanted):
        raise _list_error(file, "period_end", "a period stands in it twice")
    return wanted


def read_replays(file: Path) -> list[tuple[str, str]]:
    """The replays of a list: a CSV with the columns company and replay. Raises SettingsError APPROVAL_LIST."""
    return _listed(file, "replay")


def _listed(file: Path, column: str) -> list[tuple[str, str]]:
    try:
        content = read_given(file, _MOST_BYTES)
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _list_error(file, column, str(error)) from None
    if len(content) > _MOST_BYTES or not rows or rows[0] != ["company", column] or len(rows) < 2 or any(
            len(row) != 2 for row in rows):
        raise _list_error(file, column, f"its first line is not company,{column}, or a line has not two cells")
    return [(company, value) for company, value in rows[1:]]


def request_approval(
    wanted: Sequence[Wanted], file: Path, *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """A file for an approver elsewhere: what the newest drafts say, their digests, where the audit logs end.

    Each company's audit log keeps the digest of the file, so that an answer to another request is none.
    """
    place = place_of(workspace)
    found = [_drafted(start(company, day, place.root, person=person, in_memory=True)) for company, day in wanted]
    first = need_list(*(run.trust() for run, _ in found))
    for run, _ in found:
        run.permit(REQUEST)
    digest = write_request(file, first, DRAFTS, {
        "drafts": [draft_entry(draft, run.settings.company.policy, run.records()) for run, draft in found]})
    for run, draft in found:
        with run.locked("requesting an approval"):
            audit_log.append(place, run.company, REQUEST, {
                "period_end": draft.period_end.isoformat(), "batch": draft.batch, "revision": draft.revision,
                "manifest": draft.manifest_digest, "request": digest}, person=run.person, now=run.now())
    return Outcome(
        title=f"request over {len(found)} draft(s) written", facts=(("file", str(file)), ("digest", digest[:12])),
        headings=_HEADINGS,
        rows=tuple(_row(run, draft, "asked for") for run, draft in found),
        next_step=f"the approver: timebooks approve sign {file.name} ANSWER --person ID; then timebooks approve batch "
        "--answer ANSWER here")


def sign_request(request: Path, answer: Path, *, person: str, key: str = "") -> Outcome:
    """The approver's own machine: shows what is asked for and signs it as a whole; no workspace is needed."""
    content, said = read_request(request)
    private = only_key(key_folder(None), person, key)
    now = datetime.now(UTC)
    fields, outcome = {
        DRAFTS: _drafts_shown, WEEKS: weeks_shown, EDITS: edit_shown}[said["kind"]](said, person, sha256_bytes(content))
    kind = {DRAFTS: APPROVE_BATCH, WEEKS: APPROVE_TIME, EDITS: APPROVE_MAPPING}[said["kind"]]
    payload = statement(kind, {**fields, "people": said["people"]}, person=person, key=id_of(private),
                        workspace=said["workspace"], now=now)
    write_signed(answer, sign(kind, payload, private))
    return replace(outcome, facts=(*outcome.facts, ("answer", str(answer))))


def _drafts_shown(said: dict[str, Any], person: str, digest: str) -> tuple[dict[str, Any], Outcome]:
    expires = instant(datetime.now(UTC) + timedelta(days=EXPIRES_DAYS))
    return {"drafts": said["drafts"], "request": digest, "expires": expires}, Outcome(
        title=f"{len(said['drafts'])} draft(s) signed by {person}",
        headings=("company", "period", "batch", "manifest", "gross", "held", "prepared by", "policy"),
        rows=tuple(map(_signed_row, said["drafts"])),
        next_step="compare each manifest with the one on screen or paper there, then send the answer back")


def take_in_answer(file: Path, *, person: str | None = None, workspace: str | Path | None = None) -> Outcome:
    """The approvals in a signed answer, each draft on its own; taking it in twice changes nothing.

    Raises RefusedError where the file is no approval; a draft that moved since is refused in its row, exit code 1.
    """
    envelope = read_signed(file)
    given, said = envelope.as_json(), opened(envelope.as_json(), APPROVE_BATCH)[1]
    rows, refused = [], 0
    for draft in said["drafts"]:
        try:
            run = start(draft["company"], draft["period_end"], place_of(workspace).root, person=person, in_memory=True)
            run.permit("take_in_answer")
            _refuse_unasked(run, said["request"], draft)
            rows.append(_decided(run, said["person"], given))
        except EtlError as error:
            refused += 1
            rows.append((draft["company"], draft["period_end"], f"{draft['batch']:04d}", draft["manifest"][:12],
                         f"refused: {error.what} ({error.code})"))
    return _taken(rows, refused, said["person"])


def approve_list(wanted: Sequence[Wanted], *, person: str | None, workspace: str | Path | None = None) -> Outcome:
    """Many drafts in one statement, signed once; each is checked, and voided, on its own."""
    place = place_of(workspace)
    found = [_drafted(start(company, day, place.root, person=person, in_memory=True)) for company, day in wanted]
    person = person or found[0][0].person
    trust = found[0][0].trust()
    given = None
    if trust is not None and trust.signs(person):
        entries: list[Facts] = [
            draft_entry(draft, run.settings.company.policy, run.records()) for run, draft in found]
        given = approval_statement(trust, entries, person, datetime.now(UTC))
    rows, refused = [], 0
    for run, draft in found:
        try:
            rows.append(_decided(run, person, given))
        except EtlError as error:
            refused += 1
            rows.append(_row(run, draft, f"refused: {error.what} ({error.code})"))
    return _taken(rows, refused, person)


def _decided(run: Run, person: str, given: dict[str, Any] | None) -> tuple[str, ...]:
    with run.locked("approving"):
        _, draft = _drafted(run)
        before = len(run.records())
        record = decide(run, draft, person, given)
    done = "approved" if len(run.records()) > before else "was approved already"
    return _row(run, draft, f"{done}, record {record.number}")


def _drafted(run: Run) -> tuple[Run, Draft]:
    draft = batches.find_draft(run.workspace, run.company, run.period_end, run.records())
    if draft is None:
        raise RefusedError(
            "NO_DRAFT", what=f"There is no draft of {run.company} for {run.period_end}",
            where=run.shown(run.workspace.drafts(run.company, run.period_end)),
            fix=f"Make one: timebooks week --company {run.company} --period-end {run.period_end}")
    return run, draft


def _refuse_unasked(run: Run, request: str, draft: Facts) -> None:
    if not any(record.type == REQUEST and record.body.get("request") == request
               and record.body.get("manifest") == draft["manifest"] for record in run.records()):
        raise unasked(f"{run.company}, period to {run.period_end}")


def _signed_row(draft: Facts) -> tuple[str, ...]:
    held = {stream: states.get("held", {}).get("entries", 0) for stream, states in draft["control"].items()}
    gross = [f"{stream} {amount} {currency}" for stream, sums in draft["gross"].items()
             for currency, amount in sums.items()]
    return (draft["company"], draft["period_end"], f"{draft['batch']:04d} r{draft['revision']}", draft["manifest"][:12],
            "; ".join(gross), "; ".join(f"{stream} {count}" for stream, count in held.items()), draft["prepared_by"],
            draft["policy"])


def _row(run: Run, draft: Draft, what: str) -> tuple[str, ...]:
    return (run.company, run.period_end.isoformat(), f"{draft.batch:04d}", draft.manifest_digest[:12], what)


def _taken(rows: Sequence[tuple[str, ...]], refused: int, person: str) -> Outcome:
    return Outcome(
        title=f"{len(rows) - refused} of {len(rows)} draft(s) approved by {person}", headings=_HEADINGS,
        rows=tuple(rows), exit_code=1 if refused else 0,
        next_step="look at what was refused" if refused else "export them (60_export)")


def _list_error(file: Path, column: str, why: str) -> SettingsError:
    return SettingsError("APPROVAL_LIST", what=f"The list cannot be read: {why}", where=str(file),
                         fix=f"Write a CSV with the columns company and {column}, one a line.")
