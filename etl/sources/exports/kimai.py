"""Kimai 2, default CSV template and what custom templates can add, English and German headings.

Source: sources reference, 5.7; headings from translations/messages.{en,de}.xlf. Without permission rates and currency
vanish.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.dialect import Columns, Dialect, Heading, where

_ALTERED = r"(?is)^' (?:[=\-@+\t\r\n]|.*dde)"   # src/Utils/StringHelper.php, sanitizeDDE


def _as_typed(columns: Columns, _rows: pa.Table) -> Columns:
    """The note as the person typed it: without the prefix that Kimai puts before certain texts in an export."""
    note = columns["note"]
    is_altered = pc.match_substring_regex(note, _ALTERED)
    return columns | {"note": where(is_altered, pc.utf8_slice_codeunits(note, 2), note)}


KIMAI = Dialect(
    name="kimai",
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
    adjust=_as_typed,
)
