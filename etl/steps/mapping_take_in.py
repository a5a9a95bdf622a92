"""The mapping workbook's way back: shown row by row, checked by the loader of every run, then kept, all or nothing."""

from __future__ import annotations

import csv
import io
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from etl.disk import told
from etl.errors import MappingError, RefusedError
from etl.mapping.cells import cell_fault, shown
from etl.mapping.declared import FILES
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.steps.mapping_sheet import Edited, edited
from etl.steps.mapping_versions import SHEET
from etl.steps.missing_rows import KNOWN
from etl.steps.outcome import NEW_LINE, Outcome
from etl.steps.returned import read_given, refuse_unfit
from etl.steps.run import person_of, place_of
from etl.steps.trusted import permit
from etl.store import audit_log, files
from etl.store.lock import company_lock
from etl.store.records import Record
from etl.workbooks.mapping_sheet import NotOursError, ReturnedRow, ReturnedTable, Shape, read_mapping
from etl.workspace import Workspace

RECORD = SHEET
_SHAPES: dict[str, Shape] = {
    "date": "date", "date_from": "date", "date_to": "date", "instant": "instant", "rate": "number", "money": "number",
    "fx_rate": "number", "whole": "number"}
_SHOWN = 12
Cells = tuple[str, ...]
Wanted = Sequence[tuple[ReturnedRow, Cells]]
Item = TypeVar("Item")


@dataclass(frozen=True)
class _Change:
    """One row that is added, removed or changed: old and new cells by column."""

    file: str
    place: str
    what: str
    cells: tuple[tuple[str, str, str], ...]


def take_in_mapping_sheet(
    workspace: str | Path | None, company: str, file: Path, *, person: str | None = None, only_show: bool = False,
) -> Outcome:
    """Show what differs from the CSVs row by row and, unless `only_show`, keep it. All of it or nothing.

    Raises RefusedError SHEET_STALE, SHEET_INVALID, MappingError MAPPING_INVALID; then nothing was kept.
    """
    content = read_given(file)
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, "take_in_mapping", who)
    folder = place.mappings(company)
    name = read_settings(folder / "company.toml", company).company.name
    with company_lock(place, company, who, "taking in cross-references"):
        now = {found.declared.name: found for found in edited(load_mappings(folder, company))}
        returned = _returned(file, content, now)
        wanted = {table.file: _wanted(table, file) for table in returned}
        texts = {table.file: _new_text(table, now[table.file], wanted[table.file]) for table in returned}
        new = {name: text for name, text in texts.items() if text}
        _refuse_stale([table for table in returned if table.file in new], now, audit_log.read_log(place, company), file)
        changes = [change for name in new for change in _changes(now[name], wanted[name])]
        if new:
            _refuse_faulty(place, company, new, {table.file: table for table in returned}, wanted)
        if new and not only_show:
            for changed, text in new.items():
                _rewrite(folder / changed, text)
            body = {"workbook": files.sha256_bytes(content), "changes": len(changes), "files": {
                table.file: {"base": table.digest, "before": now[table.file].digest,
                             "after": files.sha256_bytes(new[table.file])}
                for table in returned if table.file in new}}
            audit_log.append(place, company, RECORD, body, person=who, now=datetime.now(UTC))
    return _outcome(name, company, changes, sorted(new), is_kept=bool(new) and not only_show)


def _returned(file: Path, content: bytes, now: Mapping[str, Edited]) -> tuple[ReturnedTable, ...]:
    """The tables of the workbook, with every fault of a single cell refused at once."""
    refuse_unfit(content, file, _refused)
    shapes = {name: {column.name: _SHAPES.get(column.kind, "text") for column in one.declared.columns}
              for name, one in now.items()}
    try:
        returned = read_mapping(content, shapes)
    except NotOursError as error:
        raise _refused(file, [f"this is no mapping workbook: {error}"]) from None
    names = [table.file for table in returned]
    findings = [f"{name} has two sheets" for name, count in Counter(names).items() if count > 1]
    findings += [f"{name} is no file of this company's cross-references" for name in names if name not in now]
    for table in returned:
        if table.file in now and table.headings != now[table.file].headings:
            findings.append(f"{table.sheet}: the headings are not {', '.join(now[table.file].headings)} any more")
        findings += table.findings
    if findings:
        raise _refused(file, findings)
    return returned


def _refused(file: Path, findings: Sequence[str]) -> RefusedError:
    more = [f"and {len(findings) - _SHOWN} more"] if len(findings) > _SHOWN else []
    return RefusedError(
        "SHEET_INVALID", where=file.name,
        what="\n    ".join([f"The workbook has {len(findings)} finding(s):", *findings[:_SHOWN], *more]),
        fix="Correct these cells in the workbook and take it in again. Nothing was kept.")


def _refuse_stale(
    returned: Sequence[ReturnedTable], now: Mapping[str, Edited], records: Sequence[Record], file: Path,
) -> None:
    """Nothing, where every sheet was made from its CSV as it lies there, or its last change came from this workbook."""
    kept: dict[tuple[str, str], str] = {}
    for record in records:
        if record.type == RECORD:
            for name, digests in record.body["files"].items():
                kept[name, digests["base"]] = digests["after"]
    stale = [table.file for table in returned
             if now[table.file].digest not in (table.digest, kept.get((table.file, table.digest)))]
    if stale:
        raise RefusedError(
            "SHEET_STALE", what=f"{', '.join(stale)} changed since the workbook was written", where=file.name,
            fix="Write the workbook anew (timebooks mapping edit) and make your changes there. Nothing was kept.")


def _new_text(table: ReturnedTable, now: Edited, wanted: Wanted) -> bytes:
    """The file as the sheet wants it; nothing where nobody touched the sheet, or the file says the same already.

    So a sheet that was left alone undoes nothing, and a take-in that was cut short is completed by the next.
    """
    text = _as_csv(now, [cells for _, cells in wanted])
    is_same = Counter(now.rows) == Counter(cells for _, cells in wanted)
    return b"" if is_same or files.sha256_bytes(text) == table.digest else text


def _rewrite(path: Path, text: bytes) -> None:
    """The whole new file or the old one; whoever could read it still can."""
    with told("write", path):
        mode = stat.S_IMODE(path.stat().st_mode)
        files.rewrite(path, text)
        path.chmod(mode)


def _wanted(table: ReturnedTable, file: Path) -> Wanted:
    """The rows the file shall have, in the order of their numbers, new ones last; rows still to do are left out."""
    known = {*KNOWN.get(table.file, ()), "effective_from"}
    rows = [(row, tuple(row.cells[name] for name in table.headings)) for row in table.rows]
    numbers = [row.number for row in table.rows if row.number]
    findings = [f"{table.sheet}: No. {number} stands there twice" for number, count in Counter(numbers).items()
                if count > 1]
    if lost := sorted(set(range(1, table.count + 1)) - set(numbers)):
        more = f", and {len(lost) - 1} more" if lost[1:] else ""
        findings.append(f"{table.sheet}: the line with No. {lost[0]} is gone{more}; to take a row out, "
                        "empty its cells and leave the number")
    if findings:
        raise _refused(file, findings)
    given = [(row, cells) for row, cells in rows if any(cells) and not (
        row.is_todo and not any(row.cells[name] for name in table.headings if name not in known))]
    return sorted(given, key=lambda item: (item[0].number == 0, item[0].number, item[0].place))


def _changes(now: Edited, wanted: Wanted) -> Iterator[_Change]:
    """Row by row, old and new. Equal rows pair off; then rows of one key; what is left came or went."""
    same_rows = Counter(now.rows) & Counter(cells for _, cells in wanted)
    old = _unpaired(now.rows, same_rows, lambda cells: cells)
    fresh = _unpaired(wanted, same_rows, lambda item: item[1])
    key = [now.headings.index(name) for name in now.declared.key if name in now.headings]
    by_key: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for cells in old:
        by_key[tuple(cells[at] for at in key)].append(cells)
    for row, cells in fresh:
        same = by_key[tuple(cells[at] for at in key)] if key else []
        before = same.pop(0) if same else None
        if before is None and row.number and row.number <= len(now.rows) and now.rows[row.number - 1] in old:
            before = now.rows[row.number - 1]   # the key itself was edited
            by_key[tuple(before[at] for at in key)].remove(before)
        if before is None:
            yield _Change(now.declared.name, f"row {row.place}", "added", tuple(
                (name, "", text) for name, text in zip(now.headings, cells, strict=True) if text))
        else:
            old.remove(before)
            yield _Change(now.declared.name, f"row {row.place}", "changed", tuple(
                (name, was, text) for name, was, text in zip(now.headings, before, cells, strict=True) if was != text))
    for cells in old:
        yield _Change(now.declared.name, f"line {now.rows.index(cells) + 2}", "removed", tuple(
            (name, text, "") for name, text in zip(now.headings, cells, strict=True) if text))


def _unpaired(items: Sequence[Item], pairs: Counter[Cells], cells_of: Callable[[Item], Cells]) -> list[Item]:
    """What is left once each pair has taken one of its equals."""
    taken = pairs.copy()
    left = []
    for item in items:
        if taken[cells_of(item)] > 0:
            taken[cells_of(item)] -= 1
        else:
            left.append(item)
    return left


def _as_csv(now: Edited, rows: Sequence[Sequence[str]]) -> bytes:
    """The file with these rows, written as it was: its mark of UTF-8 and the ends of its lines."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if b"\r\n" in now.content else "\n")
    writer.writerows([now.headings, *rows])
    return text.getvalue().encode("utf-8-sig" if now.content.startswith(b"\xef\xbb\xbf") else "utf-8")


def _refuse_faulty(
    place: Workspace, company: str, new: Mapping[str, bytes], returned: Mapping[str, ReturnedTable],
    wanted: Mapping[str, Wanted],
) -> None:
    """Load the cross-references as they would be, by the loader of every run; its findings name the sheet's rows."""
    declared = {one.name: one for one in FILES}
    findings = [
        f"{returned[file].sheet}, row {row.place}: {fault}" for file in new for row, _ in wanted[file]
        for column in declared[file].columns if (fault := cell_fault(column, row.cells.get(column.name, "")))]
    if findings:
        raise _refused(Path(f"mappings/{company}"), findings)
    folder = place.scratch(company) / "mapping" / company
    files.remove_tree(folder)
    files.make_folder(folder / "private")
    try:
        for one in FILES:
            source = place.mappings(company) / one.name
            if one.name in new or source.exists():
                files.write_new(folder / one.name, new.get(one.name) or files.read_bytes(source))
        load_mappings(folder, company)
    except MappingError as error:
        raise _by_rows(error, {file: [row.place for row, _ in wanted[file]] for file in new}) from None
    finally:
        files.remove_tree(folder)


def _by_rows(error: MappingError, places: Mapping[str, Sequence[int]]) -> MappingError:
    """The loader's message with each line of a CSV as the row of the sheet it came from."""
    def row_of(file: str, line: str) -> str:
        rows = places.get(file)
        at = int(line) - 2
        return f"{rows[at]}" if rows and 0 <= at < len(rows) else line

    def told_so(match: re.Match[str]) -> str:
        lines = [row_of(match[1], number) for number in re.findall(r"\d+", match[2])]
        said = f"{match[1]}, row{'s' if len(lines) > 1 else ''} {' and '.join(lines)}"
        return said if match[1] in places else match[0]

    what = re.sub(r"([a-z_/0-9]+\.csv), lines? (\d+(?: and \d+)?)", told_so, error.what)
    return MappingError(
        error.code, what=what, where=error.where,
        fix="Correct the rows named in the workbook and take it in again. Nothing was kept.")


def _outcome(name: str, company: str, changes: Sequence[_Change], new: Sequence[str], *, is_kept: bool) -> Outcome:
    counts = Counter(change.what for change in changes)
    title = f"{name}: {len(changes)} row(s) of cross-references " + (
        "taken in" if is_kept else "would change; nothing was kept" if changes else "differ; nothing to take in")
    again = f"timebooks week --company {company} --period-end DATE"
    return Outcome(
        title=title, facts=tuple((what, str(count)) for what, count in sorted(counts.items())) + tuple(
            ("file", file) for file in new),
        headings=("file", "row", "what", "old", "new"),
        rows=tuple((change.file, change.place, change.what, *_sides(change)) for change in changes),
        next_step=(f"draft again with them: {again}" if is_kept else
                   "take it in without --dry-run to keep this" if changes else ""))


def _sides(change: _Change) -> tuple[str, str]:
    """Old and new cells, one a line, with what nobody sees in them made visible."""
    old = [f"{name} {_seen(was)}" for name, was, _ in change.cells]
    new = [f"{name} {_seen(text)}" for name, _, text in change.cells]
    return NEW_LINE.join(old) if change.what != "added" else "", NEW_LINE.join(new) if change.what != "removed" else ""


def _seen(text: str) -> str:
    return "(empty)" if not text else text if text == text.strip() and text.isprintable() else shown(text)
