"""QuickBooks Desktop time: TIMERHDR and one TIMEACT per time activity. Source: targets reference, section 1.3."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.files import rendered
from etl.targets.iif import desktop_settings, iif_bytes, iif_rows
from etl.targets.printed import clock, dates
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

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render"]

NAME = "quickbooks_desktop.time"
_DOCUMENT = TimeDocument(NAME)
_TIMER_HEADER = ("!TIMERHDR", "VER", "REL", "COMPANYNAME", "IMPORTEDBEFORE", "FROMTIMER", "COMPANYCREATETIME")
_HEADER = ("!TIMEACT", "DATE", "JOB", "EMP", "ITEM", "PITEM", "DURATION", "PROJ", "NOTE", "XFERTOPAYROLL",
           "BILLINGSTATUS")


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The time import file, one TIMEACT per row that has time in the target's minutes; no file without rows.

    Raises TargetError with every name the code page or a length limit refuses, every duration that is not H:MM
    below 24:00, and every billable row without job or item.
    """
    desktop = desktop_settings(settings)
    rows = checked_time(_DOCUMENT, table, is_transferred=desktop.transfer_to_payroll)
    if not len(rows):
        return []
    texts = time_texts(rows, NAME)
    for_payroll = rows["is_for_payroll"].combine_chunks()
    transferred = pc.and_(for_payroll, desktop.transfer_to_payroll)
    lines = iif_rows((
        "TIMEACT", dates(rows["worked_on"], "%m/%d/%y"), texts["customer_job"], texts["employee_name"],
        texts["service_item"], pc.if_else(for_payroll, texts["pay_item"], ""), clock(rows["exported_seconds"]),
        texts["class"], keyed_notes(texts), pc.if_else(transferred, "Y", "N"),
        pc.if_else(rows["is_billable"].combine_chunks(), "1", "0"),
    ))
    timer = ("TIMERHDR", "8", "0", desktop.company_name, "N", "Y", desktop.company_create_time)
    content = iif_bytes((_TIMER_HEADER, timer, _HEADER), lines.to_pylist())
    return [rendered(NAME, "upload", f"time_{header.period_end.isoformat()}.iif", (content, len(lines)))]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The list of time activities to delete by hand; the key stands in NOTE."""
    transfer = desktop_settings(settings).transfer_to_payroll
    return delete_list(checked_time(_DOCUMENT, table, is_transferred=transfer), NAME, header)


changed_texts = changed_time(_DOCUMENT)
