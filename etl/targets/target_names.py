"""The targets' own lists (target_lists.csv): the names that must stand in them, and the ids and codes they give.

No import asks before it makes a new account or customer of a misspelt name (targets reference, 1.2), and an API takes
ids. So a name is compared with the list the company exported, before anything is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.accounts import books_of
from etl.targets.fields import text_fields
from etl.targets.findings import Finding, lines_named, refuse
from etl.terms import BatchHeader, TargetList

_STANDS_IN = {   # a column of a document's table: the lists of the target in which its names stand
    "account": ("account",),
    "customer_job": ("customer_job",),
    "service_item": ("service_item",),
    "class": ("class",),
    "employee_name": ("employee", "vendor"),
    "vendor_name": ("vendor",),
}


def refuse_unlisted(table: pa.Table, document: str, header: BatchHeader, settings: Settings) -> None:
    """Nothing when every name stands in its list; TargetError TARGET_LIST with each that does not.

    A list of which target_lists.csv has no row is not known, and not asked; nor is one whose missing names the batch
    makes in a file of its own (quickbooks_desktop.lists).
    """
    target = books_of(document)
    if f"{target}.lists" in settings.targets.documents:
        return
    findings: list[Finding] = []
    for field in text_fields(document):
        lists = _STANDS_IN.get(field.column, ())
        known = {name for one in lists for name in header.target_lists.get(f"{target}.{one}", {})}
        if known:
            unknown = [name for name in names_in(table, field.column) if composed(name) not in known]
            findings += [_unlisted(_lines_of(table, field.column, name), name, document, lists[0], "")
                         for name in unknown]
    refuse(findings)


def codes_in(
    table: pa.Table, column: str, document: str, header: BatchHeader, lists: Sequence[str] = (),
) -> tuple[dict[str, str], list[Finding]]:
    """The code of every name of a column, as it stands and in composed form; one finding per name without one."""
    target = books_of(document)
    lists = lists or _STANDS_IN[column]
    known: dict[str, str] = {}
    for one in reversed(lists):
        known |= header.target_lists.get(f"{target}.{one}", {})
    codes = {name: known.get(composed(name), "") for name in names_in(table, column)}
    missing = [_unlisted(_lines_of(table, column, name), name, document, lists[0], ", with its id or code there")
               for name, code in codes.items() if not code]
    return codes | {composed(name): code for name, code in codes.items()}, missing


def in_both(rows: pa.Table, document: str, header: BatchHeader) -> list[Finding]:
    """One finding per person whose name stands among the target's employees and among its vendors."""
    target = books_of(document)
    employees, vendors = (header.target_lists.get(f"{target}.{one}", {}) for one in ("employee", "vendor"))
    return [Finding("TARGET_LIST", f"{name!r} is an employee and a vendor of {target}", document,
                    "Leave in target_lists.csv the one who worked this time.")
            for name in names_in(rows, "employee_name") if employees.get(name) and vendors.get(name)]


def called_there(name: str, names: TargetList) -> str:
    """What the target calls a name: the code of its row, else the name itself."""
    return names.get(name) or name


def composed(name: str) -> str:
    """The name as lists and files have it (NFC)."""
    return unicodedata.normalize("NFC", name)


def names_in(table: pa.Table, column: str) -> list[str]:
    """The distinct names of a column, sorted; absent ones are no names."""
    return sorted(name for name in pc.drop_null(pc.unique(table[column])).to_pylist() if name)


def _unlisted(lines: pa.ChunkedArray, name: str, document: str, one: str, how: str) -> Finding:
    target = books_of(document)
    return Finding(
        "TARGET_LIST", f"The {one.replace('_', ' ')} {name!r} is not in the list of {target}{how}",
        f"{document}, {lines_named(lines)}",
        f"Export the list from the books and add the row {target},{one},{name},<id or code> to target_lists.csv; where "
        "the books lack the name, add it there first.")


def _lines_of(table: pa.Table, column: str, name: str) -> pa.ChunkedArray:
    return table.filter(pc.equal(table[column], name))["line_id"]
