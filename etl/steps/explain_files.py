"""Explain, for a line of a written file: which lines of the batch it shows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from etl.errors import RefusedError
from etl.lint.lines import Line, ReadFile
from etl.lint.reading import read_file
from etl.lint.texts import csv_cells, key_of
from etl.settings import parse_settings
from etl.steps.explain_mapping import mapping_of
from etl.steps.outcome import Outcome
from etl.store import batches
from etl.store.mapping_sets import mapping_folder
from etl.targets.documents import document
from etl.targets.pay_item_codes import codes_of, with_codes
from etl.units import clock_hours
from etl.workspace import Workspace

_FILE_LINE = re.compile(r"(?P<file>.*\.[a-z]+):(?P<row>[0-9]+)")
Row = Mapping[str, Any]
_SECONDS = ("exported_seconds", "bill_seconds", "seconds")


def is_file_line(reference: str) -> bool:
    """Whether this may be a line of a file, such as journal_TB0042L.csv:7."""
    return _FILE_LINE.fullmatch(reference) is not None


def file_line(place: Workspace, batch: batches.Batch, reference: str) -> tuple[str, list[tuple[str, ...]]] | None:
    """The file and the lines of the batch behind one line of it; None where the batch has no such file.

    A line is counted as an editor counts it, in a JSON body as the item or call that it is. Raises RefusedError
    FILE_LINE where nothing of the batch stands on that line.
    """
    match = _FILE_LINE.fullmatch(reference)
    assert match is not None
    wanted = match["file"].replace("\\", "/")
    files = [file for file in batch.manifest["files"] if file["role"] in ("import", "worksheet", "correction")
             and (file["path"] == wanted or file["path"].endswith("/" + wanted) or wanted.endswith("/" + file["path"]))]
    if len(files) != 1:
        return None
    (file,) = files
    known = document(file["document"])
    mappings = mapping_of(place, batch)
    table = with_codes(batch.table(known.table), known.name, codes_of(mappings.rows("map_pay_item_codes")))
    people = {row["payroll_id"]: row["employee_id"] for row in mappings.rows("map_payroll_people")}
    content = batch.file(file["path"]).read_bytes()
    toml = (mapping_folder(place, batch.company, batch.mapping_digest) / "company.toml").read_text(encoding="utf-8")
    settings = parse_settings(toml, batch.company, "the batch's mapping set")
    lines = read_back(file["path"], file["document"], content, settings.targets.xero.date_format or "")
    rows = {row["line_id"]: row for row in table.to_pylist()}
    found = [line_id for at, (line, ids) in enumerate(lines_behind(lines, list(rows.values()), people), 1)
             for line_id in ids if _stands_on(file["path"], line, at, int(match["row"]), lines)]
    if not found:
        raise RefusedError(
            "FILE_LINE", what=f"No line of the batch stands on line {match['row']}", where=file["path"],
            fix="Give a line with figures: headings, names and ends of a file rest on no entry.")
    shown: list[tuple[str, ...]] = [(one, *_figures(rows[one])) for one in dict.fromkeys(found)]
    return file["path"], shown


def told(batch: batches.Batch, path: str, row: str, shown: Sequence[tuple[str, ...]]) -> Outcome:
    """What a line of a file shows, as lines of the batch."""
    return Outcome(
        title=f"line {row} of {path}, batch {batch.batch:04d}: {len(shown)} lines of the batch",
        headings=("line", "of", "time", "amount"), rows=tuple(shown),
        next_step="timebooks explain LINE shows everything behind one line")


def read_back(path: str, document_name: str, content: bytes, dates: str = "") -> ReadFile:
    """An import file or list by its target's reader; a worksheet, which no target reads, row by row."""
    if not document_name.endswith(".worksheet") and not path.startswith("worksheets/"):
        return read_file(path, document_name, content, dates)
    return ReadFile(path, document_name, tuple(
        Line(place, "list", "worksheet", cells, key=next(filter(None, map(key_of, cells.values())), ""))
        for place, cells in csv_cells(content)[1]))


def lines_behind(
    read: ReadFile, rows: Sequence[Row], people: Mapping[str, str],
) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """Each line of a file with the ids of the lines of the batch that it shows, by key, by document and place in it.

    `rows`: the document's table, pay items as it calls them. `people`: payroll's number -> employee.
    """
    ids = {row["line_id"] for row in rows}
    documents: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if number := row.get("document_number") or row.get("invoice_number"):
            documents[number].append(row["line_id"])
    counts: defaultdict[str, int] = defaultdict(int)
    for line in read.lines:
        counts[line.number] += 1
    seen: defaultdict[str, int] = defaultdict(int)
    free = list(rows)
    for at, line in enumerate(read.lines):
        of_document = (documents.get(line.number) or documents.get(line.number.removesuffix("X"))
                       or [one.key for one in read.lines if one.number == line.number and one.key in ids])
        place, seen[line.number] = seen[line.number], seen[line.number] + 1
        if line.key in ids:
            behind: tuple[str, ...] = (line.key,)
        elif line.form == "worksheet":
            behind = (rows[at]["line_id"],) if len(rows) == len(read.lines) else ()
        elif line.form == "undo time" or line.kind == "time":
            behind = _of_time(line, free)
        elif line.kind == "hours" or line.form == "undo hours":
            behind = _of_hours(line, rows, people)
        elif len(of_document) == counts[line.number]:
            behind = (of_document[place],)
        else:
            behind = tuple(of_document)
        yield line, behind


def _of_time(line: Line, free: list[Row]) -> tuple[str, ...]:
    """The next line of that entry, day and time which no line of the file has shown yet."""
    for row in free:
        if row["entry_ref"] == line.key and row["worked_on"] == line.day and row["exported_seconds"] == line.seconds:
            free.remove(row)
            return (row["line_id"],)
    return ()


def _of_hours(line: Line, rows: Sequence[Row], people: Mapping[str, str]) -> tuple[str, ...]:
    """Of the person's lines those of this pay item and workweek that come to the hours shown."""
    person, _, item = line.key.partition(" ")
    own = [row for row in rows if row["employee_id"] in (person, people.get(person))]
    called = [row for row in own if item == row["pay_item"] or item.endswith(f" {row['pay_item']}")]
    of_week = [row for row in called if row["workweek_start"] == line.day]
    alone = [[row] for row in called + own if row["exported_seconds"] == line.seconds]
    for some in (of_week, called, *alone):
        if some and sum(row["exported_seconds"] for row in some) == line.seconds:
            return tuple(row["line_id"] for row in some)
    return tuple(row["line_id"] for row in called or own)


def _stands_on(path: str, line: Line, at: int, row: int, read: ReadFile) -> bool:
    if path.endswith(".json"):
        return at == row
    places = [_row(one) for one in read.lines]
    if PurePosixPath(path).suffix in (".beancount", ".journal"):   # what is kept beside a posting stands below it
        places = [place for place in places if place <= row]
        return bool(places) and row < max(places) + 6 and _row(line) == max(places)
    return _row(line) == row


def _row(line: Line) -> int:
    found = re.search(r"\d+", line.place)
    return int(found[0]) if found else 0


def _figures(row: Row) -> tuple[str, ...]:
    whose = row.get("employee_name") or row.get("customer_job") or row.get("account") or ""
    seconds = next((row[name] for name in _SECONDS if row.get(name) is not None), None)
    amount = "" if row.get("amount") is None else f"{row['amount']} {row['currency']}"
    return str(whose), "" if seconds is None else clock_hours(seconds), amount
