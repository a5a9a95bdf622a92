"""The audit of the lists as a workbook: what was found, which names may be one, what is in scope, what is to map."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pyarrow as pa

from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet, Value
from etl.workbooks.words import BANNER, PageRows, heads
from etl.workbooks.writer import render_workbook

SUMMARY, ALIKE, FINDINGS, SCOPE, TO_MAP = "Summary", "Names alike", "Findings", "Scope", "To map"
SIDES = {"tracker": "tracker", "mapping": "cross-references", "books": "books"}
KINDS = {"employee": "person", "customer_job": "job", "service_item": "item", "project": "job", "vendor": "vendor"}
_NOTE = ("Score: 100 is the same name but for case, accents, signs or order of words; below 93 nothing is suggested. "
         "Nothing is merged by itself: a person decides.")


def render_list_audit(
    company: str, told: tuple[str, date], tables: dict[str, pa.Table], *, is_sandbox: bool,
) -> bytes:
    """The workbook. `tables`: the audit's own, as decided; `told`: what was compared, and up to which day."""
    whose = (*([BANNER] if is_sandbox else []), f"{company} · {told[0]}, up to {told[1]}")
    found = tables["list_findings"].to_pylist()
    scope, to_map = tables["scope_table"].to_pylist(), tables["rows_to_map"].to_pylist()
    sheets: list[Sheet | Page] = [
        _summary(whose, found, tables["names_listed"].to_pylist(), scope), _alike(whose, found),
        _findings(whose, found),
        _scope(whose, scope), _to_map(whose, to_map)]
    return render_workbook(
        sheets, title="Audit of the lists", subject=company,
        marks=Marks(company, f"Lists up to {told[1]}", "", BANNER if is_sandbox else ""))


def _summary(
    whose: tuple[str, ...], found: list[dict[str, Any]], names: list[dict[str, Any]], scope: list[dict[str, Any]],
) -> Page:
    page = PageRows()
    page.add(Cell("Audit of the lists", look="title"))
    for line in whose:
        page.add(Cell(line, look="note"))
    page.add()
    page.add(Cell("What was found", look="heading"))
    page.add(*heads("Code", "Finding", "Names", "What to do", numbers=(2,)))
    counts = Counter((row["code"], row["title"], row["remedy"]) for row in found)
    for (code, title, remedy), count in sorted(counts.items()):
        page.add(Cell(code), Cell(title, is_wrapped=True), Cell(count, "count"), Cell(remedy, is_wrapped=True))
    if not counts:
        page.add(None, Cell("Nothing: the lists agree."))
    page.add()
    page.add(Cell("What was compared", look="heading"))
    page.add(*heads("", "List", "Names", "Kind", numbers=(2,)))
    listed = Counter((row["side"], row["list"], row["kind"]) for row in names)
    for (side, name, kind), count in sorted(listed.items()):
        page.add(None, Cell(f"{SIDES[side]}: {name}"), Cell(count, "count"), Cell(kind))
    page.add()
    page.add(Cell("What is in scope", look="heading"))
    page.add(*heads("", "Of each kind, all entries", "Entries", "Hours", numbers=(2,)))
    for (kind, state), rows in _by(scope).items():
        seconds = sum(row["seconds"] for row in rows)
        page.add(None, Cell(f"{kind}: {state}"), Cell(sum(row["count_entries"] for row in rows), "count"),
                 Cell(f"{seconds // 3600:,}:{seconds // 60 % 60:02}:{seconds % 60:02}"))
    return page.page(SUMMARY, (9, 38, 10, 62))


def _by(scope: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in scope:
        groups.setdefault((row["kind"], row["scope"]), []).append(row)
    return groups


def _alike(whose: tuple[str, ...], found: list[dict[str, Any]]) -> Sheet:
    columns = (
        Column("Score", "count", 7), Column("Kind", "text", 10), Column("List", "text", 24), Column("Name", "text", 40),
        Column("Other name", "text", 40), Column("Ids", "text", 44), Column("Seconds", "seconds", 11),
        Column("Hours", "hours", 10, '=IF({Seconds}="","",{Seconds}/3600)'), Column("Last day", "date", 11),
        Column("One name? yes / no", "text", 18, is_input=True, choices=("yes", "no")))
    rows: list[tuple[Value, ...]] = [
        (row["score"], _kind(row), _list(row), row["name"], row["other"], row["told"], row["seconds"], row["last_day"],
         None) for row in found if row["code"] == "TE280"]
    return Sheet(ALIKE, columns, rows, notes=(*whose, _NOTE), empty="No two names are alike.")


def _findings(whose: tuple[str, ...], found: list[dict[str, Any]]) -> Sheet:
    columns = (
        Column("Code", "text", 8), Column("Finding", "text", 26), Column("List", "text", 24),
        Column("Kind", "text", 10), Column("Name", "text", 40), Column("Other name", "text", 32),
        Column("Score", "count", 7), Column("What", "text", 66), Column("Seconds", "seconds", 11),
        Column("Hours", "hours", 10, '=IF({Seconds}="","",{Seconds}/3600)'), Column("Last day", "date", 11))
    rows: list[tuple[Value, ...]] = [
        (row["code"], row["title"], _list(row), _kind(row), row["name"], row["other"], row["score"], row["told"],
         row["seconds"], row["last_day"]) for row in found if row["code"] != "TE280"]
    return Sheet(FINDINGS, columns, rows, notes=whose, empty="Nothing was found.")


def _scope(whose: tuple[str, ...], scope: list[dict[str, Any]]) -> Sheet:
    columns = (
        Column("Kind", "text", 9), Column("Scope", "text", 8), Column("List", "text", 14),
        Column("Client", "text", 26), Column("Name", "text", 42), Column("Reason", "text", 44),
        Column("Entries", "count", 9), Column("Seconds", "seconds", 12),
        Column("Hours", "hours", 11, "={Seconds}/3600"),
        Column("First day", "date", 11), Column("Last day", "date", 11))
    rows: list[tuple[Value, ...]] = [
        (row["kind"], row["scope"], row["source"], row["outer_ref"] or None, row["ref"], row["reason"],
         row["count_entries"], row["seconds"], row["first_day"], row["last_day"]) for row in scope]
    note = "In, waits, out: of each kind (person, project, item) the rows together are all entries that count."
    return Sheet(SCOPE, columns, rows, notes=(*whose, note), empty="There is no time yet.")


def _to_map(whose: tuple[str, ...], rows: list[dict[str, Any]]) -> Sheet:
    columns = (
        Column("Kind", "text", 9), Column("List", "text", 14), Column("Client", "text", 28), Column("Name", "text", 44),
        Column("Title", "text", 24), Column("Entries", "count", 9), Column("Seconds", "seconds", 12),
        Column("Hours", "hours", 11, "={Seconds}/3600"),
        Column("First day", "date", 11), Column("Last day", "date", 11),
        Column("May be", "text", 40), Column("Score", "count", 7))
    values: list[tuple[Value, ...]] = [
        (row["kind"], row["source"], row["outer_ref"] or None, row["ref"], row["title"], row["count_entries"],
         row["seconds"], row["first_day"], row["last_day"], row["suggested"], row["score"]) for row in rows]
    return Sheet(TO_MAP, columns, values, totals=("Entries", "Seconds", "Hours") if values else (),
                 notes=(*whose, "Rows that the cross-references lack, as CSVs to complete beside this workbook."),
                 empty="Every name in use is mapped.")


def _kind(row: dict[str, Any]) -> str:
    return KINDS.get(str(row["kind"]), str(row["kind"]))


def _list(row: dict[str, Any]) -> str:
    return f"{SIDES[row['side']]}: {row['list']}"
