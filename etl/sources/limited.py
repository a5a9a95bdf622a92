"""Workbooks and Parquet files are taken apart in a child process with limits: what breaks their reader breaks it alone.

One waiting process a run (limited_child) forks for each file, so a file meets neither the run nor the file before it.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from typing import IO, Any

from etl.errors import SourceError, no_memory
from etl.settings import Drop
from etl.settings.sources import written_drop
from etl.sources.findings import FileRefusedError, Finding, Limits, refused

FORMATS = frozenset({"xlsx", "parquet"})   # taken apart by C++ and Rust; a text is read by the run itself
_ENVIRONMENT = ("PATH", "TMPDIR", "TZ", "SYSTEMROOT")
_LENGTH = struct.Struct(">Q")
_TURN = threading.Lock()
_BREAKS = ("Its reader gave up: the file needs more than 4 GiB of memory or five minutes, or is made to break a reader",
           "Open it in the program it comes from and save it anew, as CSV where it can; then drop that one.")


@dataclass
class _Reader:
    """The waiting process, and the process it was started from: a fork of that one starts its own."""

    process: subprocess.Popen[bytes]
    parent: int


_READER: list[_Reader] = []


def is_foreign(drop: Drop) -> bool:
    """Whether a drop's files are taken apart apart: formats of many parts, on a system whose processes can fork."""
    return drop.format in FORMATS and hasattr(os, "fork")


def ask(what: str, content: bytes, file_name: str, drop: Drop, limits: Limits) -> tuple[Any, list[bytes]]:
    """What limited_child.CALLS[what] makes of a file: its words, and its parts as bytes.

    Raises FileRefusedError and SourceError as the reader does, FileRefusedError FILE_BREAKS where the reader died.
    """
    asked = {"what": what, "file_name": file_name, "drop": written_drop(drop), "limits": asdict(limits)}
    with _TURN:
        process = _waiting()
        try:
            _send(process.stdin, [json.dumps(asked).encode(), content])
            told, *parts = receive(process.stdout)
        except (OSError, EOFError):   # the waiting process itself is gone
            close()
            raise no_memory(f"reading {file_name}") from None
    answer = json.loads(told)
    if "refused" in answer:
        raise FileRefusedError(file_name, [Finding(**finding) for finding in answer["refused"]])
    if "error" in answer:
        raise SourceError(**answer["error"])
    if "died" in answer:
        raise refused(file_name, "FILE_BREAKS", *_BREAKS)
    return answer["said"], parts


def _waiting() -> subprocess.Popen[bytes]:
    """The process that waits for files; started at the first one."""
    if _READER and (_READER[0].parent != os.getpid() or _READER[0].process.poll() is not None):
        _READER.clear()
    if not _READER:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "etl.sources.limited_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment, start_new_session=True)
        _READER.append(_Reader(process, os.getpid()))
    return _READER[0].process


@atexit.register
def close() -> None:
    """Let the waiting process go; without its input it ends by itself too."""
    for reader in _READER:
        if reader.parent == os.getpid():
            for pipe in (reader.process.stdin, reader.process.stdout):
                if pipe:
                    pipe.close()
            reader.process.kill()
            reader.process.wait()
    _READER.clear()


def _send(pipe: IO[bytes] | None, parts: list[bytes]) -> None:
    assert pipe is not None
    pipe.write(framed(parts))
    pipe.flush()


def framed(parts: list[bytes]) -> bytes:
    """Parts as one message: how many, then each with its length."""
    return b"".join([_LENGTH.pack(len(parts)), *(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))])


def receive(pipe: IO[bytes] | None) -> list[bytes]:
    """The parts of the next message; EOFError where none comes any more."""
    assert pipe is not None

    def exactly(size: int) -> bytes:
        found = pipe.read(size)
        if len(found) < size:
            raise EOFError
        return found

    count = _LENGTH.unpack(exactly(_LENGTH.size))[0]
    return [exactly(_LENGTH.unpack(exactly(_LENGTH.size))[0]) for _ in range(count)]
