"""Whether the log says who wrote the edits that a draft was made with; four eyes are worth nothing without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from etl.errors import RefusedError
from etl.mapping.versions import edits, needing_approval
from etl.steps.mapping_versions import REPLAY, REVERT, SHEET, set_of
from etl.store import batches, files
from etl.store.records import Record
from etl.terms import Policy
from etl.workspace import Workspace


def refuse_nameless(
    place: Workspace, company: str, policy: Policy, digest: str, records: Sequence[Record], number: int,
) -> None:
    """Nothing, where each edit that could move exported figures, made since the newest export, has an author.

    `number`: of the approval's record. A file has an author where somebody replayed it, put it back or took it in as it
    is in the draft's set. Rows that map only held work need none. Raises RefusedError AUTHOR_UNKNOWN.
    """
    before = [one for one in batches.exported(place, company, records[:number - 1]) if one.folder.is_dir()]
    if policy != "four_eyes" or not before or before[-1].mapping_digest == digest:
        return
    drafted = set_of(place, company, digest)
    waiting = needing_approval(edits(set_of(place, company, before[-1].mapping_digest), drafted))
    said = list(_recorded(place, company, records[before[-1].number:number - 1])) if waiting else []
    nameless = [name for name in waiting if not any(
        own == {one: files.sha256_bytes(content) for one, content in drafted.items() if one.startswith(name)}
        for own in ({one: sha for one, sha in known.items() if one.startswith(name)} for known in said))]
    if nameless:
        raise RefusedError(
            "AUTHOR_UNKNOWN", what=f"The log does not say who edited {', '.join(nameless)} (policy four_eyes)",
            where=f"mapping set {digest[:12]}, batch {before[-1].batch:04d} went out with "
            f"{before[-1].mapping_digest[:12]}",
            fix=f"Have its author record it, timebooks mapping replay --company {company}; somebody else approves.")


def _recorded(place: Workspace, company: str, records: Sequence[Record]) -> Iterator[Mapping[str, str]]:
    """What each author answers for: names of files with their sha256."""
    for record in records:
        if record.type in (REPLAY, REVERT):
            own = set_of(place, company, record.text("mapping"))
            yield {name: files.sha256_bytes(content) for name, content in own.items()}
        elif record.type == SHEET:
            yield {name: str(said["after"]) for name, said in record.body["files"].items()}
