"""Read the suites: the shipped ones, and a company's own, which change thresholds by id and add expectations."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.checks.grammar import TYPES, argument_faults, named_columns
from etl.checks.tables import CHECKED
from etl.codes import codes
from etl.errors import SettingsError
from etl.strict_json import no_constant, once
from etl.terms import STREAMS

SEVERITIES = ("stop", "hold", "note")
LIMIT_BYTES = 1 << 20
_META = ("code", "severity", "streams", "remedy")
_KEYS = frozenset({"id", "type", "kwargs", "meta"})
_MOST_SHOWN = 12


@dataclass(frozen=True)
class Expectation:
    """One promise about one column or one row, and what is said and done when a row breaks it."""

    table: str
    id: str
    type: str
    kwargs: Mapping[str, Any]
    code: str
    severity: str
    streams: str
    remedy: str
    origin: str

    @property
    def promise(self) -> str:
        """The promise in words: `worked at most 16:00:00`."""
        return TYPES[self.type].words(self.kwargs)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return named_columns(self.kwargs)


@dataclass(frozen=True)
class Suites:
    """What is asked in a run. `contents`: the company's own files as read, kept with the mapping set."""

    expectations: tuple[Expectation, ...]
    contents: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """One digest over the company's own files."""
        lines = [f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in sorted(self.contents.items())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def of(self, table: str) -> tuple[Expectation, ...]:
        """The expectations of one table, in their order."""
        return tuple(expectation for expectation in self.expectations if expectation.table == table)


def read_suites(shipped: Path, own: Path) -> Suites:
    """The shipped suites with the company's own laid over them.

    `own`: mappings/<company>/expectations, which may be missing. An expectation there with a shipped id changes what it
    names (`"off": true` drops it); a shipped stop stays as it is. Any other id is a new one and needs everything.
    Raises SettingsError SUITE_UNREADABLE with every finding, by file and expectation.
    """
    findings: list[str] = []
    contents = _own_files(own, findings)
    found: list[Expectation] = []
    for table in CHECKED:
        name = f"{table}.json"
        base = _parse((shipped / name).read_bytes(), f"expectations/{name}", findings)
        where = f"{own.parent.name}/expectations/{name}"
        above = _parse(contents[f"expectations/{name}"], where, findings) if f"expectations/{name}" in contents else []
        merged = [(raw, f"expectations/{name}") for raw in base]
        for raw in above:
            _lay_over(merged, raw, where, findings)
        found += [_expectation(table, raw, origin, findings) for raw, origin in merged]
    if findings:
        more = [f"… and {len(findings) - _MOST_SHOWN} more"] if len(findings) > _MOST_SHOWN else []
        raise SettingsError(
            "SUITE_UNREADABLE",
            what=f"The suites have {len(findings)} finding(s):\n    " + "\n    ".join([*findings[:_MOST_SHOWN], *more]),
            where=f"mappings/{own.parent.name}/expectations/",
            fix="Correct the expectations named; docs/checks.md shows every type, column and key.",
        )
    return Suites(tuple(found), contents)


def _own_files(own: Path, findings: list[str]) -> dict[str, bytes]:
    """The company's own suites as bytes; a file of another name is a finding, never skipped."""
    if not own.is_dir() or own.is_symlink():
        if own.exists() or own.is_symlink():
            findings.append("expectations: is not a folder; put the suites into a folder of this name")
        return {}
    contents = {}
    for path in sorted(own.iterdir()):
        status = path.lstat()
        if path.suffix != ".json" or path.stem not in CHECKED:
            tables = ", ".join(f"{table}.json" for table in CHECKED)
            findings.append(f"expectations/{path.name}: is no suite; the suites are {tables}")
        elif not stat.S_ISREG(status.st_mode):
            findings.append(f"expectations/{path.name}: is not a regular file; put the file itself there")
        elif status.st_size > LIMIT_BYTES:
            findings.append(f"expectations/{path.name}: is longer than {LIMIT_BYTES} bytes")
        else:
            contents[f"expectations/{path.name}"] = path.read_bytes()
    return contents


def _parse(raw: bytes, where: str, findings: list[str]) -> list[dict[str, Any]]:
    try:
        read = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=no_constant)
    except RecursionError:
        findings.append(f"{where}: is nested too deeply")
        return []
    except ValueError as error:
        findings.append(f"{where}: is not JSON: {error}")
        return []
    listed = read.get("expectations") if isinstance(read, dict) and set(read) == {"expectations"} else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        findings.append(f'{where}: is not {{"expectations": [...]}} with an object for each expectation')
        return []
    found: dict[str, dict[str, Any]] = {}
    for place, one in enumerate(listed, 1):
        if not _is_id(one.get("id")):
            findings.append(f"{where}: expectation {place} has no id of letters, digits and _")
        elif found.setdefault(one["id"], one) is not one:
            findings.append(f"{where}, {one['id']}: stands twice")
    return list(found.values())


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.replace("_", "").isalnum() and len(value) <= 60


def _lay_over(
    merged: list[tuple[dict[str, Any], str]], raw: dict[str, Any], where: str, findings: list[str]
) -> None:
    """Change or drop the expectation of this id, or add it."""
    place = next((place for place, (known, _) in enumerate(merged) if known["id"] == raw["id"]), None)
    named = f"{where}, {raw['id']}"
    if place is None:
        if "off" in raw:
            findings.append(f"{named}: there is no shipped expectation of this id to be dropped")
        else:
            merged.append((raw, where))
        return
    shipped = merged[place][0]
    if shipped["meta"]["severity"] == "stop":
        findings.append(f"{named}: is a stop that guards the figures; it cannot be changed, add one under another id")
    elif raw == {"id": raw["id"], "off": True}:
        del merged[place]
    elif "off" in raw:
        findings.append(f'{named}: off stands alone, as {{"id": "{raw["id"]}", "off": true}}')
    elif raw.get("type", shipped["type"]) != shipped["type"]:
        findings.append(f"{named}: is of type {shipped['type']}; another type needs an id of its own")
    elif not all(isinstance(raw.get(name, {}), dict) for name in ("kwargs", "meta")):
        findings.append(f"{named}: kwargs and meta are objects")
    else:
        changed = {name: shipped[name] | raw.get(name, {}) for name in ("kwargs", "meta")}
        merged[place] = (shipped | raw | changed, where)


def _expectation(table: str, raw: dict[str, Any], origin: str, findings: list[str]) -> Expectation:
    named, meta, kind = f"{origin}, {raw['id']}", raw.get("meta"), raw.get("type", "(none)")
    faults = [f"key {key!r} is unknown; known: id, type, kwargs, meta, off" for key in sorted(set(raw) - _KEYS)]
    faults += argument_faults(table, kind, raw.get("kwargs", {}))
    meta = meta if isinstance(meta, dict) else {}
    faults += [f"meta {name} is missing" for name in _META if not isinstance(meta.get(name), str)]
    faults += [f"meta {name!r} is unknown; known: {', '.join(_META)}" for name in meta if name not in _META]
    faults += _meta_faults({name: text for name, text in meta.items() if isinstance(text, str)})
    findings += [f"{named}: {fault}" for fault in faults]
    texts = {name: str(meta.get(name, "")) for name in _META}
    return Expectation(table, raw["id"], kind, raw.get("kwargs", {}), origin=origin, **texts)


def _meta_faults(meta: Mapping[str, str]) -> list[str]:
    faults = []
    if "severity" in meta and meta["severity"] not in SEVERITIES:
        faults.append(f"severity {meta['severity']!r} is unknown; it is one of {', '.join(SEVERITIES)}")
    known = codes().get(meta.get("code", ""))
    if "code" in meta and (known is None or known.severity not in SEVERITIES):
        faults.append(f"code {meta['code']!r} is no code of an exception item; a company's own checks use TE090")
    parts = [part.strip() for part in meta.get("streams", STREAMS[0]).split(",")]
    if parts != [stream for stream in STREAMS if stream in parts]:
        faults.append(f"streams {meta['streams']!r} is not of {', '.join(STREAMS)}, in this order, each once")
    if "remedy" in meta and not 8 <= len(meta["remedy"].strip()) <= 300:
        faults.append("remedy must say in 8 to 300 letters what to do")
    return faults
