"""The judge can say no: each broken file is refused for the reason it is broken."""

from __future__ import annotations

import pytest

from tests.targets.readers import QBO_HEADER, ReaderError, read_csv, read_iif, read_journal_csv

TIME = ["!TIMEACT", "DATE", "JOB", "EMP", "ITEM", "PITEM", "DURATION", "PROJ", "NOTE", "XFERTOPAYROLL",
        "BILLINGSTATUS"]
GOOD_TIME = ["TIMEACT", "11/09/26", "A:B", "Priya", "Design", "Regular", "7:30", "", "note", "Y", "1"]
TRNS = ["TRNSID", "TRNSTYPE", "DATE", "ACCNT", "AMOUNT", "DOCNUM", "MEMO"]
HEADERS = [["!TRNS", *TRNS], ["!SPL", *TRNS], ["!ENDTRNS"]]


def line(keyword, amount, **columns):
    row = dict(zip(TRNS, ["", "GENERAL JOURNAL", "11/15/2026", "Wages", amount, "TB0042L", "memo"], strict=True))
    return [keyword, *(row | columns).values()]


def iif(*lines):
    return "".join("\t".join(cells) + "\r\n" for cells in lines).encode("cp1252")


BROKEN_TIME = [   # column, value, why
    ("DATE", "2026-11-09", "another form"), ("DATE", "13/09/26", "no such month"),
    ("DURATION", "24:00", "too long"), ("DURATION", "0:00", "nothing"), ("DURATION", "7.5", "decimals"),
    ("DURATION", "-1:00", "a sign"), ("EMP", "", "nobody"), ("EMP", "x" * 42, "too long"), ("JOB", "", "billable"),
    ("ITEM", "", "billable"), ("PITEM", "", "to payroll"), ("NOTE", 'say "no"', "a quote"),
    ("NOTE", "a;b", "a semicolon"), ("NOTE", "=A1", "a formula"), ("NOTE", "x" * 1001, "too long"),
    ("BILLINGSTATUS", "3", "no such status"), ("XFERTOPAYROLL", "", "neither"),
]


@pytest.mark.parametrize(("column", "value", "why"), BROKEN_TIME)
def test_broken_time(column, value, why):
    assert len(read_iif(iif(TIME, GOOD_TIME))) == 1
    broken = list(GOOD_TIME)
    broken[TIME.index(column)] = value
    with pytest.raises((ReaderError, ValueError)):
        read_iif(iif(TIME, broken))


BROKEN_FILES = [   # content, why
    (iif(TIME, GOOD_TIME[:-1]), "a column too few"), (iif(GOOD_TIME), "no header"),
    (iif(TIME, GOOD_TIME).replace(b"\r\n", b"\n"), "LF"), (iif(TIME, GOOD_TIME)[:-2], "the last line is open"),
    (iif(TIME, GOOD_TIME).replace(b"note", b"a\x81b"), "no such byte in the code page"),
    (iif(TIME, GOOD_TIME).replace(b"note", b"a\x07b"), "a bell"),
    (iif(*HEADERS, line("TRNS", "1.00"), line("SPL", "-0.99"), ["ENDTRNS"]), "a cent off"),
    (iif(*HEADERS, line("TRNS", "1.00"), line("SPL", "-1.00")), "not closed"),
    (iif(*HEADERS, line("SPL", "0.00"), ["ENDTRNS"]), "SPL first"),
    (iif(*HEADERS, line("TRNS", "0.00"), ["ENDTRNS"]), "one line"),
    (iif(*HEADERS, line("TRNS", "1.00"), line("TRNS", "-1.00"), ["ENDTRNS"]), "two TRNS"),
    (iif(*HEADERS, line("TRNS", "1.00"), line("SPL", "-1.00", DOCNUM="X"), ["ENDTRNS"]), "two documents"),
    (iif(*HEADERS, line("TRNS", "1.00"), line("SPL", "-1.00", DATE="11/16/2026"), ["ENDTRNS"]), "two dates"),
    (iif(*HEADERS, line("TRNS", "1,000.00"), line("SPL", "-1,000.00"), ["ENDTRNS"]), "thousands"),
    (iif(*HEADERS, line("TRNS", "1.0"), line("SPL", "-1.0"), ["ENDTRNS"]), "one decimal"),
    (iif(*HEADERS, line("TRNS", "-0.00"), line("SPL", "0.00"), ["ENDTRNS"]), "minus nothing"),
    (iif(*HEADERS, line("TRNS", "1.00", ACCNT=""), line("SPL", "-1.00"), ["ENDTRNS"]), "no account"),
    (iif(*HEADERS, line("TRNS", "1.00", DOCNUM="x" * 12), line("SPL", "-1.00", DOCNUM="x" * 12), ["ENDTRNS"]),
     "a number of twelve"),
]


@pytest.mark.parametrize(("content", "why"), BROKEN_FILES)
def test_broken_iif(content, why):
    assert len(read_iif(iif(*HEADERS, line("TRNS", "1.00"), line("SPL", "-1.00"), ["ENDTRNS"]))) == 3
    with pytest.raises((ReaderError, ValueError)):
        read_iif(content)


def journal(*rows, header=QBO_HEADER):
    return "".join(",".join(cells) + "\r\n" for cells in [header, *rows]).encode()


DEBIT = ["N1", "11/15/2026", "Wages", "1.00", "", "memo", "", "USD", "", ""]
CREDIT = ["N1", "11/15/2026", "Payable", "", "1.00", "memo", "", "USD", "", ""]
BROKEN_JOURNALS = [   # content, why
    (journal(DEBIT, CREDIT, header=QBO_HEADER[:-1]), "a header too few"), (journal(DEBIT), "one side"),
    (b"\xef\xbb\xbf" + journal(DEBIT, CREDIT), "a BOM"), (journal(DEBIT, CREDIT).replace(b"\r\n", b"\n"), "LF"),
    (journal(["N1", "11/15/2026", "W", "1.00", "1.00", "", "", "USD", "", ""], CREDIT), "both sides"),
    (journal(["N1", "11/15/2026", "W", "-1.00", "", "", "", "USD", "", ""], CREDIT), "a minus"),
    (journal(["N1", "15/11/2026", "W", "1.00", "", "", "", "USD", "", ""], CREDIT), "day first"),
    (journal(["", "11/15/2026", "W", "1.00", "", "", "", "USD", "", ""], CREDIT), "no number"),
    (journal(DEBIT, ["N2", *DEBIT[1:]], CREDIT, ["N2", *CREDIT[1:]]), "documents not together"),
    (journal(*[DEBIT, CREDIT] * 501), "1002 rows"),
    (journal([*DEBIT[:5], "=A1", *DEBIT[6:]], CREDIT), "a formula"),
    (journal([*DEBIT[:5], '"a\r\nb"', *DEBIT[6:]], CREDIT), "a line break inside a cell"),
]


@pytest.mark.parametrize(("content", "why"), BROKEN_JOURNALS)
def test_broken_journal_csv(content, why):
    assert len(read_journal_csv(journal(DEBIT, CREDIT))) == 2
    with pytest.raises((ReaderError, ValueError)):
        read_journal_csv(content)


def test_a_ragged_csv_is_refused():
    with pytest.raises(ReaderError, match="1 cells, not 2"):
        read_csv(b"a,b\r\n1\r\n")
