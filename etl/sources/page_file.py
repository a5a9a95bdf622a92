"""The pages of one pull as received, in one file: what is landed, and what a broken pull goes on from.

Each page is a line of JSON (listing, request, kept headers, size, digest), the body exactly as it came, a line end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from etl.sources.beside import Beside
from etl.sources.calls import Answer, Request

_LONGEST_LINE = 1 << 16
_BYTES_AT_ONCE = 1 << 20
_Page = tuple[str, Request, Answer, tuple[str, ...]]
_written = json.JSONEncoder(sort_keys=True).encode


class _Digest(Protocol):
    def update(self, content: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


@dataclass(frozen=True)
class KeptPage:
    """One page of the file: the listing it belongs to, the request it answers, and the answer."""

    listing: str
    request: dict[str, Any]
    answer: Answer


class PageFile:
    """The pages of a pull that is under way; what an earlier attempt left is given out again, in the same order.

    Pages are digested and written some at once, by a thread, while further ones are read: what a crash takes is asked
    for again. Every method that is about the file waits for it first, and raises what writing raised.
    """

    def __init__(self, path: Path, *, is_landed: bool = False) -> None:
        if not is_landed:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(0o600)
        self.path = path
        self._file = path.open("rb" if is_landed else "r+b")
        self._is_landed = is_landed   # then it is only read, to its end
        self._waiting: list[_Page] = []
        self._waiting_bytes = 0
        self._writing = Beside("pages")
        self._digested: _Digest | None = hashlib.sha256()   # of the file from its begin, as far as it is ours
        self.is_replaying = True   # an earlier attempt's pages may still lie ahead
        self.reused = 0

    def again(self, listing: str, request: Request) -> Answer | None:
        """The answer an earlier attempt kept to this request, where it is the next in the file; else None."""
        if not self.is_replaying:
            return None
        begins = self._file.tell()
        kept = _read_one(self._file)
        if kept is not None and (kept.listing, kept.request) == (listing, request.said()):
            self.reused += 1
            self._digested = None
            return kept.answer
        self.back_to(begins)
        return None

    def keep(self, listing: str, request: Request, answer: Answer, headers: tuple[str, ...]) -> None:
        """One more page at the end; of the headers those that say where the next page is."""
        self.is_replaying = False
        self._waiting.append((listing, request, answer, headers))
        self._waiting_bytes += len(answer.body)
        if self._waiting_bytes >= _BYTES_AT_ONCE:
            self._writing.begin(_write, self._file, self._taken(), self._digested)

    @property
    def digest(self) -> str | None:
        """The sha256 of a finished file, in hex, where all of it was written here and in one go."""
        return self._digested.hexdigest() if self._digested is not None else None

    def mark(self) -> int:
        """Where the next page will lie."""
        self._write_out()
        return self._file.tell()

    def back_to(self, mark: int) -> None:
        """Forget the pages from a mark on: they are listed anew."""
        self._write_out()
        self._file.seek(mark)
        self._digested = None if mark else hashlib.sha256()
        self.is_replaying = False
        if not self._is_landed:
            self._file.truncate()

    def finish(self) -> None:
        """End of the pull; whatever lies behind the last page used is an older attempt's."""
        self._write_out()
        if not self._is_landed:
            self._file.truncate()
        self.close()

    def close(self) -> None:
        """Leave the file for a later attempt."""
        try:
            self._write_out()
        finally:
            self._writing.end()
            self._file.close()

    def _taken(self) -> list[_Page]:
        """The pages that wait to be written; they wait no longer."""
        pages, self._waiting, self._waiting_bytes = self._waiting, [], 0
        return pages

    def _write_out(self) -> None:
        """Until every page is in the file."""
        self._writing.wait()
        _write(self._file, self._taken(), self._digested)


def _write(file: BinaryIO, pages: Sequence[_Page], digested: _Digest | None) -> None:
    for page in pages:
        content = encoded(*page)
        file.write(content)
        if digested is not None:
            digested.update(content)
    if pages:
        file.flush()   # may be lost with the machine; then it is asked for again


def encoded(listing: str, request: Request, answer: Answer, headers: tuple[str, ...]) -> bytes:
    """One page as it stands in the file."""
    kept = {name: answer.headers[name] for name in ("content-type", *headers) if name in answer.headers}
    said = {"listing": listing, "request": request.said(), "headers": kept, "bytes": len(answer.body),
            "sha256": hashlib.sha256(answer.body).hexdigest()}
    return b"".join((_written(said).encode(), b"\n", answer.body, b"\n"))


def read_pages(file: BinaryIO) -> Iterator[KeptPage]:
    """Every page of a file, in order; it ends where the file does or where it is cut."""
    while (page := _read_one(file)) is not None:
        yield page


def _read_one(file: BinaryIO) -> KeptPage | None:
    try:
        said = json.loads(file.readline(_LONGEST_LINE))
        body = file.read(said["bytes"])
        is_whole = file.read(1) == b"\n" and hashlib.sha256(body).hexdigest() == said["sha256"]
        page = KeptPage(said["listing"], said["request"], Answer(200, said["headers"], body))
    except (ValueError, KeyError, TypeError):
        return None
    return page if is_whole else None
