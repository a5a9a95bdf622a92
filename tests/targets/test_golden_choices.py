"""What a company's choices make of one week, byte for byte: conversion of currencies, burden, hours without a rate.

Below tests/golden/choices/ a folder a choice with every import file and worksheet, and the converted lines where there
are any. TIMEBOOKS_WRITE_GOLDEN=1 writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from etl.steps.currency import currency_gaps
from etl.targets.documents import document
from tests.sql import test_burden as burden
from tests.sql import test_currencies as currencies
from tests.sql import test_invoices as invoices
from tests.sql import test_payroll_taxes as taxes
from tests.sql.company import Company
from tests.targets.test_golden import same_as_golden

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "choices"
JOURNAL, DESKTOP, WORKSHEET = "quickbooks_online.labor_journal", "quickbooks_desktop.labor_journal", "billing.worksheet"
NO_DINARS = "\n".join(line for line in currencies.WEEK.splitlines() if "sara" not in line)
CHOICES = {   # company, week, documents, billing.rate
    "convert_here": (currencies.FIRM, currencies.WEEK, (JOURNAL, DESKTOP, WORKSHEET), "send"),
    "convert_accounting": (replace(currencies.FIRM, toml=currencies.IN_BOOKS), NO_DINARS, (JOURNAL, WORKSHEET), "send"),
    "payroll_tax_accounting": (replace(burden.FIRM, toml=""), burden.WEEK, (JOURNAL,), "send"),
    "payroll_tax_burden_rate": (burden.FIRM, burden.WEEK, (JOURNAL, DESKTOP), "send"),
    "payroll_tax_separate": (taxes.FIRM, taxes.WEEK, (JOURNAL, DESKTOP), "send"),
    "billing_rate_send": (Company(), burden.WEEK, (WORKSHEET,), "send"),
    "billing_output_draft_invoice": (
        invoices.EVERYTHING, invoices.WEEK, ("quickbooks_desktop.invoice", WORKSHEET), "send"),
    "billing_output_draft_invoice_taxed": (
        invoices.TAXED, invoices.WEEK, ("xero.invoice", "quickbooks_online.invoice"), "send"),
    "billing_rate_omit": (Company(), burden.WEEK, (WORKSHEET,), "omit"),
}


def rendered(name: str) -> dict[str, bytes]:
    company, week, documents, rate = CHOICES[name]
    books = company.books(week)
    billing = books.run.settings.billing.model_copy(update={"rate": rate})
    settings = books.run.settings.model_copy(update={"billing": billing})
    files = {}
    for wanted in map(document, documents):
        table, header = books.engine.fetch(wanted.table), books.run.header("0" * 64)
        both = [*wanted.render(table, header, settings), *wanted.correct(table, header, settings)]
        files |= {file.path: file.content for file in both}
    if converted := books.engine.fetch("conversions").to_pylist():
        text = io.StringIO()
        writer = csv.DictWriter(text, list(converted[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(converted)
        files["conversions.csv"] = text.getvalue().encode()
    return files


@pytest.mark.capability("C51")
@pytest.mark.capability("C52")
@pytest.mark.capability("C64")
@pytest.mark.capability("C77")
@pytest.mark.capability("C80")
@pytest.mark.parametrize("name", CHOICES)
def test_golden_files_of_a_choice(name):
    same_as_golden(rendered(name), GOLDEN / name)


def test_golden_folders_belong_to_choices():
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(CHOICES)


TOLD = [("toggl", "billable amounts in the currency of the project"), ("harvest", "in the client's currency"),
        ("clockify", "of the client or workspace"), ("quickbooks_time", "in the company's currency"),
        ("kimai", "in the customer's currency"), ("timetagger", "no money")]


@pytest.mark.capability("C77")
@pytest.mark.parametrize(("source", "told"), TOLD)
def test_the_tracker_s_own_conversion_is_refused_by_what_each_tells(source, told):
    own = f'[[connections]]\nname = "ours"\nsource = "{source}"\naccount = "1"\nzone = "UTC"\n'
    own += 'base_url = "https://time.example"\n'
    firm = replace(currencies.FIRM, toml=f'\n[currency]\nconvert = "tracker"\n{own}')
    [gap] = [gap for gap in currency_gaps(firm.run()) if "converted" in gap]
    assert "and ours tells" in gap
    assert told in gap
    assert "choose here or accounting" in gap


@pytest.mark.capability("C77")
def test_an_export_file_has_no_conversion_either():
    firm = replace(currencies.FIRM, toml='\n[currency]\nconvert = "tracker"\n')
    assert [gap for gap in currency_gaps(firm.run()) if "at most an amount in the currency of its row" in gap]
