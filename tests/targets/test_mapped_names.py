"""What a target cannot take is told at mapping load, not at export: names (B38), accounts its chart lacks (B39)."""

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
    ("map_invoice_accounts", "account", "Income::Web", INVOICES, "an empty level", "and these go by target_lists.csv"),
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
    assert caught.value.code == "MAPPED_NAME"
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


CHART = [{"target": "xero", "list": "account", "name": name, "code": code} for name, code in (
    ("Job Costs:Labor", "310"), ("Wages Cafe\u0301", "477"), ("Sales", "200"))]
XERO = "xero.labor_journal"
ACCOUNTS = [  # account, documents, is it in the chart, why
    ("Job Costs:Labor", [XERO], True, "by its name"),
    ("Wages Caf\u00e9", [XERO], True, "by its name, in composed letters here, in decomposed ones there"),
    ("Job Costs:Labour", [XERO], False, "misspelt"),
    ("Job Costs", [XERO], False, "its parent alone"),
    ("310", [XERO], True, "by its code"),
    ("Job Costs:Labour", [ONLINE], True, "of another target no chart is known"),
    ("Job Costs:Labour", [ONLINE, XERO], False, "one of the targets has a chart"),
    ("Job Costs:Labour", [HOURS], True, "a document without accounts"),
]


@pytest.mark.capability("C47")
@pytest.mark.parametrize(("account", "documents", "is_there", "why"), ACCOUNTS)
def test_an_account_that_the_chart_of_accounts_lacks_is_told_b39(account, documents, is_there, why):
    """B39: with its line, what to do, and before anything is computed."""
    rows = GOOD | {"map_accounts": [{"map_row": 7, "account": account}], "map_target_lists": CHART}
    if is_there:
        return refuse_names(rows, documents, "acme")
    with pytest.raises(MappingError) as caught:
        refuse_names(rows, documents, "acme")
    assert caught.value.code == "TARGET_LIST", why
    assert caught.value.where == "mappings/acme/accounts.csv, line 7"
    assert f"xero,account,{account},<code>" in caught.value.fix
    return None


def test_accounts_of_leave_and_of_invoices_are_looked_up_too():
    rows = GOOD | {"map_pay_items": [{"map_row": 3, "pay_item": "Vacation", "account": "Accrued Leave"}],
                   "map_invoice_accounts": [{"map_row": 4, "account": "201"}], "map_target_lists": CHART}
    with pytest.raises(MappingError, match="'Accrued Leave' is not in the chart") as caught:
        refuse_names(rows, [XERO, INVOICES], "acme")
    assert "'201'" in caught.value.what


def test_what_a_file_of_lists_makes_need_not_be_in_the_chart_yet():
    chart = [{"target": "quickbooks_desktop", "list": "account", "name": "Sales", "code": None}]
    rows = GOOD | {"map_target_lists": chart}
    with pytest.raises(MappingError, match="'Job Costs:Labor' is not in the chart"):
        refuse_names(rows, [JOURNAL], "acme")
    refuse_names(rows, [JOURNAL, "quickbooks_desktop.lists"], "acme")
