"""What of the cross-references is another than approved, and the changelog: who changed what, when, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.mapping.versions import Edit, edits, needing_approval
from etl.steps.mapping_versions import (
    APPROVE,
    REPLAY,
    REVERT,
    SHEET,
    VERSION,
    approved_digest,
    is_private,
    set_of,
    working_set,
)
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import place_of
from etl.store import audit_log, batches
from etl.store.records import Record
from etl.workspace import Workspace

_ROW = ("file", "what", "row", "column", "old", "new")
_HIDDEN = "…"


@dataclass(frozen=True)
class Version:
    """One mapping set as the log names it: since when it is known, by whom, and in which words."""

    digest: str
    record: Record
    how: str


def mapping_diff(company: str, *, with_private: bool = False, workspace: str | Path | None = None) -> Outcome:
    """What lies there against what was approved last, or went out with the newest batch; reads only."""
    place = place_of(workspace)
    records = audit_log.read_log(place, company)
    approved = approved_digest(place, company, records)
    exported = batches.exported(place, company, records)
    if not approved and not exported:
        return Outcome(title=f"no batch of {company} is exported yet; its approval covers the cross-references")
    base = approved or exported[-1].mapping_digest
    found = edits(set_of(place, company, base), working_set(place, company))
    waiting = needing_approval(found) if approved else []
    return Outcome(
        title=f"{len(found)} edit(s) since mapping set {base[:12]}"
        + (f"; {', '.join(waiting)} wait(s) for a replay and an approval" if waiting else ""),
        headings=(*_ROW, "covered by"),
        rows=tuple((*_cells(edit, with_private=with_private), _covered(edit, is_governed=bool(approved)))
                   for edit in found),
        next_step=f"timebooks mapping replay --company {company} --weeks 4" if waiting else "")


def mapping_changes(
    company: str,
    *,
    output: Path | None = None,
    with_private: bool = False,
    workspace: str | Path | None = None,
) -> Outcome:
    """Every change of the cross-references that the audit log knows, oldest first: who, when, old and new, row by row.

    Rows of private files are named and their figures left out unless they are asked for.
    """
    place = place_of(workspace)
    records = audit_log.read_log(place, company)
    rows: list[tuple[str, ...]] = []
    count, before = 0, None
    for version in known_versions(place, company, records):
        if before is not None and version.digest != before:
            count += 1
            found = edits(set_of(place, company, before), set_of(place, company, version.digest))
            rows += [(str(version.record.number), version.record.recorded_at, version.record.person, version.how,
                      *_cells(edit, with_private=with_private)) for edit in found]
        elif before is not None and version.record.type == APPROVE:
            rows.append((str(version.record.number), version.record.recorded_at, version.record.person, version.how,
                         "", "", f"mapping set {version.digest[:12]}", "", "", ""))
        before = version.digest
    rows += [(str(record.number), record.recorded_at, record.person, "workbook taken in", name, "changed", "the file",
              "sha256", said["before"][:12], said["after"][:12])
             for record in records if record.type == SHEET for name, said in record.body["files"].items()]
    rows.sort(key=lambda row: int(row[0]))
    headings = ("record", "when", "who", "how", *_ROW)
    if output is not None:
        write_report(output, headings, rows)
    return Outcome(
        title=f"{count} change(s) of the cross-references of {company} in the audit log",
        facts=(("mapping set now", before[:12]),) if before else (), headings=headings, rows=tuple(rows))


def known_versions(place: Workspace, company: str, records: Sequence[Record]) -> Iterator[Version]:
    """The mapping sets that the log names, in its order."""
    drafts = {(record.body.get("batch"), record.body.get("revision")): record
              for record in records if record.type == "draft"}
    noted = {(record.body.get("batch"), record.body.get("revision")) for record in records if record.type == VERSION}
    for record in records:
        if record.type == VERSION:
            yield Version(record.text("mapping"), record, f"drafted, batch {record.whole('batch'):04d}")
        elif record.type == REPLAY:
            yield Version(record.text("mapping"), record, f"replay {record.text('replay')}")
        elif record.type == APPROVE:
            yield Version(record.text("mapping"), record, f"approved, replay {record.text('replay')}")
        elif record.type == REVERT:
            yield Version(record.text("left"), record, "left behind")
            yield Version(record.text("mapping"), record, f"put back: {record.text('reason')}")
        elif record.type == "export" and (key := (record.body.get("batch"), record.body.get("revision"))) not in noted:
            digest = batches.batch_of(place, company, record).mapping_digest
            yield Version(digest, drafts[key], f"drafted, batch {record.whole('batch'):04d}")


def _covered(edit: Edit, *, is_governed: bool) -> str:
    return "the batch's approval" if edit.rides or not is_governed else "a replay and an approval"


def _cells(edit: Edit, *, with_private: bool) -> tuple[str, ...]:
    row, old, new = edit.row, edit.old, edit.new
    if is_private(edit.file) and not with_private:
        row = row if edit.what == "changed" else row.split(", ", 1)[0]
        old, new = _HIDDEN if old else "", _HIDDEN if new else ""
    return edit.file, edit.what, row, edit.column, old, new
