"""A child process with a cap on its memory reads every input of the bad-input catalogue and says what came of each.

`python -m tests.sources.capped MIB` prints one JSON line per input: id, kind of file, what came, what must, why.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SECONDS = 60   # one input may take


def main(mib: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))
    for number, kind, expected, call, why in inputs():
        signal.alarm(SECONDS)
        print(json.dumps({"id": number, "kind": kind, "expected": expected, "came": call(), "why": why}), flush=True)
        signal.alarm(0)


def inputs() -> Iterator[tuple[str, str, str, Callable[[], str], str]]:
    """Every input: id, kind, the expected code ("accept" where it must be read), how to read it, why."""
    from etl.sources.findings import LIMITS
    from tests.mapping import catalogue
    from tests.sources import test_csv_catalogue as csv
    from tests.sources import test_parquet as parquet
    from tests.sources import test_xlsx as xlsx
    from tests.sources.drops import declared

    def read(content: bytes, drop: Any = None, limits: Any = LIMITS) -> Callable[[], str]:
        return lambda: read_by(content, drop or declared(), limits)

    for number, content, changes, _, why in csv.ACCEPTED:
        yield number, "CSV", "accept", read(content, declared(**changes)), why
    for number, content, changes, code, _, why in csv.REFUSED:
        yield number, "CSV", code, read(content, declared(**changes)), why
    for number, content, code, _, why in xlsx.REFUSED:
        yield number, "XLSX", code, read(content, xlsx.DROP), why
    yield "X03", "XLSX", "XLSX_LIMIT", read(xlsx.a_million_rows(), xlsx.DROP), "a million rows in a small file"
    for changes, code, _, why in parquet.REFUSED:
        yield "Parquet", "Parquet", code, read(parquet.parquet(**changes), parquet.DROP), why
    for number, code, call, why in (
            ("B41", "FILE_TOO_LARGE", ten_million_rows, "ten million rows"),
            ("B41", "FILE_TOO_LARGE", a_gigabyte, "more than a gigabyte on disk, looked at before it is read")):
        yield number, "CSV", code, call, why
    for number, file, old, new, words, why in catalogue.REFUSED:
        yield number, "cross-reference", words, mapping(file, old, new, words), why
    for number, file, old, new, *_, why in catalogue.ACCEPTED:
        yield number, "cross-reference", "accept", mapping(file, old, new, ""), why


def read_by(content: bytes, drop: Any, limits: Any) -> str:
    from etl.sources.files import parse_file
    from etl.sources.findings import FileRefusedError

    try:
        parse_file(content, "week.csv", drop, limits)
    except FileRefusedError as error:
        return " ".join(dict.fromkeys(finding.code for finding in error.findings))
    return "accept"


def mapping(file: str, old: bytes, new: bytes, words: str) -> Callable[[], str]:
    from tests.mapping.small import refusal

    def call() -> str:
        with tempfile.TemporaryDirectory() as folder:
            told = refusal(Path(folder), file, old, new)
        return "accept" if not told else words if words and words in told else told

    return call


def ten_million_rows() -> str:
    from etl.sources.findings import LIMITS
    from tests.sources.drops import declared

    drop = declared(columns={"W": "person_ref", "D": "date_text", "H": "duration_text"})
    return read_by(b"W,D,H\n" + b"a,b,1\n" * 10_000_000, drop, LIMITS)


def a_gigabyte() -> str:
    from etl.sources.files import read_file
    from etl.sources.findings import FileRefusedError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "week.csv"
        with path.open("wb") as file:
            file.truncate((1 << 30) + 1)   # no block of it is on the disk
        try:
            read_file(path)
        except FileRefusedError as error:
            return error.code
    return "accept"


if __name__ == "__main__":
    main(int(sys.argv[1]))
