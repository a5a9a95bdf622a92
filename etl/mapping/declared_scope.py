"""Which people, jobs and items a stream leaves out, from when to when, with the reason and who answers for it."""

from __future__ import annotations

from etl.mapping.columns import FROM, TO, Column, MappingFile

YES_NO = ("yes", "no")

SCOPE_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "scope.csv",
        "map_scope",
        (
            Column("kind", "choice", ("employee", "customer_job", "service_item")),
            Column("ref", "text"),
            Column("pay", "choice", YES_NO),
            Column("labor", "choice", YES_NO),
            Column("billing", "choice", YES_NO),
            Column("tax", "choice", YES_NO),
            Column("reason", "text"),
            Column("owner", "text"),
            FROM,
            TO,
        ),
        ("kind", "ref"),
        rows_needed=False,
        optional=True,
    ),
)
