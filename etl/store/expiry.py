"""Snapshots that still hold what was destroyed on purpose, and letting them go: their own contents with them."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass

from etl.store import backup, destroyed, vault
from etl.store.backup import Snapshot


@dataclass(frozen=True)
class Kept:
    """One snapshot of a vault, and the paths in it that were destroyed since it was made."""

    snapshot: Snapshot
    destroyed: tuple[str, ...]


def kept(place: vault.Vault) -> list[Kept]:
    """Every snapshot, the oldest first. Raises DamageError for one that was changed."""
    gone = destroyed.known(place)
    snapshots = [backup.find(place, number) for number, _ in vault.snapshots(place)]
    return [Kept(one, tuple(destroyed.held(one.files, gone))) for one in snapshots]


def let_go(place: vault.Vault, names: Collection[str]) -> int:
    """Remove these snapshots with every content that no other one lists; how many contents that were.

    What stays is read back whole first. Contents go before the text that lists them, so that a run that died is
    finished by doing it again. Raises DamageError where the newest snapshot is not whole.
    """
    snapshots = [backup.find(place, number) for number, _ in vault.snapshots(place)]
    staying = [one for one in snapshots if one.name not in names]
    backup.check(place, staying[-1], random.Random(0), is_full=True)   # noqa: S311
    used = {str(one["sha256"]) for snapshot in staying for one in snapshot.files}
    there = {name.rpartition("/")[2] for name in place.names("objects")}
    leaving = [one for one in snapshots if one.name in names]
    unused = ({str(one["sha256"]) for snapshot in leaving for one in snapshot.files} - used) & there
    for digest in sorted(unused):
        place.remove(vault.object_name(digest))
    for snapshot in leaving:
        place.remove(snapshot.name)
    return len(unused)
