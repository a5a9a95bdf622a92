"""Harvest, "Detailed time report" as CSV. Source: sources reference, 2.7 (fixtures of importers; a checked contract).

Dates and decimal sign follow the account. The file has no e-mail and no id of an entry, so a person is known by name,
and no clock: an entry is a date and hours in hundredths. A running timer is in it and cannot be told from another row.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.dialect import Columns, Dialect, headings


def _currency_code(columns: Columns, _rows: pa.Table) -> Columns:
    """"United States Dollar - USD" is USD: the code stands behind the last hyphen."""
    return columns | {"currency_text": pc.replace_substring_regex(columns["currency_text"], r"^.* - ", "")}


HARVEST = Dialect(
    name="harvest",
    headings=headings(
        {"Date": "date_text", "Client": "client_ref", "Project": "project_ref", "Project Code": "extra",
         "Task": "task_ref service_ref", "Notes": "note", "Hours": "duration_text", "Billable?": "billable_text",
         "First Name": "person_ref person_name", "Last Name": "person_ref person_name"},
        {"Hours Rounded": "extra", "Invoiced?": "billed_text", "Approved?": "extra", "Employee Id": "extra",
         "Department": "extra", "Roles": "extra", "Employee?": "extra", "Billable Rate": "extra",
         "Billable Amount": "extra", "Cost Rate": "extra", "Cost Amount": "extra", "Currency": "currency_text",
         "External Reference URL": "extra"}),
    formats={"duration": "decimal_hours", "billable_words": ("yes",), "not_billable_words": ("no",)},
    asked={"date_format": 'the date format of the account: "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y" or "%d/%m/%Y"',
           "decimal_sign": 'the decimal sign of the account: "." or ","'},
    adjust=_currency_code,
)
