"""What was destroyed on purpose, as a backup knows it: notes beside its snapshots, so that nothing comes back unseen.

A purge reaches no copy. Its record is noted in the vault, by the digest of the note: a snapshot that still holds what
was destroyed is told, is not restored, and can be let go by two people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.errors import DamageError, RefusedError
from etl.store import files, keeping, vault
from etl.store.records import Record
from etl.strict_json import NotStrictError, dump_lines, load

FORMAT = 1
_NOTE = re.compile(r"purges/[a-z0-9-]{1,31}-[0-9]{8}-([0-9a-f]{64})\.json")
Destroyed = Mapping[tuple[str, str], int]   # path and sha256 of a file -> the record of its purge


def note_purges(place: vault.Vault, company: str, records: Sequence[Record]) -> int:
    """Every purge of a company noted in the vault; how many notes are new."""
    known, new = place.names("purges"), 0
    for record in records:
        if record.type == keeping.PURGE and keeping.items(record):
            content = dump_lines({
                "format": FORMAT, "company": company, "record": record.number, "digest": record.digest,
                "files": [[path, digest] for path, digest in sorted(_files(record))]})
            name = f"purges/{company}-{record.number:08d}-{files.sha256_bytes(content)}.json"
            if name not in known:
                place.write(name, content)
                new += 1
    return new


def known(place: vault.Vault) -> Destroyed:
    """Every file that the vault was told is destroyed. Raises DamageError for a note that was changed."""
    found: dict[tuple[str, str], int] = {}
    for name in sorted(place.names("purges")):
        said = _NOTE.fullmatch(name)
        content = place.read(name)
        if said is None or files.sha256_bytes(content) != said[1]:
            raise _damaged(place, name)
        try:
            note: dict[str, Any] = load(content)
            found |= {(str(path), str(digest)): int(note["record"]) for path, digest in note["files"]}
        except (NotStrictError, KeyError, TypeError, ValueError):
            raise _damaged(place, name) from None
    return found


def held(listed: Iterable[Mapping[str, Any]], destroyed: Destroyed) -> list[str]:
    """The paths of a snapshot's files that were destroyed since it was made."""
    return [str(one["path"]) for one in listed if (str(one["path"]), str(one["sha256"])) in destroyed]


def refuse_destroyed(place: vault.Vault, listed: Sequence[Mapping[str, Any]], name: str) -> None:
    """Nothing, where a snapshot holds nothing that was destroyed on purpose; otherwise RefusedError RESTORE_PURGED."""
    back = held(listed, known(place))
    if back:
        raise RefusedError(
            "RESTORE_PURGED", what=f"This snapshot holds {len(back)} file(s) that were destroyed on purpose since",
            where=f"{name.rpartition('/')[2][:6]}, such as {back[0]}",
            fix="Restore a snapshot made after the purge: timebooks archive snapshots names them.")


def _files(record: Record) -> set[tuple[str, str]]:
    return {(f"{item['place']}/{one['path']}", str(one["sha256"]))
            for item in keeping.items(record) for one in item["files"]}


def _damaged(place: vault.Vault, name: str) -> DamageError:
    return DamageError("DAMAGE", what="A note of what was destroyed was changed", where=f"{place.shown}, {name}",
                       fix="Take another copy of the backup; keep this one as it is.")
