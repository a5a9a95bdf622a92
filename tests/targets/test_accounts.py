"""Accounts that a journal never touches, by name and by type."""

from __future__ import annotations

import pytest

from etl.errors import MappingError
from etl.mapping.declared import ACCOUNT_TYPES, PURPOSES
from etl.targets.accounts import BOOKS, AccountRow, account_findings, purpose_findings, refuse_accounts
from etl.targets.documents import DOCUMENTS
from etl.targets.facts import facts

DESKTOP, ONLINE, XERO = {"quickbooks_desktop"}, {"quickbooks_online"}, {"xero"}

CASES = [   # account, type, books, refused, why
    ("Payroll Liabilities", "", DESKTOP, True, "a journal does not reach the payroll module"),
    ("Payroll Liabilities:Federal", "", DESKTOP, True, "nor do its children"),
    ("Payroll Liabilities", "", XERO, False, "an ordinary account elsewhere"),
    ("Accrued Payroll Taxes", "OCLIAB", DESKTOP, False, "opened for accruals"),
    ("Accrued Wages Payable", "OCLIAB", DESKTOP, False, "opened for accruals"),
    ("Accrued Wages Payable", "", XERO, False, "beside the system account"),
    ("Wages Payable", "", XERO, True, "a system account in Xero"),
    ("Wages Payable", "", ONLINE, False, "not elsewhere"),
    ("Accounts Receivable", "", DESKTOP, True, "by an invoice only"),
    ("Accounts Receivable (A/R)", "", ONLINE, True, "the name QuickBooks Online gives it"),
    ("Accounts Receivable - EUR", "", ONLINE, True, "one per currency"),
    ("ACCOUNTS PAYABLE", "", DESKTOP, True, "case does not matter"),
    ("Current Assets:Accounts Receivable", "", DESKTOP, True, "below a parent"),
    ("Trade Debtors", "AR", DESKTOP, True, "by its type"),
    ("Trade Creditors", "AP", DESKTOP, True, "by its type"),
    ("Estimates", "NONPOSTING", DESKTOP, True, "by its type"),
    ("Debtors", "Accounts receivable (A/R)", ONLINE, True, "by its type"),
    ("Operating Account", "BANK", XERO, True, "bank accounts in Xero"),
    ("Operating Account", "BANK", DESKTOP, False, "allowed in QuickBooks"),
    ("*Undeposited Funds", "", DESKTOP, True, "QuickBooks puts a star before it"),
    ("Sales Tax Payable", "", ONLINE, True, "by an invoice only"),
    ("Inventory", "", ONLINE, True, "by items only"),
    ("Opening Balance Equity", "", DESKTOP, True, "the books' own"),
    ("Retained Earnings", "", XERO, True, "the books' own"),
    ("Job Costs:Direct Labor", "COGS", DESKTOP, False, "what a labor journal is for"),
    ("Unbilled Receivables", "OCASSET", DESKTOP, False, "a contract asset is not the receivable"),
]


@pytest.mark.capability("C47", "C141")
@pytest.mark.parametrize(("account", "kind", "books", "refused", "why"), CASES)
def test_accounts(account, kind, books, refused, why):
    findings = account_findings([AccountRow(account, kind, "mappings/alder/accounts.csv, line 7")], books)
    assert bool(findings) == refused, why
    for finding in findings:
        assert finding.code == "ACCOUNT_NEVER_POSTED"
        assert account in finding.what
        assert finding.where == "mappings/alder/accounts.csv, line 7"
        assert finding.fix.startswith("Use ")


@pytest.mark.capability("C47")
def test_the_mapping_is_refused_with_every_account_and_line():
    accounts = [("Inventory", "EXP"), ("Job Costs", "COGS"), ("Debtors", "AR")]
    rows = [{"purpose": "direct_labor", "account": account, "account_type": kind, "map_row": line}
            for line, (account, kind) in enumerate(accounts, 2)]
    with pytest.raises(MappingError) as error:
        refuse_accounts(rows, "alder")
    assert error.value.code == "ACCOUNT_NEVER_POSTED"
    assert error.value.where == "mappings/alder/accounts.csv, line 2; mappings/alder/accounts.csv, line 4"
    assert "Job Costs" not in error.value.what
    refuse_accounts(rows[1:2], "alder")


PURPOSE_CASES = [   # purpose, type, refused, why
    ("direct_labor", "COGS", False, "what a labor journal is for"),
    ("direct_labor", "OCASSET", False, "work in progress"),
    ("direct_labor", "INC", True, "a cost on an income account leaves the balance and spoils the profit"),
    ("accrued_wages", "EXP", True, "the accrual would be no liability"),
    ("accrued_wages", "OCLIAB", False, "opened for accruals"),
    ("wages_expense", "OCLIAB", True, "distribution takes back a cost"),
    ("suspense", "EXP", False, "Ask My Accountant of QuickBooks is an expense"),
    ("suspense", "EQUITY", True, "suspense is cleared, equity is not"),
    ("burden_applied", "EXP", False, "a contra-expense"),
    ("direct_labor", "", False, "where no type is said none is judged"),
]


@pytest.mark.capability("C47")
@pytest.mark.parametrize(("purpose", "kind", "refused", "why"), PURPOSE_CASES)
def test_an_account_is_of_a_type_that_its_purpose_can_have(purpose, kind, refused, why):
    row = AccountRow("Some Account", kind, "mappings/alder/accounts.csv, line 7", purpose)
    findings = purpose_findings([row])
    assert bool(findings) == refused, why
    for finding in findings:
        assert finding.code == "ACCOUNT_TYPE"
        assert purpose in finding.what
        assert kind in finding.what
        assert finding.where == row.where
        assert "COGS" in finding.fix or "OC" in finding.fix


@pytest.mark.capability("C47")
def test_the_mapping_is_refused_for_the_purpose_too():
    rows = [{"purpose": "accrued_wages", "account": "Wages", "account_type": "EXP", "map_row": 5}]
    with pytest.raises(MappingError, match="accrued_wages is a liability; 'Wages' is of type EXP") as error:
        refuse_accounts(rows, "alder")
    assert error.value.where == "mappings/alder/accounts.csv, line 5"


def test_every_purpose_has_its_types():
    told = {fact["purpose"]: fact["types"].split() for fact in facts("account_purposes.csv")}
    assert told.keys() >= set(PURPOSES)
    assert {kind for kinds in told.values() for kind in kinds} <= set(ACCOUNT_TYPES)
    assert all(fact["what"] and fact["citation"] for fact in facts("account_purposes.csv"))


def test_the_books_are_those_journals_are_written_for():
    assert {known.name.partition(".")[0] for known in DOCUMENTS if known.table == "postings"} == {
        *BOOKS, "xero", "xero_api"}


def test_every_row_is_cited():
    for fact in facts("never_posted.csv"):
        assert fact["books"] in ("any", "quickbooks_desktop", "quickbooks_online", "xero")
        assert fact["match"] in ("name", "start", "type")
        assert fact["use_instead"]
        assert fact["citation"]
