"""Where the history of a workspace lies, who may write it, and what is said when it cannot be used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import BusyError, DamageError, RefusedError, StoreError
from etl.store import files
from etl.store.history_shared import Shared, shared_of
from etl.store.shared_places import is_allowed, shared_by
from etl.workspace import Workspace

REBUILD = "Run timebooks history rebuild; nothing is lost, it is made again from the exported batches."
_WHERE = "data/history"
LOCK_SECONDS = 120
_LEFT_BEHIND_SECONDS = 86_400


class HistoryMissingError(StoreError):
    """There is no history yet, or it was deleted."""


@dataclass(frozen=True)
class Place:
    """The folders of one workspace's history, as absolute paths: nothing may lead into another workspace."""

    root: Path
    shared: Shared | None = None   # its catalog and its files lie elsewhere, for other machines too

    @classmethod
    def of(cls, workspace: Workspace) -> Place:
        """The place of this workspace, links on the way to it resolved."""
        return cls(workspace.history.resolve(), shared_of(workspace))

    @property
    def catalog(self) -> Path:
        """The lake's catalog."""
        return self.root / "catalog.sqlite"

    @property
    def data(self) -> Path:
        """The lake's Parquet files."""
        return self.root / "files"

    @property
    def data_path(self) -> str:
        """The place of the Parquet files as DuckDB names it, ending in a stroke."""
        return self.shared.declared.data_path if self.shared else f"{self.data.as_posix()}/"

    @property
    def is_missing(self) -> bool:
        """Whether there is certainly nothing to read; of a shared one only its catalog can tell."""
        return self.shared is None and not self.catalog.exists()

    @property
    def work(self) -> Path:
        """One folder per open connection, for its temporary files."""
        return self.root / "work"


@contextmanager
def committer(place: Place) -> Iterator[None]:
    """While this lasts, no other process writes the history. Raises BusyError where one does not let go.

    A shared history is locked by a lease in its catalog instead (lake.session).
    Raises StoreError HISTORY_PLACE on a network share or in a synced folder, unless that is allowed.
    """
    if place.shared is not None:
        yield
        return
    sharing = shared_by(place.root)
    if sharing and not is_allowed():
        raise StoreError(
            "HISTORY_PLACE", where=str(place.root),
            what=f"The history would lie on {sharing}, where databases get damaged",
            fix="Keep the workspace on a disk of this machine and copy the finished batch folders to the share. "
                "TIMEBOOKS_HISTORY_ANYWHERE=1 allows it all the same.")
    files.make_folder(place.root)
    lock = FileLock(place.root / "history.lock", timeout=LOCK_SECONDS, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            "HISTORY_UNAVAILABLE", what=f"Another process has been writing the history for {LOCK_SECONDS} seconds",
            where=_WHERE, fix="Wait until it has ended, then run again.") from None
    except OSError as error:
        raise unavailable(f"The history cannot be locked here: {error.strerror}",
                          "Keep the workspace on a disk of this machine, in a folder you may write to.") from None
    try:
        yield
    finally:
        lock.release()


def delete(place: Place) -> None:
    """The history is gone, its catalog first: a catalog never names files that are no longer there."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        files.remove(place.catalog.with_name(place.catalog.name + suffix))
    files.remove_tree(place.data)


def sweep(place: Place) -> None:
    """What killed processes left in the work folder a day ago or more is gone."""
    for folder in files.listed(place.work):
        if time.time() - folder.lstat().st_mtime > _LEFT_BEHIND_SECONDS:
            files.remove_tree(folder)


def missing() -> HistoryMissingError:
    """There is nothing to read."""
    return HistoryMissingError("HISTORY_UNAVAILABLE", what="There is no history in this workspace yet", where=_WHERE,
                               fix="Run timebooks history rebuild; it is made from the exported batches.")


def unavailable(what: str, fix: str) -> StoreError:
    """The history cannot be used now, and is not to blame."""
    return StoreError("HISTORY_UNAVAILABLE", what=what, where=_WHERE, fix=fix)


def damaged(what: str, where: str = _WHERE) -> DamageError:
    """The history is not what was written; it can be made again."""
    return DamageError("HISTORY_DAMAGED", what=what, where=where, fix=REBUILD)


def out_of_reach(place: Place, why: str) -> StoreError:
    """A shared history does not answer; it may, the next time."""
    return StoreError(
        "HISTORY_UNAVAILABLE", what=f"The shared history does not answer: {why}", where=_shown(place),
        fix="Check mappings/_workspace/history.toml, the network and the secrets history_catalog and history_files, "
            "then run again. Nothing is lost: the next export or question adds what is missing.")


def lease_lost(place: Place) -> BusyError:
    """This process was taken for dead, and another one writes now; nothing of ours was committed."""
    return BusyError("HISTORY_LEASE", what="Another process took over while this one was writing the shared history",
                     where=_shown(place), fix="Run again; nothing was written twice and nothing by halves.")


def owned_by_another(place: Place, what: str, where: str) -> RefusedError:
    """A shared history holds something else under this company's name; nobody's rows are replaced unasked."""
    return RefusedError(
        "HISTORY_OWNER", what=what, where=f"{_shown(place)}: {where}",
        fix="Publish each company from one workspace. Where this is the one, timebooks history rebuild replaces "
            "what the shared history holds of its companies.")


def _shown(place: Place) -> str:
    return place.shared.declared.shown if place.shared else _WHERE


def refused(what: str) -> RefusedError:
    """The history is fine; the question is not."""
    return RefusedError("QUERY_REFUSED", what=what, where="timebooks history query",
                        fix="Ask with one SELECT over the views that docs/history.md describes.")
