"""One connection's pull: the small lists, then the entries, proven complete; or what came of it, marked incomplete."""

from __future__ import annotations

import hashlib
import json
import time
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from etl.errors import SourceError
from etl.machine import no_search_for_cycles
from etl.settings import Connection, Quota
from etl.sources.calls import CallError
from etl.sources.http import Client, Place
from etl.sources.landing_rows import RowFile
from etl.sources.listing import TURNS, Feed, IncompleteError, Listed, Listing, MovedError, read_once, read_whole
from etl.sources.page_file import PageFile
from etl.sources.registry import tracker_of
from etl.sources.rows import Row, Rows
from etl.sources.trackers import Reader, Sorted, Window
from etl.tables import STANDINGS

KEPT_HOURS = 6   # an interrupted pull older than this is begun anew: its first pages would be too old
_COUNTS = ("delivered", "entries", "running", "breaks", "hidden")
Told = Callable[[str, int, int, int | None], None]


@dataclass
class Pulled:
    """What a pull brought. `evidence`: how completeness was proven, and the counts. `error`: why it is incomplete.

    `digest`: the sha256 of the pages, in hex, where it is known from writing them.
    """

    pages: Path
    entries: Path
    rows: int
    counts: dict[str, int]
    evidence: dict[str, Any]
    remarks: tuple[str, ...] = ()
    error: SourceError | None = None
    looked_up: Mapping[str, int] = field(default_factory=dict)
    reused_pages: int = 0
    standing: Mapping[str | None, int] = field(default_factory=dict)   # rows by how far the tracker has them approved
    digest: str | None = None

    @property
    def is_resumable(self) -> bool:
        """Whether the next attempt may go on from these pages."""
        return isinstance(self.error, CallError) and self.error.code != "PAGES_ENDLESS"

    @property
    def is_complete(self) -> bool:
        """Whether every list was proven to its end."""
        return self.error is None


def place_of(connection: Connection, *, loopback_only: bool) -> Place:
    """Where the connection's calls go. Raises SettingsError ADDRESS_REFUSED."""
    addresses = dict(tracker_of(connection).addresses)
    if connection.base_url:
        addresses["core"] = connection.base_url
    if connection.reports_url:
        addresses["reports"] = connection.reports_url
    return Place(connection.name, addresses, connection.ca_file, loopback_only)


def quotas_of(connection: Connection, place: Place) -> tuple[Quota, ...]:
    """What the account may be asked: as declared, else what the vendor says; a server on this machine has no limit."""
    return connection.quotas or (() if place.is_loopback else tracker_of(connection).quotas)


def pull_folder(scratch: Path, connection: Connection, window: Window) -> Path:
    """Where the pull of one window is put together; another declaration has another folder."""
    said = json.dumps([connection.model_dump(mode="json"), str(window.start), str(window.end)], sort_keys=True)
    return scratch / "pulls" / f"{connection.name}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def pull_window(client: Client, connection: Connection, window: Window, folder: Path, told: Told) -> Pulled:
    """Everything the tracker has of a window, in files below `folder`; an earlier attempt there is gone on from.

    Raises SourceError where nothing came at all, or where what came has another form than is known.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "received.pages"
    if path.exists() and time.time() - path.stat().st_mtime > KEPT_HOURS * 3600:
        path.unlink()
    feed = Feed(client, PageFile(path), connection.name, told)
    pull = _Pull(connection, window, feed, folder)
    error: SourceError | None = None
    try:
        with no_search_for_cycles():
            pull.read()
        feed.file.finish()
    except (CallError, IncompleteError) as stopped:
        feed.file.close()
        if not path.stat().st_size:
            pull.forget_parts()
            raise
        error = stopped
    except BaseException as broken:
        feed.file.close()
        pull.forget_parts()
        if isinstance(broken, SourceError):   # of another form than is known: looked at by people, never read again
            path.replace(folder / "refused.pages")
        raise
    rows, counts = pull.finish()
    evidence: dict[str, Any] = {"lists": pull.proofs, "counts": counts}
    if error is not None:
        evidence["stopped"] = error.code
    new = [f"{name} brought new field(s), kept with the pages: {', '.join(sorted(fields))[:200]}"
           for name, fields in sorted(feed.unknown.items())]
    return Pulled(path, rows.path, rows.rows, counts, evidence, (*new, *filter(None, [client.clock_remark])), error,
                  {name: len(found) for name, found in pull.looked_up.items()}, feed.file.reused,
                  sum((part.standing for part in pull.parts), Counter()), feed.file.digest if error is None else None)


def standings(pages: Path, connection: Connection, window: Window, folder: Path) -> pa.Table:
    """How the entries of a landed pull stand at the tracker, from its pages: STANDINGS, an entry once, its latest."""
    found: dict[str, dict[str, str | None]] = {}

    def keep(page: Sorted) -> None:
        refs = page.entries["entry_ref"]
        columns = {name: page.standing[name] for name in STANDINGS.names[1:] if name in page.standing}
        for ref, *said in zip(refs, *columns.values(), strict=True) if columns else ():
            found[str(ref)] = {"entry_ref": ref, **dict(zip(columns, said, strict=True))}

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pull = _again(pages, connection, window, folder)
    pull.heard = keep
    pull.read_landed()
    pull.forget_parts()
    return pa.Table.from_pylist(list(found.values()), STANDINGS)


def read_again(pages: Path, connection: Connection, window: Window, folder: Path) -> Path:
    """The entries in the pages of a landed pull, read anew, as Parquet below `folder`. Nothing is asked."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pull = _again(pages, connection, window, folder)
    pull.read_landed()
    rows, _ = pull.finish()
    return rows.path


def _again(pages: Path, connection: Connection, window: Window, folder: Path) -> _Pull:
    pull = _Pull(connection, window, Feed(None, PageFile(pages, is_landed=True), connection.name), folder)
    pull.is_proven = True
    return pull


class _Part:
    """The entries of one list while it is read; begun anew when the list is."""

    def __init__(self, path: Path) -> None:
        self.rows = RowFile(path)
        self.begin()

    def begin(self) -> None:
        """Nothing was read yet."""
        self.rows.begin()
        self.keys = array("q")   # of the landed entries, hashed
        self.counts = dict.fromkeys(_COUNTS, 0)
        self.standing: Counter[str | None] = Counter()

    def take(self, rows: Rows, found: Sorted) -> None:
        """The rows of one page, sorted out."""
        refs = found.entries["entry_ref"]
        self.keys.extend(map(hash, refs))
        self.rows.add(found.entries, len(refs))
        self.standing.update(found.standing.get("standing", ()))
        for name, count in zip(_COUNTS, (len(rows), len(refs), found.running, found.breaks, found.hidden), strict=True):
            self.counts[name] += count


class _Pull:
    """The state of one pull."""

    def __init__(self, connection: Connection, window: Window, feed: Feed, folder: Path) -> None:
        self.connection, self.window, self.feed, self.folder = connection, window, feed, folder
        self.tracker = tracker_of(connection)
        self.looked_up: dict[str, list[Row]] = {}
        self.parts: list[_Part] = []
        self.proofs: list[dict[str, Any]] = []
        self.is_proven = False   # pages of a landed pull: they were proven when they came
        self.heard: Callable[[Sorted], None] = lambda page: None  # noqa: ARG005

    def read(self) -> None:
        """The small lists, then the entries, each proven."""
        for listing in self.tracker.lookups(self.connection, self.window):
            found: list[Row] = []
            self._prove(listing, *self._whole(listing, found.clear, found.extend))
            rows = Rows(found)
            self.looked_up[listing.name] = list(dict(zip(listing.keys(rows), rows, strict=True)).values())
        reader = self.tracker.reader(self.connection, self.looked_up)
        marker = self.tracker.marker(self.connection)
        mark, proven = self.feed.file.mark(), len(self.proofs)
        for turn in range(TURNS):
            if turn:
                self.feed.file.back_to(mark)
                del self.proofs[proven:]
                self.forget_parts()
            before = self._moved(marker)
            for listing in self.tracker.entries(self.connection, self.window):
                self._read_entries(listing, reader)
            if self._moved(marker) == before or self.is_proven:
                return
        raise IncompleteError(
            "PULL_NOT_PROVEN", what=f"Entries were edited while they were read, {TURNS} times",
            where=f"connection {self.connection.name}",
            fix="Run again when nobody is editing; what came is kept, marked as incomplete and never drafted from.")

    def read_landed(self) -> None:
        """The pages of a landed pull; an incomplete one ends in the middle."""
        try:
            with suppress(CallError, MovedError):
                self.read()
        finally:
            self.feed.file.close()

    def _read_entries(self, listing: Listing, reader: Reader) -> None:
        part = _Part(self.folder / f"part-{len(self.parts)}.parquet")
        self.parts.append(part)

        def take(rows: Rows) -> None:
            try:
                found = reader(rows)
                part.take(rows, found)
                self.heard(found)
            except (KeyError, TypeError, AttributeError, IndexError) as error:
                raise SourceError(
                    "SCHEMA_CHANGED", where=f"connection {self.connection.name}, {listing.name}",
                    what=f"The tracker's answer has another form: an entry lacks or alters {str(error)[:80]}",
                    fix="Nothing was drafted from it. Look for a newer version of Timebooks, or report this.") from None

        self._prove(listing, *self._whole(listing, part.begin, take))
        part.rows.close()

    def _whole(
        self, listing: Listing, begin: Callable[[], None], take: Callable[[Rows], None],
    ) -> tuple[Listed, str]:
        return (read_once(self.feed, listing, take), "") if self.is_proven else (
            read_whole(self.feed, listing, begin, take))

    def _moved(self, marker: Listing | None) -> Any:
        """The tracker's own time of last change, where it tells one."""
        return self.feed.page(marker, marker.first).data if marker else None

    def _prove(self, listing: Listing, listed: Listed, proof: str) -> None:
        self.proofs.append({"list": listing.name, "pages": listed.pages, "rows": listed.rows, "proof": proof})

    def forget_parts(self) -> None:
        """What was read is not used; its files are closed and gone."""
        for part in self.parts:
            part.rows.close()
            part.rows.path.unlink(missing_ok=True)
        self.parts = []

    def finish(self) -> tuple[RowFile, dict[str, int]]:
        """All parts as one file, each entry once, the latest; and what was counted."""
        counts = dict.fromkeys((*_COUNTS, "repeated"), 0)
        for part in self.parts:
            part.rows.close()
            for name, count in part.counts.items():
                counts[name] += count
        rows = RowFile(self.folder / "entries.parquet")
        if len(self.parts) == 1:
            rows.adopt(self.parts[0].rows)
        else:
            rows.begin()
            for part in self.parts:
                rows.add_file(part.rows.path)
            rows.close()
        keys = np.concatenate([np.zeros(0, np.int64), *(np.frombuffer(part.keys, np.int64) for part in self.parts)])
        values, times = np.unique(keys, return_counts=True)
        if len(values) < len(keys):
            counts["repeated"] = rows.keep_latest(np.flatnonzero(np.isin(keys, values[times > 1])).tolist())
            counts["entries"] -= counts["repeated"]
        for part in self.parts:
            part.rows.path.unlink(missing_ok=True)
        assert counts["delivered"] * 2 == sum(counts.values()), counts   # nothing is lost on the way
        assert counts["entries"] == rows.rows, counts
        return rows, counts
