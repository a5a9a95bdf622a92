"""Each document's golden files read back by the linter, with the figures of the tests' own judges; damage is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from etl.lint.checks import Known, faults_of
from etl.lint.reading import read_file
from etl.lint.trial import trial
from etl.targets.documents import DOCUMENTS, document
from tests.targets.examples import HEADER
from tests.targets.judges import judged
from tests.targets.test_golden import rendered_files

READ = [known for known in DOCUMENTS if not known.name.endswith(".worksheet")]
EACH = pytest.mark.parametrize("known", READ, ids=lambda known: known.name)
NAMES = {(key.partition(".")[0], key.partition(".")[2]): names for key, names in HEADER.target_lists.items()}
KNOWN = Known({}, date(2026, 11, 2), HEADER.period_end, home_currency="USD")


def read(file):
    return read_file(file.path, file.document, file.content, "DD/MM/YYYY")


def parts(known):
    files = rendered_files(known)
    return ([read(file) for file in files if file.role == "import"],
            [read(file) for file in files if file.role == "correction"])


@EACH
def test_golden_files_have_no_finding(known):
    own, back = parts(known)
    assert own
    assert back
    assert faults_of([*own, *back], KNOWN) == []


@EACH
def test_the_way_back_ends_where_the_batch_began(known):
    own, back = parts(known)
    before = [replace(one, path=f"earlier/{one.path}") for one in own]
    balances, faults = trial(before, own, back, "USD")
    assert faults == []
    assert all(row.taken_back == row.before for row in balances)
    assert balances or known.name == "quickbooks_desktop.lists", "something is posted, or time is counted"


@EACH
def test_every_document_balances_per_currency(known):
    own, back = parts(known)
    sums: dict[tuple[str, str, str], Decimal] = {}
    for one in (*own, *back):
        for line in one.posted():
            key = one.path, line.number, line.currency
            sums[key] = sums.get(key, Decimal(0)) + line.amount
    assert set(sums.values()) <= {Decimal(0)}
    assert sums or known.table in ("time_activities", "priced_activities", "payroll_hours", "names_written")


def test_the_readers_share_no_code_with_the_writers():
    for file in Path(str(files("etl.lint"))).glob("*.py"):
        assert "etl.targets" not in file.read_text(encoding="utf-8"), file.name


@EACH
def test_a_way_back_that_lacks_a_line_is_told(known):
    own, back = parts(known)
    if known.name == "quickbooks_desktop.lists":
        return   # a list is not taken back
    shorter = [*back[:-1], replace(back[-1], lines=back[-1].lines[1:])]
    codes = {fault.code for fault in trial([], own, shorter, "USD")[1]}
    assert codes & {"TE239", "TE240"}


@EACH
def test_amounts_and_minutes_are_those_of_the_judge(known):
    """Two readers that share no code: the linter's and the tests'."""
    for file in rendered_files(known):
        if file.role != "import" or file.document.endswith((".lists", ".invoice")) or "accounts_" in file.path:
            continue
        mine = read(file).lines
        records = judged(file)
        if known.name.endswith(".time"):
            theirs = [record.get("minutes") or minutes(record["DURATION"]) for record in records
                      if record.get("RECORD", "TIMEACT") == "TIMEACT"]
            assert [line.seconds // 60 for line in mine] == theirs
        elif known.name.endswith(("journal", ".bill")):
            theirs = [amount(record) for record in records if record.get("RECORD") != "ENDTRNS"]
            assert [line.amount for line in mine] == theirs


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def amount(record):
    for name in ("AMOUNT", "*Amount", "LineAmount", "*LineAmount", "*UnitAmount", "amount"):
        if name in record:
            return Decimal(str(record[name]))
    return Decimal(record["*Debits"] or 0) - Decimal(record["*Credits"] or 0)


DAMAGE = [   # document, from, to, code, what the finding says
    ("quickbooks_desktop.labor_journal", b"\r\n", b"\n", "TE230", "line is not ended"),
    ("quickbooks_desktop.labor_journal", b"1224.50", b"1224.51", "TE230", "sums to 0.01, not 0"),
    ("quickbooks_desktop.labor_journal", b"1224.50", b"1,224.50", "TE230", "is no amount"),
    ("quickbooks_desktop.labor_journal", b"11/15/2026", b"15/11/2026", "TE230", "no day of the calendar"),
    ("quickbooks_desktop.labor_journal", b"TB0042L\t", b"TB0042LLLLLL\t", "TE232", "12 characters"),
    ("quickbooks_desktop.labor_journal", b"Direct Labor", b"Direct=Labor;", "TE230", "ends the reading"),
    ("quickbooks_desktop.labor_journal", b"Labor Dome Motor", b"=Labor Dome Moto", "TE235", "begins like a formula"),
    ("quickbooks_desktop.labor_journal", b"Dome Motor", "Dome\u201dMotor".encode("cp1252"), "TE231", "customer job"),
    ("quickbooks_desktop.labor_journal", b"\r\nENDTRNS\r\n", b"\r\n", "TE230", "ENDTRNS"),
    ("quickbooks_desktop.time", b"\xe9e", "ée".encode(), "TE231", "employee list"),
    ("quickbooks_desktop.time", b"\t7:30\t", b"\t7.50\t", "TE230", "no duration"),
    ("quickbooks_desktop.time", b"11/09/26", b"11/01/26", "TE233", "not of the period"),
    ("quickbooks_desktop.time", b" [QO-1]", b"", "TE230", "no key"),
    ("quickbooks_desktop.lists", b"\tCOGS\r\n", b"\tCOST\r\n", "TE230", "no type of account"),
    ("quickbooks_online.labor_journal", b",1348.57,", b",1348.56,", "TE237", "not 0"),
    ("quickbooks_online.labor_journal", b"*JournalNo", b"JournalNo", "TE230", "lacks *JournalNo"),
    ("quickbooks_online.labor_journal", b"1224.50,,", b"-1224.50,,", "TE230", "without a minus"),
    ("quickbooks_online.bill", b"Delgado", "Del\u202egado".encode(), "TE235", "U+202E"),
    ("quickbooks_online.invoice", b",3558.33,", b",3558.34,", "TE230", "not 3558.34"),
    ("quickbooks_online.time", b'"operation": "create"', b'"operation": "delete"', "TE230", "operation"),
    ("quickbooks_online.time", b'"value": "202"', b'"value": "999"', "TE231", "list of quickbooks_online"),
    ("xero.labor_journal", b",310,", b",311,", "TE231", "account list of xero"),
    ("xero.labor_journal", b"15/11/2026", b"2026-11-15", "TE230", "no date"),
    ("xero_api.labor_journal", b'"LineAmount": 124.00', b'"LineAmount": 124.01', "TE237", "not 0"),
    ("xero_api.labor_journal", b'"Status": "DRAFT"', b'"Status": "POSTED"', "TE230", "status"),
    ("xero.bill", b"Project", b"", "TE230", "tracking"),
    ("xero.time", b'"duration": 450', b'"duration": 450.5', "TE230", "whole minutes"),
    ("sage50.time", b",07:30,", b",7h30,", "TE230", "no duration"),
    ("payroll.hours", b",37.08,", b",37.083,", "TE230", "no hours"),
    ("payroll.gusto", b",1.50,", b",-1.50,", "TE230", "no hours"),
    ("payroll.adp", b",000101,", b",101,", "TE230", "no file number"),
    ("payroll.paychex", b"37.08,,", b"0.00,,", "TE230", "a zero"),
    ("beancount.labor_journal", b"1348.57", b"1348.58", "TE237", "not 0"),
    ("hledger.labor_journal", b" USD  ;", b" USD ;", "TE230", "no line of a journal"),
]


@pytest.mark.capability("M11")
@pytest.mark.parametrize(("name", "old", "new", "code", "says"), DAMAGE)
def test_damage_is_told(name, old, new, code, says):
    files = [file for file in rendered_files(document(name)) if file.role == "import" and old in file.content]
    assert files, f"{old!r} stands in no file"
    own = [read(replace(file, content=file.content.replace(old, new))) for file in files]
    found = [fault for fault in faults_of(own, replace(KNOWN, names=NAMES)) if fault.code == code]
    assert [fault for fault in found if says in fault.what], found


@pytest.mark.capability("C105", "M14")
def test_a_key_of_an_earlier_batch_is_told():
    own, _ = parts(document("quickbooks_desktop.time"))
    earlier = {"quickbooks_desktop.time": {("QO-1", "2026-11-09")}}
    [fault] = faults_of(own, replace(KNOWN, earlier=earlier))
    assert fault.code == "TE236"
    assert "QO-1 of 2026-11-09" in fault.what


def test_a_number_in_two_files_is_told():
    own, _ = parts(document("quickbooks_online.labor_journal"))
    faults = faults_of([*own, replace(own[0], path="again.csv")], KNOWN)
    assert {fault.code for fault in faults} == {"TE236"}


def test_too_many_rows_are_told():
    own, _ = parts(document("xero.labor_journal"))
    longer = replace(own[0], lines=own[0].lines * 76)
    assert "TE234" in {fault.code for fault in faults_of([longer], KNOWN)}


@pytest.mark.parametrize(("known", "says"), [
    (replace(KNOWN, locked_through=date(2026, 11, 15)), "locked through 2026-11-15"),
    (replace(KNOWN, last_day=date(2026, 11, 10)), "after the period"),
    (replace(KNOWN, go_live=date(2027, 1, 1)), "before the go-live")])
def test_days_of_a_journal(known, says):
    own, _ = parts(document("quickbooks_online.labor_journal"))
    assert any(fault.code == "TE233" and says in fault.what for fault in faults_of(own, known))


def test_an_unknown_document_has_no_reader():
    [fault] = read_file("a.csv", "zoho.time", b"a\r\n").faults
    assert fault.code == "TE230"
