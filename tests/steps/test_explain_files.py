"""Every line of every file leads to lines of its batch, and they add up to what it shows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from etl import steps
from etl.errors import RefusedError
from etl.steps.explain_files import lines_behind, read_back
from etl.targets.documents import DOCUMENTS
from tests.steps.corrected import COMPANY, Past
from tests.targets.examples import HEADER
from tests.targets.test_golden import golden_table, rendered_files

WITH_LINES = [known for known in DOCUMENTS if known.name != "quickbooks_desktop.lists"]   # names rest on no entry
PEOPLE = {person.payroll_id: employee for employee, person in HEADER.payroll_people.items()}


@pytest.mark.capability("M1")
@pytest.mark.parametrize("known", WITH_LINES, ids=lambda known: known.name)
def test_every_line_of_a_file_leads_to_the_batch(known):
    """Each import file shows its lines once; time and money of what stands behind a line are those it prints."""
    rows = {row["line_id"]: row for row in golden_table(known).to_pylist()}
    shown: Counter[str] = Counter()
    for file in rendered_files(known):
        read = read_back(file.path, file.document, file.content, "DD/MM/YYYY")
        for line, behind in lines_behind(read, list(rows.values()), PEOPLE):
            assert behind, f"{file.path}, {line.place}"
            adds_up(line, [rows[one] for one in behind])
            if file.role != "correction" and not is_total(line):
                shown.update(behind)
    wanted = {line for line, row in rows.items() if row.get("exported_seconds", 1)}
    assert wanted <= set(shown) | not_written(known, rows)
    assert known.table == "payroll_hours" or set(shown.values()) <= {1}


def is_total(line) -> bool:
    """Receivable or payable, on the first line of an IIF document: the sum of the lines below it."""
    return line.form.startswith("iif") and line.form.endswith(" TRNS") and line.kind in ("invoice", "bill")


def not_written(known, rows) -> set[str]:
    """Lines of vendors without a bill wait, and Xero Projects takes no time without a project."""
    if known.table == "vendor_lines":
        return {line for line, row in rows.items() if row["document_number"] is None}
    return {line for line, row in rows.items() if known.name == "xero.time" and row["customer_job"] is None}


def adds_up(line, behind) -> None:
    if line.kind in ("time", "hours") or line.form in ("undo time", "undo hours"):
        assert sum(row["exported_seconds"] for row in behind) == line.seconds, line
    elif line.amount is not None:
        found = sum((row["amount"] for row in behind), Decimal(0))
        assert abs(found) == abs(line.amount), line


def test_a_line_of_a_file_by_its_number(tmp_path):
    past = Past(tmp_path)
    past.work("a1 ann web 0 8:00\na2 ann shop 1 7:30\nb1 bob web 0 5:45")
    past.publish(0)
    folder = past.folder(0)
    (journal,) = (path for path in folder.rglob("*journal_*L.csv") if "upload" in path.parts)
    texts = journal.read_text().splitlines()
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for at, text in enumerate(texts[1:], 2):
        found = steps.explain(f"{journal.name}:{at}", tmp_path, COMPANY)
        facts = dict(found.facts)
        assert re.match(r"line 0001-L-\d+ of batch 0001", found.title)
        assert facts["account"] in text
        amounts[facts["line id"]] += Decimal(facts["amount"])
        if Decimal(facts["amount"]) > 0:
            assert sum(Decimal(row[3]) for row in found.rows) == Decimal(facts["amount"])
            assert all(row[5] for row in found.rows), "a rule behind each piece"
    assert dict(amounts) == {row["line_id"]: row["amount"] for row in past.rows(0, "postings")
                             if not row["document_number"].endswith("R")}
    with pytest.raises(RefusedError) as refused:
        steps.explain(f"{journal.name}:1", tmp_path, COMPANY)
    assert refused.value.code == "FILE_LINE"
    with pytest.raises(RefusedError) as refused:
        steps.explain("nothing.csv:1", tmp_path, COMPANY)
    assert refused.value.code == "NOT_FOUND"


def rows_of(past: Past, told: str) -> str:
    """The line of a cross-reference that is named."""
    name, _, line = told.partition(", line ")
    return (past.root / "mappings" / COMPANY / name).read_text().splitlines()[int(line) - 1]


def test_an_entry_leads_to_its_lines_and_back(tmp_path):
    past = Past(tmp_path)
    past.work("a1 ann web 0 8:00\na2 ann shop 1 7:30\nb1 bob web 0 5:45")
    past.publish(0)
    for entry in past.rows(0, "entries"):
        found = steps.explain(entry["entry_id"], tmp_path, COMPANY)
        assert {row[0].split("-")[1] for row in found.rows} >= {"L", "B"}
        facts = dict(found.facts)
        names = "person", "project", "item", "pay rate", "bill rate"
        told = {name: rows_of(past, facts[f"{name} by"]) for name in names}
        assert entry["person_ref"] in told["person"]
        assert entry["project_ref"] in told["project"]
        assert entry["service_ref"] in told["item"]
        assert entry["employee_id"] in told["pay rate"]
        [billed] = {line["bill_rate"] for line in past.rows(0, "billable_lines")
                    if line["customer_job"] == entry["customer_job"]}
        assert f",{billed.normalize():f}" in told["bill rate"]
        assert facts["cross-references"].startswith("set ")
        for row in found.rows:
            line = steps.explain(row[0], tmp_path, COMPANY)
            if "-B-" in row[0]:
                assert dict(line.facts)["bill rate by"] == facts["bill rate by"]
            assert entry["entry_id"] in {one[0] for one in line.rows}
