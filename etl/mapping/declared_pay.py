"""What the optional cross-references about an employer's taxes and its standard cost hold."""

from __future__ import annotations

from etl.mapping.columns import FROM, TO, Column, MappingFile

PAY_FILES: tuple[MappingFile, ...] = (
    MappingFile(
        "payroll_taxes.csv",  # the employer's own declaration; effective by pay date
        "map_payroll_taxes",
        (
            Column("tax", "key"),
            Column("employee_id", "key", wildcard=True),
            Column("pay_group", "key", wildcard=True),
            Column("work_location", "key", wildcard=True),
            Column("percent", "rate"),
            Column("wage_base", "money", blank=True),
            Column("currency", "currency"),
            Column("pay_items", "text", wildcard=True),
            Column("source", "text", blank=True),
            Column("confirmed_by", "text", blank=True),
            Column("job_account", "text", blank=True, optional=True),
            Column("other_account", "text", blank=True, optional=True),
            Column("credit_account", "text", blank=True, optional=True),
            FROM,
            TO,
        ),
        ("tax", "employee_id", "pay_group", "work_location", "currency"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/cost_rates.csv",  # what an hour costs a job, whatever it is paid at
        "map_cost_rates",
        (
            Column("employee_id", "key", wildcard=True),
            Column("pay_group", "key", wildcard=True),
            Column("customer_job", "text", wildcard=True),
            Column("service_item", "text", wildcard=True),
            Column("cost_rate", "rate"),
            Column("currency", "currency"),
            FROM,
            TO,
        ),
        ("employee_id", "pay_group", "customer_job", "service_item", "currency"),
        rows_needed=False,
        optional=True,
    ),
    MappingFile(
        "private/tax_wages.csv",  # wages of the year that were paid outside Timebooks, or before it
        "map_tax_wages",
        (
            Column("employee_id", "key"),
            Column("tax", "key", wildcard=True),
            Column("paid_on", "date"),
            Column("wages", "money"),
            Column("currency", "currency"),
            Column("reference", "text"),
        ),
        ("employee_id", "tax", "paid_on"),
        rows_needed=False,
        optional=True,
    ),
)
