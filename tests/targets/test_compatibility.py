"""Documents that must not go together: every pair, each with the choices that lift or keep the ban."""

from __future__ import annotations

from itertools import combinations

import pytest

from etl.errors import TargetError
from etl.targets.compatibility import refuse_forbidden, verdicts
from etl.targets.documents import DOCUMENTS
from etl.targets.facts import facts
from tests.targets.examples import settings

TIME, JOURNAL = "quickbooks_desktop.time", "quickbooks_desktop.labor_journal"
ONLINE = "quickbooks_online.labor_journal"
HOURS, SHEET = "payroll.hours", "billing.worksheet"
TO_COME = ("quickbooks_desktop.invoice", "quickbooks_desktop.bill", "quickbooks_desktop.unbilled_journal",
           "quickbooks_online.time", "quickbooks_online.invoice", "quickbooks_online.bill",
           "quickbooks_online.unbilled_journal", "xero.time", "xero.invoice", "xero.bill", "xero.labor_journal",
           "payroll.gusto", "payroll.adp", "payroll.paychex")

PAIRS = [   # documents, labor posting, transfer to payroll, forbidden, why
    ((TIME,), "none", True, False, "paychecks from time, jobs costed by the books"),
    ((TIME, JOURNAL), "distribution", True, True, "the paychecks post the wages already"),
    ((TIME, JOURNAL), "accrue", True, False, "an accrual that is reversed may stand beside it"),
    ((TIME, JOURNAL), "distribution", False, False, "another payroll pays; the journal distributes"),
    ((TIME, JOURNAL), "none", False, True, "no labor journal in this mode"),
    ((TIME, JOURNAL), "none", True, True, "twice wrong"),
    ((TIME, ONLINE), "distribution", True, True, "the same wages, other books"),
    ((TIME, ONLINE), "accrue", True, False, "reversed on day 1"),
    ((JOURNAL,), "none", False, True, "the books cost the jobs from our time"),
    ((ONLINE,), "none", None, True, "the books cost the jobs from our time"),
    ((JOURNAL,), "distribution", False, False, "the normal journal"),
    ((ONLINE,), "accrue", None, False, "the normal journal"),
    ((JOURNAL, ONLINE), "accrue", False, True, "one journal in two forms"),
    ((TIME, HOURS), "none", True, True, "the same hours paid twice"),
    ((TIME, HOURS), "none", False, False, "time for billing, hours for payroll"),
    ((TIME, "payroll.gusto"), "none", True, True, "any payroll file"),
    ((TIME, "payroll.gusto"), "none", False, False, "any payroll file"),
    ((HOURS, JOURNAL), "distribution", False, False, "the normal pair"),
    ((HOURS, "payroll.gusto"), "distribution", None, True, "one way to payroll"),
    ((TIME, "quickbooks_desktop.invoice"), "accrue", False, True, "billed again from unbilled time"),
    ((TIME, "quickbooks_desktop.bill"), "accrue", False, True, "the payable twice"),
    (("quickbooks_online.time", "quickbooks_online.invoice"), "accrue", None, True, "billed again"),
    (("quickbooks_online.time", "quickbooks_online.bill"), "accrue", None, True, "the payable twice"),
    (("quickbooks_online.time", ONLINE), "distribution", None, True, "paychecks from time"),
    (("quickbooks_online.time", HOURS), "accrue", None, True, "paid twice"),
    ((TIME, "quickbooks_online.time"), "accrue", False, True, "the same time in two forms"),
    (("xero.time", "xero.invoice"), "accrue", None, True, "Xero Projects keeps the time uninvoiced"),
    (("quickbooks_desktop.invoice", "quickbooks_online.invoice"), "accrue", False, True, "one invoice in two forms"),
    (("quickbooks_desktop.bill", "quickbooks_online.bill"), "accrue", False, True, "one bill in two forms"),
    (("quickbooks_online.unbilled_journal", "quickbooks_online.invoice"), "accrue", None, True, "income twice"),
    ((ONLINE, "quickbooks_online.bill"), "distribution", None, False, "different people"),
    ((TIME, JOURNAL, SHEET), "distribution", False, False, "a usual week"),
    ((HOURS, ONLINE, SHEET), "distribution", None, False, "a usual week online"),
    ((SHEET, SHEET), "accrue", None, True, "asked for twice"),
]


@pytest.mark.parametrize(("documents", "mode", "transfer", "forbidden", "why"), PAIRS)
def test_pairs(documents, mode, transfer, forbidden, why):
    for order in (documents, documents[::-1]):
        if not forbidden:
            refuse_forbidden(order, settings(mode, transfer=transfer))
            continue
        with pytest.raises(TargetError) as error:
            refuse_forbidden(order, settings(mode, transfer=transfer))
        assert error.value.code == "DOCUMENTS_CONFLICT", why
        assert error.value.fix, why
        assert any(name in error.value.what for name in documents), why
        assert "key targets.documents" in error.value.where


def test_every_forbidden_pair_is_listed():
    with pytest.raises(TargetError) as error:
        refuse_forbidden((TIME, JOURNAL, HOURS), settings("none", transfer=True))
    assert error.value.what.count("may not go together") == 2
    assert f"{JOURNAL} may not be written" in error.value.what
    assert "transfer_to_payroll = false" in error.value.fix
    assert "labor_posting" in error.value.fix


@pytest.mark.parametrize("name", [TIME, JOURNAL, "quickbooks_desktop.bill"])
def test_desktop_documents_need_their_settings(name):
    with pytest.raises(TargetError) as error:
        refuse_forbidden((name,), settings(transfer=None))
    assert error.value.code == "TARGET_SETTINGS_MISSING"
    assert "targets.quickbooks_desktop" in error.value.where
    assert "transfer_to_payroll" in error.value.fix


def test_every_pair_of_documents_has_been_judged():
    names = sorted({*(known.name for known in DOCUMENTS), *TO_COME})
    unjudged = [pair for pair in combinations(names, 2) if not verdicts(pair)]
    assert not unjudged, "add a row to compatibility.csv"


def test_no_pair_is_both_allowed_and_forbidden():
    names = sorted({*(known.name for known in DOCUMENTS), *TO_COME})
    both = [pair for pair in combinations(names, 2) if len({row["verdict"] for row in verdicts(pair)}) > 1]
    assert not both


def test_every_row_is_complete_and_matches_something():
    names = sorted({*(known.name for known in DOCUMENTS), *TO_COME})
    pairs = [*((name, "") for name in names), *combinations(names, 2)]
    used = [row for pair in pairs for row in verdicts(pair)]
    keys = {"labor_posting": {"distribution", "clearing", "accrue", "none"}, "transfer_to_payroll": {"true", "false"},
            "sandbox": {"true", "false"}}
    for row in facts("compatibility.csv"):
        assert row in used, f"{row} matches no document: a misspelt name?"
        assert row["verdict"] in ("forbidden", "allowed")
        assert row["why"]
        assert row["citation"]
        assert bool(row["fix"]) == (row["verdict"] == "forbidden"), "the way out of every ban"
        for condition in row["unless"].split():
            key, _, value = condition.partition("=")
            assert value in keys[key], condition
