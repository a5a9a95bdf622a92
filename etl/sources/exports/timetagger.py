"""TimeTagger, "Export all records" in local time, pasted into a file. Source: timetagger/app/dialogs.py, ExportDialog.

One file holds one person's records, so the person is asked. What was worked on is the set of tags. A running record has
the same start and stop.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.dialect import Columns, Dialect, headings, where


def _running(columns: Columns, _rows: pa.Table) -> Columns:
    """A record that runs has no end yet."""
    runs = pc.equal(columns["start_text"], columns["end_text"])
    return columns | {"end_text": where(runs, None, columns["end_text"])}


TIMETAGGER = Dialect(
    name="timetagger",
    headings=headings({"key": "entry_ref", "start": "start_text", "stop": "end_text", "tags": "project_ref tags",
                       "description": "note"}),
    formats={"delimiter": "\t", "instant_format": "%Y-%m-%d %H:%M:%S", "duration": "from_start_and_end"},
    asked={"constants.person_ref": 'whose records they are: constants = {person_ref = "maren@example.com"}'},
    adjust=_running,
)
