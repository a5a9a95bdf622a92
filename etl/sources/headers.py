"""The header of an export: every declared name, exactly and once, in any order."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

from etl.settings import Drop
from etl.sources.findings import Finding, visible

# headings that tell a place or a device, in any spelling
_PERSONAL = {
    "latitude", "longitude", "lat", "lng", "lon", "gps", "gpslocation", "geolocation", "coordinates", "clockinlocation",
    "clockoutlocation", "ip", "ipaddress", "device", "deviceid", "devicename", "deviceidentifier", "imei", "macaddress",
    "kioskid", "wifi", "wifissid"}
_DELIMITERS = (",", ";", "\t", "|")
_NAMES_SHOWN = 40


def skeleton(name: str) -> str:
    """A name without case, spaces, punctuation and invisible characters: what two people would call the same."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LN")


def is_personal(name: str, drop: Drop) -> bool:
    """Whether a column tells a place or a device: fed as `personal`, named in the drop, or known by its heading.

    A column that feeds anything but extra was declared for something else.
    """
    feeds = drop.columns.get(name, "extra")
    return feeds == "personal" or name in drop.personal.columns or (feeds == "extra" and skeleton(name) in _PERSONAL)


def check_header(names: Sequence[str], drop: Drop, line: int = 1, unit: str = "line") -> list[Finding]:
    """What is wrong with a file's header; an empty list where each name is declared and each needed name is there."""
    present, declared = set(names), list(drop.columns)
    absent = [name for name in declared if name not in present]
    unknown = [name for name in dict.fromkeys(names) if name not in drop.columns and name.strip()]
    if len(names) == 1 and (finding := _wrong_delimiter(names[0], drop, line)):
        return [finding]
    findings = [*_unnamed(names, line, unit), *_duplicates(names, line, unit)]
    renamed = {name: other for name in unknown if (other := _same_to_a_person(name, absent))}
    findings += [
        Finding(line, visible(name), "HEADER_RENAMED",
                f"Column {visible(name)!r} is not the declared {other!r}: {_difference(name, other)}",
                f"Write the heading as {other!r}, or declare it as it stands in the file.", unit)
        for name, other in renamed.items()]
    missing = [name for name in absent if name not in drop.optional_columns and name not in renamed.values()]
    findings += [_missing(name, names, line, unit) for name in missing]
    strangers = [name for name in unknown if name not in renamed]
    return findings + [_unknown(name, absent, line, unit) for name in strangers]


def _wrong_delimiter(header: str, drop: Drop, line: int) -> Finding | None:
    for delimiter in _DELIMITERS:
        parts = [part.strip().strip('"') for part in header.split(delimiter)]
        if delimiter != drop.delimiter and len(parts) > 1 and set(parts) & set(drop.columns):
            return Finding(
                line, "", "CSV_DELIMITER",
                f"The columns are separated by {delimiter!r}; the drop is declared with {drop.delimiter!r}",
                f"Declare delimiter = {delimiter!r} for this drop, or export again with {drop.delimiter!r}.")
    return None


def _unnamed(names: Sequence[str], line: int, unit: str) -> list[Finding]:
    return [Finding(line, str(number), "HEADER_UNNAMED", f"The {number}. column has no heading",
                    "Give the column a heading, or delete it.", unit)
            for number, name in enumerate(names, start=1) if not name.strip()]


def _duplicates(names: Sequence[str], line: int, unit: str) -> list[Finding]:
    findings = []
    for name in dict.fromkeys(names):
        places = [str(number) for number, other in enumerate(names, start=1) if other == name]
        if name.strip() and len(places) > 1:
            findings.append(Finding(
                line, visible(name), "HEADER_DUPLICATE",
                f"The heading {visible(name)!r} stands {len(places)} times, as columns {', '.join(places)}",
                "Rename or delete all but one of them.", unit))
    return findings


def _same_to_a_person(name: str, absent: Sequence[str]) -> str:
    """The declared name this one was meant to be, or nothing: same skeleton, or one look-alike letter."""
    for other in absent:
        if skeleton(other) and skeleton(name) == skeleton(other):
            return other
        if len(name) == len(other) and not name.isascii():
            pairs = [(mine, yours) for mine, yours in zip(name, other, strict=True) if mine != yours]
            if len(pairs) == 1 and not pairs[0][0].isascii():
                return other
    return ""


def _difference(name: str, other: str) -> str:
    """The first place where two headings differ, by code point."""
    shared = next((at for at, (mine, yours) in enumerate(zip(name, other, strict=False)) if mine != yours),
                  min(len(name), len(other)))
    return f"at character {shared + 1} the file has {_sign(name, shared)}, declared is {_sign(other, shared)}"


def _sign(text: str, at: int) -> str:
    if at >= len(text):
        return "the end"
    return f"U+{ord(text[at]):04X} ({unicodedata.name(text[at], 'unnamed').lower()})"


def _missing(name: str, names: Sequence[str], line: int, unit: str) -> Finding:
    there = ", ".join(visible(other) for other in names[:_NAMES_SHOWN]) or "none"
    near = difflib.get_close_matches(name, list(dict.fromkeys(names)), n=1, cutoff=0.5)
    hint = f"; the nearest is {visible(near[0])!r}" if near else ""
    return Finding(line, name, "HEADER_MISSING", f"Column {name!r} is missing. The file has: {there}{hint}",
                   f"Export again with the column {name!r}, or correct [drops.columns]; a column that may be absent "
                   "goes to optional_columns.", unit)


def _unknown(name: str, absent: Sequence[str], line: int, unit: str) -> Finding:
    known = f" (declared and not in the file: {', '.join(absent[:_NAMES_SHOWN])})" if absent else ""
    return Finding(line, visible(name), "HEADER_UNKNOWN", f"Column {visible(name)!r} is not declared{known}",
                   f"Add {visible(name)!r} = \"extra\" to [drops.columns] to keep it with the entry, or leave it out "
                   "of the export.", unit)
