"""What is wrong with the landing: pulls and mapping sets that are missing, changed or extra."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.errors import EtlError
from etl.store import files, landing, mapping_sets
from etl.store.damage import Finding, finding, waiting
from etl.store.records import Record
from etl.store.sealed import examine_folder
from etl.strict_json import NotStrictError
from etl.workspace import Workspace


def examine_pull(workspace: Workspace, folder: Path, record: Record) -> list[Finding]:
    """What is wrong with the folder of one pull, in place or staged, each file read anew."""
    path = folder / landing.PULL
    try:
        content = files.read_bytes(path)
        if files.sha256_bytes(content) != record.text("pull_digest"):   # before anybody relies on what it says
            return [finding(workspace, path, "The text of a pull was changed after it landed", record.number)]
        expected = landing.pull_files(content)
    except EtlError as error:
        return [finding(workspace, path, error.what, record.number)]
    except NotStrictError as error:
        return [finding(workspace, path, f"The text of a pull cannot be read: {error}", record.number)]
    return examine_folder(workspace, folder, {**expected, landing.PULL: record.text("pull_digest")}, record.number)


def examine_pulls(workspace: Workspace, company: str, records: Sequence[Record]) -> list[Finding]:
    """What is wrong with all pulls of a company."""
    findings = []
    for record in landing.kept_pulls(company, records):
        pull_id = record.text("pull_id")
        pending = landing.is_pending(workspace, company, record)
        place = (landing.staged_pull if pending else landing.pull_folder)(workspace, company, pull_id)
        found = examine_pull(workspace, place, record)
        if pending and not found:
            found = [waiting(workspace, landing.pull_folder(workspace, company, pull_id),
                             "A recorded pull is not in place yet; the next run puts it there", record.number)]
        findings += found
    return findings


def examine_mappings(workspace: Workspace, company: str, named: set[str]) -> list[Finding]:
    """What is wrong with all mapping sets of a company; `named` are those that drafts and batches were made with."""
    found = {path.name for path in files.listed(workspace.landing(company) / "mappings")}
    findings = []
    for digest in sorted(found | named):
        try:
            findings += mapping_sets.examine(workspace, company, digest)
        except EtlError as error:
            path = mapping_sets.mapping_path(workspace, company, digest)
            findings.append(finding(workspace, path, f"A mapping set cannot be read: {error.what}"))
    return findings
