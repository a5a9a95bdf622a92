"""Invoices and bills of the books against the batches: every planted difference has its cause, nothing is left over."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from etl import steps
from etl.books.forms import forms
from etl.errors import EtlError, RefusedError
from etl.steps.books import stated
from etl.steps.books_state import Statement
from tests.books.documents import MORE, WORK, BilledPast, Row, Shelf
from tests.books.ledger import bring, codes, found
from tests.books.test_books import HOSTILE, close
from tests.steps.corrected import COMPANY, sunday

INVOICES = [f"SB0001I0{number}" for number in range(1, 5)]   # Dock, Shop, Web, Yard
BILLS = ["SB0001V1", "SB0001V2"]
REPORTS: dict[str, tuple[str, Callable[[Shelf], str]]] = {
    "quickbooks_online.sales_by_customer": ("invoice", Shelf.sales_by_customer),
    "quickbooks_online.invoice_list": ("invoice", Shelf.invoice_list),
    "our_invoices": ("invoice", Shelf.our_invoices),
    "xero.invoices": ("invoice", lambda shelf: shelf.xero("invoice")),
    "quickbooks_online.transactions_by_vendor": ("bill", lambda shelf: shelf.transactions_by("bill")),
    "our_bills": ("bill", Shelf.our_bills),
    "quickbooks_online.transactions_by_customer": ("invoice", lambda shelf: shelf.transactions_by("invoice")),
    "quickbooks_desktop.sales_by_customer": ("invoice", Shelf.desktop_sales_by_customer),
    "quickbooks_desktop.transactions_by_customer": ("invoice", lambda shelf: shelf.desktop_transactions_by("invoice")),
    "quickbooks_desktop.transactions_by_vendor": ("bill", lambda shelf: shelf.desktop_transactions_by("bill")),
    "xero.invoices_month_first": ("invoice", lambda shelf: shelf.xero("invoice", "%m/%d/%Y")),
    "xero.bills": ("bill", lambda shelf: shelf.xero("bill")),
    "xero.bills_month_first": ("bill", lambda shelf: shelf.xero("bill", "%m/%d/%Y")),
}


@cache
def first_week() -> Path:
    """A workspace with one published week, made once."""
    root = Path(tempfile.mkdtemp(prefix="documents-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    past = BilledPast(root)
    past.work(WORK)
    past.publish(0)
    return root


@pytest.fixture(name="past")
def _past(tmp_path: Path) -> BilledPast:
    return published(tmp_path / "own")


def published(root: Path) -> BilledPast:
    made = BilledPast(root)
    made.work(WORK)
    shutil.rmtree(made.root)
    shutil.copytree(first_week(), made.root)
    return made


def shelf_of(past: BilledPast, *weeks: int) -> Shelf:
    shelf = Shelf()
    for week in weeks or (0,):
        for kind in ("invoice", "bill"):
            shelf.take(past, week, kind)
    return shelf


def told(past: BilledPast, shelf: Shelf, form: str) -> steps.Outcome:
    """A report taken in; without titles it answers for the whole of November."""
    days = {"first": "2026-11-02", "last": "2026-11-30"} if form.startswith("xero") else {}
    outcome = bring(past, REPORTS[form][1](shelf), f"{form}.csv", form=form, **days)
    assert dict(outcome.facts)["unreconciled"] == "0"
    return outcome


def statement(past: BilledPast) -> Statement:
    run = steps.start(COMPANY, sunday(0), past.root, person="ada")
    try:
        return stated(run)
    finally:
        run.end()


def numbered(past: BilledPast) -> list[tuple[str, str, str]]:
    """The items of invoices and bills, with the number that the books gave."""
    return [(row["code"], row["status"], row["books_number"]) for row in statement(past).items.to_pylist()
            if row["kind"] in ("invoice", "bill")]


def lines(shelf: Shelf, number: str) -> list[int]:
    return [at for at, row in enumerate(shelf.rows) if row.number == number]


def plant(change: str, shelf: Shelf, number: str) -> None:
    """One thing that goes wrong with one document in the books."""
    own = lines(shelf, number)
    row = shelf.rows[own[0]]
    match change:
        case "amount":
            shelf.edit(own[0], amount=row.amount + Decimal("0.01"))
        case "twice":
            shelf.rows += [shelf.rows[at] for at in own]
        case "day":
            shelf.change(number, day=row.day - timedelta(days=1))
        case "period":
            shelf.change(number, day=row.day + timedelta(days=9))
        case "party":
            shelf.change(number, party="Mill:Elsewhere")
        case "unknown" | "others":
            party = row.party if change == "unknown" else "Somebody Else"
            shelf.rows.append(Row(row.kind, "7001", row.day, party, row.item, change, "1", Decimal("12.34")))
        case _:
            _gone(change, shelf, number)


def _gone(change: str, shelf: Shelf, number: str) -> None:
    """A document, what came after it, or everything of its kind is not there."""
    kind = shelf.rows[lines(shelf, number)[0]].kind
    match change:
        case "deleted":
            shelf.rows = [one for one in shelf.rows if one.number != number]
        case "half":
            shelf.rows = [one for one in shelf.rows if one.kind != kind or one.number <= number]
        case "none":
            shelf.rows = [one for one in shelf.rows if one.kind != kind]


ANY = {"nothing": "", "amount": "TE214", "twice": "TE212", "half": "TE211", "none": "TE210", "day": "TE217",
       "period": "TE221", "unknown": "TE220", "others": ""}


def _alone(form: str, change: str) -> bool:
    """Every cause in a list of invoices and in lines of bills, a few in every form; the others in the long run."""
    return form in ("quickbooks_online.invoice_list", "our_bills") or change in ("nothing", "amount")


@pytest.mark.capability("M2", "C95", "C96", "C150")
@pytest.mark.parametrize(("form", "change"), [
    pytest.param(form, change, marks=() if _alone(form, change) else pytest.mark.long)
    for form in REPORTS for change in ANY])
def test_each_thing_that_goes_wrong_has_its_cause(past: BilledPast, form: str, change: str) -> None:
    shelf = shelf_of(past)
    number = (INVOICES if REPORTS[form][0] == "invoice" else BILLS)[0]
    plant(change, shelf, number)
    outcome = told(past, shelf, form)
    assert f"{form} (" in dict(outcome.facts)["newest"]
    assert set(codes(outcome)) == {ANY[change]} - {""}, outcome.text()
    assert outcome.exit_code == int(ANY[change] not in ("", "TE210"))


def test_every_form_of_documents_is_tested() -> None:
    assert {form.name for form in forms() if form.kind in ("invoice", "bill")} == {
        form for form in REPORTS if "." in form}


@pytest.mark.parametrize(("form", "change", "code"), [
    ("quickbooks_online.invoice_list", "deleted", "TE213"), ("quickbooks_online.sales_by_customer", "deleted", "TE213"),
    ("our_bills", "deleted", "TE213"), ("quickbooks_online.transactions_by_vendor", "deleted", "TE213"),
    ("quickbooks_online.invoice_list", "party", "TE218"), ("our_invoices", "party", "TE218"),
    ("our_bills", "party", "TE219"), ("quickbooks_online.transactions_by_vendor", "party", "TE219")])
def test_deleted_and_moved(past: BilledPast, form: str, change: str, code: str) -> None:
    shelf = shelf_of(past)
    plant(change, shelf, INVOICES[0] if REPORTS[form][0] == "invoice" else BILLS[0])
    outcome = told(past, shelf, form)
    assert set(codes(outcome)) == {code}, outcome.text()


def test_the_lines_of_an_invoice_edited_by_hand(past: BilledPast) -> None:
    """Two times that keep the amount of the document, an item, and a quantity under its old amount."""
    shelf = shelf_of(past)
    first, second = lines(shelf, INVOICES[2])[:2]
    shelf.edit(first, amount=shelf.rows[first].amount - 5)
    shelf.edit(second, amount=shelf.rows[second].amount + 5)
    shelf.edit(lines(shelf, INVOICES[0])[0], item="Consulting")
    shelf.edit(lines(shelf, INVOICES[3])[0], quantity="99.00")
    outcome = told(past, shelf, "quickbooks_online.sales_by_customer")
    assert codes(outcome) == ["TE214", "TE214", "TE216", "TE219"], outcome.text()
    assert any("quantity 99" in row[3] for row in found(outcome))
    assert codes(told(past, shelf, "quickbooks_online.invoice_list")) == []   # its newest report has documents alone


@pytest.mark.parametrize("form", ["our_invoices", "quickbooks_online.invoice_list", "xero.invoices"])
def test_void_is_not_paid_for(past: BilledPast, form: str) -> None:
    shelf = shelf_of(past)
    word = {"our_invoices": "VOID", "xero.invoices": "Voided"}.get(form, "void")
    shelf.change(INVOICES[1], state=word, **({"amount": Decimal(0)} if form.startswith("quick") else {}))
    outcome = told(past, shelf, form)
    assert set(codes(outcome)) == {"TE242"}, outcome.text()
    assert outcome.exit_code == 1
    void = [row for row in statement(past).documents.to_pylist() if row["is_void"]]
    assert [(row["number"], row["books_amount"]) for row in void] == [(INVOICES[1], Decimal(0))]
    plant("twice", shelf, INVOICES[0])
    for at in lines(shelf, INVOICES[0])[-1:]:   # the second copy was voided: that is how it is put right
        shelf.edit(at, state=word, **({"amount": Decimal(0)} if form.startswith("quick") else {}))
    assert set(codes(told(past, shelf, form))) == {"TE242"}


def test_another_currency(past: BilledPast) -> None:
    shelf = shelf_of(past)
    shelf.change(INVOICES[1], currency="EUR")
    outcome = told(past, shelf, "our_invoices")
    assert codes(outcome) == ["TE243"], outcome.text()
    assert len([row for row in statement(past).documents.to_pylist() if row["number"] == INVOICES[1]]) == 2
    [row] = found(outcome)
    assert row[2].endswith(" USD")
    assert row[3].endswith(" EUR")
    item = next(str(row[0]) for row in outcome.rows)
    assert steps.decide_item(past.root, COMPANY, steps.Decision(item, "accepted", "ada", "as agreed"),
                             person="ada").exit_code == 0
    shelf.change(INVOICES[1], amount=Decimal("1.00"))
    assert {row[1] for row in found(told(past, shelf, "our_invoices"))} == {"open"}, "it held for its figures only"


def test_drafts_wait(past: BilledPast) -> None:
    shelf = shelf_of(past)
    shelf.change(INVOICES[2], state="Draft")
    outcome = told(past, shelf, "xero.invoices")
    assert found(outcome) == [("TE245", "timing", *found(outcome)[0][2:])], outcome.text()
    assert outcome.exit_code == 0
    assert "closed" in close(past, 0).title


def test_numbers_that_the_books_gave_themselves(past: BilledPast) -> None:
    """Ours stands in the memo, or the line's key leads to it; without either it is told as missing and unexpected."""
    shelf = shelf_of(past)
    shelf.change(INVOICES[1], number="1043")
    outcome = bring(past, shelf.invoice_list({"1043": f"our {INVOICES[1]}"}), "memo.csv")
    assert outcome.exit_code == 0
    assert numbered(past) == [("TE244", "computed", "1043")]
    outcome = told(past, shelf, "quickbooks_online.sales_by_customer")
    assert outcome.exit_code == 0, outcome.text()
    assert numbered(past) == [("TE244", "computed", "1043")]
    outcome = bring(past, shelf.invoice_list(), "nowhere.csv")
    assert codes(outcome) == ["TE213", "TE220"], outcome.text()


def test_a_rent_bill_under_the_number_of_nobody(past: BilledPast) -> None:
    """Another vendor's own bill is not looked at; under a number of ours it is told."""
    shelf = shelf_of(past)
    shelf.rows.append(Row("bill", "1", sunday(0), "Landlord", "Rent", "November", "1", Decimal("900.00")))
    assert codes(told(past, shelf, "our_bills")) == []
    shelf.rows.append(Row("bill", BILLS[0], sunday(0), "Landlord", "Rent", "again", "1", Decimal("7.00")))
    assert codes(told(past, shelf, "our_bills")) == ["TE220"]


def test_what_people_enter_comes_one_by_one(tmp_path: Path) -> None:
    """While sales tax is automated no import carries an invoice: one that is missing is not entered yet."""
    past = BilledPast(tmp_path, more=MORE.replace('"no"', '"yes"'))
    past.work(WORK)
    past.publish(0)
    shelf = shelf_of(past)
    assert shelf.of("invoice") == []
    shelf.rows += [Row("invoice", row["invoice_number"], row["billed_on"], row["customer_job"], row["service_item"],
                       row["line_id"], "1", row["amount"]) for row in past.rows(0, "invoice_lines")]
    assert codes(told(past, shelf, "quickbooks_online.sales_by_customer")) == []
    plant("deleted", shelf, INVOICES[1])
    assert set(found(told(past, shelf, "quickbooks_online.invoice_list"))) == {
        ("TE210", "timing", "2,442.75 USD", "")}


def test_a_half_uploaded_list_keeps_the_period_open(past: BilledPast) -> None:
    shelf = Shelf()
    shelf.take(past, 0, "invoice", most=3)
    outcome = told(past, shelf, "quickbooks_online.invoice_list")
    assert "TE211" in codes(outcome)
    with pytest.raises(RefusedError, match="TE211 Half imported"):
        close(past, 0)
    assert codes(told(past, shelf_of(past), "quickbooks_online.invoice_list")) == []
    assert "closed" in close(past, 0).title


def test_items_are_carried_until_they_clear(past: BilledPast) -> None:
    shelf = shelf_of(past)
    plant("amount", shelf, INVOICES[1])
    told(past, shelf, "quickbooks_online.invoice_list")
    past.publish(1)
    plant("amount", shelf, INVOICES[1])   # changed again: the same item, another figure
    outcome = told(past, shelf, "quickbooks_online.invoice_list")
    assert set(codes(outcome)) == {"TE210", "TE214"}, outcome.text()
    rolled = {row["code"]: row for row in statement(past).roll_forward.to_pylist()}
    assert (rolled["TE214"]["opening"], rolled["TE214"]["closing"]) == (1, 1)
    shelf = shelf_of(past, 0, 1)
    assert codes(told(past, shelf, "quickbooks_online.invoice_list")) == []


@pytest.mark.parametrize(("form", "content", "code"), [
    ("quickbooks_online.invoice_list", "{}\n,Invoice,1,Mill:Web,,,5.00,5.00", "BOOKS_CELLS"),
    ("quickbooks_online.invoice_list", "{}\n11/08/2026,,1,Mill:Web,,,5.00,5.00", "BOOKS_CELLS"),
    ("quickbooks_online.invoice_list", "{}\n11/31/2026,Invoice,1,Mill:Web,,,5.00,5.00", "BOOKS_CELLS"),
    ("quickbooks_online.invoice_list", "{}\n11/08/2026,Invoice,1,,,,5.00,5.00", "BOOKS_CELLS"),
    ("quickbooks_online.invoice_list", "{}\n11/08/2026,Invoice,1,Mill:Web,,,1e3,5.00", "BOOKS_CELLS"),
    ("quickbooks_online.invoice_list", "{}\n11/08/2026,Invoice,1,Mill:Web,,,5.00,much", "BOOKS_CELLS"),
    ("quickbooks_online.invoice_list", "{}", "BOOKS_SPAN")])
def test_what_cannot_be_read_is_refused(past: BilledPast, form: str, content: str, code: str) -> None:
    head = "Date,Transaction Type,Num,Name,Memo/Description,Due Date,Amount,Open Balance"
    with pytest.raises(EtlError) as refused:
        bring(past, content.format(head) + "\n", form=form)
    assert refused.value.code == code


def test_which_of_two_reports_alike_has_to_be_said(past: BilledPast) -> None:
    with pytest.raises(EtlError, match="fits 2 forms") as refused:
        bring(past, shelf_of(past).transactions_by("bill"))
    assert refused.value.code == "BOOKS_FORM"


def test_hostile_texts_stay_texts(past: BilledPast) -> None:
    shelf = shelf_of(past)
    for text in HOSTILE:
        shelf.rows += [Row("invoice", text[:40], sunday(0), "Mill:Web", text, text, "1", Decimal("1.00")),
                       Row("invoice", INVOICES[0], sunday(0), text, text, text, "1", Decimal("2.00"))]
    outcome = told(past, shelf, "quickbooks_online.sales_by_customer")
    assert codes(outcome) == ["TE220"] * 2 * len(HOSTILE), outcome.text()
    workbook = sorted((past.root / "reports" / COMPANY).glob("*/evidence/*-books-reconciliation.xlsx"))[-1].read_bytes()
    book = load_workbook(io.BytesIO(workbook))
    formulas = [str(cell.value) for row in book["Documents"].iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert all(formula.startswith("=ROUND(") for formula in formulas)


@given(data=st.data())
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_done_to_the_books_nothing_is_left_over(data: st.DataObject) -> None:
    _is_conserved(data)


@pytest.mark.long
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_done_to_the_books_again(data: st.DataObject) -> None:
    _is_conserved(data)


def _is_conserved(data: st.DataObject) -> None:
    """Batches and items are the books, per customer:job and vendor, whatever is edited, dropped, doubled or added."""
    with tempfile.TemporaryDirectory() as root:
        past = published(Path(root) / "own")
        shelf = shelf_of(past)
        for change, number in data.draw(st.lists(st.tuples(
                st.sampled_from(["amount", "twice", "deleted", "day", "period", "party", "unknown", "others"]),
                st.sampled_from([*INVOICES, *BILLS])), max_size=6, unique=True)):
            if lines(shelf, number):
                plant(change, shelf, number)
        for form in data.draw(st.sampled_from([
                ("our_invoices", "our_bills"), ("xero.invoices", "quickbooks_online.transactions_by_vendor"),
                ("quickbooks_online.sales_by_customer", "our_bills")])):
            told(past, shelf, form)
        made = statement(past)
        assert made.unreconciled == []
        for kind, key in (("invoice", "invoice_lines"), ("bill", "vendor_lines")):
            rows = [row for row in made.balances.to_pylist() if row["kind"] == kind]
            assert sum(row["batch_amount"] for row in rows) == sum(row["amount"] for row in past.rows(0, key))
            outside = sum(row.amount for row in shelf.of(kind)) - sum(row["books_amount"] for row in rows)
            assert outside == sum(row.amount for row in shelf.of(kind)
                                  if row.party == "Somebody Else"), kind
