"""Journals for beancount and hledger: both programs accept them, and count the same balances as we do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.targets import beancount, hledger, ledgers
from tests.targets.examples import HEADER, journal, settings
from tests.targets.ledger_judges import balances, checked_beancount, read_beancount, read_hledger
from tests.targets.readers import ReaderError

EACH = pytest.mark.parametrize("target", [beancount, hledger], ids=lambda target: target.NAME)
HOSTILE = st.text(max_size=60) | st.sampled_from(
    ['=1+1', 'say "no"', "a;b | c", "a, b:c", "back\\slash", "two\nlines\tand tab", "\u202eright to left", "x" * 5000])


def accrual(*lines: dict) -> pa.Table:
    """A labor journal and its automatic reversal on the day after."""
    table = journal(*lines)
    back = journal(*({**line, "amount": str(-Decimal(line.get("amount", "100.00"))), "document_number": "TB0042LR",
                      "posted_on": "2026-11-16"} for line in lines))
    return pa.concat_tables([table, back])


def files_of(target, table, header=HEADER):
    return [file.content for file in target.render(table, header, settings())]


@pytest.mark.capability("C72")
def test_both_programs_count_what_the_postings_say():
    table = journal({"amount": "1224.50"}, {"amount": "0.07", "customer_job": "Foxglove:Panel"},
                    {"amount": "124.00", "account": "Overhead:Internal Labor", "customer_job": ""})
    expected = {
        "Expenses:JobCosts:DirectLabor:Foxglove:Gait": Decimal("1224.50"),
        "Expenses:JobCosts:DirectLabor:Foxglove:Panel": Decimal("0.07"),
        "Expenses:Overhead:InternalLabor": Decimal("124.00"),
        "Liabilities:AccruedWagesPayable": Decimal("-1348.57"),
    }
    assert checked_beancount(*files_of(beancount, table)) == expected
    [file] = files_of(hledger, table)
    assert balances(file) == expected


@EACH
def test_an_accrual_and_its_reversal_leave_nothing(target):
    table = accrual({"amount": "10.01"}, {"amount": "20.02", "class": "Design"})
    files = target.render(table, HEADER, settings())
    ending = "beancount" if target is beancount else "journal"
    journals = [file for file in files if "/journal_" in file.path]
    assert [file.path.rpartition("/")[2] for file in journals] == [
        f"journal_TB0042L.{ending}", f"journal_TB0042LR.{ending}"]
    contents = [file.content for file in files]
    counted = checked_beancount(*contents) if target is beancount else balances(b"\n".join(contents))
    assert set(counted.values()) == {Decimal(0)}


@EACH
def test_the_way_back_leaves_nothing(target):
    table = journal({"amount": "10.01"}, {"amount": "-3.33", "account": "Overhead:Internal Labor"})
    files = files_of(target, table) + [file.content for file in target.correct(table, HEADER, settings())]
    counted = checked_beancount(*files) if target is beancount else balances(b"\n".join(files))
    assert set(counted.values()) == {Decimal(0)}


def test_the_judges_say_no():
    table = journal({"amount": "10.00"})
    [text, accounts] = files_of(beancount, table)
    with pytest.raises(ReaderError, match="TB0042L is not balanced"):
        read_beancount(text.replace(b"-10.00", b"-10.01"))
    with pytest.raises(ReaderError, match="unknown account"):
        checked_beancount(text, accounts.replace(b"Liabilities", b"Equity"))
    [text] = files_of(hledger, table)
    with pytest.raises(ReaderError, match="balance"):
        read_hledger(text.replace(b"-10.00", b"-10.01"))
    with pytest.raises(ReaderError, match="undeclared account"):
        read_hledger(text.replace(b"account Liabilities", b"account Equity"))


@EACH
def test_what_is_kept_of_a_line(target):
    read = read_beancount if target is beancount else read_hledger
    row = read(files_of(target, journal({}))[0])[0]
    assert (row["number"], row["date"]) == ("TB0042L", "2026-11-15")
    assert {name: row[name] for name in ("line", "job", "class", "memo")} == {
        "line": "0042-L-001", "job": "Foxglove:Gait", "class": "Engineering", "memo": "Labor Gait"}


NAMES = [   # account, job, type, ledger's name
    ("Job Costs:Direct Labor", "Mill:Web Shop", "COGS", "Expenses:JobCosts:DirectLabor:Mill:WebShop"),
    ("Expenses:JobCosts", "", "", "Expenses:JobCosts"),
    ("Accrued Wages", "", "OCLIAB", "Liabilities:AccruedWages"),
    ("6000 Wages & salaries", "", "EXP", "Expenses:6000WagesSalaries"),
    ("Löhne", "Ärzte & Co:Èze", "EXP", "Expenses:Löhne:ÄrzteCo:Èze"),
    ("wages_to pay", "", "AP", "Liabilities:WagesToPay"),
]


@pytest.mark.parametrize(("account", "job", "kind", "name"), NAMES)
def test_account_names(account, job, kind, name):
    assert ledgers.account_name(account, job, kind) == name
    assert ledgers.name_problem(name) == ""


REFUSED = [   # columns, part of the message
    ({"account": "Nobody's Account"}, "has no type"),
    ({"customer_job": "名古屋:工場"}, "does not begin with a capital letter or a digit"),
    ({"customer_job": "&&"}, "does not begin"),
]


@pytest.mark.parametrize(("columns", "message"), REFUSED)
@EACH
def test_names_no_ledger_takes(target, columns, message):
    with pytest.raises(TargetError, match="TARGET_NAME") as error:
        target.render(journal(columns), HEADER, settings())
    assert message in str(error.value)


@EACH
def test_two_jobs_that_would_be_one_account(target):
    table = journal({"customer_job": "Mill:Web Shop"}, {"customer_job": "Mill:Web-Shop"})
    with pytest.raises(TargetError) as error:
        target.render(table, HEADER, settings())
    assert "'Mill:Web Shop' and 'Job Costs:Direct Labor' with job 'Mill:Web-Shop' would be one acc" in str(error.value)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1234"), ("KWD", "0.001"), ("USD", "0.01")])
@EACH
def test_amounts_have_the_digits_of_the_currency(target, currency, amount):
    header = replace(HEADER, home_currency=currency)
    table = journal({"amount": amount, "currency": currency})
    contents = files_of(target, table, header)
    counted = checked_beancount(*contents) if target is beancount else balances(contents[0])
    assert sorted(counted.values()) == [-Decimal(amount), Decimal(amount)]
    assert f" {amount} {currency}".encode() in contents[0]


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_whatever_a_text_holds_the_figures_are_read_back(texts):
    table = journal(*({"memo": memo, "class": kind, "amount": str(number)} for number, (memo, kind)
                      in enumerate(texts, 1)))
    figures = [[(row["account"], Decimal(row["amount"])) for row in rows] for rows in (
        read_beancount(files_of(beancount, table)[0]), read_hledger(files_of(hledger, table)[0]))]
    assert figures[0] == figures[1]
    assert [amount for _, amount in figures[0][:-1]] == [Decimal(number) for number in range(1, len(texts) + 1)]


@EACH
def test_every_changed_text_is_listed(target):
    table = journal({"memo": 'a "b"; c', "class": "R, D"})
    listed = target.changed_texts(table, HEADER, settings()).to_pylist()
    assert {(row["field"], row["before"], row["after"]) for row in listed} == {
        ("memo", 'a "b"; c', "a 'b'. c"), ("class", "R, D", "R. D")}
