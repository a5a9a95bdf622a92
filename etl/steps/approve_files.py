"""Approving from elsewhere and many at once: a request goes out as a file, the signed answer comes back as one.

Nothing in a request is trusted on return but its digest: what was signed is held against the drafts as they lie here.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from etl import __version__
from etl.disk import told, unreadable
from etl.errors import EtlError, RefusedError, SettingsError
from etl.steps.approve import decide
from etl.steps.outcome import Outcome
from etl.steps.people import read_signed, write_signed
from etl.steps.returned import read_given
from etl.steps.run import Run, place_of, read_day, start
from etl.steps.signing import Facts, approval_statement, draft_entry
from etl.store import audit_log, batches
from etl.store.batches import Draft
from etl.store.files import sha256_bytes
from etl.strict_json import NotStrictError, dump_lines, load
from etl.trust.envelope import sign
from etl.trust.keys import id_of, key_folder, only_key
from etl.trust.statements import APPROVE_BATCH, EXPIRES_DAYS, instant, opened, statement

REQUEST, KIND, FORMAT = "request_approval", "approval-request", 1
_FIELDS = {"format", "kind", "id", "workspace", "product", "people", "drafts"}
_MOST_BYTES = 4 << 20
_HEADINGS = ("company", "period", "batch", "manifest", "what was done")
Wanted = tuple[str, date]


def read_list(file: Path) -> list[Wanted]:
    """The drafts of a list: a CSV with the columns company and period_end. Raises SettingsError APPROVAL_LIST."""
    try:
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")), strict=True))
    except OSError as error:
        raise unreadable(file, error) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise _list_error(file, str(error)) from None
    if not rows or rows[0] != ["company", "period_end"] or len(rows) < 2 or any(len(row) != 2 for row in rows):
        raise _list_error(file, "its first line is not company,period_end, or a line has not two cells")
    wanted = [(company, read_day(day, str(file))) for company, day in rows[1:]]
    if len(set(wanted)) != len(wanted):
        raise _list_error(file, "a period stands in it twice")
    return wanted


def request_approval(
    wanted: Sequence[Wanted], file: Path, *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """A file for an approver elsewhere: what the newest drafts say, their digests, where the audit logs end.

    Each company's audit log keeps the digest of the file, so that an answer to another request is none.
    """
    place = place_of(workspace)
    found = [_drafted(start(company, day, place.root, person=person, in_memory=True)) for company, day in wanted]
    trusts = [run.trust() for run, _ in found]
    first = trusts[0]
    if first is None or any(trust is None or trust.is_practice for trust in trusts):
        raise SettingsError(
            "PEOPLE_MISSING", what="An approval travels as a file only where a people list says whose key signs it",
            where="data/people", fix="Found the list first: timebooks company people found")
    for run, _ in found:
        run.permit(REQUEST)
    content = dump_lines({
        "format": FORMAT, "kind": KIND, "id": secrets.token_hex(16), "workspace": first.people.workspace,
        "product": __version__, "people": {"number": first.people.head.number, "digest": first.people.head.digest},
        "drafts": [draft_entry(draft, run.settings.company.policy, run.records()) for run, draft in found]})
    digest = sha256_bytes(content)
    with told("write the file", file):
        file.write_bytes(content)
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
    content, said = _request(request)
    private = only_key(key_folder(None), person, key)
    now = datetime.now(UTC)
    fields = {"drafts": said["drafts"], "people": said["people"], "request": sha256_bytes(content),
              "expires": instant(now + timedelta(days=EXPIRES_DAYS))}
    payload = statement(APPROVE_BATCH, fields, person=person, key=id_of(private), workspace=said["workspace"], now=now)
    write_signed(answer, sign(APPROVE_BATCH, payload, private))
    return Outcome(
        title=f"{len(said['drafts'])} draft(s) signed by {person}", facts=(("answer", str(answer)),),
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
        raise RefusedError(
            "REQUEST_UNKNOWN", what="The answer belongs to no request that was made here for this draft",
            where=f"{run.company}, period to {run.period_end}", fix="Write a request and have that one answered.")


def _request(file: Path) -> tuple[bytes, dict[str, Any]]:
    content = read_given(file, _MOST_BYTES)
    try:
        said = load(content)
    except NotStrictError as error:
        raise _no_request(file, str(error)) from None
    if len(content) > _MOST_BYTES or not isinstance(said, dict) or set(said) != _FIELDS or said["kind"] != KIND:
        raise _no_request(file, "it is none that this version writes")
    if said["product"] != __version__ or said["format"] != FORMAT:
        raise _no_request(file, f"it was written by version {said['product']}, this is {__version__}")
    return content, said


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


def _list_error(file: Path, why: str) -> SettingsError:
    return SettingsError("APPROVAL_LIST", what=f"The list of drafts cannot be read: {why}", where=str(file),
                         fix="Write a CSV with the columns company and period_end, one draft a line.")


def _no_request(file: Path, why: str) -> RefusedError:
    return RefusedError("STATEMENT_FORM", what=f"The file is no request for an approval: {why}", where=str(file),
                        fix="Have it written again: timebooks approve batch --request FILE")
