"""The dialects by name, and a drop with its dialect's columns and formats filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from etl.errors import SettingsError
from etl.settings import Drop
from etl.sources.dialect import Dialect
from etl.sources.exports.clockify import CLOCKIFY
from etl.sources.exports.harvest import HARVEST
from etl.sources.exports.hledger import TIMECLOCK, TIMEDOT
from etl.sources.exports.kimai import KIMAI
from etl.sources.exports.quickbooks_time import QUICKBOOKS_TIME
from etl.sources.exports.solidtime import SOLIDTIME
from etl.sources.exports.timetagger import TIMETAGGER
from etl.sources.exports.toggl import TOGGL_DETAILED
from etl.sources.headers import is_personal, skeleton

TRACKERS: tuple[Dialect, ...] = (
    TOGGL_DETAILED,
    HARVEST,
    CLOCKIFY,
    QUICKBOOKS_TIME,
    KIMAI,
    SOLIDTIME,
    TIMETAGGER,
    TIMECLOCK,
    TIMEDOT,
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in TRACKERS}


def effective(drop: Drop) -> Drop:
    """The drop with its dialect's columns and formats filled in; a declared drop is returned as it is.

    What the company set itself (a delimiter, duration = "decimal_hours") stays. Doing it twice changes nothing.
    Raises SettingsError DROP_DIALECT for an unknown name, DROP_UNSAID where the drop lacks what nobody can know.
    """
    if drop.dialect == "declared":
        return drop
    return _filled(drop, named(drop), 0)


def named(drop: Drop) -> Dialect:
    """The dialect of a drop, all that it asks for given."""
    where = f"company.toml, drop {drop.name}"
    if drop.dialect not in DIALECTS:
        raise SettingsError(
            "DROP_DIALECT", what=f"There is no dialect {drop.dialect!r}", where=f"{where}, key dialect",
            fix=f"Choose from declared, {', '.join(DIALECTS)}; declared takes any file with its [drops.columns].")
    dialect = DIALECTS[drop.dialect]
    unsaid = [words for setting, words in dialect.asked.items() if not _is_said(drop, setting)]
    if unsaid:
        raise SettingsError(
            "DROP_UNSAID", what=f"A {dialect.name} export does not tell {'; nor '.join(unsaid)}", where=where,
            fix=f"Add {' and '.join(dialect.asked)} to the drop; the tracker's profile or account settings show it.")
    return dialect


def _is_said(drop: Drop, setting: str) -> bool:
    name, _, key = setting.partition(".")
    return bool(getattr(drop, name).get(key)) if key else name in drop.model_fields_set


def fitted(drop: Drop, names: Sequence[str]) -> Drop:
    """The drop for a file with these headings: the dialect's language that fits best, and its open headings as extra.

    A heading that differs from an absent one in case, spaces or look-alikes is no open heading: it stays a finding.
    Columns that tell places or devices may be absent; in the file they are `personal`, or extra where they are coarse.
    """
    drop = _by_dialect(drop, names)
    told = [name for name in dict.fromkeys((*drop.columns, *names)) if is_personal(name, drop)]
    if not told:
        return drop
    feeds = "extra" if drop.personal.mode == "coarse" else "personal"
    return drop.model_copy(update={
        "columns": drop.columns | dict.fromkeys(told, feeds),
        "optional_columns": tuple(dict.fromkeys((*drop.optional_columns, *told)))})


def personal_headings(drop: Drop, names: Sequence[str]) -> list[str]:
    """Those of a file's headings that tell a place or a device."""
    of_file = _by_dialect(drop, names)
    return [name for name in dict.fromkeys(names) if is_personal(name, of_file)]


def _by_dialect(drop: Drop, names: Sequence[str]) -> Drop:
    if drop.dialect == "declared":
        return drop
    dialect, present = named(drop), set(names)
    language = max(dialect.languages(), key=lambda number: len(present & set(dialect.columns(number))))
    filled = _filled(drop, dialect, language)
    taken = {skeleton(name) for name in filled.columns}
    more = {name: "extra" for name in names if name not in filled.columns and name.isprintable()
            and skeleton(name) not in taken | {""} and re.fullmatch(dialect.open_headings, name)}
    return filled.model_copy(update={"columns": filled.columns | more})


def _filled(drop: Drop, dialect: Dialect, language: int) -> Drop:
    """Columns always; formats where the company has not set them.

    Names in optional_columns that the dialect does not know may be in the file and are kept as extra; those in
    further_columns feed what the company says.
    """
    columns, optional = dialect.columns(language), dialect.optional(language)
    known = {name for number in dialect.languages() for name in dialect.columns(number)}
    allowed = tuple(name for name in drop.optional_columns if name not in known)
    added = {name: feeds for name, feeds in drop.further_columns.items() if name not in columns}
    formats = {name: value for name, value in dialect.formats.items() if name not in drop.model_fields_set}
    return drop.model_copy(update={
        **formats, "columns": columns | dict.fromkeys(allowed, "extra") | added,
        "optional_columns": tuple(dict.fromkeys((*optional, *allowed, *added)))})
