"""The export formats of known trackers, as data: which heading feeds which column, and how values are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.settings import Drop
from etl.sources.headers import skeleton


@dataclass(frozen=True)
class Heading:
    """One column of a tracker's export.

    `names`: its heading in each language of the dialect; `feeds`: the canonical columns it becomes, several with a
    space between, or "extra".
    """

    names: tuple[str, ...]
    feeds: str
    is_optional: bool = False


@dataclass(frozen=True)
class Dialect:
    """One tracker's export.

    `open_headings`: further headings, kept as extra; `altered_note`: a note the tracker put the prefix "' " before.
    """

    headings: tuple[Heading, ...]
    open_headings: str
    formats: dict[str, Any] = field(default_factory=dict)
    altered_note: str = ""

    def columns(self, language: int) -> dict[str, str]:
        """Heading -> what it feeds, in one language."""
        return {heading.names[language]: heading.feeds for heading in self.headings}

    def optional(self, language: int) -> tuple[str, ...]:
        """The headings of one language that may be absent."""
        return tuple(heading.names[language] for heading in self.headings if heading.is_optional)

    def languages(self) -> range:
        """The languages, by number; 0 is English."""
        return range(len(self.headings[0].names))


# Toggl Track, "Detailed report" as CSV. Source: sources reference, 1.8 (two fixtures of an importer; support page).
TOGGL_DETAILED = Dialect(
    headings=(
        Heading(("User",), "person_name"), Heading(("Email",), "person_ref"), Heading(("Client",), "client_ref"),
        Heading(("Project",), "project_ref"), Heading(("Task",), "task_ref service_ref"),
        Heading(("Description",), "note"), Heading(("Billable",), "billable_text"),
        Heading(("Start date",), "start_text"), Heading(("Start time",), "start_text"),
        Heading(("End date",), "end_text"), Heading(("End time",), "end_text"),
        Heading(("Duration",), "duration_text"), Heading(("Tags",), "tags"),
    ),
    open_headings=r"Amount \(([A-Z]{3})?\)",   # one for each currency; "Amount ()" without a rate; none when hidden
    formats={"date_format": "%Y-%m-%d", "instant_format": "%Y-%m-%d %H:%M:%S", "duration": "clock",
             "decimal_sign": ".", "billable_words": ("yes",), "not_billable_words": ("no",)},
)

# Kimai 2, default CSV template and what custom templates can add, English and German headings. Source: sources
# reference, 5.7; headings from translations/messages.{en,de}.xlf. Without permission rates and currency vanish.
KIMAI = Dialect(
    headings=(
        Heading(("Date", "Datum"), "start_text end_text"), Heading(("From", "Von"), "start_text"),
        Heading(("To", "Bis"), "end_text"), Heading(("Duration", "Dauer"), "duration_text"),
        Heading(("Currency", "Währung"), "currency_text", is_optional=True),
        Heading(("Price", "Preis"), "extra", is_optional=True),
        Heading(("Internal price", "Interner Preis"), "extra", is_optional=True),
        Heading(("Hourly price", "Preis pro Stunde"), "extra", is_optional=True),
        Heading(("Fixed price", "Festpreis"), "extra", is_optional=True),
        Heading(("Name", "Name"), "person_name", is_optional=True),
        Heading(("User", "Benutzer"), "extra", is_optional=True), Heading(("E-mail", "E-Mail"), "person_ref"),
        Heading(("Staff number", "Personalnummer"), "extra", is_optional=True),
        Heading(("Customer", "Kunde"), "client_ref"), Heading(("Project", "Projekt"), "project_ref"),
        Heading(("Activity", "Tätigkeit"), "task_ref service_ref"), Heading(("Description", "Beschreibung"), "note"),
        Heading(("Billable", "Abrechenbar"), "billable_text"),
        Heading(("Tags", "Schlagworte"), "tags", is_optional=True),
        Heading(("Type", "Typ"), "extra", is_optional=True),
        Heading(("category", "category"), "extra", is_optional=True),
        Heading(("Account", "Kundennummer"), "extra", is_optional=True),
        Heading(("Project number", "Projektnummer"), "extra", is_optional=True),
        Heading(("VAT-ID", "Umsatzsteuer-ID"), "extra", is_optional=True),
        Heading(("Order number", "Bestellnummer"), "extra", is_optional=True),
        Heading(("ID", "ID"), "entry_ref", is_optional=True),
        Heading(("Exported", "Exportiert"), "billed_text", is_optional=True),
        Heading(("Break", "Pause"), "extra", is_optional=True),   # taken off the duration already
    ),
    open_headings=r"(?s:.+)",   # one column for each meta field, under the name the company gave it
    formats={"date_format": "%Y-%m-%d", "instant_format": "%Y-%m-%d %H:%M", "duration": "clock", "decimal_sign": ".",
             "end_rolls_over": True, "billable_words": ("1",), "not_billable_words": ("0",)},
    altered_note=r"(?is)^' (?:[=\-@+\t\r\n]|.*dde)",   # src/Utils/StringHelper.php, sanitizeDDE
)

DIALECTS: dict[str, Dialect] = {"toggl_detailed": TOGGL_DETAILED, "kimai": KIMAI}


def effective(drop: Drop) -> Drop:
    """The drop with its dialect's columns and formats filled in; a declared drop is returned as it is.

    What the company set itself (a delimiter, duration = "decimal_hours") stays. Doing it twice changes nothing.
    """
    if drop.dialect == "declared":
        return drop
    return _filled(drop, DIALECTS[drop.dialect], 0)


def fitted(drop: Drop, names: Sequence[str]) -> Drop:
    """The drop for a file with these headings: the dialect's language that fits best, and its open headings as extra.

    A heading that differs from an absent one in case, spaces or look-alikes is no open heading: it stays a finding.
    """
    if drop.dialect == "declared":
        return drop
    dialect, present = DIALECTS[drop.dialect], set(names)
    language = max(dialect.languages(), key=lambda number: len(present & set(dialect.columns(number))))
    filled = _filled(drop, dialect, language)
    taken = {skeleton(name) for name in filled.columns}
    more = {name: "extra" for name in names if name not in filled.columns and name.isprintable()
            and skeleton(name) not in taken | {""} and re.fullmatch(dialect.open_headings, name)}
    return filled.model_copy(update={"columns": filled.columns | more})


def _filled(drop: Drop, dialect: Dialect, language: int) -> Drop:
    """Columns always; formats where the company has not set them.

    Names in optional_columns that the dialect does not know may be in the file and are kept as extra.
    """
    columns, optional = dialect.columns(language), dialect.optional(language)
    known = {name for number in dialect.languages() for name in dialect.columns(number)}
    allowed = tuple(name for name in drop.optional_columns if name not in known)
    formats = {name: value for name, value in dialect.formats.items() if name not in drop.model_fields_set}
    return drop.model_copy(update={
        **formats, "columns": columns | dict.fromkeys(allowed, "extra"),
        "optional_columns": tuple(dict.fromkeys((*optional, *allowed)))})
