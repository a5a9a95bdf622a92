"""What a learner does in each training, as a script: looks things up on the desk and mends the company's files."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

from etl import steps
from etl.sandbox.training.kinds import BATCH, EXPORT, SETTINGS
from etl.sandbox.training.planting import row_key, spoiled, world_row
from etl.sandbox.training.world import ticket
from etl.steps.training import Training, opened
from etl.steps.training_facts import world_end
from etl.steps.training_week import books_of, closed_batch, damaged_file, report_of

LETTER = re.compile(r"ticket (\d{4})\.\*\* I worked on this once, on \w+, ([\d-]+) from ([\d:]+) to ([\d:]+); it is "
                    r"(not )?")


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def export_of(root: Path, company: str, pattern: str = "Toggl_*.csv") -> Path:
    return next((root / "data" / "inbox" / company).glob(pattern))


def correct_entries(one: Training, numbers: set[int]) -> None:
    """The exports with these tickets as their people tell them in their letters."""
    told = {int(found[1]): found.groups()[1:]
            for found in LETTER.finditer((one.desk / "letters.md").read_text("utf-8"))}
    for pattern, note, corrected in (("Toggl_*.csv", "Description", toggl), ("phone_*.csv", "Remark", phone)):
        path, rows, seen = export_of(one.place.root, one.company, pattern), [], set()
        for row in read(path):
            number = ticket(row[note])
            if number in numbers and number in seen:
                continue
            seen.add(number)
            rows.append(row | corrected(*told[number]) if number in numbers else row)
        write(path, rows)


def toggl(day: str, begin: str, end: str, no: str | None) -> dict[str, str]:
    """What a row of the tracker's export says of such a time."""
    spans = [timedelta(hours=int(h), minutes=int(m), seconds=int(s))
             for h, m, s in (text.split(":") for text in (begin, end))]
    seconds = int((spans[1] - spans[0]).total_seconds())
    return {"Start date": day, "End date": day, "Start time": begin, "End time": end,
            "Duration": f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
            "Billable": "No" if no else "Yes"}


def phone(day: str, begin: str, end: str, no: str | None) -> dict[str, str]:
    """The same in the phones' export."""
    return {"Started": f"{day} {begin}", "Ended": f"{day} {end}", "Billable": "no" if no else "yes"}


def correct_row(one: Training, name: str, place: str) -> None:
    """The row of a cross-reference as it was agreed."""
    path = one.place.mappings(one.company) / name
    mistake = next(mistake for mistake in one.mistakes if (mistake.kind.where, mistake.place) == (name, place))
    right = world_row(one.world, mistake.kind, place)
    rows = [row for row in read(path) if row_key(name, row) != place]
    write(path, [*rows, right])


def solve(root: Path, *, without: frozenset[int] = frozenset()) -> None:
    """Mend or name every planted mistake but some."""
    one = opened(root)
    todo = [mistake for mistake in one.mistakes if mistake.number not in without]
    correct_entries(one, {int(mistake.place) for mistake in todo if mistake.kind.where == EXPORT})
    settings = one.place.mappings(one.company) / "company.toml"
    for mistake in todo:
        if mistake.kind.is_table:
            correct_row(one, mistake.kind.where, mistake.place)
        elif mistake.kind.change == "mode":
            (settings.parent / "private" / "pay_rates.csv").chmod(0o600)
    left = [(mistake.kind, mistake.place) for mistake in one.mistakes
            if mistake.kind.where == SETTINGS and mistake.number in without]
    settings.write_text(spoiled(one.world, left).settings, encoding="utf-8")
    findings = [{"where": damaged_file(mistake), "what": "changed"} for mistake in todo if mistake.kind.where == BATCH]
    if findings:
        write(one.desk / "findings.csv", findings)
    if one.role == "accountant":
        right = books_of(closed_batch(one.place, one.company, world_end(one.world)))
        write(one.desk / "books.csv", list(right.values()))
    if one.role == "analyst":
        write(one.desk / "report.csv", report_of(one.place))
    if one.role == "time_approver":
        run = one.run()
        steps.pull(run)
        steps.approve_time(run)
        run.end()
    if one.role == "controller":
        run = one.run()
        for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
            step(run)
        steps.approve_batch(run)
        run.end()


def score(root: Path) -> str:
    """The score as it is printed, such as 12/12."""
    return steps.grade(root).title.rpartition(" ")[2]

