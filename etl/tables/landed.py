"""What a source delivers, and how it is written."""

from __future__ import annotations

import pyarrow as pa

from etl.tables.kinds import TEXT, schema

PARQUET: dict[str, str | int | bool] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,
    "store_schema": False,
    "write_page_checksum": True,
}
"""How landed entries are written: the same bytes for the same rows; pages carry checksums."""

LANDED_COLUMNS: tuple[str, ...] = (
    "entry_ref",
    "updated_text",
    "person_ref",
    "person_name",
    "client_ref",
    "project_ref",
    "task_ref",
    "service_ref",
    "date_text",
    "start_text",
    "end_text",
    "duration_text",
    "break_text",
    "billable_text",
    "billed_text",
    "currency_text",
    "note",
    "tags",
    "extra",
)
"""What a source may deliver, as text. `extra` is a JSON object of the other declared columns."""

LANDED_ENTRIES = schema(("source_row", pa.int64()), *((name, TEXT) for name in LANDED_COLUMNS))
"""One row per row delivered by one pull, in file order; `source_row` is the row a person sees in a spreadsheet.
An absent value is null; an empty text is null too."""

STANDINGS = schema(("entry_ref", TEXT), ("standing", TEXT), ("tracker_word", TEXT), ("approved_by", TEXT),
                    ("approved_at", TEXT))
"""One row per entry of one pull whose tracker tells how far it is approved. `standing`: open, submitted, approved, or
locked (closed for editing without an approval); `tracker_word`, `approved_by` and `approved_at` as the tracker says."""
