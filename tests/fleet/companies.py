"""Small practice companies, as many as are wanted, quickly made: six to ten people, some fifty entries a week each."""

from __future__ import annotations

import csv
import hashlib
from datetime import timedelta
from pathlib import Path

from etl.mapping.declared import FILES
from etl.store import audit_log, batches
from etl.workspace import Workspace
from tests.faults import tiny

PERIODS = tuple(str(tiny.PERIOD_END + timedelta(weeks=week)) for week in range(4))


def name_of(number: int) -> str:
    return f"sandbox-fleet-{number:03d}"


def make(root: Path, count: int, weeks: int) -> list[str]:
    """`count` companies in one workspace, each other people and other hours; nothing landed yet."""
    root.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        company = name_of(number)
        workspace = tiny.make_company(root, weeks=weeks, company=company)
        people = [(f"p{place}@fleet.example", f"E{place}", f"Person {place}") for place in range(6 + number % 5)]
        folder = workspace.mappings(company)
        _write(folder, "employees.csv", [
            ("tracker", ref, employee, name, "employee", "weekly", "nonexempt", "US", "", tiny.FIRST_MONDAY, "")
            for ref, employee, name in people])
        _write(folder, "private/pay_rates.csv", [
            (employee, f"{20 + (number * 7 + place * 3) % 40}.{25 * (number % 4):02d}", "USD", tiny.FIRST_MONDAY, "")
            for place, (_, employee, _) in enumerate(people)])
        with (workspace.inbox(company) / "time.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(("ID", "Email", "Project", "Service", "Start", "Duration", "Billable"))
            writer.writerows(
                (f"{week}-{place}-{day}", ref, "Web", "Code",
                 f"{tiny.FIRST_MONDAY + timedelta(7 * week + day)} 08:00:00",
                 f"{7 + (number + place + day) % 3}:{(number * 13 + place * 7 + week) % 60:02d}:00", "Yes")
                for week in range(weeks) for place, (ref, _, _) in enumerate(people) for day in range(5))
    return [name_of(number) for number in range(count)]


def _write(folder: Path, name: str, rows: list[tuple[object, ...]]) -> None:
    header = next(declared.needed for declared in FILES if declared.name == name)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def drafts(root: Path, companies: list[str]) -> dict[str, str]:
    """The digest of the manifest of each company-period's draft, as it lies there; each was drafted exactly once."""
    workspace, found = Workspace(root), {}
    for company in companies:
        records = audit_log.read_log(workspace, company)
        drafted = [record for record in records if record.type == "draft"]
        assert [record.body["batch"] for record in drafted] == list(range(1, len(drafted) + 1)), company
        assert [record.body["period_end"] for record in drafted] == sorted(
            {record.body["period_end"] for record in drafted}), f"{company}: each period once, in order"
        for record in drafted:
            draft = batches.draft_of(workspace, company, record)
            manifest = (draft.folder / "manifest.json").read_bytes()
            assert hashlib.sha256(manifest).hexdigest() == record.body["manifest"]
            found[f"{company} {draft.period_end}"] = record.body["manifest"]
    return found
