"""Manual journals and bills for Xero, bills for QuickBooks Desktop: samples, every cent back, limits, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.settings import Settings, parse_settings
from etl.targets import iif_bill, xero_bill, xero_journal, xero_journal_api
from etl.targets.readback import journal_totals
from tests.shared import shared
from tests.targets.examples import HEADER, SETTINGS_TEXT, journal, settings
from tests.targets.judges import judged
from tests.targets.readers import read_iif
from tests.targets.test_samples import WAGE_LINES, sample_wages
from tests.targets.test_vendor_documents import lines
from tests.targets.xero_readers import read_json, read_manual_journals, read_xero_bill, read_xero_journal

JOURNALS = pytest.mark.parametrize("target", [xero_journal, xero_journal_api], ids=lambda target: target.NAME)
JOBS = {job: job.rpartition(":")[2] for _, job, _, _, _ in WAGE_LINES if job}
SAMPLE = replace(HEADER, target_lists=HEADER.target_lists | {"xero.customer_job": JOBS})


def without(*keys: str, **changed: str) -> Settings:
    """The usual company with keys of [targets.xero] left out, or others."""
    kept = [line for line in SETTINGS_TEXT.format(mode="accrue", adp_columns="").splitlines()
            if line.partition(" =")[0] not in (*keys, *changed)]
    at = kept.index("[targets.xero]")
    kept[at + 1:at + 1] = [f'{name} = "{value}"' for name, value in changed.items()]
    return parse_settings("\n".join(kept), "alder", "company.toml")


def test_wage_lines_of_the_csv_sample_byte_for_byte():
    sample = (shared("samples/targets/xero_csv_manual_journal") / "journal_2026w46.csv").read_bytes()
    [file] = xero_journal.render(sample_wages(), SAMPLE, settings())
    wages = [line for line in sample.splitlines(keepends=True)
             if any(code in line for code in (b",310,", b",477,", b",814,"))]
    assert len(wages) == len(WAGE_LINES) + 1
    assert file.content.splitlines(keepends=True) == [sample.splitlines(keepends=True)[0], *wages]


def test_wage_lines_of_the_api_sample_line_by_line():
    sample = read_json((shared("samples/targets/xero_api_manual_journal") / "request.json").read_bytes())
    head = sample["ManualJournals"][0]
    wages = [line for line in head["JournalLines"] if line["AccountCode"] in ("310", "477", "814")]
    [file] = xero_journal_api.render(sample_wages(), SAMPLE, settings())
    [ours] = read_json(file.content)["ManualJournals"]
    internal = [line.pop("Tracking") for line in ours["JournalLines"] if line["AccountCode"] == "477"]
    assert internal == [[{"Name": "Practice", "Option": "Engineering"}]], "its class, as the CSV sample has it"
    assert ours.pop("JournalLines") == wages
    assert head.pop("JournalLines")
    assert ours == head


@pytest.mark.capability("C150")
def test_the_bill_sample_but_for_its_descriptions():
    sample = read_xero_bill((shared("samples/targets/xero_csv_bill") / "bills_2026w46.csv").read_bytes())
    delgado = {"document_number": "DEL-0046", "vendor_name": "Delgado Interaction LLC", "contract_id": "D-1",
               "customer_job": "Harbor Lane Credit Union:Branch Kiosk", "currency": "USD", "class": "Design"}
    reid = {"class": "Engineering"}
    table = lines(delgado | {"amount": Decimal("510.000")}, delgado | {"amount": Decimal("488.750")},
                  reid | {"amount": Decimal("385.660")}, reid | {"amount": Decimal("164.670")})
    [file] = xero_bill.render(table, SAMPLE, settings())
    ours = read_xero_bill(file.content)
    assert [row | {"Description": ""} for row in ours] == [row | {"Description": ""} for row in sample]


def test_the_desktop_bill_sample_but_for_its_descriptions():
    sample = read_iif((shared("samples/targets/qbd_iif_bill") / "bill_DEL-0046.iif").read_bytes())
    delgado = {"document_number": "DEL-0046", "vendor_name": "Delgado Interaction LLC", "class": "Design",
               "customer_job": "Harbor Lane Credit Union:Branch Kiosk", "currency": "USD"}
    table = lines(delgado | {"amount": Decimal("510.000")}, delgado | {"amount": Decimal("488.750")})
    [file] = iif_bill.render(table, HEADER, settings())
    ours = read_iif(file.content)
    assert [row | {"MEMO": ""} for row in ours] == [row | {"MEMO": ""} for row in sample]


CENTS = st.lists(st.integers(-10**9, 10**9), min_size=1, max_size=8)


@JOURNALS
@given(CENTS)
def test_every_cent_of_a_journal_comes_back_and_its_reversal_cancels_it(target, cents):
    table = journal(*({"amount": f"{Decimal(one).scaleb(-2):f}"} for one in cents))
    files = [*target.render(table, HEADER, settings()), *target.correct(table, HEADER, settings())]
    sums: dict[str, list[Decimal]] = {}
    for file in files:
        read = read_xero_journal if target is xero_journal else read_manual_journals
        amounts = [Decimal(row.get("*Amount", row.get("LineAmount"))) for row in read(file.content)]
        sums[file.role] = sums.get(file.role, []) + amounts
    assert sums["import"] == table["amount"].to_pylist()
    assert sums["correction"] == [-amount for amount in sums["import"]]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10**9)), min_size=1, max_size=10))
def test_every_cent_of_a_bill_comes_back(drawn):
    drawn.sort()
    table = lines(*({"document_number": f"B{bill}", "contract_id": f"C{bill}", "currency": "USD",
                     "amount": Decimal(cents).scaleb(-2), "line_id": f"0046-V-{turn:03d}"}
                    for turn, (bill, cents) in enumerate(drawn)))
    expected = [Decimal(cents).scaleb(-2) for _, cents in drawn]
    [file] = xero_bill.render(table, HEADER, settings())
    rows = read_xero_bill(file.content)
    assert [Decimal(row["*UnitAmount"]) for row in rows] == expected
    assert all(f"[0046-V-{turn:03d}]" in row["Description"] for turn, row in enumerate(rows)), "the key of every line"
    for make, sign in ((iif_bill.render, 1), (iif_bill.correct, -1)):
        [file] = make(table, HEADER, settings())
        found = [Decimal(row["AMOUNT"]) * sign for row in read_iif(file.content) if row["RECORD"] == "SPL"]
        assert found == expected


@JOURNALS
@given(CENTS)
def test_reconciling_reads_the_debits_and_credits_of_each_document(target, cents):
    table = journal(*({"amount": f"{Decimal(one).scaleb(-2):f}"} for one in cents))
    [file] = target.render(table, HEADER, settings())
    amounts = table["amount"].to_pylist()
    debit = sum((amount for amount in amounts if amount > 0), Decimal(0))
    assert journal_totals(file.content, target.NAME) == {"TB0042L": (debit, debit)}


LIMITS = [   # rows of the documents, rows of each file, why
    ([299], [299], "below"),
    ([300], [300], "exactly full"),
    ([200, 200, 100], [200, 300], "a journal is never parted"),
]


@pytest.mark.parametrize(("documents", "expected", "why"), LIMITS)
def test_csv_journals_hold_300_lines_a_file(documents, expected, why):
    table = pa.concat_tables([journal(*([{"document_number": f"TB004{number}L"}] * (size - 1)))
                              for number, size in enumerate(documents)])
    files = xero_journal.render(table, HEADER, settings())
    assert [file.rows for file in files] == expected, why
    assert all(len(judged(file)) == file.rows for file in files)
    if len(files) > 1:
        assert files[0].path.endswith("journal_TB0040L_1of2.csv")


def test_a_journal_above_300_lines_is_refused_and_goes_through_the_api():
    table = journal(*([{}] * 300))
    with pytest.raises(TargetError) as error:
        xero_journal.render(table, HEADER, settings())
    assert error.value.code == "DOCUMENT_TOO_LONG"
    assert "Xero takes 300 a file" in error.value.what
    assert [file.rows for file in xero_journal_api.render(table, HEADER, settings())] == [301]


@pytest.mark.parametrize("target", [iif_bill, xero_bill])
def test_bills_are_not_parted(target):
    many = lines(*({"document_number": f"B{n // 2}", "contract_id": f"C{n // 2}", "currency": "USD"}
                   for n in range(1002)))
    files = target.render(many, HEADER, settings())
    rows = [file.rows for file in files]
    assert rows == ([1000, 2] if target is xero_bill else [1503])
    assert all(len([row for row in judged(file) if row.get("RECORD") != "ENDTRNS"]) == file.rows for file in files)


@JOURNALS
@pytest.mark.parametrize(("columns", "header", "code", "message"), [
    ({"account": "Job Costs:Sales"}, HEADER, "TARGET_LIST", "xero,account,Job Costs:Sales"),
    ({"account": "Blank"}, HEADER, "TARGET_LIST", "with its id or code there"),
    ({"account": "Wages Payable"}, HEADER, "ACCOUNT_NEVER_POSTED", "Wages Payable"),
    ({"currency": "GBP"}, HEADER, "JOURNAL_CURRENCY", "is not in USD"),
    ({"customer_job": "a\u202eb"}, HEADER, "TARGET_NAME", "U+202E"),
])
def test_refusals_of_journals(target, columns, header, code, message):
    lists = {"xero.account": header.target_lists["xero.account"] | {"Blank": ""}}
    for make in (target.render, target.correct):
        with pytest.raises(TargetError) as error:
            make(journal(columns), replace(header, target_lists=lists), settings())
        assert error.value.code == code
        assert message in str(error.value)


@pytest.mark.parametrize(("target", "differs", "code"), [
    (xero_bill, {"account": "Unknown"}, "TARGET_LIST"),
    (xero_bill, {"contract_id": "C-2"}, "DOCUMENT_NUMBER"),
    (xero_bill, {"vendor_name": "=cmd"}, "TARGET_NAME"),
    (iif_bill, {"currency": "GBP"}, "JOURNAL_CURRENCY"),
    (iif_bill, {"document_number": "INVOICE-2046"}, "TARGET_NAME"),
    (iif_bill, {"vendor_name": "Łódź Type", "currency": "USD"}, "TARGET_NAME"),
    (iif_bill, {"vendor_name": "A;B", "currency": "USD"}, "TARGET_NAME"),
    (iif_bill, {"due_on": None, "currency": "USD"}, "TARGET_FIELD_EMPTY"),
])
def test_refusals_of_bills(target, differs, code):
    with pytest.raises(TargetError) as error:
        target.render(lines({"currency": "USD"}, differs), HEADER, settings())
    assert error.value.code == code


def test_a_vendor_credit_never_takes_the_number_of_a_bill():
    table = lines({"document_number": "A"}, {"document_number": "AX", "contract_id": "C-2"})
    table = table.set_column(table.column_names.index("currency"), "currency", pa.array(["USD", "USD"]))
    with pytest.raises(TargetError, match="DOCUMENT_NUMBER"):
        iif_bill.correct(table, HEADER, settings())


@pytest.mark.capability("C138")
def test_tracking_is_written_where_the_organisation_has_the_category():
    named = without("tracking_class")
    [file] = xero_journal.render(sample_wages(), SAMPLE, named)
    assert {row["TrackingName2"] for row in read_xero_journal(file.content)} == {""}
    assert {row["TrackingName1"] for row in read_xero_journal(file.content)} == {"Project", ""}
    [body] = xero_journal_api.render(sample_wages(), SAMPLE, named)
    lines_read = read_manual_journals(body.content)
    assert {one["Name"] for line in lines_read for one in line.get("Tracking", [])} == {"Project"}


def test_dates_are_in_the_organisation_s_own_format():
    american = without(date_format="MM/DD/YYYY")
    [file] = xero_journal.render(sample_wages(), SAMPLE, american)
    assert {line.split(b",")[1] for line in file.content.splitlines()[1:]} == {b"11/15/2026"}


def test_an_undescribed_organisation_is_refused():
    text = SETTINGS_TEXT.partition("[targets.xero]")[0].format(mode="accrue", adp_columns="")
    with pytest.raises(TargetError) as error:
        xero_journal.render(sample_wages(), SAMPLE, parse_settings(text, "alder", "company.toml"))
    assert error.value.code == "TARGET_SETTINGS_MISSING"
    assert "date_format" in error.value.fix


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_the_body_is_json_whatever_a_memo_holds(memo):
    [file] = xero_journal_api.render(journal({"memo": memo}), HEADER, settings())
    assert json.loads(file.content)["ManualJournals"][0]["JournalLines"][0]["LineAmount"] == 100.0
