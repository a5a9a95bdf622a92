"""B38: a mapped name that a document of the company cannot carry is told at mapping load, not at export."""

from __future__ import annotations

import pytest

from etl.errors import MappingError
from etl.targets.fields import text_fields
from etl.targets.mapped_names import refuse_names

TIME, JOURNAL, ONLINE, HOURS = (
    "quickbooks_desktop.time",
    "quickbooks_desktop.labor_journal",
    "quickbooks_online.labor_journal",
    "payroll.hours",
)
GOOD = {
    "map_accounts": [{"map_row": 2, "account": "Job Costs:Labor"}],
    "map_projects": [{"map_row": 2, "customer_job": "Mill:Web"}, {"map_row": 3, "customer_job": None}],
    "map_items": [{"map_row": 2, "service_item": "Engineering"}],
    "map_pay_items": [{"map_row": 2, "pay_item": "Regular"}],
    "map_employees": [{"map_row": 2, "employee_name": "Ann Abel"}],
    "map_classes": [{"map_row": 2, "value": "Studio"}],
    "map_invoice_accounts": [{"map_row": 2, "account": "200"}],
    "map_tax_codes": [{"map_row": 2, "tax_code": "20% (VAT on Income)"}],
}
INVOICES = "xero.invoice"
NAMES = [  # table, column, name, document, words (nothing: it fits), why
    ("map_accounts", "account", "Job Costs:Labor", INVOICES, "", "an invoice posts to accounts of its own"),
    ("map_invoice_accounts", "account", "200:1", INVOICES, "holds a colon", "and these are codes"),
    ("map_tax_codes", "tax_code", "=20%", INVOICES, "begins like a formula", "a tax rate by name"),
    ("map_accounts", "account", "Job Costs:" + "x" * 41, JOURNAL, "", "a level at its limit"),
    ("map_accounts", "account", "Job Costs:" + "x" * 42, JOURNAL, "a level of 42 characters", "a level beyond it"),
    ("map_accounts", "account", "Job Costs:" + "x" * 42, ONLINE, "", "where no limit is known, none is made up"),
    ("map_accounts", "account", "Job Costs::Labor", ONLINE, "an empty level between its colons", "a colon too many"),
    (
        "map_projects",
        "customer_job",
        ":".join(["x" * 41] * 6),
        TIME,
        "has 251 characters; the limit is 209",
        "all levels",
    ),
    (
        "map_pay_items",
        "pay_item",
        "Overtime:1.5",
        TIME,
        "holds a colon, which parts levels",
        "a flat list has no levels",
    ),
    ("map_pay_items", "pay_item", "x" * 32, TIME, "has 32 characters; the limit is 31", "an item"),
    (
        "map_employees",
        "employee_name",
        "Abel; Ann",
        TIME,
        "holds ;, which the file cannot carry",
        "a sign of the format",
    ),
    ("map_employees", "employee_name", "Abel: Ann", HOURS, "holds a colon", "a flat list again"),
    (
        "map_items",
        "service_item",
        "\u5730\u56f3",
        TIME,
        "which the code page cp1252 lacks",
        "a sign the file has no byte for",
    ),
    ("map_classes", "value", "x" * 42, TIME, "a level of 42 characters", "a class"),
]


@pytest.mark.parametrize(("table", "column", "name", "document", "words", "why"), NAMES)
def test_a_name_is_told_with_its_line(table, column, name, document, words, why):
    rows = GOOD | {table: [*GOOD[table], {"map_row": 7, column: name}]}
    if not words:
        return refuse_names(rows, [document], "acme")
    with pytest.raises(MappingError) as caught:
        refuse_names(rows, [document], "acme")
    assert words in caught.value.what, why
    assert caught.value.where.startswith("mappings/acme/")
    assert caught.value.where.endswith(", line 7")
    return None


def test_every_name_column_of_every_document_is_looked_at():
    documents = [TIME, JOURNAL, ONLINE, HOURS, "billing.worksheet", INVOICES]
    bad = {
        table: [{"map_row": 5} | dict.fromkeys(rows[0].keys() - {"map_row"}, "a\u200bb")]
        for table, rows in GOOD.items()
    }
    for document in documents:
        with pytest.raises(MappingError) as caught:
            refuse_names(bad, [document], "acme")
        fields = [field for field in text_fields(document) if field.kind in ("name", "flat")]
        assert caught.value.what.count("which nobody sees") == len(fields), document
