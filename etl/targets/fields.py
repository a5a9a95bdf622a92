"""The text columns of a document as its target takes them: names refused or kept, free text cleaned and listed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from etl.targets.facts import facts
from etl.targets.findings import Finding, lines_named
from etl.targets.printed import each_odd
from etl.targets.text import CSV, IIF, LEDGER, PLAIN, Profile, cleaned, name_problems

Kind = Literal["name", "flat", "key", "number", "text"]
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")   # also part of a file name
_PROFILES = {"quickbooks_desktop": IIF, "beancount": LEDGER, "hledger": LEDGER}
_FIX_NAME = "Give it a name the target can take, in the books and in the mapping, then draft again."


@dataclass(frozen=True)
class TextField:
    """What one column of a document may hold; one row of field_limits.csv.

    `name` has levels parted by colons, `flat` has none, `key` is any visible text, `number` is a document number,
    `text` is free text. A limit of 0 means that none is known.
    """

    column: str
    label: str
    kind: Kind
    level_limit: int
    limit: int


TEXT_CHANGES = pa.schema([(name, pa.string()) for name in ("document", "line_id", "field", "before", "after", "why")])
"""One row per text that stands in a file otherwise than in the source, with the reason; the workbook lists them."""


@cache
def text_fields(document: str) -> tuple[TextField, ...]:
    """The text columns of a document, in the order of field_limits.csv."""
    return tuple(
        TextField(row["column"], row["label"], cast("Kind", row["kind"]), int(row["level_limit"] or 0),
                  int(row["limit"] or 0))
        for row in facts("field_limits.csv") if row["document"] == document)


def profile_of(document: str) -> Profile:
    """How the document's target takes text: IIF in the ANSI code page, everything else UTF-8."""
    return _PROFILES.get(document.partition(".")[0], CSV)


def written_texts(table: pa.Table, document: str) -> dict[str, pa.Array]:
    """The text columns as the file shows them, absent values as empty text. `name_findings` has passed before."""
    profile = profile_of(document)
    return {field.column: _written(table[field.column], field, profile) for field in text_fields(document)}


def name_findings(table: pa.Table, document: str) -> list[Finding]:
    """One finding per name that the target cannot take, with the lines that hold it. Free text never has one."""
    findings = []
    for field in text_fields(document):
        if field.kind == "text":
            continue
        names = pc.drop_null(pc.unique(table[field.column]))
        for name in names.filter(pc.invert(_passes(names, field, profile_of(document)))).to_pylist():
            if problems := problems_of(unicodedata.normalize("NFC", name), field, profile_of(document)):
                lines = table.filter(pc.equal(table[field.column], name))["line_id"]
                findings.append(Finding("TARGET_NAME", f"The {field.label} {name!r} {', '.join(problems)}",
                                        f"{document}, {lines_named(lines)}", _FIX_NAME))
    return findings


def changes(table: pa.Table, document: str, written: dict[str, pa.Array]) -> pa.Table:
    """Every text of these rows that the file shows otherwise (TEXT_CHANGES), in order of column, then row."""
    found: list[dict[str, str]] = []
    for field in text_fields(document):
        before, after = pc.fill_null(table[field.column], "").combine_chunks(), written[field.column]
        changed = pc.indices_nonzero(pc.not_equal(before, after))
        rows = zip(table["line_id"].take(changed).to_pylist(), before.take(changed).to_pylist(),
                   after.take(changed).to_pylist(), strict=True)
        found += [{"document": document, "line_id": line, "field": field.label, "before": old, "after": new,
                   "why": _why(old, new, field, profile_of(document))} for line, old, new in rows]
    return pa.Table.from_pylist(found, TEXT_CHANGES)


def _written(column: pa.ChunkedArray, field: TextField, profile: Profile) -> pa.Array:
    if field.kind == "text":
        return each_odd(column, lambda texts: _is_short(_is_plain(texts, profile), texts, field.limit),
                        lambda text: cut(cleaned(text, profile)[0], field.limit))
    return each_odd(column, pc.string_is_ascii, lambda name: unicodedata.normalize("NFC", name))


def _is_plain(texts: pa.Array, profile: Profile) -> pa.Array:
    """Texts that need no look, as most: letters, digits and common signs, none of which the target replaces."""
    plain = pc.match_substring_regex(texts, PLAIN)
    if not profile.replaced:
        return plain
    replaced = f"[{''.join(re.escape(sign) for sign in profile.replaced)}]"
    return pc.and_(plain, pc.invert(pc.match_substring_regex(texts, replaced)))


def _is_short(plain: pa.Array, texts: pa.Array, limit: int) -> pa.Array:
    return pc.and_(plain, pc.less_equal(pc.binary_length(texts), limit)) if limit else plain


def _passes(names: pa.Array, field: TextField, profile: Profile) -> pa.Array:
    """Names that no question of `problems_of` can stop: plain, short, of one level, of a number's signs if one."""
    shortest = min((limit for limit in (field.level_limit, field.limit) if limit), default=0)
    passes = _is_short(_is_plain(names, profile), names, shortest)
    if field.kind == "number":
        return pc.and_(passes, pc.match_substring_regex(names, f"^{_NUMBER.pattern}$"))
    return pc.and_(passes, pc.invert(pc.match_substring(names, ":")))


def cut(text: str, limit: int) -> str:
    """The text, at most that many characters; 0 means that no limit is known."""
    return text[:limit].rstrip() if limit and len(text) > limit else text


def _why(before: str, after: str, field: TextField, profile: Profile) -> str:
    if field.kind != "text":
        return "written in composed form (NFC)"
    whole, reasons = cleaned(before, profile)
    return "; ".join((*reasons, *(("cut to the target's length",) if len(after) < len(whole) else ())))


def problems_of(name: str, field: TextField, profile: Profile) -> list[str]:
    """Why this name cannot stand in this field of its target, in words; empty when it can."""
    if not name:
        return []   # an absent name; whether one is needed is the document's question
    problems = name_problems(name, profile)
    levels = name.split(":")
    if field.kind == "name" and not all(level.strip() for level in levels):
        problems.append("has an empty level between its colons")
    if field.kind == "flat" and len(levels) > 1:
        problems.append("holds a colon, which parts levels in the books")
    if field.kind == "number" and not _NUMBER.fullmatch(name):
        problems.append("is no document number (letters, digits, . _ - only)")
    if field.level_limit and (long := [level for level in levels if len(level) > field.level_limit]):
        problems.append(f"has a level of {len(long[0])} characters, {long[0]!r}; the limit is {field.level_limit}")
    if field.limit and len(name) > field.limit:
        problems.append(f"has {len(name)} characters; the limit is {field.limit}")
    return problems
