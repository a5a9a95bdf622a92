"""Sage 50 US time tickets as CSV. Source: targets reference, section 5."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Sage50, Settings
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, lines_named, refuse, undescribed
from etl.targets.printed import dates, each_distinct
from etl.targets.target_names import codes_in, in_both
from etl.targets.time_rows import (
    GRAIN_SECONDS,
    TimeDocument,
    changed_time,
    checked_time,
    delete_list,
    keyed_notes,
    time_texts,
)
from etl.terms import BatchHeader, RenderedFile
from etl.units import SECONDS_PER_HOUR

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render"]

NAME = "sage50.time"
TICKET_LIMIT = 20
_DOCUMENT = TimeDocument(NAME)
_EMPLOYEE, _VENDOR = "0", "1"
_CUSTOMER, _JOB, _ADMINISTRATIVE = "1", "2", "3"


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One time ticket per row, numbered by its line, which Sage takes once only; no file without rows.

    People, customers or jobs and activity items are written by their ids from target_lists.csv. Raises TargetError
    with every finding.
    """
    sage = sage_settings(settings)
    rows = checked_time(_DOCUMENT, table, is_transferred=sage.transfer_to_payroll)
    if not len(rows):
        return []
    name = f"time_tickets_{header.period_end.isoformat()}.csv"
    return [rendered(NAME, "upload", name, csv_content(_columns(rows, header, sage)))]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The list of time tickets to delete by hand; the ticket's number is the line, the key stands in its memo."""
    sage = sage_settings(settings)
    return delete_list(checked_time(_DOCUMENT, table, is_transferred=sage.transfer_to_payroll), NAME, header,
                       "key_in_memo")


changed_texts = changed_time(_DOCUMENT)


def sage_settings(settings: Settings) -> Sage50:
    """What the tickets must know of the company; TargetError where company.toml does not say it."""
    if settings.targets.sage50 is None:
        raise undescribed(settings, "sage50", "Add [targets.sage50] with billing_type, 1 to 4 as in the time ticket.")
    return settings.targets.sage50


def _columns(rows: pa.Table, header: BatchHeader, sage: Sage50) -> dict[str, pa.Array]:
    texts, codes = time_texts(rows, NAME), _codes(rows, header, sage)
    vendors = header.target_lists.get("sage50.vendor", {})
    kind = each_distinct(rows["employee_name"], lambda name: _VENDOR if vendors.get(name) else _EMPLOYEE)
    is_employee = pc.and_(pc.equal(kind, _EMPLOYEE), sage.transfer_to_payroll)
    no, empty = (pa.array([text] * len(rows), pa.string()) for text in ("FALSE", ""))
    return {
        "Employee/Vendor": kind,
        "Recorded by ID": each_distinct(rows["employee_name"], codes["employee_name"].__getitem__),
        "Ticket Number": rows["line_id"].combine_chunks(), "Ticket Date": dates(rows["worked_on"], "%m/%d/%y"),
        "Used in Sales": no, "Invoice Number Used": empty,
        "Activity Item ID": each_distinct(texts["service_item"], lambda name: codes["service_item"][name]),
        "Customer/Job/Adm": each_distinct(texts["customer_job"], _completed_for),
        "Completed for ID": each_distinct(texts["customer_job"], lambda name: codes["customer_job"].get(name, "")),
        "Pay Level": pc.if_else(pc.and_(is_employee, rows["is_for_payroll"].combine_chunks()), texts["pay_item"], ""),
        "Used in Payroll": no, "Manual/Timed": pa.array(["0"] * len(rows), pa.string()), "Start": empty, "End": empty,
        "Break": empty, "Duration": each_distinct(rows["exported_seconds"], _duration),
        "Description": texts["service_item"], "Memo": keyed_notes(texts),
        "Billing Type": pa.array([str(sage.billing_type)] * len(rows), pa.string()), "Billing Rate": empty,
        "Billing Status": pc.if_else(rows["is_billable"].combine_chunks(), "1", "2"),
    }


def _codes(rows: pa.Table, header: BatchHeader, sage: Sage50) -> dict[str, dict[str, str]]:
    """The id of every name that is written; TargetError with each that has none, and with numbers too long."""
    codes: dict[str, dict[str, str]] = {}
    findings = in_both(rows, NAME, header)
    for column in ("employee_name", "service_item", "customer_job"):
        codes[column], missing = codes_in(rows, column, NAME, header)
        findings += missing
    blank = rows.filter(pc.equal(pc.fill_null(rows["service_item"], ""), ""))["line_id"]
    if len(blank) and not sage.other_item:
        findings.append(Finding(
            "TARGET_FIELD_EMPTY", "The service item is missing, and every time ticket has an activity item",
            f"{NAME}, {lines_named(blank)}", "Map the task to a service item, or give targets.sage50.other_item."))
    codes["service_item"][""] = sage.other_item
    findings += [Finding("TARGET_NAME", f"The ticket number {line!r} has more than {TICKET_LIMIT} characters",
                         f"{NAME}, line {line}", "Report this: a line's number outgrew the ticket's.")
                 for line in rows["line_id"].to_pylist() if len(line) > TICKET_LIMIT]
    refuse(findings)
    return codes


def _completed_for(job: str) -> str:
    """What the work was completed for: a job of a customer, a customer, or the company itself."""
    return _ADMINISTRATIVE if not job else _JOB if ":" in job else _CUSTOMER


def _duration(seconds: int) -> str:
    """Whole minutes as HH:MM."""
    return f"{seconds // SECONDS_PER_HOUR:02d}:{seconds % SECONDS_PER_HOUR // GRAIN_SECONDS:02d}"
