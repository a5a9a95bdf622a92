"""Mapping sets: a content-addressed copy of every cross-reference table a draft was made with, immutable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from etl.store import files, staging
from etl.store.damage import Finding, finding
from etl.store.lock import company_lock
from etl.workspace import Workspace


def land_mapping(workspace: Workspace, company: str, contents: Mapping[str, bytes]) -> str:
    """The digest of the set, its copy written where there is none yet.

    Keys are paths relative to the company's mappings, "/" between parts. Drafts name the digest among their inputs.
    """
    digest = mapping_digest({name: files.sha256_bytes(content) for name, content in contents.items()})
    with company_lock(workspace, company, "Timebooks", "landing a mapping set"):
        if mapping_path(workspace, company, digest).exists():
            mapping_folder(workspace, company, digest)
            return digest
        staged = staging.staging_path(workspace, company, f"mapping-{digest[:12]}")
        staging.fill(staged, contents)
        files.make_folder(mapping_path(workspace, company, digest).parent)
        files.move(staged, mapping_path(workspace, company, digest))
    return digest


def mapping_folder(workspace: Workspace, company: str, digest: str) -> Path:
    """The folder of one landed set, its files proven against the digest. Raises DamageError naming the folder."""
    folder = mapping_path(workspace, company, digest)
    if not folder.is_dir() or _digest_of(folder, known=True) != digest:
        raise finding(workspace, folder, "A mapping set is missing, or was changed after it landed").error()
    return folder


def mapping_digest(digests: Mapping[str, str]) -> str:
    """The digest of a set: sha256 over the lines `<sha256 of the file>  <name>`, by name, as sha256sum prints."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return files.sha256_bytes(lines.encode("utf-8"))


def mapping_path(workspace: Workspace, company: str, digest: str) -> Path:
    """Where a set of this digest lies."""
    return workspace.landing(company) / "mappings" / digest


def examine(workspace: Workspace, company: str, digest: str) -> list[Finding]:
    """What is wrong with one landed set, each file read anew."""
    folder = mapping_path(workspace, company, digest)
    if not folder.is_dir():
        return [finding(workspace, folder, "A mapping set that a draft or batch was made with is missing")]
    if _digest_of(folder, known=False) != digest:
        return [finding(workspace, folder, "A mapping set was changed: a file in it is missing, changed or extra")]
    return []


def _digest_of(folder: Path, *, known: bool) -> str:
    read = files.sha256_known if known else files.sha256_file
    return mapping_digest({path.relative_to(folder).as_posix(): read(path)
                           for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()})
