"""The manifest that seals a draft: what it names is the batch, and whatever differs from it is damage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl import __version__
from etl.errors import EtlError
from etl.store import files
from etl.store.damage import Finding, finding
from etl.strict_json import NotStrictError, dump_lines, load
from etl.terms import RenderedFile
from etl.units import BatchNumber
from etl.workspace import Workspace

FORMAT = 1
MANIFEST = "manifest.json"
_KEYS = {"format", "company", "period_end", "batch", "batch_key", "figures", "product", "locked", "inputs", "control",
         "files"}


@dataclass(frozen=True)
class DraftContent:
    """All that a draft consists of: the rendered files, and what the manifest says about them.

    `batch_key`: digest of company, period, target and inputs. `figures`: digest of all figures. `inputs`: plain JSON;
    an input {"kind": "mapping", "digest": …} or {"kind": "pull", "pull_id": …} is looked up by verify.
    `control`: control totals as text or whole numbers. `locked`: package name → version.
    """

    files: Sequence[RenderedFile]
    batch_key: str
    figures: str
    inputs: Sequence[Mapping[str, Any]]
    control: Mapping[str, Any]
    locked: Mapping[str, str]


def manifest_bytes(company: str, period_end: date, batch: BatchNumber, content: DraftContent) -> bytes:
    """The text of manifest.json: no clock, no machine, no revision; equal for equal content."""
    return dump_lines({
        "format": FORMAT, "company": company, "period_end": period_end.isoformat(), "batch": batch,
        "batch_key": content.batch_key, "figures": content.figures, "product": __version__,
        "locked": dict(content.locked), "inputs": [dict(item) for item in content.inputs],
        "control": dict(content.control),
        "files": [{"path": file.path, "role": file.role, "document": file.document, "rows": file.rows,
                   "sha256": files.sha256_bytes(file.content), "bytes": len(file.content)}
                  for file in sorted(content.files, key=lambda file: file.path)],
    })


def read_manifest(folder: Path, expected_digest: str) -> dict[str, Any]:
    """The manifest of a draft or batch folder. Raises DamageError where it is not the one of this digest."""
    path = folder / MANIFEST
    content = files.read_bytes(path)
    if files.sha256_bytes(content) != expected_digest:
        raise Finding(str(path), None, "The manifest is not the one that was recorded").error()
    try:
        return parse_manifest(content)
    except NotStrictError as error:
        raise Finding(str(path), None, f"The manifest cannot be read: {error}").error() from None


def sealed_file(folder: Path, manifest: Mapping[str, Any], path: str) -> Path:
    """One file the manifest names, its digest compared before anybody opens it. Raises DamageError."""
    expected = next((file["sha256"] for file in manifest["files"] if file["path"] == path), None)
    if expected is None:
        raise Finding(str(folder / path), None, "The manifest names no such file").error()
    if files.sha256_known(folder / path) != expected:
        raise Finding(str(folder / path), None, "A stored file was changed").error()
    return folder / path


def parse_manifest(content: bytes) -> dict[str, Any]:
    """The manifest in a text. Raises NotStrictError."""
    manifest = load(content)
    if not isinstance(manifest, dict) or set(manifest) != _KEYS or manifest["format"] != FORMAT:
        raise NotStrictError("not a manifest of this version")
    return manifest


def examine_batch(workspace: Workspace, folder: Path, digest: str, record: int) -> list[Finding]:
    """What is wrong with a draft or batch folder, each file read anew; `record` names its manifest by this digest."""
    try:
        manifest = read_manifest(folder, digest)
    except EtlError as error:
        return [finding(workspace, folder / MANIFEST, error.what, record)]
    expected = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    return examine_folder(workspace, folder, {**expected, MANIFEST: digest}, record)


def examine_folder(workspace: Workspace, folder: Path, expected: Mapping[str, str], record: int) -> list[Finding]:
    """What is missing, changed or extra in a folder that must hold exactly these files (path → sha256)."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))
             if path.is_symlink() or not path.is_dir() or not any(path.iterdir())}
    findings = [finding(workspace, path, "An extra file lies where nothing may be added", record)
                for name, path in found.items() if name not in expected]
    for name, digest in sorted(expected.items()):
        try:
            changed = files.sha256_file(folder / name) != digest
        except EtlError as error:
            findings.append(finding(workspace, folder / name, error.what, record))
        else:
            if changed:
                findings.append(finding(workspace, folder / name, "A stored file was changed", record))
    return findings
