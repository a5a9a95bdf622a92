"""What every payroll file shares: the rows that are written, what is refused, who the person is, and the way back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import PAYROLL_HOURS, assert_schema
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import currency_amounts, dates, hundredths
from etl.terms import BatchHeader, PayrollPerson, RenderedFile

GRAIN_SECONDS = 36   # a hundredth of an hour
_NEEDED = ("employee_id", "employee_name", "pay_item", "workweek_start", "exported_seconds")


class PayLine(NamedTuple):
    """One line of a payroll provider's file: hours, or money where the line has no hours.

    `code` is what the provider calls the pay item, `hours` decimal with two digits; None: it has none.
    """

    line_id: str
    employee_id: str
    employee_name: str
    person: PayrollPerson
    code: str
    workweek_start: date
    hours: Decimal | None
    amount: Decimal | None


def checked_hours(table: pa.Table, document: str) -> pa.Table:
    """The rows to write, all of them fit for it; or TargetError with every finding.

    A row without hours and without money is left out: a zero would overwrite what payroll holds.
    """
    whole = assert_schema(table, PAYROLL_HOURS, "payroll_hours")
    refuse(empty_cells(whole, _NEEDED, document))
    rows = written_hours(whole)
    refuse([*name_findings(rows, document), *money_findings(rows, document), *_row_findings(rows, document)])
    return rows


def written_hours(rows: pa.Table) -> pa.Table:
    """The rows with hours or money."""
    has_money = pc.fill_null(pc.not_equal(rows["amount"], 0), fill_value=False)
    return rows.filter(pc.or_(pc.not_equal(rows["exported_seconds"], 0), has_money))


def hours_columns(rows: pa.Table, document: str) -> dict[str, pa.Array]:
    """The columns of the generic file and of every list of lines to take back."""
    texts = written_texts(rows, document)
    return {
        "employee_id": texts["employee_id"], "employee_name": texts["employee_name"], "pay_item": texts["pay_item"],
        "workweek_start": dates(rows["workweek_start"], "%Y-%m-%d"), "hours": hundredths(rows["exported_seconds"]),
        "amount": currency_amounts(rows["amount"], rows["currency"]),
        "currency": pc.fill_null(rows["currency"], "").combine_chunks(),
    }


def provider_rows(table: pa.Table, document: str) -> pa.Table:
    """The rows that a provider's file carries; TargetError with every finding.

    A line of so little time that its share of the hundredths is 0 is left out: the residue is a control figure of the
    batch, and the provider would take its money for pay without hours.
    """
    rows = checked_hours(table, document)
    return rows.filter(pc.or_(pc.not_equal(rows["exported_seconds"], 0), pc.equal(rows["pay_seconds"], 0)))


def take_back_list(
    rows: pa.Table, document: str, header: BatchHeader, to_do: str, name: str = "hours",
) -> list[RenderedFile]:
    """The list of lines to take back by hand, in order: no payroll file carries negative hours (section 13)."""
    if not len(rows):
        return []
    columns = {"order": pc.cast(pa.array(range(1, len(rows) + 1)), pa.string()), **hours_columns(rows, document),
               "to_do": pa.array([to_do] * len(rows), pa.string())}
    file = f"{name}_{header.period_end.isoformat()}_take_back_list.csv"
    return [rendered(document, "corrections", file, csv_content(columns))]


def changed_hours(document: str) -> Callable[[pa.Table, BatchHeader, Settings], pa.Table]:
    """What lists the names that this document writes in composed form; for the workbook."""
    def changed(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
        rows = written_hours(assert_schema(table, PAYROLL_HOURS, "payroll_hours"))
        return changes(rows, document, written_texts(rows, document))

    return changed


def payable_rows(table: pa.Table, document: str, header: BatchHeader, payroll_id: str) -> pa.Table:
    """The rows of a provider's file, of people the provider knows, in US dollars; TargetError with every finding.

    `payroll_id`: the form of the provider's ids.
    """
    rows = provider_rows(table, document)
    refuse([*_person_findings(rows, document, header, payroll_id), *_foreign_findings(rows, document)])
    return rows


def pay_lines(rows: pa.Table, header: BatchHeader) -> list[PayLine]:
    """The lines of payable rows, each with the person as the provider knows it."""
    columns = ("line_id", "employee_id", "employee_name", "pay_item", "workweek_start", "exported_seconds", "amount")
    return [PayLine(line, person, name, header.payroll_people[person], item, week, _hours(seconds), amount)
            for line, person, name, item, week, seconds, amount in zip(
                *(rows[column].to_pylist() for column in columns), strict=True)]


def summed_lines(rows: pa.Table, header: BatchHeader) -> list[PayLine]:
    """The same, the lines of a person, workweek and pay item together, in order of the first; checked before."""
    keys = ["employee_id", "pay_item", "workweek_start"]
    together = rows.group_by(keys, use_threads=False).aggregate([
        ("line_id", "first"), ("employee_name", "first"), ("exported_seconds", "sum"), ("amount", "sum")])
    return pay_lines(together.rename_columns({
        "line_id_first": "line_id", "employee_name_first": "employee_name",
        "exported_seconds_sum": "exported_seconds", "amount_sum": "amount"}), header)


def refuse_faults(
    rows: pa.Table, document: str, header: BatchHeader, fault: Callable[[PayLine], tuple[str, str] | None],
) -> None:
    """Nothing where no line has a fault; TargetError PAYROLL_CODE with each line, what is wrong with it, and the fix.

    A fault is of the code, and of whether the line has hours and money: it is asked once for all lines alike.
    """
    alike = pa.table([rows["pay_item"], pc.equal(rows["exported_seconds"], 0), pc.is_null(rows["amount"]),
                      pa.array(range(len(rows)), pa.int64())], ["pay_item", "no_hours", "no_money", "place"])
    firsts = alike.group_by(["pay_item", "no_hours", "no_money"], use_threads=False).aggregate([("place", "min")])
    if any(fault(line) for line in pay_lines(rows.take(firsts["place_min"].combine_chunks()), header)):
        refuse_lines([(line, *found) for line in pay_lines(rows, header) if (found := fault(line))], document)


def refuse_lines(found: list[tuple[PayLine, str, str]], document: str) -> None:
    """Nothing when the list is empty; TargetError PAYROLL_CODE with each line, what is wrong with it, and the fix."""
    refuse([Finding("PAYROLL_CODE", f"{line.employee_name}, workweek {line.workweek_start}, {line.code}: {what}",
                    f"{document}, line {line.line_id}", fix) for line, what, fix in found])


def printed_hours(hours: Decimal) -> str:
    """Decimal hours with two digits: 37.08."""
    return f"{hours:.2f}"


def printed_money(amount: Decimal) -> str:
    """An amount in US dollars: 216.56."""
    return f"{amount:.2f}"


def _hours(seconds: int) -> Decimal | None:
    return Decimal(seconds // GRAIN_SECONDS) * Decimal("0.01") if seconds else None


def _row_findings(rows: pa.Table, document: str) -> list[Finding]:
    seconds = rows["exported_seconds"]
    off_grain = pc.not_equal(seconds, pc.multiply(pc.divide(seconds, GRAIN_SECONDS), GRAIN_SECONDS))
    is_negative = pc.or_(pc.less(seconds, 0), pc.fill_null(pc.less(rows["amount"], 0), fill_value=False))
    kinds = (
        (is_negative, "PAYROLL_NEGATIVE", "hours and pay are never negative in a payroll file",
         "Settle an overpayment by hand, by the law of the state; ask the controller."),
        (off_grain, "PAYROLL_GRAIN", "the time is not whole hundredths of an hour",
         "Report this: hours were not shared out to the payroll's hundredths."),
    )
    return [Finding(code, f"{row['employee_name']}, workweek {row['workweek_start']}, {row['pay_item']}: {what}",
                    f"{document}, line {row['line_id']}", fix)
            for mask, code, what, fix in kinds for row in rows.filter(mask).to_pylist()]


def _person_findings(rows: pa.Table, document: str, header: BatchHeader, form: str) -> list[Finding]:
    """One finding per employee whom the provider does not know, or by an id that is none of its ids."""
    findings = []
    people = rows.group_by(["employee_id", "employee_name"], use_threads=False).aggregate([("line_id", "min")])
    for row in people.to_pylist():
        person = header.payroll_people.get(row["employee_id"])
        if person is None:
            findings.append(Finding(
                "PAYROLL_PERSON", f"{row['employee_name']} ({row['employee_id']}) is not in payroll_people.csv",
                f"{document}, line {row['line_id_min']}",
                f"Add the row {row['employee_id']},<id at the provider>,<last name>,<first name>,<title>."))
        elif not re.fullmatch(form, person.payroll_id):
            findings.append(Finding(
                "PAYROLL_PERSON", f"{person.payroll_id!r} of {row['employee_name']} is no id of this provider",
                f"payroll_people.csv, {row['employee_id']}", "Give the id as the provider's employee list shows it."))
    twice = [header.payroll_people[row["employee_id"]].payroll_id for row in people.to_pylist()
             if row["employee_id"] in header.payroll_people]
    return findings + [
        Finding("PAYROLL_PERSON", f"The id {payroll_id} stands for two employees", "payroll_people.csv",
                "Give each employee an id of its own: the hours of two people would be one.")
        for payroll_id, count in sorted(Counter(twice).items()) if count > 1]


def _foreign_findings(rows: pa.Table, document: str) -> list[Finding]:
    """The providers' files name no currency: they are in US dollars."""
    is_foreign = pc.fill_null(pc.not_equal(rows["currency"], "USD"), fill_value=False)
    return [Finding("TARGET_CURRENCY", f"{row['employee_name']}: {row['amount']} {row['currency']} is not in USD",
                    f"{document}, line {row['line_id']}", "Pay this person by hand, or by another payroll.")
            for row in rows.filter(is_foreign).to_pylist()]
