"""Hours for Gusto, ADP and Paychex: the sample files byte for byte, every second and cent back, refusals by name."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import tables
from etl.errors import SettingsError, TargetError
from etl.settings import parse_settings
from etl.targets import adp, gusto, paychex
from etl.targets.compatibility import refuse_forbidden
from etl.terms import PayrollPerson
from tests.shared import shared
from tests.targets.examples import HEADER, SETTINGS_TEXT, from_rows, settings
from tests.targets.payroll_readers import READERS

CODES = {   # hours, overtime, leave, money
    gusto: ("regular_hours", "overtime_hours", "missed_break_hours", "bonus"),
    adp: ("Reg Hours", "O/T Hours", "Hours 3 HOL", "Earnings 3 BON"),
    paychex: ("Hourly", "Overtime", "Holiday", "Bonus"),
}
EACH = pytest.mark.parametrize("target", CODES, ids=lambda target: target.NAME)
PEOPLE = {f"E{number:03d}": PayrollPerson(f"{number:06d}", f"Last{number}", f"First{number}") for number in range(1, 6)}
FULL = replace(HEADER, payroll_people=PEOPLE)


def hours(**columns) -> dict:
    row = {"line_id": "0042-P-001", "employee_id": "E001", "employee_name": "Ann Abel", "pay_item": "regular_hours",
           "workweek_start": "2026-11-09", "pay_seconds": 133500, "exported_seconds": 133488, "amount": "2299.17",
           "currency": "USD"}
    return row | columns


def table(*rows: dict) -> pa.Table:
    return from_rows(tables.PAYROLL_HOURS, list(rows))


def sample_hours(codes: tuple[str, str]):
    """The sample week's hours as the engine makes them (tests/sql/test_golden_week), and its people."""
    text = (shared("samples/targets/_source") / "workers.csv").read_text(encoding="utf-8")
    workers = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == "employee"]
    seconds = {"Priya Nair": (133488,), "Tomás Béal": (127188,), "Hanna Lindqvist": (70200,),
               "Marcus Odell": (144000, 12600)}
    rows = [hours(line_id=f"0042-P-{number}{turn}", employee_id=f"E{number}", employee_name=worker["worker"],
                  pay_item=codes[turn], exported_seconds=each, pay_seconds=each)
            for number, worker in enumerate(workers) for turn, each in enumerate(seconds[worker["worker"]])]
    return table(*rows), workers


def people(workers: list[dict[str, str]], column: str) -> dict[str, PayrollPerson]:
    return {f"E{number}": PayrollPerson(row[column], *reversed(row["worker"].split()), row["title"])
            for number, row in enumerate(workers)}


SAMPLES = [   # target, folder of the sample, column of its ids, its name here
    (gusto, "gusto_csv_hours", "gusto_employee_id", "upload/payroll/gusto_hours_2026-11-15.csv"),
    (adp, "adp_csv_paydata", "adp_file_no", "upload/payroll/PRA7PEPI.csv"),
    (paychex, "paychex_csv_spi", "adp_file_no", "upload/payroll/spi_2026-11-15.csv"),
]


@pytest.mark.parametrize(("target", "folder", "ids", "path"), SAMPLES, ids=lambda one: getattr(one, "NAME", None))
def test_the_sample_file_byte_for_byte(target, folder, ids, path):
    rows, workers = sample_hours(CODES[target][:2])
    [sample] = shared(f"samples/targets/{folder}").iterdir()
    usual = parse_settings(SETTINGS_TEXT.format(mode="accrue", adp_columns=""), "alder", "company.toml")
    [file] = target.render(rows, replace(HEADER, payroll_people=people(workers, ids)), usual)
    expected = sample.read_bytes().replace(b"AP26W46", b"TB0042")   # the batch is numbered as ours are
    assert file.content.splitlines(keepends=True) == expected.splitlines(keepends=True)
    assert file.path == path


@EACH
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3), st.integers(0, 1), st.integers(0, 100_000)),
                min_size=1, max_size=12))
def test_every_second_and_cent_comes_back(target, drawn):
    """Same people, seconds and cents whatever is drawn: person, kind of pay, workweek, hundredths or cents."""
    rows, expected = [], Counter()
    for number, (person, kind, week, size) in enumerate(drawn):
        code, is_money = CODES[target][kind], kind == 3
        rows.append(hours(
            line_id=f"0042-P-{number:03d}", employee_id=f"E{person:03d}", employee_name=f"First{person} Last{person}",
            pay_item=code, workweek_start=("2026-11-02", "2026-11-09")[week], pay_seconds=0 if is_money else 36 * size,
            exported_seconds=0 if is_money else 36 * size, amount=f"{size / 100:.2f}"))
        if size:
            who = f"{person:06d}"
            expected[(who, code, "cents") if is_money else (who, code)] += size if is_money else 36 * size
        elif not is_money:
            rows.pop()
    files = target.render(table(*rows), FULL, settings()) if rows else []
    found = Counter()
    for file in files:
        found += READERS[target.NAME](file.content)[1]
    assert found == expected


@EACH
def test_a_residue_below_a_hundredth_is_no_zero(target):
    code = CODES[target][0]
    rows = table(hours(pay_item=code), hours(pay_item=code, line_id="0042-P-002", employee_id="E002", pay_seconds=20,
                                             exported_seconds=0, amount="0.12"))
    [file] = target.render(rows, FULL, settings())
    assert READERS[target.NAME](file.content)[1] == Counter({("000001", code): 133488})
    assert target.render(rows.slice(1), FULL, settings()) == []


def test_adp_puts_a_second_code_of_the_same_pair_into_a_further_row():
    lines = [hours(line_id=f"0042-P-{number}", pay_item=code, exported_seconds=3600)
             for number, code in enumerate(("Reg Hours", "Hours 3 HOL", "Hours 3 SCK", "Reg Hours"))]
    later = hours(line_id="0042-P-9", pay_item="Reg Hours", workweek_start="2026-11-02", exported_seconds=7200)
    [file] = adp.render(table(*lines, later), FULL, settings())
    rows, _ = READERS[adp.NAME](file.content)
    assert [(row["Reg Hours"], row["Hours 3 Code"], row["Hours 3 Amount"]) for row in rows] == [
        ("2.00", "HOL", "1.00"), ("", "SCK", "1.00"), ("2.00", "", "")], "one row per workweek, more where it must be"


def test_adp_pads_a_code_of_two_signs_and_says_sandbox_in_the_batch():
    text = SETTINGS_TEXT.format(mode="accrue", adp_columns="").replace('"A7P"', '"A7"')
    two = parse_settings(text, "alder", "company.toml")
    [file] = adp.render(table(hours(pay_item="Reg Hours")), replace(FULL, is_sandbox=True), two)
    assert file.path == "upload/payroll/PRA7_EPI.csv"
    assert b"A7,SB0042,000001," in file.content


def test_paychex_dates_a_line_by_its_workweek_and_never_after_the_period():
    lines = [hours(pay_item="Hourly", line_id=f"0042-P-{week}", workweek_start=week)
             for week in ("2026-10-26", "2026-11-09", "2026-11-12")]
    [file] = paychex.render(table(*lines), FULL, settings())
    assert [row["LINE DATE"] for row in READERS[paychex.NAME](file.content)[0]] == [
        "11/01/2026", "11/15/2026", "11/15/2026"]


REFUSED = [   # target, columns, code, part of the message, why
    (gusto, {"pay_item": "Hourly"}, "PAYROLL_CODE", "no column of the template", "a name instead of a column"),
    (gusto, {"pay_item": "personal_note"}, "PAYROLL_CODE", "no column of the template", "a column for neither"),
    (gusto, {"exported_seconds": 0, "pay_seconds": 0}, "PAYROLL_CODE", "money and no hours", "a bonus as hours"),
    (gusto, {"pay_item": "bonus", "amount": None, "currency": None}, "PAYROLL_CODE", "not known", "no rate"),
    (adp, {"pay_item": "Hours 4 DBL"}, "PAYROLL_CODE", "Hours 4 Amount", "not in the client's template"),
    (adp, {"pay_item": "Regular"}, "PAYROLL_CODE", "names no cell", "a name instead of a cell"),
    (adp, {"pay_item": "Earnings 3 BON", "amount": None, "currency": None}, "PAYROLL_CODE", "not known", "no rate"),
    (adp, {"pay_item": "Reg Hours", "exported_seconds": 0, "pay_seconds": 0}, "PAYROLL_CODE", "no hours", "money"),
    (paychex, {"pay_item": "x" * 21}, "TARGET_NAME", "the limit is 20", "a component's name"),
    (paychex, {"pay_item": "=A1"}, "TARGET_NAME", "formula", "B36"),
    *((target, columns | {"pay_item": CODES[target][0]}, code, message, why) for target in CODES
      for columns, code, message, why in (
        ({"employee_id": "E009"}, "PAYROLL_PERSON", "payroll_people.csv", "nobody the provider knows"),
        ({"employee_id": "E005"}, "PAYROLL_PERSON", "no id of this provider", "an id of another form"),
        ({"employee_id": "E004"}, "PAYROLL_PERSON", "two employees", "one id for two people"),
        ({"currency": "GBP"}, "TARGET_CURRENCY", "GBP", "the file names no currency"),
        ({"exported_seconds": -36}, "PAYROLL_NEGATIVE", "never negative", "no negative hours, ever"),
        ({"exported_seconds": 40}, "PAYROLL_GRAIN", "hundredths", "not shared out"),
        ({"employee_name": "a\u202eb"}, "TARGET_NAME", "U+202E", "a name nobody can read"))),
]


@pytest.mark.capability("C137")
@pytest.mark.parametrize(("target", "columns", "code", "message", "why"), REFUSED)
def test_refusals(target, columns, code, message, why):
    odd = FULL.payroll_people | {"E004": PEOPLE["E001"], "E005": PayrollPerson("?", "a", "b")}
    rows = table(hours(pay_item=CODES[target][0], line_id="0042-P-000"), hours(**columns))
    with pytest.raises(TargetError) as error:
        target.render(rows, replace(FULL, payroll_people=odd), settings())
    assert error.value.code == code, why
    assert message in str(error.value), why
    assert error.value.fix


@EACH
def test_the_way_back_names_every_line(target):
    rows = table(*(hours(pay_item=code, line_id=f"0042-P-{number}") for number, code in enumerate(CODES[target][:2])))
    [file] = target.correct(rows, FULL, settings())
    assert file.role == "correction"
    assert file.rows == 2
    assert b"ask the controller first" in file.content


@pytest.mark.parametrize("name", ["payroll.adp", "payroll.paychex"])
def test_a_client_that_is_not_described_is_refused_before_anything(name):
    text = SETTINGS_TEXT.partition("[targets.adp]")[0].format(mode="accrue")
    with pytest.raises(TargetError) as error:
        refuse_forbidden((name,), parse_settings(text, "alder", "company.toml"))
    assert error.value.code == "TARGET_SETTINGS_MISSING"
    assert f"[{'targets.' + name.partition('.')[2]}]" in error.value.fix


def test_an_adp_template_begins_as_every_one_does():
    text = SETTINGS_TEXT.format(mode="accrue", adp_columns='columns = ["File #", "Reg Hours", "Co Code"]')
    with pytest.raises(SettingsError, match="first three columns"):
        parse_settings(text, "alder", "company.toml")
