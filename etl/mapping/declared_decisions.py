"""What a company records of its decisions: which setting, why, who decided, when. It is rendered in the plan alone."""

from __future__ import annotations

from etl.mapping.columns import Column, MappingFile

DECISION_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "decisions.csv",
        "map_decisions",
        (
            Column("setting", "key"),
            Column("value", "text"),
            Column("reason", "text"),
            Column("decided_by", "text"),
            Column("decided_on", "date"),
        ),
        ("setting", "decided_on"),
        rows_needed=False,
        optional=True,
    ),
)
