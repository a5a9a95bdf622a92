"""Invoices as three import files: what the books read back, what they refuse, and what people enter instead."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.tables import INVOICE_LINES
from etl.targets import iif_invoice, qbo_invoice, xero_invoice
from tests.shared import shared
from tests.targets.examples import HEADER, from_csv, from_rows, settings
from tests.targets.invoice_readers import iif_lines, qbo_lines, xero_lines
from tests.targets.readers import read_csv

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "targets"
TARGETS = {"iif": (iif_invoice, iif_lines), "qbo": (qbo_invoice, qbo_lines), "xero": (xero_invoice, xero_lines)}
EACH = pytest.mark.parametrize("target", TARGETS)
TIME = {
    "line_id": "0042-B-001", "invoice_number": "TB0042I01", "line_number": "1", "line_kind": "time",
    "customer_job": "Harbor Lane:Loan Portal", "service_item": "Design", "bill_rate": "140", "seconds": "54600",
    "quantity_hours": "15.16667", "quantity_digits": "5", "amount": "2123.33", "currency": "USD",
    "billed_on": "2026-11-15", "due_on": "2026-12-15", "terms": "Net 30", "account": "200",
    "tax_code": "Tax Exempt (0%)"}
DOWN = {"line_id": "0042-J-001", "line_number": "2", "line_kind": "write_down", "adjusts": "0042-B-001",
        "amount": "-23.33", "reason": "Rework", "bill_rate": "", "quantity_hours": "", "quantity_digits": "",
        "seconds": "0"}


def table(*rows):
    return from_rows(INVOICE_LINES, [TIME | row for row in rows])


def imported(target, rows, **more):
    """The lines that the target's reader finds in all import files."""
    module, read = TARGETS[target]
    files = module.render(rows, HEADER, more.get("settings", settings()))
    return [line for file in files if file.role == "import" for line in read(file.content)]


@pytest.mark.capability("C51")
@EACH
def test_the_books_have_the_same_keys_seconds_and_cents(target):
    name = TARGETS[target][0].NAME
    rows = from_csv(INVOICE_LINES, (GOLDEN / name / "input.csv").read_text(encoding="utf-8"))
    wanted = [(row["invoice_number"], row["line_id"], row["seconds"], row["amount"], row["billed_on"], row["due_on"])
              for row in rows.to_pylist() if row["by_hand"] is None]
    assert wanted == [(line.invoice, line.key, line.seconds, line.amount, line.billed_on, line.due_on)
                      for line in imported(target, rows)]


SAMPLE = [   # number, job, item, class, rate, seconds, quantity, amount: the sample week's two invoices
    ("INV-2047", "Harbor Lane Credit Union:Loan Portal Refresh", "Design", "140", 54600, "15.16667", "2123.33"),
    ("INV-2047", "Harbor Lane Credit Union:Branch Kiosk", "Design", "140", 91500, "25.41667", "3558.33"),
    ("INV-2047", "Harbor Lane Credit Union:Loan Portal Refresh", "Research", "120", 22500, "6.25", "750.00"),
    ("INV-2046", "Mistral Tea Co:Wholesale Storefront", "Research", "120", 33900, "9.4167", "1130.00"),
    ("INV-2046", "Mistral Tea Co:Wholesale Storefront", "Engineering", "165", 125100, "34.75", "5733.75"),
]
OURS = {"INV-2047": {"Loan Portal Refresh": "TB0042I02", "Branch Kiosk": "TB0042I01"}, "INV-2046": {"": "INV-2046"}}


def sample_table(account):
    """The sample week, one invoice a customer:job; the second keeps the sample's number."""
    rows = []
    for number, (invoice, job, item, rate, seconds, quantity, amount) in enumerate(SAMPLE, 1):
        own = OURS[invoice].get(job.rpartition(":")[2], invoice)
        rows.append(TIME | {
            "line_id": f"0042-B-{number:03d}", "invoice_number": own, "line_number": str(number), "customer_job": job,
            "service_item": item, "class": item, "bill_rate": rate, "seconds": str(seconds), "quantity_hours": quantity,
            "amount": amount, "account": account, "address_1": "14 Kettle Row", "address_2": "Portland, OR 97205"})
    return from_rows(INVOICE_LINES, rows)


def test_the_sample_invoice_of_quickbooks_desktop_cell_by_cell():
    sample = (shared("samples/targets/qbd_iif_invoice") / "invoice_INV-2046.iif").read_bytes().decode("cp1252")
    rows = sample_table("Professional Services Income")
    ours = iif_invoice.render(rows.slice(3), HEADER, settings())[0].content.decode("cp1252")
    assert len(iif_blocks(ours)) == len(iif_blocks(sample))
    for mine, theirs in zip(iif_blocks(ours), iif_blocks(sample), strict=True):
        own = {name: cell for name, cell in theirs.items() if (name, mine["RECORD"]) != ("MEMO", "SPL")}
        assert {name: mine[name] for name in own} == own
        assert theirs["RECORD"] != "SPL" or mine["MEMO"].startswith(theirs["MEMO"].partition(" week")[0])


def iif_blocks(text):
    headers, records = {}, []
    for line in text.splitlines():
        keyword, *cells = line.split("\t")
        if keyword.startswith("!"):
            headers[keyword[1:]] = cells
        else:
            records.append({"RECORD": keyword, **dict(zip(headers[keyword], cells, strict=True))})
    return records


def test_the_sample_invoices_of_quickbooks_online():
    """The sample bills the parent customer; one invoice a job differs in number and customer."""
    sample = (shared("samples/targets/qbo_csv_invoice") / "invoices_2026w46.csv").read_text(encoding="utf-8")
    [file] = [file for file in qbo_invoice.render(sorted_table("x"), HEADER, settings()) if file.role == "import"]
    theirs = {(row["Item(Product/Service)"], row["*ItemAmount"]): row for row in csv.DictReader(io.StringIO(sample))}
    mine = {(row["Item(Product/Service)"], row["*ItemAmount"]): row for row in read_csv(file.content)}
    assert list(read_csv(file.content)[0]) == sample.splitlines()[0].split(",")
    assert sorted(mine) == sorted(theirs)
    for key, row in theirs.items():
        for name in ("*InvoiceDate", "*DueDate", "Terms", "Memo", "ItemRate", "ItemQuantity", "Service Date"):
            assert mine[key][name] == row[name], name
        assert mine[key]["*Customer"].startswith(row["*Customer"])


def test_the_sample_invoices_of_xero():
    sample = (shared("samples/targets/xero_csv_sales_invoice") / "invoices_2026w46.csv").read_text(encoding="utf-8")
    table = sorted_table("Services Income")
    header = replace(HEADER, target_lists=HEADER.target_lists | {   # as the organisation calls them
        "xero.account": {"Services Income": "200"},
        "xero.customer_job": {job: job.rpartition(":")[2] for job in table["customer_job"].to_pylist()}})
    [file] = xero_invoice.render(table, header, settings())
    theirs = {row["*Description"]: row for row in csv.DictReader(io.StringIO(sample))}
    mine = {row["*Description"].rpartition(" [")[0]: row for row in read_csv(file.content)}
    assert file.content.decode().splitlines()[0] == sample.splitlines()[0]
    for text, row in theirs.items():
        own = {name: cell for name, cell in row.items() if name not in ("*Description", "*InvoiceNumber")}
        assert {name: mine[text][name] for name in own} == own


def sorted_table(account):
    return sample_table(account).sort_by([("invoice_number", "ascending"), ("line_number", "ascending")])


@pytest.mark.capability("C148")
@pytest.mark.parametrize("automated", ["yes", "unknown"])
def test_where_sales_tax_bars_the_import_people_enter_the_invoices(automated):
    """The decisions mark them; the writer puts all of it on a worksheet."""
    rows = table({"by_hand": "sales tax"})
    files = qbo_invoice.render(rows, HEADER, settings())
    assert [file.path for file in files] == ["worksheets/quickbooks_online/invoices_2026-11-15_by_hand.csv"]
    [row] = read_csv(files[0].content)
    assert (row["invoice"], row["amount"], row["quantity"]) == ("TB0042I01", "2123.33", "15.16667")
    assert "sales tax" in row["why_by_hand"], automated


REFUSED = [   # target, columns, code, why
    ("iif", {"account": ""}, "TARGET_FIELD_EMPTY", "income on no account"),
    ("xero", {"tax_code": ""}, "TARGET_FIELD_EMPTY", "Xero asks for a tax rate"),
    ("xero", {"account": ""}, "TARGET_FIELD_EMPTY", "Xero asks for an account"),
    ("qbo", {"due_on": ""}, "TARGET_FIELD_EMPTY", "due when?"),
    ("qbo", {"amount": "-1.00"}, "INVOICE_ROUTE", "no negatives"),
    ("qbo", {"amount": "1.005"}, "AMOUNT_DIGITS", "half a cent"),
    ("iif", {"amount": "1.005", "currency": "KWD"}, "INVOICE_ROUTE", "three decimals"),
    ("iif", {"invoice_number": "TB0042I0001X"}, "TARGET_NAME", "12 characters"),
    ("iif", {"customer_job": "Łódź:Portal"}, "TARGET_NAME", "not in the code page"),
    ("iif", {"customer_job": "=cmd|' /C calc'!A0"}, "TARGET_NAME", "a formula as a customer"),
    ("qbo", {"customer_job": "Harbor\tLane"}, "TARGET_NAME", "a tab in a name"),
    ("xero", {"service_item": "@SUM(1+1)"}, "TARGET_NAME", "a formula as an item"),
    ("qbo", {"currency": "XXZ"}, "TARGET_CURRENCY", "no currency"),
]


@pytest.mark.parametrize(("target", "columns", "code", "why"), REFUSED)
def test_refusals(target, columns, code, why):
    for make in (TARGETS[target][0].render, TARGETS[target][0].correct):
        with pytest.raises(TargetError) as error:
            make(table(columns), HEADER, settings())
        assert error.value.code == code, why


@EACH
def test_a_number_for_two_invoices_is_refused(target):
    module = TARGETS[target][0]
    for second in ({"customer_job": "Harbor Lane:Kiosk"}, {"currency": "EUR"}, {"due_on": "2026-12-16"}):
        with pytest.raises(TargetError) as error:
            module.render(table({}, {"line_id": "0042-B-002"} | second), HEADER, settings())
        assert error.value.code == "DOCUMENT_NUMBER"
    with pytest.raises(TargetError) as error:
        module.render(table({}, {"line_id": "0042-B-002", "invoice_number": "TB0042I02"}, {"line_id": "0042-B-003"}),
                      HEADER, settings())
    assert error.value.code == "DOCUMENT_NUMBER", "its lines are parted"


def test_xero_s_dates_are_never_guessed():
    silent = settings().model_copy(update={"targets": settings().targets.model_copy(update={
        "xero": settings().targets.xero.model_copy(update={"date_format": None})})})
    with pytest.raises(TargetError) as error:
        xero_invoice.render(table({}), HEADER, silent)
    assert error.value.code == "TARGET_SETTINGS_MISSING"
    american = settings().targets.xero.model_copy(update={"date_format": "MM/DD/YYYY"})
    other = settings().model_copy(update={"targets": settings().targets.model_copy(update={"xero": american})})
    assert b",11/15/2026,12/15/2026," in xero_invoice.render(table({}), HEADER, other)[0].content


LIMITS = [   # target, invoices, lines each, rows of each file, why
    ("qbo", 205, 1, [100, 100, 5], "100 invoices"), ("qbo", 5, 300, [900, 600], "1000 rows, no invoice parted"),
    ("xero", 501, 2, [1000, 2], "500 invoices"), ("iif", 1001, 1, [2000, 2], "1000 invoices, each with its head"),
]


@pytest.mark.parametrize(("target", "invoices", "lines", "counts", "why"), LIMITS)
def test_limits_make_numbered_files(target, invoices, lines, counts, why):
    rows = table(*({"line_id": f"0042-B-{one * lines + two}", "invoice_number": f"TB0042I{one:04d}"}
                   for one in range(invoices) for two in range(lines)))
    module, read = TARGETS[target]
    files = module.render(rows, HEADER, settings())
    assert [file.rows for file in files] == counts, why
    assert [file.path.rpartition("_")[2].partition(".")[0] for file in files] == [
        f"{number}of{len(counts)}" for number in range(1, len(counts) + 1)]
    found = [line.key for file in files for line in read(file.content)]
    assert len(found) == invoices * lines == len(set(found))


def test_the_way_back_of_quickbooks_desktop_brings_every_account_to_zero():
    other = {"line_id": "0042-B-002", "invoice_number": "TB0042I02", "customer_job": "Harbor Lane:Kiosk"}
    rows = table({}, DOWN, other)
    files = [*iif_invoice.render(rows, HEADER, settings()), *iif_invoice.correct(rows, HEADER, settings())]
    sums: dict[tuple[str, str], Decimal] = {}
    numbers = []
    for record in (record for file in files for record in iif_blocks(file.content.decode("cp1252"))):
        if record["RECORD"] != "ENDTRNS":
            key = record["ACCNT"], record["NAME"]
            sums[key] = sums.get(key, Decimal(0)) + Decimal(record["AMOUNT"])
        numbers += [record["DOCNUM"]] if record["RECORD"] == "TRNS" else []
    assert len(sums) > 1
    assert not any(sums.values())
    assert numbers == ["TB0042I01", "TB0042I02", "TB0042X01", "TB0042X02"], "numbers of their own, not longer"


HOSTILE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60)


@EACH
@given(HOSTILE)
def test_any_reason_is_written_so_that_the_books_read_one_line(target, reason):
    rows = table({}, DOWN | {"reason": reason, "amount": "5.00", "line_kind": "write_up"})
    assert [(line.key, line.amount) for line in imported(target, rows)] == [
        ("0042-B-001", Decimal("2123.33")), ("0042-J-001", Decimal("5.00"))]


@EACH
@given(st.integers(1, 10**8), st.integers(1, 10**8))
def test_printed_quantity_times_printed_price_is_the_amount(target, seconds, cents):
    """The quantity as the decisions print it; where a target takes fewer decimals, the amount is the price."""
    rate = Decimal(cents).scaleb(-2)
    hours = (Decimal(seconds) / 3600).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    amount = (hours * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    rows = table({"seconds": str(seconds), "bill_rate": str(rate), "quantity_hours": str(hours), "quantity_digits": "6",
                  "amount": str(amount)})
    [line] = imported(target, rows)
    assert (line.amount, line.seconds) == (amount, seconds)


@pytest.mark.parametrize(("currency", "amount", "shown"), [("JPY", "1500", "1500"), ("EUR", "1500.50", "1500.50")])
def test_another_currency_is_a_column_of_quickbooks_online(currency, amount, shown):
    rows = table({"currency": currency, "amount": amount, "bill_rate": amount, "quantity_hours": "1"})
    [file] = qbo_invoice.render(rows, HEADER, settings())
    [row] = read_csv(file.content)
    assert (row["Currency"], row["*ItemAmount"]) == (currency, shown)
    assert qbo_lines(file.content)[0].due_on == date(2026, 12, 15)


@pytest.mark.capability("C148")
def test_a_declared_tax_is_a_column_of_quickbooks_online():
    taxed = settings().model_copy(update={"billing": settings().billing.model_copy(update={"tax": "required"})})
    [file] = qbo_invoice.render(table({"tax_code": "20.0% S"}), HEADER, taxed)
    assert read_csv(file.content)[0]["*Item Tax Code"] == "20.0% S"
    with pytest.raises(TargetError) as error:
        qbo_invoice.render(table({"tax_code": ""}), HEADER, taxed)
    assert error.value.code == "TARGET_FIELD_EMPTY"


def test_the_receivable_is_the_one_declared():
    desktop = settings().targets.quickbooks_desktop.model_copy(update={"receivable_account": "A/R Trade"})
    targets = settings().targets.model_copy(update={"quickbooks_desktop": desktop})
    own = settings().model_copy(update={"targets": targets})
    [file] = iif_invoice.render(table({}), HEADER, own)
    assert iif_blocks(file.content.decode("cp1252"))[0]["ACCNT"] == "A/R Trade"


@pytest.mark.parametrize("batch", range(1, 12))
def test_each_of_many_invoices_has_its_own_total(batch):
    """A group's place in pyarrow follows its hash: of 30 invoices two in a row had each other's total."""
    numbers = [f"TB{batch:04d}I{turn:02d}" for turn in range(1, 41)]
    rows = table(*({"invoice_number": number, "customer_job": f"Mill:{number}", "line_id": f"0001-B-{turn:03d}",
                    "amount": f"{turn}.00", "bill_rate": f"{turn}.00", "quantity_hours": "1", "seconds": "3600"}
                   for turn, number in enumerate(numbers, 1)))
    [file] = iif_invoice.render(rows, HEADER, settings())
    assert [line.invoice for line in iif_lines(file.content)] == numbers
    for document in (xero_invoice, qbo_invoice):
        [listed] = document.correct(rows, HEADER, settings())
        assert [(row["invoice"], row["customer_job"], row["amount"]) for row in read_csv(listed.content)] == [
            (number, f"Mill:{number}", f"{turn}.00") for turn, number in enumerate(numbers, 1)]
