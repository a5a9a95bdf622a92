"""The files read back against the batch's own tables: same keys, seconds and cents in each document."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from etl.lint.checks import figures
from etl.lint.lines import Fault, ReadFile
from etl.steps.run import Run
from etl.store.batches import Sealed

Figures = Counter[tuple[str, ...]]


def differences(run: Run, sealed: Sealed, own: Sequence[ReadFile]) -> list[Fault]:
    """One fault per document that is not what the batch's tables say, with the first figure that differs."""
    faults = []
    for document in dict.fromkeys(one.document for one in own):
        read = [one for one in own if one.document == document]
        if any(one.faults for one in read) or document.endswith(".lists"):
            continue
        expected, found = _both(run, sealed, document, read)
        for one, other, what in ((expected, found, "not in the files"), (found, expected, "not in the batch")):
            if missing := one - other:
                first = " | ".join(next(iter(missing)))
                faults.append(Fault("TE238", f"{document}: {missing.total()} {what}, first {first}", read[0].path))
    return faults


def _both(run: Run, sealed: Sealed, document: str, read: Sequence[ReadFile]) -> tuple[Figures, Figures]:
    kind = document.partition(".")[2]
    lines = [line for one in read for line in one.lines]
    if document.startswith("payroll."):
        hours: Figures = Counter()
        for line in lines:
            hours[line.key,] += line.seconds
        return +_payroll(run, sealed, document), +hours
    expected = {"labor_journal": _postings, "time": _time, "bill": _bills, "invoice": _invoices}[kind]
    return Counter(expected(sealed, document)), figures(lines)


def _postings(sealed: Sealed, _document: str) -> Iterator[tuple[str, ...]]:
    for row in sealed.table("postings", ["document_number", "posted_on", "amount"]).to_pylist():
        yield row["document_number"], str(row["posted_on"]), f"{row['amount']:.3f}"


def _time(sealed: Sealed, document: str) -> Iterator[tuple[str, ...]]:
    """Xero Projects takes time of jobs with a task only."""
    wanted = ["entry_ref", "worked_on", "exported_seconds", "customer_job", "service_item"]
    for row in sealed.table("time_activities", wanted).to_pylist():
        has_task = row["customer_job"] and row["service_item"]
        if row["exported_seconds"] and (has_task or not document.startswith("xero.")):
            key = unicodedata.normalize("NFC", row["entry_ref"])
            yield key, str(row["worked_on"]), str(row["exported_seconds"])


def _bills(sealed: Sealed, _document: str) -> Iterator[tuple[str, ...]]:
    for row in sealed.table("vendor_lines", ["document_number", "line_id", "amount"]).to_pylist():
        yield row["document_number"], row["line_id"], f"{row['amount']:.3f}"


def _invoices(sealed: Sealed, _document: str) -> Iterator[tuple[str, ...]]:
    """Those that the import carries; the others are entered by hand."""
    for row in sealed.table("invoice_lines", ["invoice_number", "line_id", "amount", "by_hand"]).to_pylist():
        if row["by_hand"] is None:
            yield row["invoice_number"], row["line_id"], f"{abs(row['amount']):.3f}"


def _payroll(run: Run, sealed: Sealed, document: str) -> Figures:
    """Seconds by person and pay item as the provider calls them; what is sent as money sends no hours."""
    people = {row["employee_id"]: row["payroll_id"] for row in run.mappings.rows("map_payroll_people")}
    codes = {row["pay_item"]: row["code"] for row in run.mappings.rows("map_pay_item_codes")
             if row["document"] == document}
    is_own = document == "payroll.hours"
    seconds: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for row in sealed.table("payroll_hours", ["employee_id", "pay_item", "exported_seconds"]).to_pylist():
        item = codes.get(row["pay_item"], row["pay_item"])
        is_money = (document == "payroll.gusto" and not item.endswith("_hours")) or (
            document == "payroll.adp" and "Earnings" in item)
        who = row["employee_id"] if is_own else people.get(row["employee_id"], "")
        seconds[f"{who} {item}",] += 0 if is_money else row["exported_seconds"]
    return Counter(seconds)
