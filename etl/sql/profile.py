"""Where the time and memory of a run go: one line of CSV per SQL file and stage, written only where it is asked for."""

from __future__ import annotations

import csv
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from etl.machine import peak_mib

ASKED = "TIMEBOOKS_PROFILE"   # the file that is written to; the kernel of the notebooks sees it too
COLUMNS = ("kind", "name", "stage", "wall_ms", "cpu_ms", "rows_in", "rows_out", "memory_mib", "spill_mib", "peak_mib")
_WORD = re.compile(r"[a-z_]+")
_MIB = 1 << 20
_STAGE = [""]   # the one that runs, innermost last


def ask_memory(ask: Callable[[str], tuple[int, ...]]) -> tuple[int, int]:
    """Bytes that the working database holds in memory, and bytes it has put on disk because memory was short."""
    held, spilled = ask("select coalesce(sum(memory_usage_bytes), 0)::bigint, "
                        "coalesce(sum(temporary_storage_bytes), 0)::bigint from duckdb_memory()")
    return held, spilled


class Meter:
    """Measures the statements of one working database; `rows` are those of its tables as far as they are known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, int] = {}
        self._reads: dict[str, frozenset[str]] = {}   # of decisions kept as queries

    @contextmanager
    def measured(self, kind: str, name: str, text: str, ask: Callable[[str], tuple[int, ...]]) -> Iterator[None]:
        """One statement: `text` names the tables it reads, `ask` answers a query with one row."""
        began, cpu_began = time.perf_counter(), time.process_time()
        yield
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        reads = self._tables(text) - {name}
        rows_in: int | str = sum(self._rows[table] for table in reads) if kind != "put" else ""
        rows_out: int | str = ""
        if kind == "query":
            self._reads[name] = reads
        elif kind != "audit":
            [rows_out] = ask(f"select count(*) from {name}")  # noqa: S608 - our own name
            self._rows[name] = int(rows_out)
        held, spilled = ask_memory(ask)
        write(self._path, (kind, name, _STAGE[-1], _ms(wall), _ms(cpu), rows_in, rows_out,
                           held // _MIB, spilled // _MIB, peak_mib() or ""))

    def _tables(self, text: str) -> frozenset[str]:
        """The tables a statement names, and those behind the queries it names."""
        words = set(_WORD.findall("\n".join(line.partition("--")[0] for line in text.splitlines())))
        behind = (self._reads[word] for word in words & self._reads.keys())
        return frozenset(words & self._rows.keys()).union(*behind)


def meter() -> Meter | None:
    """A meter, where this process is asked to measure."""
    path = os.environ.get(ASKED)
    return Meter(Path(path)) if path else None


def stage(name: str, kind: str = "stage") -> AbstractContextManager[None]:
    """While this lasts, statements belong to the stage; its own line is written at its end, where anybody asks."""
    path = os.environ.get(ASKED)
    return _stage(name, kind, Path(path)) if path else nullcontext()


@contextmanager
def _stage(name: str, kind: str, path: Path) -> Iterator[None]:
    began, cpu_began = time.perf_counter(), time.process_time()
    _STAGE.append(name)
    try:
        yield
    finally:
        _STAGE.pop()
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        write(path, (kind, name, name, _ms(wall), _ms(cpu), "", "", "", "", peak_mib() or ""))


def write(path: Path, row: tuple[str | int, ...]) -> None:
    """Append one line; where that is not possible, nothing happens: to measure never stops a run."""
    with suppress(OSError):
        is_new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, row] if is_new else [row])


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
