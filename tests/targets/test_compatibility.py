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
    (("quickbooks_online.time", "quickbooks_online.bill"), "accrue", None, True, "the payable twice"),
    ((TIME, "quickbooks_online.time"), "accrue", False, True, "the same time in two forms"),
    (("xero.time", "xero.invoice"), "accrue", None, True, "Xero Projects keeps the time uninvoiced"),
    (("quickbooks_desktop.invoice", "quickbooks_online.invoice"), "accrue", False, True, "one invoice in two forms"),
    (("quickbooks_desktop.bill", "quickbooks_online.bill"), "accrue", False, True, "one bill in two forms"),
    ((ONLINE, "quickbooks_online.bill"), "distribution", None, False, "different people"),
    ((TIME, JOURNAL, SHEET), "distribution", False, False, "a usual week"),
    ((HOURS, ONLINE, SHEET), "distribution", None, False, "a usual week online"),
    ((SHEET, SHEET), "accrue", None, True, "asked for twice"),
]


ONLINE_TIME, TICKETS, XERO_TIME = "quickbooks_online.time", "sage50.time", "xero.time"
PAYS, BILLS = "transfer_to_payroll = true", 'billable_time = "billable"'
BILLED = 'billable_time = "has_been_billed"'
CHOSEN = [   # documents, what [targets.…] says of the time, labor posting, forbidden, why
    ((ONLINE_TIME, ONLINE), PAYS, "distribution", True, "paychecks from time"),
    ((ONLINE_TIME, ONLINE), PAYS, "accrue", False, "reversed on day 1"),
    ((ONLINE_TIME, ONLINE), "", "distribution", False, "no paycheck is made from it"),
    ((ONLINE_TIME, HOURS), PAYS, "accrue", True, "paid twice"),
    ((ONLINE_TIME, "payroll.gusto"), PAYS, "accrue", True, "paid twice"),
    ((ONLINE_TIME, "payroll.gusto"), "", "distribution", False, "one way to payroll"),
    ((ONLINE_TIME, "quickbooks_online.invoice"), BILLS, "accrue", True, "billed again"),
    ((ONLINE_TIME, "xero.invoice"), BILLS, "accrue", True, "billed again, in other books"),
    ((ONLINE_TIME, "quickbooks_online.invoice"), BILLED, "accrue", False, "marked as billed"),
    ((ONLINE_TIME, "quickbooks_online.invoice"), "", "accrue", False, "not billable there"),
    ((ONLINE_TIME, "quickbooks_online.bill"), "", "accrue", True, "the payable twice"),
    ((TICKETS, ONLINE), PAYS, "distribution", True, "paychecks from tickets"),
    ((TICKETS, ONLINE), "", "distribution", False, "no paycheck is made from them"),
    ((TICKETS, "payroll.adp"), PAYS, "accrue", True, "paid twice"),
    ((TICKETS, "payroll.adp"), "", "accrue", False, "one way to payroll"),
    ((TICKETS, "quickbooks_online.invoice"), "", "accrue", True, "billed again"),
    ((TICKETS, ONLINE_TIME), "", "accrue", True, "the same time in two forms"),
    ((XERO_TIME, "xero.labor_journal"), "", "distribution", False, "the time posts nothing"),
    ((XERO_TIME, "payroll.paychex"), "", "accrue", False, "the time pays nobody"),
    ((XERO_TIME, "xero_api.labor_journal"), "", "none", True, "no labor journal in this mode"),
    (("xero.labor_journal", "xero_api.labor_journal"), "", "accrue", True, "the same document twice"),
    (("xero.labor_journal", ONLINE), "", "accrue", True, "one journal in two forms"),
    (("xero.bill", "quickbooks_online.bill"), "", "accrue", True, "one bill in two forms"),
    (("xero.bill", "quickbooks_desktop.bill"), "", "accrue", True, "one bill in two forms"),
    (("xero.bill", "xero.labor_journal"), "", "accrue", False, "different people"),
    (("payroll.gusto", "payroll.adp"), "", "accrue", True, "one way to payroll"),
    (("payroll.adp", "payroll.paychex"), "", "accrue", True, "one way to payroll"),
    (("payroll.paychex", "quickbooks_desktop.bill"), "", "accrue", False, "different people"),
    (("payroll.gusto", "xero.labor_journal", "xero.bill"), "", "distribution", False, "a usual week with Xero"),
]


@pytest.mark.capability("C142")
@pytest.mark.parametrize(("documents", "choice", "mode", "forbidden", "why"), CHOSEN)
def test_pairs_by_what_the_books_do_with_the_time(documents, choice, mode, forbidden, why):
    is_sage = TICKETS in documents
    chosen = settings(mode, transfer=False, sage=choice if is_sage else "",
                      more="" if is_sage else f"[targets.quickbooks_online]\n{choice}\n")
    for order in (documents, documents[::-1]):
        if not forbidden:
            refuse_forbidden(order, chosen)
            continue
        with pytest.raises(TargetError) as error:
            refuse_forbidden(order, chosen)
        assert error.value.code == "DOCUMENTS_CONFLICT", why
        assert error.value.fix, why


@pytest.mark.capability("C142")
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


@pytest.mark.capability("C142")
def test_every_pair_of_documents_has_been_judged():
    names = sorted(known.name for known in DOCUMENTS)
    unjudged = [pair for pair in combinations(names, 2) if not verdicts(pair)]
    assert not unjudged, "add a row to compatibility.csv"


def test_no_pair_is_both_allowed_and_forbidden():
    names = sorted(known.name for known in DOCUMENTS)
    both = [pair for pair in combinations(names, 2) if len({row["verdict"] for row in verdicts(pair)}) > 1]
    assert not both


def test_every_row_is_complete_and_matches_something():
    names = sorted(known.name for known in DOCUMENTS)
    pairs = [*((name, "") for name in names), *combinations(names, 2)]
    used = [row for pair in pairs for row in verdicts(pair)]
    keys = {"labor_posting": {"distribution", "clearing", "accrue", "none"}, "transfer_to_payroll": {"true", "false"},
            "sandbox": {"true", "false"}, "online_payroll": {"true", "false"}, "sage_payroll": {"true", "false"},
            "online_time": {"not_billable", "has_been_billed", "billable"}}
    for row in facts("compatibility.csv"):
        assert row in used, f"{row} matches no document: a misspelt name?"
        assert row["verdict"] in ("forbidden", "allowed")
        assert row["why"]
        assert row["citation"]
        assert bool(row["fix"]) == (row["verdict"] == "forbidden"), "the way out of every ban"
        for condition in row["unless"].split():
            key, _, value = condition.partition("=")
            assert value in keys[key], condition
