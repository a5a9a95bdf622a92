"""The scorecard of vendors as a workbook: terms, promises, what was measured, what is due, whom to turn to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from etl.codes import codes
from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet
from etl.workbooks.words import BANNER, PageRows, heads
from etl.workbooks.writer import render_workbook

Rows = Sequence[Mapping[str, Any]]
_SCORE = (
    "Measured: calls of the 91 days before that day, from the log of every call to a tracker. A call counts as not "
    "answered where no answer came or the server failed (status 500 and above); what it put off (429) stands apart. "
    "The log may be deleted, so these figures are for talking with the vendor, not for the books."
)
_NAMES = (
    *("service_id", "service_name", "vendor", "kind", "owner", "data_owner", "export_right", "price", "currency"),
    *("price_per", "renewal", "renews_on", "notice_by", "support_hours"),
)


def render_services(
    company: str, on: date, judged: tuple[Rows, Rows], beside: tuple[Rows, Rows], *, is_sandbox: bool,
) -> bytes:
    """The workbook. `judged`: service_standing and service_findings; `beside`: contacts and notices."""
    whose = (*([BANNER] if is_sandbox else []), f"{company} · vendors of services on {on}")
    services, findings = judged
    register = Sheet("Register", (
        Column("Service", "text", 14), Column("Name", "text", 20), Column("Vendor", "text", 20),
        Column("Kind", "text", 13), Column("Owner", "text", 14), Column("Data is", "text", 11),
        Column("Export right", "text", 11), Column("Price", "amount", 12, currency="Currency"),
        Column("Currency", "text", 9), Column("Per", "text", 11), Column("Renewal", "text", 13),
        Column("Renews on", "date", 11), Column("Notice by", "date", 11), Column("Support, hours", "count", 9)),
        [tuple(_cell(row[name]) for name in _NAMES) for row in services], notes=whose, empty="No vendors.")
    scores = Sheet("Scorecard", (
        Column("Service", "text", 14), Column("Promised uptime", "text", 16), Column("Answered", "text", 12),
        Column("Calls", "count", 10), Column("Not answered", "count", 12), Column("Put off", "count", 9),
        Column("Promised ms", "count", 11), Column("95 of 100 within ms", "count", 12), Column("From", "date", 11),
        Column("To", "date", 11), Column("Kept", "text", 14)),
        [_scored(row) for row in services], notes=(*whose, _SCORE), empty="No vendors.")
    due = Sheet("To look at", (
        Column("By", "date", 11), Column("Code", "text", 8), Column("Service", "text", 14),
        Column("What was found", "text", 60), Column("What to do", "text", 60), Column("Done, by", "text", 16)),
        [(row["due_on"], row["code"], row["service_id"], row["found"], codes()[row["code"]].fix, None)
         for row in findings], notes=whose, empty="Nothing is due.")
    pages: list[Sheet | Page] = [scores, due, register, _beside(*beside, whose)]
    return render_workbook(
        pages, title="Vendors of services", subject=f"{company}, vendors of services on {on}",
        marks=Marks(company, f"Vendors of services on {on}", "", BANNER if is_sandbox else ""))


def _cell(value: Any) -> Any:
    return value.replace("_", " ") if isinstance(value, str) and value in (
        "time_tracker", "by_agreement", "user_month", "user_year") else value


def _scored(row: Mapping[str, Any]) -> tuple[Any, ...]:
    promised = row["uptime_percent"]
    words = {True: "yes", False: "no", None: ""}
    kept = [f"{what}: {words[row[name]]}" for what, name in (("uptime", "is_uptime_kept"), ("time", "is_answer_kept"))
            if row[name] is not None]
    available = row["available"]
    answered = "" if available is None else f"{available // 100}.{available % 100:02d} %"
    return (row["service_id"], _plain(promised), answered,
            row["calls"], row["unanswered"], row["put_off"], row["answer_ms"], row["milliseconds_95"], row["first_on"],
            row["last_on"], ", ".join(kept) or "not measured")


def _plain(promised: Decimal | None) -> str:
    return "" if promised is None else f"{promised:f}".rstrip("0").rstrip(".") + " %"


def _beside(contacts: Rows, notices: Rows, whose: tuple[str, ...]) -> Page:
    title = "Contacts and sign-off"
    page = PageRows()
    page.add(Cell(title, look="title"))
    for line in whose:
        page.add(Cell(line, look="note"))
    page.add()
    page.add(*heads("Service", "Whom to turn to", "When"))
    for row in sorted(contacts, key=lambda row: (row["service_id"], row["level"])):
        after = f"after {row['after_hours']} h without an answer" if row["after_hours"] else "first"
        page.add(Cell(row["service_id"]), Cell(row["contact"], is_wrapped=True), Cell(after))
    page.add()
    page.add(*heads("Service", "What the vendor announced", "Decided"))
    for row in sorted(notices, key=lambda row: (row["effective_on"], row["service_id"])):
        page.add(Cell(row["service_id"]), Cell(f"{row['effective_on']}, {row['kind'].replace('_', ' ')}: {row['said']}",
                                               is_wrapped=True), Cell(row["decided"] or "open", is_wrapped=True))
    if not notices:
        page.add(Cell("none", look="note"))
    page.add_signers("Reviewed by", "Approved by")
    return page.page(title, (20, 60, 40), is_upright=True)
