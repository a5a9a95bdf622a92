"""The file that asks somebody elsewhere for a signature: written here, read on the signer's own machine.

Nothing of it is trusted on return: what was signed is held against what the audit log says was asked for.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl import __version__
from etl.disk import told
from etl.errors import RefusedError, SettingsError
from etl.steps.returned import read_given
from etl.steps.trusted import Trust
from etl.store.files import sha256_bytes
from etl.strict_json import NotStrictError, dump_lines, load

REQUEST, FORMAT = "request_approval", 1
DRAFTS, WEEKS, EDITS = "approval-request", "time-request", "mapping-request"
_COMMON = {"format", "kind", "id", "workspace", "product", "people"}
_OWN = {DRAFTS: {"drafts"}, WEEKS: {"company", "period_end", "weeks", "log"}, EDITS: {"company", "edit", "log"}}
_COMMANDS = {DRAFTS: "batch", WEEKS: "time", EDITS: "mapping"}
_MOST_BYTES = 16 << 20


def write_request(file: Path, trust: Trust, kind: str, fields: Mapping[str, Any]) -> str:
    """The request as a file; its digest."""
    end = trust.people.head
    content = dump_lines({
        "format": FORMAT, "kind": kind, "id": secrets.token_hex(16), "workspace": trust.people.workspace,
        "product": __version__, "people": {"number": end.number, "digest": end.digest}, **fields})
    with told("write the file", file):
        file.write_bytes(content)
    return sha256_bytes(content)


def read_request(file: Path) -> tuple[bytes, dict[str, Any]]:
    """Bytes and content of a request of any kind. Raises RefusedError STATEMENT_FORM."""
    content = read_given(file, _MOST_BYTES)
    try:
        said = load(content)
    except NotStrictError as error:
        raise no_request(file, str(error)) from None
    kind = said.get("kind") if isinstance(said, dict) else None
    own = _OWN.get(kind) if isinstance(kind, str) else None
    if len(content) > _MOST_BYTES or not isinstance(said, dict) or own is None or set(said) != _COMMON | own:
        raise no_request(file, "it is none that this version writes")
    if said["product"] != __version__ or said["format"] != FORMAT:
        raise no_request(file, f"it was written by version {said['product']}, this is {__version__}")
    return content, said


def need_list(*trusts: Trust | None) -> Trust:
    """The people list of the workspace. Raises SettingsError PEOPLE_MISSING where a name would be all that travels."""
    first = trusts[0]
    if first is None or any(trust is None or trust.is_practice for trust in trusts):
        raise SettingsError(
            "PEOPLE_MISSING", what="An approval travels as a file only where a people list says whose key signs it",
            where="data/people", fix="Found the list first: timebooks company people found")
    return first


def unasked(where: str) -> RefusedError:
    """An answer that no request of this workspace asked for."""
    return RefusedError("REQUEST_UNKNOWN", what="The answer belongs to no request that was made here for this",
                        where=where, fix="Write a request and have that one answered.")


def no_request(file: Path, why: str) -> RefusedError:
    """A file that is no request."""
    commands = ", ".join(f"timebooks approve {command} --request FILE" for command in _COMMANDS.values())
    return RefusedError("STATEMENT_FORM", what=f"The file is no request for an approval: {why}", where=str(file),
                        fix=f"Have it written again: {commands}")
