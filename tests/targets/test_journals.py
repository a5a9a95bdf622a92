"""Labor journals for QuickBooks Desktop and Online: form, files, refusals, and the reversal that cancels them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.targets import iif_journal, qbo_csv
from etl.targets.journals import JournalDocument, packed, reversal_number
from tests.targets.examples import HEADER, journal, settings
from tests.targets.judges import judged
from tests.targets.readers import read_iif, read_journal_csv

TARGETS = [iif_journal, qbo_csv]
EACH = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.NAME)
CENTS = st.integers(-10_000_000, 10_000_000).map(lambda cents: f"{cents // 100}.{cents % 100:02d}" if cents >= 0
                                                 else f"-{-cents // 100}.{-cents % 100:02d}")


def render(target, table, header=HEADER):
    return target.render(table, header, settings())


REFUSED = [   # lines, balanced, code, part of the message, why
    ([{}], False, "JOURNAL_UNBALANCED", "TB0042L does not sum to zero but to 100", "one-sided"),
    ([{}, {"amount": "-99.99"}], False, "JOURNAL_UNBALANCED", "0.010", "a cent is enough"),
    ([{"amount": "-100"}, {"amount": "99.99"}], False, "JOURNAL_UNBALANCED", "-0.010", "either way"),
    ([{"amount": "0"}], False, "JOURNAL_SHAPE", "only one line", "a journal has two sides"),
    ([{"posted_on": "2026-11-14"}, {"amount": "-100"}], False, "JOURNAL_SHAPE", "several dates", "one date each"),
    ([{"document_number": number, "amount": amount} for number, amount in
      (("A", "1"), ("B", "1"), ("A", "-1"), ("B", "-1"))], False, "JOURNAL_SHAPE", "another document", "interleaved"),
    ([{"amount": "0.005"}, {"amount": "-0.005"}], False, "AMOUNT_DIGITS", "more than 2 decimals", "never rounded"),
    ([{"account": "Accounts Receivable"}], True, "ACCOUNT_NEVER_POSTED", "Accounts Receivable", "only by an invoice"),
    ([{"account": None}], True, "TARGET_FIELD_EMPTY", "account", "ACCNT is required"),
    ([{"amount": None}, {}], False, "TARGET_FIELD_EMPTY", "amount", "an absent amount is not a zero"),
    ([{"posted_on": None}], True, "TARGET_FIELD_EMPTY", "posted on", "never today"),
    ([{"document_number": "TB0042LABOR1"}], True, "TARGET_NAME", "12 characters", "ref numbers take 11"),
    ([{"document_number": "../42"}], True, "TARGET_NAME", "is no document number", "it is part of a file name"),
    ([{"account": "Job Costs:=A1"}], False, "JOURNAL_UNBALANCED", "sum", "only the start of a cell is a formula"),
    ([{"account": "+Job Costs"}], True, "TARGET_NAME", "formula", "B36"),
    ([{"customer_job": "A\u200bB"}], True, "TARGET_NAME", "U+200B", "B32"),
]


@pytest.mark.parametrize(("lines", "balanced", "code", "message", "why"), REFUSED)
@EACH
def test_refusals(target, lines, balanced, code, message, why):
    table = journal(*({key: value for key, value in line.items() if value is not None} for line in lines),
                    balanced=balanced)
    for column in {key for line in lines for key, value in line.items() if value is None}:
        table = table.set_column(table.schema.get_field_index(column), table.schema.field(column),
                                 pa.nulls(len(table), table.schema.field(column).type))
    for make in (target.render, target.correct):
        with pytest.raises(TargetError) as error:
            make(table, HEADER, settings())
        assert error.value.code == code, why
        assert message in str(error.value), why


@pytest.mark.capability("C76")
@EACH
def test_a_document_has_one_currency(target):
    mixed = journal({"currency": "EUR"}, {"amount": "-100"}, balanced=False)
    with pytest.raises(TargetError, match=r"several currencies|is not in USD"):
        target.render(mixed, HEADER, settings())


@pytest.mark.capability("C77")
def test_a_foreign_document_goes_where_the_file_names_its_currency():
    yen = journal({"currency": "JPY", "amount": "27831", "document_number": "TB0042L2"})
    [file] = qbo_csv.render(yen, HEADER, settings())
    assert b",27831.00,," in file.content
    assert file.content.count(b",JPY,") == 2
    with pytest.raises(TargetError, match="names no currency") as error:
        iif_journal.render(yen, HEADER, settings())
    assert error.value.code == "JOURNAL_CURRENCY"
    with pytest.raises(TargetError, match="more than 2 decimals") as error:
        qbo_csv.render(journal({"currency": "KWD", "amount": "1.125"}), HEADER, settings())
    assert error.value.code == "AMOUNT_DIGITS"


def test_a_reversal_of_another_currency_stands_in_a_file_of_its_own():
    lines = [{"document_number": number, "amount": amount} for number in ("TB0042L2", "TB0042LR2")
             for amount in ("1", "-1")]
    assert len(qbo_csv.render(journal(*lines, balanced=False), HEADER, settings())) == 2


DESKTOP_ONLY = [   # column, value, why
    ("account", "Paie:Łódź", "the code page lacks it"),
    ("account", "x" * 42, "41 a level"),
    ("class", "a;b", "a semicolon stops the reading"),
    ("customer_job", ":".join(["x" * 41] * 6), "209 in all"),
]


@pytest.mark.parametrize(("column", "value", "why"), DESKTOP_ONLY)
def test_names_only_the_desktop_refuses(column, value, why):
    table = journal({column: value})
    with pytest.raises(TargetError, match="TARGET_NAME"):
        render(iif_journal, table)
    assert render(qbo_csv, table), why


def test_all_findings_come_in_one_message():
    table = journal({"account": "Retained Earnings"}, {"currency": "EUR"}, {"class": "=x"}, balanced=False)
    with pytest.raises(TargetError) as error:
        render(iif_journal, table)
    assert all(part in str(error.value) for part in ("Retained Earnings", "EUR", "'=x'", "does not sum to zero"))


@EACH
def test_an_automatic_reversal_stands_in_a_file_of_its_own(target):
    accrual = journal({})
    reversal = journal({"document_number": "TB0042LR", "posted_on": "2026-11-16", "amount": "-100"})
    other = journal({"document_number": "TB0042U"})
    files = render(target, pa.concat_tables([accrual, reversal, other]))
    suffix = "iif" if target is iif_journal else "csv"
    folder = f"upload/{target.NAME.partition('.')[0]}"
    names = [f"{folder}/journal_{number}.{suffix}" for number in ("TB0042L", "TB0042LR")]
    assert [file.path for file in files] == names
    assert [file.rows for file in files] == [4, 2]
    assert {record.get("DATE", record.get("*JournalDate")) for record in judged(files[1])} - {None} == {"11/16/2026"}


@pytest.mark.capability("C3")
@given(st.lists(CENTS, min_size=1, max_size=20))
def test_both_forms_carry_the_same_amounts_and_the_reversal_cancels_them(amounts):
    table = journal(*({"amount": amount, "class": f"Class {number}"} for number, amount in enumerate(amounts)))
    figures = []
    for target in TARGETS:
        posted, taken_back = (totals([record for file in files for record in judged(file)])
                              for files in (render(target, table), target.correct(table, HEADER, settings())))
        assert {key: amount + taken_back[key] for key, amount in posted.items()} == dict.fromkeys(posted, Decimal(0))
        figures.append(posted)
    assert figures[0] == figures[1]
    assert sum(figures[0].values()) == 0


def totals(records) -> dict[tuple[str, str, str], Decimal]:
    """Per account, job and class: the amount, debit positive."""
    found: dict[tuple[str, str, str], Decimal] = {}
    for record in records:
        if record.get("RECORD") == "ENDTRNS":
            continue
        key = tuple(record.get(iif, record.get(online)) for iif, online in (
            ("ACCNT", "*AccountName"), ("NAME", "Name"), ("CLASS", "Class")))
        amount = Decimal(record.get("AMOUNT") or record.get("*Debits") or "-" + record["*Credits"])
        found[key] = found.get(key, Decimal(0)) + amount
    return found


def test_the_reversal_names_what_it_reverses():
    [file] = iif_journal.correct(journal({"memo": "Labor"}, {"memo": None}), HEADER, settings())
    records = read_iif(file.content)
    assert (file.path, file.role) == ("corrections/quickbooks_desktop/journal_TB0042LX.iif", "correction")
    assert [record["MEMO"] for record in records[:2]] == ["Reversal of TB0042L: Labor", "Reversal of TB0042L"]
    assert [(record["DOCNUM"], record["DATE"]) for record in records[:3]] == [("TB0042LX", "11/15/2026")] * 3
    assert [record["AMOUNT"] for record in records[:3]] == ["-100.00", "-100.00", "200.00"]


def test_the_reversal_of_an_automatic_reversal_keeps_its_own_file():
    table = pa.concat_tables([journal({}), journal({"document_number": "TB0042LR"})])
    assert [file.path.rpartition("/")[2] for file in qbo_csv.correct(table, HEADER, settings())] == [
        "journal_TB0042LX.csv", "journal_TB0042LRX.csv"]


NUMBERS = [   # number, its reversal's, why
    ("TB0042L", "TB0042LX", "an X after it"),
    ("SB123456LR", "SB123456LRX", "eleven are allowed"),
    ("AP-46-LABOR", "AP-46-LABOX", "full: an X in place of the last"),
]


@pytest.mark.parametrize(("number", "expected", "why"), NUMBERS)
def test_reversal_numbers(number, expected, why):
    assert reversal_number(number) == expected, why
    assert len(expected) <= 11


@pytest.mark.parametrize("numbers", [("TB0042L", "TB0042LX"), ("AP-46-LABOR", "AP-46-LABOS"), ("AP-46-LABOX",)])
@EACH
def test_a_reversal_never_takes_a_number_in_use(target, numbers):
    table = pa.concat_tables([journal({"document_number": number}) for number in numbers])
    with pytest.raises(TargetError, match="DOCUMENT_NUMBER"):
        target.correct(table, HEADER, settings())


PACKED = [   # rows of the documents, limit, expected rows per file, why
    ([], 3, [], "nothing"),
    ([3], 3, [[3]], "exactly full"),
    ([2, 2], 3, [[2], [2]], "a document is never parted"),
    ([1, 2, 1, 2, 3], 3, [[1, 2], [1, 2], [3]], "in order, as many as fit"),
]


@pytest.mark.parametrize(("rows", "limit", "expected", "why"), PACKED)
def test_packing_documents_into_files(rows, limit, expected, why):
    documents = [JournalDocument(f"D{number}", 0, count) for number, count in enumerate(rows)]
    assert [[document.rows for document in file] for file in packed(documents, qbo_csv.NAME, limit)] == expected, why


def test_online_files_above_a_thousand_rows_are_numbered():
    parts = [journal(*([{"document_number": f"TB004{number}L"}] * 599)) for number in range(3)]
    files = render(qbo_csv, pa.concat_tables(parts))
    assert [file.path.rpartition("/")[2] for file in files] == [f"journal_TB0040L_{n}of3.csv" for n in (1, 2, 3)]
    assert [len(read_journal_csv(file.content)) for file in files] == [600, 600, 600]


def test_an_online_document_above_a_thousand_rows_is_refused():
    assert render(qbo_csv, journal(*([{}] * 999)))[0].rows == 1000
    with pytest.raises(TargetError, match="1001 rows") as error:
        render(qbo_csv, journal(*([{}] * 1000)))
    assert error.value.code == "DOCUMENT_TOO_LONG"
    assert "shorter" in error.value.fix


def test_a_currency_without_cents_is_refused_with_cents_and_written_without_loss():
    yen = replace(HEADER, home_currency="JPY")
    [file] = render(qbo_csv, journal({"currency": "JPY", "amount": "1000"}), yen)
    assert b",1000.00," in file.content
    with pytest.raises(TargetError, match="more than 0 decimals"):
        render(qbo_csv, journal({"currency": "JPY", "amount": "1000.50"}), yen)


def test_quotes_only_where_csv_needs_them():
    [file] = render(qbo_csv, journal({"memo": 'a, "b"', "customer_job": "Nair, Priya:Job"}))
    line = file.content.decode().splitlines()[1]
    [quoted] = render(qbo_csv, journal({"memo": 'the "hub"'}))
    assert b',"the ""hub""",' in quoted.content, "quotes without a comma"
    assert line == ('TB0042L,11/15/2026,Job Costs:Direct Labor,100.00,,"a, ""b""","Nair, Priya:Job",USD,,Engineering')


def test_a_long_memo_is_cut_and_listed():
    table = journal({"memo": "x" * 5000})
    desktop, online = (target.changed_texts(table, HEADER, settings()).to_pylist()[0] for target in TARGETS)
    assert (len(desktop["after"]), len(online["after"])) == (4095, 4000)
    assert (desktop["line_id"], desktop["field"]) == ("0042-L-001", "memo")
    assert desktop["why"] == "cut to the target's length"
    assert (online["field"], online["document"]) == ("description", qbo_csv.NAME)
    assert render(iif_journal, table)
    assert render(qbo_csv, table)
