"""What a company may say of its targets' own lists: people, accounts and jobs as they stand there, and their ids."""

from __future__ import annotations

from etl.mapping.columns import Column, MappingFile

TARGETS = ("quickbooks_desktop", "quickbooks_online", "xero", "sage50")
LISTS = ("account", "class", "customer_job", "employee", "project", "service_item", "task", "vendor")

TARGET_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "target_lists.csv",  # the lists as the target exports them: a name that is not there is not written
        "map_target_lists",
        (
            Column("target", "choice", TARGETS),
            Column("list", "choice", LISTS),
            Column("name", "text"),
            Column("code", "text", blank=True),
            Column("active", "choice", ("yes", "no", ""), optional=True),  # asked by the audit of the lists alone
        ),
        ("target", "list", "name"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "payroll_people.csv",  # employees as the payroll provider knows them
        "map_payroll_people",
        (
            Column("employee_id", "key"),
            Column("payroll_id", "key"),
            Column("last_name", "text"),
            Column("first_name", "text"),
            Column("title", "text", blank=True),
        ),
        ("employee_id",),
        rows_needed=False,
        optional=True,
    ),
)
