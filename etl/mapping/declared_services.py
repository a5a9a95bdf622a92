"""The register of vendors of services: terms, promises, contracts, whom to turn to, what they announced.

It stands beside the cross-references and outside the mapping set: no batch rests on it.
"""

from __future__ import annotations

from etl.mapping.columns import Column, MappingFile

SERVICE_KINDS = ("time_tracker", "accounting", "payroll", "backup", "hosting", "alerts", "other")
NOTICE_KINDS = ("price", "terms", "api", "end_of_service", "incident", "other")

SERVICE_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "services.csv",
        "map_services",
        (
            Column("service_id", "key"),
            Column("service_name", "text"),
            Column("vendor", "text"),
            Column("kind", "choice", SERVICE_KINDS),
            Column("connection", "key", blank=True),  # of [[connections]], whose calls are measured
            Column("owner", "text"),  # who looks after it here
            Column("terms", "text", blank=True),  # where they are read
            Column("data_owner", "choice", ("company", "vendor", "unclear")),
            Column("export_right", "choice", ("yes", "no", "unclear")),
            Column("uptime_percent", "rate", blank=True),
            Column("answer_ms", "whole", blank=True),  # 95 of 100 answers, where that is promised
            Column("support_hours", "whole", blank=True),  # until somebody answers
            Column("price", "rate", blank=True),
            Column("currency", "currency", blank=True),
            Column("price_per", "choice", ("", "month", "year", "user_month", "user_year", "use")),
            Column("renews_on", "date", blank=True),
            Column("notice_days", "whole", blank=True),
            Column("renewal", "choice", ("automatic", "by_agreement", "none")),
            Column("contract", "text", blank=True),  # the file, below the company's folder
            Column("contract_sha256", "digest", blank=True),
            Column("reviewed_on", "date"),
            Column("review_months", "whole"),
        ),
        ("service_id",),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "service_contacts.csv",
        "map_service_contacts",
        (
            Column("service_id", "key"),
            Column("level", "whole"),  # 1 first; the next one where nobody answers
            Column("contact", "text"),
            Column("after_hours", "whole"),
        ),
        ("service_id", "level"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "service_notices.csv",
        "map_service_notices",
        (
            Column("service_id", "key"),
            Column("noticed_on", "date"),
            Column("effective_on", "date"),
            Column("kind", "choice", NOTICE_KINDS),
            Column("said", "text"),
            Column("decided", "text", blank=True),  # what was decided, and by whom
        ),
        ("service_id", "noticed_on", "kind"),
        rows_needed=False,
        optional=True,
    ),
)
