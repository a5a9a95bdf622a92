"""One list of a tracker read page by page to its proven end: complete, or not used."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from etl.errors import SourceError
from etl.sources.answers import Page, Shape, Watch, known_form, read_json
from etl.sources.calls import Answer, CallError, Request
from etl.sources.http import Client
from etl.sources.known_form import KnownForm
from etl.sources.page_file import PageFile
from etl.sources.rows import Row, Rows

Proof = Literal["total", "whole", "repeat", "marker"]
MOST_PAGES = 100_000
TURNS = 3


def no_total(page: Page) -> int | None:  # noqa: ARG001
    """The tracker does not tell how many rows there are."""
    return None


def last_page(page: Page) -> Request | None:  # noqa: ARG001
    """There is no further page: the answer holds everything."""
    return None


@dataclass(frozen=True)
class Listing:
    """How one list is asked for and read.

    `next`: the request for the page after this one, None behind the last. `proof` of completeness: `total`, the count
    the tracker tells; `whole`, one answer that cannot be cut in two; `repeat`, a second listing with the same keys
    (not needed where one page held all); `marker`, the tracker's own time of last change, the same before and after.
    `key`: the field that holds a row's id. `headers`: those that say where the next page is. `size`: rows a page, for
    estimates. `promises`: a page is only asked for where the tracker said that it holds rows.
    """

    name: str
    first: Request
    rows: Callable[[Page], list[Row] | Rows]
    shape: Shape
    next: Callable[[Page], Request | None] = last_page
    proof: Proof = "whole"
    total: Callable[[Page], int | None] = no_total
    key: str = "id"
    headers: tuple[str, ...] = ()
    size: int = 0
    promises: bool = True

    def keys(self, rows: Rows) -> list[str]:
        """The ids of rows, as text."""
        return rows.texts(self.key)


class IncompleteError(SourceError):
    """A list that was read to its end and is still not proven to be complete."""


class MovedError(Exception):
    """The pages of one reading contradict each other; a new one may not."""


@dataclass
class Listed:
    """What one reading of a list brought: `keys` of all rows, hashed; `total` as each page told it."""

    pages: int = 0
    rows: int = 0
    totals: set[int | None] = field(default_factory=set)
    keys: array[int] = field(default_factory=lambda: array("q"))

    def unique(self) -> np.ndarray:
        """The keys, each once, in order; counted, because that is done by sorting and takes a quarter of the time."""
        return np.unique(np.frombuffer(self.keys, np.int64), return_counts=True)[0]


@dataclass
class Feed:
    """Where pages come from: what an earlier attempt kept, else the tracker. `told` hears of progress."""

    client: Client | None   # None: only pages that are there
    file: PageFile
    connection: str
    told: Callable[[str, int, int, int | None], None] = lambda listing, pages, rows, total: None  # noqa: ARG005
    unknown: dict[str, set[str]] = field(default_factory=dict)
    _forms: dict[str, KnownForm] = field(default_factory=dict)

    def page(self, listing: Listing, request: Request) -> Page:
        """One page, given to the file as received before it is used."""
        where = f"connection {self.connection}, {listing.name}"
        kept = self.file.again(listing.name, request)
        if kept is not None:
            return self._read(listing, request, kept, where)

        def keep(answer: Answer) -> Page:
            page = self._read(listing, request, answer, where)
            self.file.keep(listing.name, request, answer, listing.headers)
            return page

        if self.client is None:
            raise CallError("PAGE_MISSING", what=f"The pages end before the list {listing.name} does", where=where,
                            fix="This pull was interrupted; pull again.")
        return self.client.ask(request, keep)

    def _read(self, listing: Listing, request: Request, answer: Answer, where: str) -> Page:
        """One answer, read; pages whose rows have the form of the page before quickly."""
        if not isinstance(listing.rows, RowsAt):
            return Page(read_json(answer, where), dict(answer.headers), request)
        if listing.name not in self._forms:
            self._forms[listing.name] = known_form(listing.rows.keys, listing.shape)
        return Page(read_json(answer, where, self._forms[listing.name]), dict(answer.headers), request)

    def ask_ahead(self, request: Request) -> None:
        """The next request may go out now; its page is taken in its turn."""
        if self.client is not None and not self.file.is_replaying:
            self.client.ask_ahead(request)

    def watch(self, listing: Listing) -> Watch:
        """The watch over one list's rows."""
        return Watch(listing.shape, f"connection {self.connection}, {listing.name}")


def read_once(feed: Feed, listing: Listing, take: Callable[[Rows], None]) -> Listed:
    """Every page to the last; `take` gets the rows of each. Raises CallError PAGES_ENDLESS where they never end."""
    listed, watch = Listed(), feed.watch(listing)
    request: Request | None = listing.first
    asked: set[Request] = set()
    previous: Sequence[int] = ()
    while request is not None:
        if request in asked or len(asked) >= MOST_PAGES:
            raise _endless(feed, listing, "leads back to a page that was read" if request in asked else "never ends")
        asked.add(request)
        page = feed.page(listing, request)
        told = listing.rows(page)
        request = listing.next(page)
        if told and request is not None and request not in asked:
            feed.ask_ahead(request)   # the tracker works on it while this page is read
        rows = watch.check(told)
        keys = list(map(hash, listing.keys(rows)))
        if not rows and (request is not None or (listing.promises and listed.pages)):
            raise MovedError("promises a page and gives an empty one")
        if request is not None and keys == previous:
            raise MovedError("gives the same page again under another name")
        take(rows)
        listed.keys.extend(keys)
        listed.pages += 1
        listed.rows += len(rows)
        total = listing.total(page)
        listed.totals.add(total)
        previous = keys
        feed.told(listing.name, listed.pages, listed.rows, total)
    if watch.unknown:
        feed.unknown.setdefault(listing.name, set()).update(watch.unknown)
    return listed


def read_whole(
    feed: Feed, listing: Listing, begin: Callable[[], None], take: Callable[[Rows], None],
) -> tuple[Listed, str]:
    """The list, proven complete, and the proof in words; read anew up to three times where it moved meanwhile.

    `begin` is called before each reading. Raises IncompleteError where no proof came.
    """
    mark = feed.file.mark()
    before: np.ndarray | None = None
    for turn in range(TURNS):
        if turn:
            feed.file.back_to(mark)
        begin()
        try:
            listed = read_once(feed, listing, take)
        except MovedError as moved:
            if turn + 1 == TURNS:
                raise _endless(feed, listing, str(moved)) from None
            continue
        unique = listed.unique()
        if proof := _proof(listing, listed, unique, before):
            return listed, proof
        before = unique
    counted = " then ".join(sorted(str(total) for total in listed.totals))
    told = f"the tracker counts {counted}, {len(unique)} came" if listing.proof == "total" else (
        "every listing held other entries")
    raise IncompleteError(
        "PULL_NOT_PROVEN", what=f"The list {listing.name} is not complete: {told}, {TURNS} times",
        where=f"connection {feed.connection}",
        fix="Run again when nobody is editing; what came is kept, marked as incomplete and never drafted from.")


def _proof(listing: Listing, listed: Listed, unique: np.ndarray, before: np.ndarray | None) -> str:
    """Why a reading is complete, in words; empty where it is not proven. No rows at all are never taken at once."""
    if listing.proof == "total":   # the same on every page: a row deleted meanwhile moves another out of sight
        return f"as many as the tracker counts: {len(unique)}" if listed.totals == {len(unique)} else ""
    if before is not None and np.array_equal(before, unique):
        return "a second listing held the same"
    if listed.rows and (listing.proof != "repeat" or listed.pages == 1):
        return "one answer held everything" if listed.pages == 1 else "the last page said so"
    return ""


def _endless(feed: Feed, listing: Listing, why: str) -> CallError:
    return CallError("PAGES_ENDLESS", what=f"The list {listing.name} {why}", where=f"connection {feed.connection}",
                     fix="Run again; if it stays, ask the tracker's support.", again_in=0.0)


@dataclass(frozen=True)
class RowsAt:
    """The rows of a page: a list below these keys; `null` and, for a list at the top, nothing else is no row."""

    keys: tuple[str, ...]

    def __call__(self, page: Page) -> list[Row] | Rows:
        """The rows, as they were read. Raises SourceError SCHEMA_CHANGED."""
        value = page.data
        for key in self.keys:
            value = value.get(key) if isinstance(value, dict) else _other_form(page, f"no object around {key!r}")
        return self.listed(page, value)

    def listed(self, page: Page, value: Any) -> list[Row] | Rows:
        """The rows of what stands below the keys."""
        if value is None and not self.keys:
            return []
        return value if isinstance(value, list | Rows) else (
            _other_form(page, f"no list of {self.keys[-1] if self.keys else 'rows'}"))


class RowsById(RowsAt):
    """The rows of a page that stand below their ids; no rows come as an empty list or an empty text."""

    def listed(self, page: Page, value: Any) -> list[Row] | Rows:
        """The rows of what stands below the keys."""
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, Rows) else [] if value in ([], "") else (
            _other_form(page, f"no {self.keys[-1]} below {' and '.join(self.keys[:-1])}"))


def rows_at(*keys: str) -> RowsAt:
    """What finds the rows of a page below these keys."""
    return RowsAt(keys)


def _other_form(page: Page, why: str) -> Any:
    raise SourceError("SCHEMA_CHANGED", what=f"The tracker's answer has another form: {why}",
                      where=page.request.path,
                      fix="Nothing was drafted from it. Look for a newer version of Timebooks, or report this.")


other_form = _other_form
