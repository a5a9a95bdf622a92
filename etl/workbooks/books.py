"""The books' reconciliation as a workbook: tracker, batches, books; every item; each input's origin; sign-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from etl.units import money
from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet, Value
from etl.workbooks.words import BANNER, PageRows, agreed, heads
from etl.workbooks.writer import render_workbook

KIND_WORDS = {"posting": "Postings", "time": "Time", "payroll": "Payroll", "invoice": "Invoices", "bill": "Bills",
              "tracker": "Tracker"}
SIDES = ("Balances", "Time by person", "Documents", "Items", "Roll-forward", "Inputs")
_PROOF = "Unreconciled: books less batches less items, live; must be 0. Each side is summed from its own lines."
_STATES = ("open: correct the books or accept with a reason, before the close. timing: clears by itself, carried "
           "forward. computed: the target's own form.")


def render_books(
    company: str, tables: Mapping[str, pa.Table], inputs: Sequence[Mapping[str, Any]], *, as_of: str, is_sandbox: bool,
) -> bytes:
    """The workbook of a statement: Control, Balances, Time by person, Items, Roll-forward, Inputs; and Documents.

    `tables`: items, balances, roll_forward, unanswered, three_sides, documents as the decisions left them. `inputs`:
    one mapping a report, batch and pull with kind, name, form, days, rows, digest, by, at.
    """
    whose = (*([BANNER] if is_sandbox else []), f"{company} · the books as of {as_of}")
    balances, items = _balances(tables["balances"], whose), _items(tables["items"], whose)
    people, rolled = _people(tables["three_sides"], whose), _rolled(tables["roll_forward"], whose)
    given = _inputs(inputs, whose)
    listed = [_documents(tables["documents"], whose)] if tables["documents"].num_rows else []
    control = _control(tables, (balances, people, rolled), whose)
    return render_workbook(
        [control, balances, people, *listed, items, rolled, given], title="Books",
        subject=f"{company}, the books as of {as_of}",
        marks=Marks(company, f"Books as of {as_of}", "", BANNER if is_sandbox else "", is_locked=True))


def _balances(table: pa.Table, whose: tuple[str, ...]) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for row in table.to_pylist():
        has_money = bool(row["currency"])
        figures = [row[f"{side}_amount"] if has_money else None for side in ("batch", "books", "item")]
        debits = [row[f"{side}_debits"] if row["kind"] == "posting" else None for side in ("batch", "books", "item")]
        rows.append((KIND_WORDS[row["kind"]], row["whose"] or "(none)", *figures, row["currency"] or None, *debits,
                     *(row[f"{side}_seconds"] for side in ("batch", "books", "item"))))
    columns = (
        Column("Kind", "text", 10), Column("Account, person, job", "text", 34),
        Column("Batches", "amount", 13, currency="Currency"), Column("Books", "amount", 13, currency="Currency"),
        Column("Items", "amount", 13, currency="Currency"),
        Column("Unreconciled", "amount", 12, "=ROUND({Books}-{Batches}-{Items},3)", "Currency"),
        Column("Currency", "text", 9), Column("Batches, debits", "amount", 12, currency="Currency"),
        Column("Books, debits", "amount", 12, currency="Currency"),
        Column("Items, debits", "amount", 12, currency="Currency"), Column("Batches, seconds", "seconds", 12),
        Column("Books, seconds", "seconds", 12),
        Column("Items, seconds", "seconds", 12),
        Column("Unreconciled, seconds", "seconds", 13, "={Books, seconds}-{Batches, seconds}-{Items, seconds}"))
    return Sheet("Balances", columns, rows, notes=(*whose, _PROOF), empty="No report of the books answers for a batch.")


def _people(table: pa.Table, whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Period", "date", 11), Column("Person", "text", 26), Column("Customer:job", "text", 34),
        Column("Tracker, seconds", "seconds", 13), Column("Held, seconds", "seconds", 12),
        Column("Batch as written, seconds", "seconds", 13), Column("Books, seconds", "seconds", 13),
        Column("Tracker, hours", "hours", 10, "={Tracker, seconds}/3600"),
        Column("Books, hours", "hours", 10, "={Books, seconds}/3600"),
        Column("Books less batch, seconds", "seconds", 13, "={Books, seconds}-{Batch as written, seconds}"))
    names = ["period_end", "person", "job", "tracker_seconds", "held_seconds", "batch_seconds", "books_seconds"]
    return Sheet(
        "Time by person", columns, table.select(names),
        totals=("Tracker, seconds", "Held, seconds", "Batch as written, seconds", "Books, seconds"),
        notes=(*whose, "Batch and books: where a document of time was written and a report of time answers for it."),
        empty="No time.")


def _documents(table: pa.Table, whose: tuple[str, ...]) -> Sheet:
    found = table.to_pylist()
    abroad = {(row["kind"], row["number"], row["party"]) for row in found   # of a batch, and nothing in this currency
              if row["batch"] is not None and row["batch_amount"] is None}
    rows: list[tuple[Value, ...]] = [
        (KIND_WORDS[row["kind"]], row["batch"], row["number"] or "(none)", row["books_number"], row["party"],
         row["day"], row["batch_amount"], row["books_amount"], row["open_balance"], row["currency"],
         "void" if row["is_void"] else
         "another currency" if (row["kind"], row["number"], row["party"]) in abroad else
         "not there" if not row["count_books"] else
         "not of a batch" if row["batch_amount"] is None else None)
        for row in found]
    columns = (
        Column("Kind", "text", 10), Column("Batch", "count", 7), Column("Our number", "text", 14),
        Column("Number in the books", "text", 16), Column("Customer:job or vendor", "text", 30),
        Column("Day", "date", 11), Column("Batches", "amount", 13, currency="Currency"),
        Column("Books", "amount", 13, currency="Currency"),
        Column("Difference", "amount", 12, "=ROUND({Books}-{Batches},3)", "Currency"),
        Column("Open balance", "amount", 13, currency="Currency"), Column("Currency", "text", 9),
        Column("In the books", "text", 16))
    return Sheet("Documents", columns, rows, notes=(*whose, "Invoices and bills that a report answers for."))


def _items(table: pa.Table, whose: tuple[str, ...]) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for row in table.to_pylist():
        places: tuple[str | None, ...] = (row["person"], row["batch_account"], row["books_account"], row["batch_job"],
                                          row["books_job"], row["pay_item"])
        has_money = any(row[name] is not None for name in ("batch_amount", "books_amount", "amount"))
        currency = row["currency"] if has_money else None
        batch_amount = row["batch_amount"]
        if row["code"] == "TE243":   # one cell has one currency: that of the books
            places, batch_amount = (*places, f"batch: {money(batch_amount, row['batch_currency'])}"), None
        is_of_tracker = row["kind"] == "tracker"
        rows.append((
            row["item"], row["code"], row["cause"], row["status"], row["period_end"],
            row["line_id"] or row["document_number"] or (row["line_key"] or "").replace("|", " · ") or None,
            " · ".join(dict.fromkeys(filter(None, places))), row["batch_day"], row["books_day"], batch_amount,
            row["books_amount"], row["amount"], currency, row["batch_seconds"],
            None if is_of_tracker else row["books_seconds"], row["seconds"], row["first_seen"], row["age_days"],
            " · ".join(filter(None, (row["owner"], row["reason"], row["decided_by"]))) or None))
    columns = (
        Column("Item", "text", 11), Column("Code", "text", 7), Column("Cause", "text", 19),
        Column("Status", "text", 9), Column("Period", "date", 10), Column("Line or document", "text", 12),
        Column("Who or where", "text", 24), Column("Batch day", "date", 10), Column("Books day", "date", 10),
        Column("Batch", "amount", 8, currency="Currency"), Column("Books", "amount", 8, currency="Currency"),
        Column("Difference", "amount", 8, currency="Currency"), Column("Currency", "text", 9),
        Column("Batch, seconds", "seconds", 8), Column("Books, seconds", "seconds", 8),
        Column("Difference, seconds", "seconds", 9), Column("First seen", "date", 10),
        Column("Age, days", "count", 5), Column("Owner, reason, decided by", "text", 22))
    return Sheet(
        "Items", columns, rows, notes=(*whose, _STATES),
        empty="No reconciling item.")


def _rolled(table: pa.Table, whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Code", "text", 8), Column("Cause", "text", 34), Column("Before", "count", 10),
        Column("New", "count", 10),
        Column("Cleared", "count", 10), Column("Open now", "count", 10, "={Before}+{New}-{Cleared}", is_summed=True))
    return Sheet(
        "Roll-forward", columns, table.select(["code", "cause", "opening", "came", "cleared"]),
        totals=("Before", "New", "Cleared", "Open now"), chart=("Cause", "Open now"),
        empty="No reconciling item, now or before.",
        notes=(*whose, "Items of the statement before, what came, what cleared."))


def _inputs(inputs: Sequence[Mapping[str, Any]], whose: tuple[str, ...]) -> Sheet:
    names = ("kind", "name", "form", "days", "rows", "bytes", "digest", "by", "at")
    columns = (
        Column("Input", "text", 16), Column("File", "text", 26), Column("Form, how it is known", "text", 30),
        Column("Days", "text", 26), Column("Rows", "count", 8), Column("Bytes", "count", 10),
        Column("SHA-256", "text", 34), Column("Taken in by", "text", 18), Column("At", "text", 22))
    return Sheet("Inputs", columns, [tuple(row.get(name) for name in names) for row in inputs],
                 notes=(*whose, "Everything this statement was made from, each named by the audit log."), empty="None.")


def _control(tables: Mapping[str, pa.Table], sheets: tuple[Sheet, Sheet, Sheet], whose: tuple[str, ...]) -> Page:
    balances, people, rolled = sheets
    page = PageRows()
    page.add(Cell("Control", look="title"))
    for line in whose:
        page.add(Cell(line, look="note"))
    page.add()
    page.add(Cell("Tracker, batches, books, in seconds", look="heading"))
    page.add(*heads("", "Tracker", "Held", "Batches as written", "Books", "Items", "Unreconciled", "",
                    numbers=range(1, 7)))
    _seconds(page, balances, people)
    page.add()
    page.add(Cell("Postings, pay, invoices and bills, in money", look="heading"))
    page.add(*heads("", "Currency", "", "Batches", "Books", "Items", "Unreconciled", "", numbers=range(3, 7)))
    _money(page, tables["balances"], balances)
    page.add()
    page.add(Cell("Reconciling items", look="heading"))
    page.add(*heads("Cause", "Open now", numbers=(1,)))
    for at, row in enumerate(tables["roll_forward"].to_pylist()):
        place = f"{rolled.letter('Open now')}{rolled.first_row + at}"
        page.add(Cell(row["cause"], is_wrapped=True), Cell(kind="count", formula=f"='Roll-forward'!{place}"))
    if not tables["roll_forward"].num_rows:
        page.add(Cell("none"))
    page.add()
    page.add(Cell("Completeness: lines that no report answers for yet", look="heading"))
    page.add(*heads("Kind and batch", "Lines", "", "First day", "Last day", numbers=(1,)))
    for row in tables["unanswered"].to_pylist():
        page.add(Cell(f"{KIND_WORDS[row['kind']]}, batch {row['batch']:04d}"), Cell(row["count_lines"], "count"), None,
                 Cell(row["first_day"], "date"), Cell(row["last_day"], "date"))
    if not tables["unanswered"].num_rows:
        page.add(Cell("none: every line of every batch is answered for"))
    page.add()
    page.add(Cell("Sign-off", look="heading"))
    page.add(*heads("", "Name", "", "Date"))
    for role in ("Prepared by", "Reviewed by"):
        page.add(Cell(role), Cell(look="sign"), Cell(look="sign"), Cell(look="sign"))
    return page.page("Control", (38, 16, 14, 18, 16, 16, 16, 14))


def _seconds(page: PageRows, balances: Sheet, people: Sheet) -> None:
    for kind in ("Time", "Payroll"):
        row = page.next_row
        is_time = kind == "Time" and people.count_rows
        tracker = [Cell(kind="seconds", formula=f"={people.total_of(name)}") if is_time else Cell()
                   for name in ("Tracker, seconds", "Held, seconds")]
        sums = [Cell(kind="seconds", formula=f"={_sum_if(balances, f'{side}, seconds', kind)}")
                for side in ("Batches", "Books", "Items")]
        page.add(Cell(kind), *tracker, *sums, Cell(kind="seconds", formula=f"=E{row}-D{row}-F{row}"), agreed(f"G{row}"))


def _money(page: PageRows, table: pa.Table, balances: Sheet) -> None:
    """Pay in money, and the debits of journals: a journal as a whole is 0."""
    pairs = sorted({(row["kind"], row["currency"]) for row in table.to_pylist() if row["currency"]})
    for kind, currency in pairs:
        row, word = page.next_row, KIND_WORDS[kind]
        ending = ", debits" if kind == "posting" else ""
        sums = [Cell(kind="amount", formula=f"={_sum_if(balances, side + ending, word, currency)}")
                for side in ("Batches", "Books", "Items")]
        left = Cell(kind="amount", formula=f"=ROUND(E{row}-D{row}-F{row},3)")
        page.add(Cell(word + ending), Cell(currency), None, *sums, left,
                 agreed(f"ROUND(ABS(G{row})+{_unreconciled(balances, word, currency)},3)"))
    if not pairs:
        page.add(Cell("none"))


def _sum_if(sheet: Sheet, heading: str, kind: str, currency: str = "") -> str:
    if not sheet.count_rows:
        return "0"
    own = f',{sheet.range_of("Currency")},"{currency}"' if currency else ""
    return f'SUMIFS({sheet.range_of(heading)},{sheet.range_of("Kind")},"{kind}"{own})'


def _unreconciled(sheet: Sheet, kind: str, currency: str) -> str:
    """How much is unreconciled in all, whatever its sign."""
    own = f'({sheet.range_of("Kind")}="{kind}")*({sheet.range_of("Currency")}="{currency}")'
    return f"SUMPRODUCT({own}*ABS({sheet.range_of('Unreconciled')}))"
