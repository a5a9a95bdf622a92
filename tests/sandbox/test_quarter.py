"""Weeks of practice companies to every target there is: drafted, approved, exported, tried, reconciled and closed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl import steps
from etl.sandbox.writing import write_company
from etl.terms import RenderedFile
from etl.workspace import Workspace
from tests.sandbox.every_target import TOGETHER, company_of, make_books
from tests.sandbox.practice import run as run_of
from tests.sandbox.test_every_target import write
from tests.targets.judges import judged

SAMPLE = ("desktop", "online", "xero")


def weeks_of(name: str, root: Path, count: int) -> Counter[str]:
    """So many weeks of one company, each from pull to close; the rows of every document, as its judge counts them."""
    company, rows = make_books(name, root), Counter()
    for number in range(count):
        write_company(Workspace(root), company, number + 1, first=number)
        run = run_of(company, number, root)
        for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
            outcome = step(run)
            assert outcome.exit_code == 0, outcome.text()
        tried = steps.trial_import(run)
        assert tried.exit_code == 0, tried.text()
        for step in (steps.approval, steps.export, steps.reconcile, steps.close):
            outcome = step(run)
            assert outcome.exit_code == 0, outcome.text()
        run.end()
        rows += judged_rows(root, company, number)
    return rows


def judged_rows(root: Path, company, number: int) -> Counter[str]:
    """The rows of the published import files of one week, once the tests' own readers have taken them."""
    [manifest] = (root / "reports" / company.id).glob(f"*/batch-{number + 1:04d}")
    sealed, found = run_of(company, number, root), Counter()
    batch = steps_batch(sealed)
    for file in batch.manifest["files"]:
        if file["role"] in ("import", "worksheet") and file["document"]:
            content = (manifest / file["path"]).read_bytes()
            records = judged(RenderedFile(file["path"], file["role"], content, file["rows"], file["document"]))
            assert len([row for row in records if row.get("RECORD") not in ("TIMERHDR", "ENDTRNS")]) == file["rows"]
            found[file["document"]] += file["rows"]
    return found


def steps_batch(run):
    from etl.store import batches

    return batches.find_batch(run.workspace, run.company, run.period_end, run.records())


def review_vendors(root: Path, company) -> None:
    """Every bill paid when it is due: the review of each year tells what its vendors were paid, by another count."""
    folder, lines = Workspace(root).mappings(company.id), []
    for path in sorted((root / "reports" / company.id).glob("*/batch-*/data/vendor_lines.parquet")):
        lines += pq.read_table(path).to_pylist()
    header = ("payment_date", "vendor_id", "amount", "currency", "method", "account", "withheld", "state_withheld",
              "reference")
    write(folder / "private/vendor_payments.csv", header, [
        (str(row["due_on"]), row["vendor_id"], f"{row['amount']:.2f}", row["currency"], "check", row["account"], "", "",
         row["line_id"]) for row in lines])
    write(folder / "form_1099_accounts.csv", ("account", "box"), [(lines[0]["account"], "NEC-1")])
    for year in sorted({row["due_on"].year for row in lines}):
        paid: Counter[str] = Counter()
        for row in lines:
            paid[row["vendor_name"]] += row["amount"] if row["due_on"].year == year else 0
        review = steps.vendor_year(root, company.id, year)
        told = {row[0]: Decimal(row[2].removesuffix(" USD").replace(",", "")) for row in review.rows}
        assert told == +paid
        assert {row[1] for row in review.rows} == {"NEC-1"}
        if year == 2026:
            assert {row[0]: row[4] for row in review.rows} == {
                name: "report" if amount >= 2000 else "none: below" for name, amount in told.items()}


@pytest.mark.capability("M11")
@pytest.mark.parametrize(("name", "weeks"), [
    *zip(SAMPLE, (2, 1, 1), strict=True), *(pytest.param(name, 13, marks=pytest.mark.long) for name in TOGETHER)])
def test_every_target_takes_the_weeks(name: str, weeks: int, tmp_path: Path) -> None:
    rows = weeks_of(name, tmp_path, weeks)
    assert rows.keys() == set(TOGETHER[name]), "a document that was never written"
    if any(document.endswith(".bill") for document in TOGETHER[name]):
        review_vendors(tmp_path, company_of(name))
