"""Which cross-references a run uses: those that lie there, or, where the company wants edits approved, the approved.

Records: `mapping_version` names the set a draft was made with, `mapping_replay` an edited set and what it would move,
`approve_mapping` the replay that somebody answers for, `mapping_revert` a set that was put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import EtlError, RefusedError
from etl.mapping.declared import FILES
from etl.mapping.load import MappingSet, load_mappings
from etl.mapping.versions import PRIVATE, SETTINGS, SUITES, Edit, edits, needing_approval
from etl.settings import Settings, parse_settings
from etl.steps.mapping_trust import is_proven
from etl.store import audit_log, batches, files
from etl.store.mapping_sets import mapping_digest, mapping_folder
from etl.store.records import Record
from etl.workspace import Workspace

VERSION, REPLAY, APPROVE, REVERT = "mapping_version", "mapping_replay", "approve_mapping", "mapping_revert"
SHEET = "mapping_sheet"   # a workbook of cross-references that was taken in


@dataclass(frozen=True)
class Chosen:
    """Where the files of a run come from. `kept`: files taken from the approved set, by name, with its folder."""

    kept: Mapping[str, Path]
    told: tuple[str, ...]


AS_THEY_LIE = Chosen({}, ())


def working_set(place: Workspace, company: str) -> dict[str, bytes]:
    """The files that people edit, as bytes: settings, cross-references, the company's own suites."""
    folder = place.mappings(company)
    names = [SETTINGS, *(declared.name for declared in FILES)]
    suites = folder / SUITES
    names += [f"{SUITES}{path.name}" for path in files.listed(suites)] if suites.is_dir() else []
    return {name: files.read_bytes(folder / name) for name in names if (folder / name).is_file()}


def set_of(place: Workspace, company: str, digest: str) -> dict[str, bytes]:
    """The files of a landed set. Raises DamageError."""
    folder = mapping_folder(place, company, digest)
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def digest_of(contents: Mapping[str, bytes]) -> str:
    """The digest a set lands under."""
    return mapping_digest({name: files.sha256_bytes(content) for name, content in contents.items()})


def settings_of(place: Workspace, company: str, digest: str) -> Settings:
    """The settings in a landed set."""
    folder = mapping_folder(place, company, digest)
    return parse_settings((folder / SETTINGS).read_text(encoding="utf-8"), company, f"mapping set {digest[:12]}")


def approved_digest(place: Workspace, company: str, records: Sequence[Record]) -> str:
    """The set approved last, by a batch that went out with it or by itself; empty where no edit waits for a word.

    An edit that was approved stays the last one although a draft made before it goes out later.
    """
    digest = _approved(place, company, records)
    governed = digest and settings_of(place, company, digest).approval.mappings == "replay"
    return digest if governed else ""


def _approved(place: Workspace, company: str, records: Sequence[Record]) -> str:
    drafted: dict[tuple[Any, Any], Record] = {}
    digest, since = "", 0
    for record in records:
        if record.type == VERSION:
            drafted[record.body.get("batch"), record.body.get("revision")] = record
        elif record.type == "export":
            version = drafted.get((record.body.get("batch"), record.body.get("revision")))
            if version is not None and version.number > since and (
                    batches.batch_of(place, company, record).mapping_digest == version.text("mapping")):
                digest, since = version.text("mapping"), version.number
        elif record.type == APPROVE and is_complete(place, company, record, records, digest):
            digest, since = record.text("mapping"), record.number
    return digest


def is_complete(
    place: Workspace, company: str, record: Record, records: Sequence[Record], before: str,
) -> bool:
    """Whether with this record enough different people have approved the edit, and on top of what was approved."""
    if not before or record.body.get("before") != before:
        return False
    people = {other.person for other in records[:record.number]
              if other.type == APPROVE and other.body.get("replay") == record.body.get("replay")
              and is_proven(place, company, other, records)}
    return len(people) >= record.whole("needed")


def choose(place: Workspace, company: str) -> Chosen:
    """What a run of today takes: where edits wait for an approval, their files as they were approved."""
    try:
        records = audit_log.read_log(place, company)
    except EtlError:   # whoever goes on to read the log says what is wrong with it
        return AS_THEY_LIE
    if not any(record.type == VERSION for record in records):
        return AS_THEY_LIE
    approved = approved_digest(place, company, records)
    if not approved:
        return AS_THEY_LIE
    found = edits(set_of(place, company, approved), working_set(place, company))
    waiting = needing_approval(found)
    folder = mapping_folder(place, company, approved)
    return Chosen(dict.fromkeys(waiting, folder), tuple(_told(name, found) for name in waiting))


def mappings_now(place: Workspace, company: str) -> MappingSet:
    """The cross-references that a run of today takes. Raises MappingError."""
    return load_mappings(place.mappings(company), company, choose(place, company).kept)


def _told(name: str, found: Sequence[Edit]) -> str:
    count = sum(1 for edit in found if not edit.rides and edit.file.startswith(name))
    return f"{name}: {count} edit(s) wait for a replay and an approval; the run uses it as approved"


def file_of(place: Workspace, company: str, kept: Mapping[str, Path], name: str) -> Path:
    """Where a run finds one file, or the folder of the suites."""
    return kept.get(name, place.mappings(company)) / name


def refuse_unapproved(place: Workspace, company: str, digest: str, records: Sequence[Record], number: int) -> None:
    """Nothing, where a draft of record `number` was made with what was approved then, edits that may ride aside.

    Raises RefusedError MAPPING_NOT_APPROVED.
    """
    if not any(record.type == VERSION for record in records):
        return
    approved = approved_digest(place, company, records[:number])
    if not approved or digest == approved:
        return
    waiting = needing_approval(edits(set_of(place, company, approved), set_of(place, company, digest)))
    if waiting:
        raise RefusedError(
            "MAPPING_NOT_APPROVED", what="The draft was made with edits that nobody approved: " + ", ".join(waiting),
            where=f"mapping set {digest[:12]}, approved is {approved[:12]}",
            fix=f"Replay and approve them, timebooks mapping replay --company {company}, then draft again.")


def note_version(run_records: Sequence[Record], digest: str, batch: int, revision: int) -> dict[str, Any] | None:
    """What a record says of the set a draft was made with; None where one says so already."""
    body = {"mapping": digest, "batch": batch, "revision": revision}
    known = [record for record in run_records if record.type == VERSION and record.body.get("batch") == batch]
    return None if known and known[-1].body == body else body


def is_private(name: str) -> bool:
    """Whether a file holds what is for few eyes."""
    return name.startswith(PRIVATE)
