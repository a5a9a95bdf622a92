"""Batches to render: small tables as text, and a week of any size whose figures agree."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from etl import tables as schemas
from etl.terms import BatchHeader
from etl.units import BatchNumber

MONDAY = date(2026, 11, 9)
FIRST = ("Dana", "Jonah", "Priya", "Tomás", "Amélie", "Kofi", "Ines", "Walter")
LAST = ("Okafor", "Nair", "Lindqvist", "Abernathy-Featherstone", "Müller")
JOBS = ("Harbor Museum:Exhibit Lighting", "Harbor Museum:Visitor Center", "Delta Foods:Packaging Line 3",
        "Alder County:Courthouse Renovation Phase II", "North Rim Outfitters:Web Shop")


def header(
    *, is_sandbox: bool = False, name: str = "Alder & Pine Studio", labor_posting: str = "distribution",
) -> BatchHeader:
    company = "sandbox-alder" if is_sandbox else "alder-pine"
    return BatchHeader(company, name, "USD", MONDAY, MONDAY + timedelta(days=6), "week 2026-W46", BatchNumber(42),
                       is_sandbox, "two_person", labor_posting, "sha256:" + "9f2c" * 16, "Timebooks 0.1.0")


def table(schema: pa.Schema, text: str) -> pa.Table:
    """A table from text: headings and cells two or more spaces apart, `-` is empty; columns left out are empty."""
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.strip().splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    return pa.table({
        field.name: pa.array([_value(field.type, row.get(field.name, "-")) for row in rows], field.type)
        for field in schema}, schema=schema)


def _value(kind: pa.DataType, text: str) -> object:
    if text == "-":
        return None
    if pa.types.is_decimal(kind):
        return Decimal(text)
    if pa.types.is_date(kind):
        return date.fromisoformat(text)
    if pa.types.is_boolean(kind):
        return text == "yes"
    return int(text) if pa.types.is_integer(kind) else text


def rows(schema: pa.Schema, items: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist([{name: item.get(name) for name in schema.names} for item in items], schema=schema)


def week(people: int = 40, per_person: int = 15, postings: int = 30) -> dict[str, pa.Table]:
    """A week in which every control figure agrees. One piece per entry; one in 25 is held for cost and billing."""
    entries, pieces = _work(people, per_person)
    held = [entry for entry in entries if entry["cost_state"] == "held"]
    journal = _journal(postings)
    return {
        "entries": rows(schemas.ENTRIES, entries), "pieces": rows(schemas.PIECES, pieces),
        "postings": rows(schemas.POSTINGS, journal), "payroll_lines": rows(schemas.PAYROLL_LINES, _payroll(pieces)),
        "time_activities": rows(schemas.TIME_ACTIVITIES, [
            entry | {"line_id": f"0042-T-{number:03d}", "exported_seconds": entry["pay_seconds"]}
            for number, entry in enumerate(entries, 1)]),
        "payroll_hours": rows(schemas.PAYROLL_HOURS, _payroll(pieces)),
        "billable_lines": rows(schemas.BILLABLE_LINES, _billed(entries)),
        "exceptions": rows(schemas.EXCEPTIONS, _exceptions(held)),
        "roll_forward": rows(schemas.ROLL_FORWARD, _roll(entries)),
        "control_totals": rows(schemas.CONTROL_TOTALS, _controls(entries)),
        "allocations": rows(schemas.ALLOCATIONS, [
            {"line_id": line["line_id"], "entry_id": entry["entry_id"], "version": 1, "currency": "USD"}
            for line, entry in zip(itertools.cycle(journal), entries, strict=False)]),
    }


def _work(people: int, per_person: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    entries: list[dict[str, object]] = []
    pieces: list[dict[str, object]] = []
    for person, number in itertools.product(range(people), range(per_person)):
        at = len(entries)
        is_mapped, seconds, worked_on = at % 25 != 7, 1800 + at % 37 * 420, MONDAY + timedelta(days=number % 5)
        is_overtime = number >= 13
        name = f"{LAST[person // 8 % 5]}, {FIRST[person % 8]}" + (f" {person // 40 + 1}" if person >= 40 else "")
        key = {"entry_id": f"harvest:6360{at:05d}", "version": 1, "employee_id": f"E{person + 1:04d}"}
        times = {"worked_seconds": seconds + 13, "pay_seconds": seconds, "bill_seconds": seconds // 360 * 360}
        entries.append(key | times | {
            "employee_name": name, "worked_on": worked_on, "service_item": "Design",
            "customer_job": JOBS[at % 5] if is_mapped else None, "is_billable": at % 3 > 0,
            "pay_state": "exported", "cost_state": "exported" if is_mapped else "held",
            "bill_state": "held" if not is_mapped else "exported" if at % 3 else "out_of_scope"})
        pieces.append(key | times | {
            "piece_id": f"P{at}", "piece_on": worked_on, "workweek_start": MONDAY,
            "hour_class": "overtime" if is_overtime else "regular",
            "pay_item": "Overtime" if is_overtime else "Hourly Wage", "rule_id": "weekly-40",
            "is_in_pay_period": True, "is_in_bill_period": True})
    return entries, pieces


def _payroll(pieces: list[dict[str, object]]) -> list[dict[str, object]]:
    sums: dict[tuple[str, str, str], int] = {}
    for piece in pieces:
        key = (str(piece["employee_id"]), str(piece["pay_item"]), str(piece["hour_class"]))
        sums[key] = sums.get(key, 0) + int(str(piece["pay_seconds"]))
    return [
        {"payroll_line_id": f"0042-P-{number:03d}", "line_id": f"0042-P-{number:03d}", "employee_id": key[0],
         "pay_item": key[1], "hour_class": key[2], "pay_seconds": seconds, "exported_seconds": seconds,
         "amount": None if key[0] == "E0003" else (Decimal(seconds) * 31 / 3600).quantize(Decimal("0.01")),
         "currency": "USD"}
        for number, (key, seconds) in enumerate(sums.items(), 1)]


def _journal(count: int) -> list[dict[str, object]]:
    """Debits to jobs and one credit that balances them."""
    debits = [Decimal(20000 + number % 997 * 1337) / 100 for number in range(count - 1)]
    lines = [("Job Costs:Direct Labor", JOBS[number % 5], amount) for number, amount in enumerate(debits)]
    lines.append(("Payroll Expenses:Wages", None, -sum(debits, Decimal(0))))
    return [
        {"line_id": f"0042-L-{number:03d}", "document_number": "TB0042L", "line_number": number,
         "posted_on": MONDAY + timedelta(days=6), "account": account, "customer_job": job,
         "class": "Studio" if job else None, "amount": amount, "currency": "USD",
         "memo": f"Labor week 2026-W46, {job or 'moved to jobs'}"}
        for number, (account, job, amount) in enumerate(lines, 1)]


def _billed(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    lines = []
    for number, job in enumerate(JOBS, 1):
        seconds = sum(int(str(entry["bill_seconds"])) for entry in entries
                      if entry["customer_job"] == job and entry["bill_state"] == "exported")
        lines.append({
            "line_id": f"0042-I-{number:03d}", "customer_job": job, "service_item": "Design", "bill_rate": Decimal(125),
            "bill_seconds": seconds, "currency": "USD",
            "amount": (Decimal(seconds) / 3600 * 125).quantize(Decimal("0.01"))})
    return lines


def _exceptions(held: list[dict[str, object]]) -> list[dict[str, object]]:
    items: list[dict[str, object]] = [{
        "code": "TE021", "severity": "hold", "streams": "cost bill", "entry_id": entry["entry_id"],
        "employee_ref": "dana@example.com", "worked_on": entry["worked_on"], "seconds": entry["pay_seconds"],
        "found": "project “Lobby refit (new)” is not mapped",
        "expected": "one row in projects.csv valid on the day",
        "remedy": "Add the project to mappings/alder-pine/projects.csv, then run again.", "due": "before invoicing"}
        for entry in held[:6]]
    items.append({
        "code": "TE004", "severity": "hold", "streams": "pay cost bill", "entry_id": "harvest:636099999",
        "employee_ref": "jonah@example.com", "worked_on": MONDAY, "seconds": 93600, "found": "26:00:00 in one entry",
        "expected": "at most 24 hours", "remedy": "Ask the employee; one entry cannot be longer than a day.",
        "due": "2026-11-17 12:00 CST"})
    items.append({
        "code": "TE050", "severity": "stop", "streams": "pay", "found": "two pay calendars end on 2026-11-15",
        "expected": "one per pay group", "remedy": "Correct pay_calendar.csv, line 12.", "due": "2026-11-17 12:00 CST"})
    return items


def _roll(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    for stream in ("pay", "cost", "bill"):
        lines.append({"stream": stream, "state": "received", "count_entries": len(entries),
                      "seconds": sum(int(str(entry["worked_seconds"])) for entry in entries)})
        for state in ("exported", "held", "out_of_scope"):
            own = [entry for entry in entries if entry[f"{stream}_state"] == state]
            if own:
                lines.append({
                    "stream": stream, "state": state, "count_entries": len(own),
                    "reason": "TE021 project not mapped" if state == "held" else None,
                    "seconds": sum(int(str(entry["worked_seconds"])) for entry in own)})
    return lines


def _controls(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    seconds = str(sum(int(str(entry["pay_seconds"])) for entry in entries))
    sides = [("Entries", "tracker's own count", str(len(entries)), "landed rows", str(len(entries))),
             ("Pay seconds", "entries, state exported", seconds, "time activities in the file", seconds),
             ("Invoices, USD", "billable lines", "6951.90", "invoice file", "6951.9"),
             ("Hash total of entry ids", "tracker", "98120398120938120938", "batch", "98120398120938120938"),
             ("Digest of the time file", "rendered", "ab" * 32, "manifest", "ab" * 32)]
    names = schemas.CONTROL_TOTALS.names
    return [dict(zip(names, (*side, "0"), strict=True)) for side in sides]


def small() -> dict[str, pa.Table]:
    """The small batch of small/batch.txt."""
    text = (Path(__file__).parent / "small" / "batch.txt").read_text(encoding="utf-8")
    blocks = [block.partition("]\n") for block in text.split("\n[")[1:]]
    return {name: table(getattr(schemas, name.upper()), body) for name, _, body in blocks}
