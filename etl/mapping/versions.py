"""Two mapping sets compared, row by row: what was added, removed, changed, and what of it can wait for no approval.

A set is its files as bytes, by path relative to the company's mappings, as the landing keeps it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.mapping.columns import MappingFile
from etl.mapping.declared import FILES

SETTINGS, SUITES, PRIVATE = "company.toml", "expectations/", "private/"
Contents = Mapping[str, bytes]
Row = dict[str, str]

_OF_THE_WEEK = frozenset({   # what a week brings: rows of these decide about that week, not about how work maps
    "map_earnings", "map_rest_attestations", "map_referrals", "map_overpayments", "map_tax_wages",
    "map_vendor_invoices", "map_attachments", "map_fees", "map_billing_decisions", "map_fx_rates", "map_target_lists",
})
_MAPPING = frozenset({   # where work without a row is held or stops the run, so that a first row moves nothing exported
    "map_employees", "map_projects", "map_items", "map_rates", "map_pay_rates", "map_pay_calendar",
})
_BY_THE_BOOKS = ("books.",)   # settings that a week brings
_DECLARED: dict[str, MappingFile] = {declared.name: declared for declared in FILES}
_LAST = "9999-12-31"


@dataclass(frozen=True)
class Edit:
    """One row or setting that is another one. `what`: added, removed, changed; then `column` with old and new.

    `rides`: whether it maps only work that waited until now, or is what a week brings, so that the approval of the
    batch covers it.
    """

    file: str
    what: str
    row: str
    column: str = ""
    old: str = ""
    new: str = ""
    rides: bool = False


def edits(before: Contents, after: Contents) -> list[Edit]:
    """Every difference of two sets, by file and row."""
    is_suspense = _setting(before, "unmapped", "mode") == "suspense"
    found: list[Edit] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name == SETTINGS:
            found += _settings_edits(old or b"", new or b"")
        elif name in _DECLARED:
            found += _row_edits(_DECLARED[name], old, new, is_suspense=is_suspense)
        else:
            found.append(_whole(name, old, new))
    return found


def needing_approval(found: Sequence[Edit]) -> list[str]:
    """The files in which an edit needs an approval of its own; suites of expectations are one."""
    names = {SUITES if edit.file.startswith(SUITES) else edit.file for edit in found if not edit.rides}
    return sorted(names)


def rows_of(content: bytes) -> tuple[list[str], list[Row]] | None:
    """Header and rows of a CSV as text; None where it is none."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    lines = [line for line in lines if line]
    if not lines or len(set(lines[0])) != len(lines[0]) or any(len(line) != len(lines[0]) for line in lines):
        return None
    return lines[0], [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def _row_edits(
    declared: MappingFile, old: bytes | None, new: bytes | None, *, is_suspense: bool,
) -> Iterator[Edit]:
    parsed = [rows_of(content) if content is not None else ([], []) for content in (old, new)]
    if parsed[0] is None or parsed[1] is None:
        yield _whole(declared.name, old, new)
        return
    before, after = parsed[0][1], parsed[1][1]
    gone, come = _left_over(before, after), _left_over(after, before)
    rides_always = declared.table in _OF_THE_WEEK
    rides_new = declared.table in _MAPPING and not is_suspense
    for was, now in _pairs(declared, gone, come):
        if was is None and now is not None:
            rides = rides_always or (rides_new and not any(_both_answer(declared, now, row) for row in before))
            yield Edit(declared.name, "added", _told(now), rides=rides)
        elif was is not None and now is None:
            yield Edit(declared.name, "removed", _told(was), rides=rides_always)
        elif was is not None and now is not None:
            for column in dict.fromkeys((*was, *now)):
                if was.get(column, "") != now.get(column, ""):
                    yield Edit(declared.name, "changed", _named(declared, now), column, was.get(column, ""),
                               now.get(column, ""), rides_always)


def _left_over(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """The rows that the other side has not, each as often as it is missing there."""
    count: dict[tuple[tuple[str, str], ...], int] = defaultdict(int)
    for row in others:
        count[_filled(row)] += 1
    left = []
    for row in rows:
        count[_filled(row)] -= 1
        left += [row] if count[_filled(row)] < 0 else []
    return left


def _filled(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, cell) for name, cell in row.items() if cell))


def _pairs(
    declared: MappingFile, gone: Sequence[Row], come: Sequence[Row],
) -> Iterator[tuple[Row | None, Row | None]]:
    """Old and new of the same row: equal in key and first day, else in key; what is left stands alone."""
    new = list(come)
    rest = []
    for was in gone:
        same = next((now for now in new if _key(declared, was, dated=True) == _key(declared, now, dated=True)), None)
        if same is None:
            rest.append(was)
        else:
            new.remove(same)
            yield was, same
    for was in rest:
        same = next((now for now in new if _key(declared, was) == _key(declared, now)), None) if declared.key else None
        if same is not None:
            new.remove(same)
        yield was, same
    yield from ((None, now) for now in new)


def _key(declared: MappingFile, row: Row, *, dated: bool = False) -> tuple[str, ...]:
    key = declared.key or tuple(column.name for column in declared.columns)
    return tuple(row.get(name, "").casefold() for name in (*key, *(["effective_from"] if dated else [])))


def _both_answer(declared: MappingFile, one: Row, other: Row) -> bool:
    """Whether one entry could be answered by both rows, a * standing for anything."""
    for name in declared.key:
        cells = {one.get(name, "").casefold(), other.get(name, "").casefold()}
        if len(cells) > 1 and "*" not in cells:
            return False
    first = max(one.get("effective_from", ""), other.get("effective_from", ""))
    return first <= min(one.get("effective_to") or _LAST, other.get("effective_to") or _LAST)


def _named(declared: MappingFile, row: Row) -> str:
    names = (*(declared.key or tuple(row)), "effective_from")
    return ", ".join(row[name] for name in names if row.get(name))


def _told(row: Row) -> str:
    return ", ".join(f"{name} {cell}" for name, cell in row.items() if cell)


def _settings_edits(old: bytes, new: bytes) -> Iterator[Edit]:
    before, after = _flat(old), _flat(new)
    if before is None or after is None:
        yield _whole(SETTINGS, old, new)
        return
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            what = "added" if key not in before else "removed" if key not in after else "changed"
            yield Edit(SETTINGS, what, key, "value", before.get(key, ""), after.get(key, ""),
                       key.startswith(_BY_THE_BOOKS))


def _flat(content: bytes) -> dict[str, str] | None:
    try:
        return dict(_leaves("", tomllib.loads(content.decode("utf-8"))))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None


def _leaves(where: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{where}.{name}" if where else name, inner)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            name = inner.get("name") or inner.get("id") or index + 1
            yield from _leaves(f"{where}[{name}]", inner)
    else:
        yield where, str(value)


def _setting(contents: Contents, section: str, key: str) -> str:
    found = _flat(contents.get(SETTINGS, b"")) or {}
    return found.get(f"{section}.{key}", "")


def _whole(name: str, old: bytes | None, new: bytes | None) -> Edit:
    what = "added" if old is None else "removed" if new is None else "changed"
    told = ["" if content is None else hashlib.sha256(content).hexdigest()[:12] for content in (old, new)]
    return Edit(name, what, "the whole file", "sha256", told[0], told[1])
