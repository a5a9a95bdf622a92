"""The process that waits for files and forks for each: the fork has little memory, little time, no file and no network.

Run by etl.sources.limited as `python -I -m etl.sources.limited_child`; it answers on its standard output.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from etl.errors import SourceError
from etl.settings import Drop
from etl.settings.sources import read_drop
from etl.sources import files, privacy
from etl.sources.findings import FileRefusedError, Limits
from etl.sources.limited import framed, receive

MEMORY, SECONDS = 4 << 30, 300
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000   # linux/sched.h
Answer = tuple[Any, list[bytes]]


def _rows(content: bytes, file_name: str, drop: Drop, limits: Limits) -> Answer:
    table = files.parse_here(content, file_name, drop, limits)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return None, [bytes(sink.getvalue())]


def _screened(content: bytes, file_name: str, drop: Drop, limits: Limits) -> Answer:
    received = privacy.screened_here(content, file_name, drop, limits)
    return received.record, [received.content if received.record else b"", received.apart]


def _headings(content: bytes, _file_name: str, drop: Drop, _limits: Limits) -> Answer:
    return privacy.headings_here(content, drop), []


def _remarks(content: bytes, file_name: str, drop: Drop, limits: Limits) -> Answer:
    return [asdict(finding) for finding in files.remarks_here(content, file_name, drop, limits)], []


CALLS: dict[str, Callable[[bytes, str, Drop, Limits], Answer]] = {
    "rows": _rows, "screened": _screened, "headings": _headings, "remarks": _remarks}


def main() -> None:
    """Answer until the other side closes its end. Nothing is printed: the answers have the standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    while True:
        try:
            asked, content = receive(sys.stdin.buffer)
        except EOFError:
            return
        out.write(_forked(asked, content))
        out.flush()


def _forked(asked: bytes, content: bytes) -> bytes:
    """The answer of a fork of its own; that it died, where it did."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _confine()
        with os.fdopen(write, "wb") as pipe:
            pipe.write(_answer(asked, content))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return answer if status == 0 else framed([json.dumps({"died": status}).encode()])


def _confine() -> None:
    """The limits of one file. Where the system gives no network of its own, the file's reader opens none anyway."""
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
                       (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
    ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) if sys.platform == "linux" else None


def _answer(asked: bytes, content: bytes) -> bytes:
    given = json.loads(asked)
    try:
        said, parts = CALLS[given["what"]](
            content, given["file_name"], read_drop(given["drop"]), Limits(**given["limits"]))
        answer: dict[str, Any] = {"said": said}
    except FileRefusedError as error:
        answer, parts = {"refused": [asdict(finding) for finding in error.findings]}, []
    except SourceError as error:
        answer, parts = {"error": {"code": error.code, "what": error.what, "where": error.where, "fix": error.fix}}, []
    except (MemoryError, pa.ArrowMemoryError):
        answer, parts = {"died": "memory"}, []
    return framed([json.dumps(answer).encode(), *parts])


if __name__ == "__main__":
    main()
