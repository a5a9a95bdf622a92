"""From the columns of a file to the columns every source has: joined, renamed, nothing read into them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import SourceError
from etl.settings import Drop
from etl.sources.dialects import fitted, named
from etl.sources.findings import KEPT, Finding, counted, refuse_if, refused, visible
from etl.tables import LANDED_COLUMNS, LANDED_ENTRIES, TEXT, assert_schema

FIRST_ROW = 2   # the row a spreadsheet shows for the first row after the header
_FREE_TEXT = ("note", "tags", "extra")   # columns that may hold a line break
_NAMES = ("entry_ref", "person_ref", "client_ref", "project_ref", "task_ref", "service_ref")   # what mappings answer
_UNSEEN = r"[\p{Cf}\x00-\x09\x0b\x0c\x0e-\x1f\x7f]"
_BREAKS = np.isin(np.arange(256), [ord("\n"), ord("\r")])
_MAY_HIDE = (np.arange(256) < ord(" ")) | (np.arange(256) >= 0x7F)   # control signs, and all beyond ASCII
_ESCAPED = [("\\", "\\\\"), ('"', '\\"'), *((chr(code), json.dumps(chr(code))[1:-1]) for code in range(32))]


def check_declaration(drop: Drop, file_name: str) -> None:
    """Nothing, or SourceError where constants and columns of the drop contradict each other."""
    fed = {name for feeds in drop.columns.values() for name in feeds.split()}
    twice = sorted(fed & set(drop.constants)) + sorted({"extra"} & set(drop.constants) - fed)
    strange = sorted(set(drop.optional_columns) - set(drop.columns))
    if twice or strange:
        raise SourceError(
            "DROP_CONFLICT",
            what=(f"{', '.join(twice)}: given as a constant and by a column (extra is made of columns)" if twice
                  else f"optional_columns names {', '.join(strange)}, which [drops.columns] does not declare"),
            where=f"drop {drop.name}, read for {file_name}",
            fix="Remove one of the two in company.toml.")


def land(rows: pa.Table, file_name: str, drop: Drop) -> pa.Table:
    """The landed entries of a file, one for each of its rows, in its order. Shape: LANDED_ENTRIES.

    `rows` has one text column per heading, null where nothing stands. Raises FileRefusedError where a row is blank,
    is no entry (neither person nor time), repeats the header, breaks a line inside a code, or hides a sign in a name.
    """
    drop = fitted(drop, rows.column_names)
    if told := [name for name in rows.column_names if drop.columns[name] == "personal"]:
        raise refused(file_name, "PRIVACY_FORMAT", "The file tells places or devices, in "
                      f"{', '.join(visible(name) for name in told)}, and cannot be written anew",
                      "Delete these columns, or export as CSV: from a CSV they are removed before it lands.")
    parts = {name: _fed(rows, drop, name) for name in LANDED_COLUMNS if name != "extra"}
    columns = {name: _joined(columns, " ") if columns else _constant(drop, name, rows.num_rows)
               for name, columns in parts.items()}
    if drop.dialect != "declared" and (adjust := named(drop).adjust):
        columns = adjust(columns, rows)
    columns["extra"] = _extra(rows, drop)
    table = pa.table({"source_row": pa.array(np.arange(rows.num_rows) + FIRST_ROW, pa.int64()), **columns})
    refuse_if(file_name, sorted([*_no_entries(rows, table), *_broken_codes(table)], key=lambda finding: finding.line))
    return assert_schema(table.select(LANDED_ENTRIES.names), LANDED_ENTRIES, "landed_entries")


def _fed(rows: pa.Table, drop: Drop, name: str) -> list[pa.ChunkedArray]:
    """The file's columns that feed one canonical column, in the order of declaration."""
    return [rows[heading] for heading, feeds in drop.columns.items()
            if name in feeds.split() and heading in rows.column_names]


def _joined(columns: list[pa.ChunkedArray], separator: str) -> pa.ChunkedArray:
    """One column of several with one sign between; what is absent leaves no sign, and nothing at all stays null."""
    if len(columns) == 1:
        return columns[0]
    # the empty text ahead: Arrow 26 drops a row from the result when all its parts are null and null_handling is skip
    joined = pc.binary_join_element_wise("", *columns, separator, null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, TEXT), pc.utf8_slice_codeunits(joined, 1))


def _constant(drop: Drop, name: str, count: int) -> pa.ChunkedArray:
    value = drop.constants.get(name) or None
    return pa.chunked_array([pa.repeat(pa.scalar(value, TEXT), count)])


def _extra(rows: pa.Table, drop: Drop) -> pa.ChunkedArray:
    """The columns declared as extra that hold something in this row, as a JSON object with sorted keys; else null."""
    names = sorted(name for name in rows.column_names if "extra" in drop.columns[name].split())
    pairs = [pc.binary_join_element_wise(json.dumps(name, ensure_ascii=False) + ':"', _json_text(rows[name]), '"', "")
             for name in names]
    if not pairs:
        return _constant(drop, "extra", rows.num_rows)
    return pc.binary_join_element_wise("{", _joined(pairs, ","), "}", "")


def _json_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column's texts with the characters JSON escapes, escaped."""
    if not pc.any(pc.match_substring_regex(column, r'[\x00-\x1f"\\]')).as_py():
        return column
    return reduce(lambda texts, pair: pc.replace_substring(texts, *pair), _ESCAPED, column)


def _no_entries(rows: pa.Table, table: pa.Table) -> list[Finding]:
    """Rows that are no time entries: blank, the header again, or without both a person and a time."""
    repeated = _all(pc.equal(rows[name], name) for name in rows.column_names)
    blank = _all(pc.is_null(rows[name]) for name in rows.column_names)
    nobody = _all(pc.is_null(table[name]) for name in ("person_ref", "date_text", "start_text"))
    nobody = pc.and_not(nobody, blank)
    return [
        *_told(blank, "", "ROW_BLANK", "Row {row} is blank", "Delete blank rows, or export again."),
        *_told(repeated, "", "HEADER_REPEATED", "Row {row} repeats the header",
               "Two exports were put into one file: drop them as two files."),
        *_told(nobody, "", "ROW_NO_ENTRY", "Row {row} names neither a person nor a time: a total or a remark?",
               "Delete total rows and remarks below the table, or export again without them.")]


def _broken_codes(table: pa.Table) -> list[Finding]:
    """Line breaks in names and codes, which only free text may hold (B08), and signs nobody sees in a name (B32)."""
    findings = []
    for name in (name for name in LANDED_COLUMNS if name not in _FREE_TEXT and _holds_byte(table[name], _BREAKS)):
        broken = pc.match_substring_regex(table[name], "[\r\n]")
        findings += _told(broken, name, "TEXT_LINE_BREAK", f"Row {{row}} has a line break inside its {name}",
                          "Correct the name in the tracker; only notes and tags may have several lines.")
    for name in (name for name in _NAMES if _holds_byte(table[name], _MAY_HIDE)):
        hidden = pc.fill_null(pc.match_substring_regex(table[name], _UNSEEN), fill_value=False)
        if pc.any(hidden).as_py():
            shown = visible(pc.filter(table[name], hidden)[0].as_py())
            findings += _told(hidden, name, "TEXT_UNSEEN",
                              f"Row {{row}} has a sign nobody sees inside its {name} (the first is {shown!r})",
                              "Type the name again in the tracker; a note may hold such signs, a name may not.")
    return findings


def _holds_byte(column: pa.ChunkedArray, wanted: npt.NDArray[np.bool_]) -> bool:
    """Whether one of these bytes is anywhere in a column; far cheaper than asking each text."""
    return any(wanted[np.frombuffer(chunk.buffers()[2] or b"", np.uint8)].any() for chunk in column.chunks)


def _all(masks: Iterable[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Where every mask is true; the later ones are not made when none can be."""
    both: pa.ChunkedArray | None = None
    for mask in masks:
        known = pc.fill_null(mask, fill_value=False)
        both = known if both is None else pc.and_(both, known)
        if not pc.any(both).as_py():
            break
    return both


def _told(mask: pa.ChunkedArray, column: str, code: str, what: str, fix: str) -> list[Finding]:
    """One finding per row of the mask."""
    places = pc.indices_nonzero(mask)
    found = [Finding(place + FIRST_ROW, column, code, what.replace("{row}", str(place + FIRST_ROW), 1), fix, "row")
             for place in places[:KEPT].to_pylist()]
    return counted(found, len(places))
