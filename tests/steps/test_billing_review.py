"""The billing worksheet's way to a reviewer and back: what comes back decides about invoices, or is refused by row."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from etl import steps
from etl.errors import RefusedError
from etl.steps.run import Run
from etl.store import audit_log, batches
from tests.faults.tiny import COMPANY, FIRST_MONDAY, PERIOD_END, make_company
from tests.workbooks.readback import recomputed

BILLING = """output = "draft_invoice"
terms_days = 30
review = true
"""
NUMBER, DECISION, AMOUNT, REASON = "No.", "Decision", "Amount to bill", "Reason"
STEPS = (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft)


def reviewed_company(root: Path, weeks: int = 1) -> Path:
    """The tiny company with two jobs and draft invoices for QuickBooks Online."""
    place = make_company(root, weeks)
    folder = place.mappings(COMPANY)
    text = (folder / "company.toml").read_text(encoding="utf-8")
    text = text.replace('"billing.worksheet"]', '"billing.worksheet", "quickbooks_online.invoice"]\n'
                        '[targets.quickbooks_online]\nautomated_sales_tax = "no"')
    text = text.replace('period = "weekly"\nfirst_start', f'{BILLING}period = "weekly"\nfirst_start')
    (folder / "company.toml").write_text(text, encoding="utf-8")
    with (folder / "projects.csv").open("a", encoding="utf-8") as file:
        file.write(f"tracker,*,Shop,Mill:Shop,time_and_materials,{FIRST_MONDAY},\n")
    inbox = place.inbox(COMPANY) / "time.csv"
    rows = inbox.read_text(encoding="utf-8").replace("bob@tiny.example,Web", "bob@tiny.example,Shop")
    inbox.write_text(rows, encoding="utf-8", newline="")
    return root


def drafted(root: Path) -> Run:
    run = steps.start(COMPANY, PERIOD_END, root, in_memory=True)
    for step in STEPS:
        outcome = step(run)
        assert not outcome.exit_code, outcome.text()
    run.end()
    return run


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory) -> Path:
    root = reviewed_company(tmp_path_factory.mktemp("review") / "made")
    drafted(root)
    return root


@pytest.fixture(name="root")
def _root(made, tmp_path) -> Path:
    return shutil.copytree(made, tmp_path / "company")


def worksheet(root: Path) -> bytes:
    """The worksheet of the newest draft."""
    run = steps.start(COMPANY, PERIOD_END, root)
    draft = batches.find_draft(run.workspace, COMPANY, PERIOD_END, run.records())
    name = f"worksheets/billing/SANDBOX_billing_review_{PERIOD_END}.xlsx"
    return draft.file(name).read_bytes()


def tables(root: Path, name: str) -> list[dict]:
    run = steps.start(COMPANY, PERIOD_END, root)
    return batches.find_draft(run.workspace, COMPANY, PERIOD_END, run.records()).table(name).to_pylist()


def filled_in(content: bytes, *edits: tuple[int, str, object]) -> bytes:
    """The worksheet after a reviewer's edits: line, heading, value."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Billing review"]
    head = next(row for row in sheet.iter_rows() if row[0].value == NUMBER)
    column = {cell.value: cell.column for cell in head}
    for line, heading, value in edits:
        sheet.cell(head[0].row + line, column[heading]).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def taken_in(root: Path, content: bytes, name: str = "reviewed.xlsx") -> steps.Outcome:
    (root / name).write_bytes(content)
    return steps.take_in_review(steps.start(COMPANY, PERIOD_END, root), root / name, "rita")


def decided(root: Path) -> list[list[str]]:
    path = root / "mappings" / COMPANY / "billing_decisions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [[row[name] for name in ("customer_job", "decision", "amount", "reason", "decided_by")]
                for row in csv.DictReader(file)]


DOWN = ((1, DECISION, "write down"), (1, AMOUNT, 5000), (1, REASON, "Agreed price"))


@pytest.mark.capability("C147")
def test_what_the_reviewer_decides_flows_into_the_invoices(root):
    before = {row["customer_job"]: row["amount"] for row in tables(root, "invoice_lines")}
    assert before == {"Mill:Shop": Decimal("5040.000"), "Mill:Web": Decimal("5040.000")}
    outcome = taken_in(root, filled_in(worksheet(root), *DOWN, (2, DECISION, "hold"), (2, REASON, "Ask first")))
    assert decided(root) == [["Mill:Shop", "write_down", "5000.00", "Agreed price", "rita"],
                             ["Mill:Web", "hold", "", "Ask first", "rita"]]
    assert outcome.rows == (
        ("Mill:Shop", "5,040.00 USD", "5,000.00 USD", "99.21 %"), ("Mill:Web", "5,040.00 USD", "0.00 USD", "0.00 %"),
        ("all", "10,080.00 USD", "5,000.00 USD", "49.60 %"))
    drafted(root)
    lines = [(row["customer_job"], row["line_kind"], row["amount"], row["by_hand"])
             for row in tables(root, "invoice_lines")]
    assert lines == [("Mill:Shop", "time", Decimal("5040.000"), "negative line"),
                     ("Mill:Shop", "write_down", Decimal("-40.000"), "negative line")]
    states = {row["bill_state"]: row["bill_reason"] for row in tables(root, "entries")}
    assert states == {"exported": None, "held": "TE183"}
    assert [row["decision"] for row in tables(root, "billing_review")] == ["write_down", "hold"], "both stay in sight"


@pytest.mark.capability("C147")
def test_a_held_line_is_billed_again_by_another_decision(root):
    taken_in(root, filled_in(worksheet(root), (2, DECISION, "hold"), (2, REASON, "Ask first")))
    drafted(root)
    taken_in(root, filled_in(worksheet(root), (2, DECISION, "bill")))
    drafted(root)
    assert [row["customer_job"] for row in tables(root, "invoice_lines")] == ["Mill:Shop", "Mill:Web"]
    assert [row[1] for row in decided(root)] == ["bill", "bill"], "the period's decisions are replaced, not added to"


def test_an_untouched_worksheet_comes_back_through_libreoffice(root, tmp_path):
    (tmp_path / "office").mkdir()
    back = recomputed(filled_in(worksheet(root), *DOWN), tmp_path / "office")
    taken_in(root, back)
    assert decided(root)[0][:4] == ["Mill:Shop", "write_down", "5000.00", "Agreed price"]
    sheet = openpyxl.load_workbook(io.BytesIO(back), data_only=True)["Billing review"]
    totals = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "Total")
    assert [round(value, 2) for value in totals if isinstance(value, float | int)] == [302400, 84, 10080, 10040, 99.6]


def test_only_decision_amount_and_reason_can_be_filled_in(root):
    sheet = openpyxl.load_workbook(io.BytesIO(worksheet(root)))["Billing review"]
    assert sheet.protection.sheet
    head = next(row for row in sheet.iter_rows() if row[0].value == NUMBER)
    open_columns = {name.value for name, cell in zip(head, sheet[head[0].row + 1], strict=True)
                    if not cell.protection.locked}
    assert open_columns == {DECISION, AMOUNT, REASON}
    [listed] = sheet.data_validations.dataValidation
    assert listed.formula1 == '"bill,hold,write down,write up"'


CHANGED = [   # edits, part of the message, why
    (((1, "Seconds", 1),), "Seconds was changed from 151200 to 1", "a figure"),
    (((1, "Value", 5040.01),), "Value was changed from 5040 to 5040.01", "a cent"),
    (((1, "Rate", "120"),), "Rate was changed", "a number as text"),
    (((2, "Customer:job", "Mill:Other"),), "Customer:job was changed from Mill:Web", "a name"),
    (((2, "Currency", None),), "Currency was changed", "emptied"),
    (((2, NUMBER, 1),), "line 1 stands there twice", "a line copied over another"),
    (((2, NUMBER, 3),), "none of the lines written", "a line of its own making"),
    (((2, NUMBER, 2.5),), "none of the lines written", "no line"),
]


@pytest.mark.capability("C147")
@pytest.mark.parametrize(("edits", "message", "why"), CHANGED)
def test_what_is_locked_may_not_have_changed(root, edits, message, why):
    with pytest.raises(RefusedError) as error:
        taken_in(root, filled_in(worksheet(root), *edits))
    assert error.value.code == "REVIEW_CHANGED", why
    assert message in error.value.what
    assert not (root / "mappings" / COMPANY / "billing_decisions.csv").exists(), "nothing was kept"


def test_a_line_that_was_deleted_is_missed(root):
    book = openpyxl.load_workbook(io.BytesIO(worksheet(root)))
    sheet = book["Billing review"]
    sheet.delete_rows(next(row for row in sheet.iter_rows() if row[0].value == NUMBER)[0].row + 2)
    saved = io.BytesIO()
    book.save(saved)
    with pytest.raises(RefusedError, match="1 line\\(s\\) are missing, first line 2 \\(Mill:Web\\)") as error:
        taken_in(root, saved.getvalue())
    assert error.value.code == "REVIEW_CHANGED"


INVALID = [   # edits, part of the message, why
    (((1, DECISION, "maybe"),), "decision 'maybe' is none of", "no decision"),
    (((1, DECISION, None),), "decision None is none of", "none at all"),
    (((1, DECISION, "write down"),), "amount is given exactly", "to what?"),
    ((*DOWN[:2],), "needs a reason", "why?"),
    ((*DOWN, (1, AMOUNT, 5040)), "below that", "no less"),
    ((*DOWN, (1, AMOUNT, -1)), "0 or more", "below zero"),
    ((*DOWN, (1, AMOUNT, 4999.995)), "more decimals than USD", "half a cent"),
    ((*DOWN, (1, AMOUNT, "5,000")), "'5,000' is no number", "a text"),
    ((*DOWN, (1, AMOUNT, "=2500*2")), "holds a formula", "a formula"),
    ((*DOWN, (1, REASON, "@SUM(1)")), "begins like a formula", "a reason that a spreadsheet would run"),
    ((*DOWN, (1, REASON, "two\nlines")), "invisible character", "a line break"),
    ((*DOWN, (1, DECISION, "write up")), "above that", "no more"),
    (((1, AMOUNT, 5000),), "amount is given exactly", "billed in full, and yet not"),
    (((1, DECISION, "hold"),), "hold needs a reason", "why?"),
]


@pytest.mark.capability("C147")
@pytest.mark.parametrize(("edits", "message", "why"), INVALID)
def test_what_is_no_decision_is_refused_by_row(root, edits, message, why):
    with pytest.raises(RefusedError) as error:
        taken_in(root, filled_in(worksheet(root), *edits))
    assert error.value.code == "REVIEW_INVALID", why
    assert message in error.value.what
    assert "row " in error.value.what
    assert not (root / "mappings" / COMPANY / "billing_decisions.csv").exists(), "nothing was kept"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"period_end,decision\n"])
def test_another_file_is_refused(root, content):
    with pytest.raises(Exception, match=r"damaged|no billing worksheet"):
        taken_in(root, content)


def test_another_workbook_is_refused(root):
    other = io.BytesIO()
    openpyxl.Workbook().save(other)
    with pytest.raises(RefusedError, match="it has no sheet 'Billing review'") as error:
        taken_in(root, other.getvalue())
    assert error.value.code == "REVIEW_INVALID"


def test_a_worksheet_about_other_figures_is_stale(root):
    old = worksheet(root)
    late = f"late-1,ann@tiny.example,Web,Code,{FIRST_MONDAY + timedelta(days=4)} 19:00:00,0:30:00,Yes\r\n"
    (root / "data" / "landing").mkdir(exist_ok=True)
    inbox = steps.start(COMPANY, PERIOD_END, root).workspace.inbox(COMPANY)
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "late.csv").write_text("ID,Email,Project,Service,Start,Duration,Billable\r\n" + late, newline="")
    drafted(root)
    with pytest.raises(RefusedError) as error:
        taken_in(root, filled_in(old, *DOWN))
    assert error.value.code == "REVIEW_STALE"


@pytest.mark.capability("C147")
def test_a_decision_that_was_kept_and_outlived_by_its_figures_stops_the_draft(root):
    taken_in(root, filled_in(worksheet(root), (2, DECISION, "write up"), (2, AMOUNT, 6000), (2, REASON, "Rush")))
    drafted(root)
    inbox = steps.start(COMPANY, PERIOD_END, root).workspace.inbox(COMPANY)
    late = f"late-1,ann@tiny.example,Web,Code,{FIRST_MONDAY + timedelta(days=4)} 19:00:00,0:30:00,Yes\r\n"
    (inbox / "late.csv").write_text("ID,Email,Project,Service,Start,Duration,Billable\r\n" + late, newline="")
    run = steps.start(COMPANY, PERIOD_END, root, in_memory=True)
    outcomes = [step(run) for step in STEPS[:4]]
    run.end()
    assert outcomes[-1].exit_code == 1
    assert "TE186" in outcomes[-1].text()


def test_no_worksheet_no_review(root):
    run = steps.start(COMPANY, PERIOD_END, root, in_memory=True)
    path = run.workspace.mappings(COMPANY) / "company.toml"
    text = worksheet(root)
    path.write_text(path.read_text(encoding="utf-8").replace("review = true\n", ""), encoding="utf-8")
    drafted(root)
    with pytest.raises(RefusedError, match="no draft with a billing worksheet") as error:
        taken_in(root, text)
    assert error.value.code == "REVIEW_STALE"


def test_after_the_export_a_review_changes_nothing(root):
    content = worksheet(root)
    assert not steps.week(steps.start(COMPANY, PERIOD_END, root, in_memory=True)).exit_code
    with pytest.raises(RefusedError, match="is exported") as error:
        taken_in(root, filled_in(content, *DOWN))
    assert error.value.code == "REVIEW_STALE"


def test_a_review_is_recorded(root):
    taken_in(root, filled_in(worksheet(root), *DOWN))
    run = steps.start(COMPANY, PERIOD_END, root)
    [record] = [record for record in audit_log.read_log(run.workspace, COMPANY) if record.type == "billing_review"]
    assert record.person == "rita"
    assert record.body["decisions"] == {"bill": 1, "hold": 0, "write_down": 1, "write_up": 0}
    assert not steps.verify(run.workspace.root, full=True).exit_code


@pytest.mark.capability("C146")
@pytest.mark.capability("C147")
def test_the_week_after_corrects_a_hold_and_goes_on_with_a_cap(tmp_path):
    root = reviewed_company(tmp_path / "two", weeks=2)
    folder = root / "mappings" / COMPANY
    projects = (folder / "projects.csv").read_text(encoding="utf-8")
    (folder / "projects.csv").write_text(projects.replace("Mill:Shop,time_and_materials", "Mill:Shop,capped"))
    (folder / "job_limits.csv").write_text(
        "customer_job,kind,service_item,amount,used_before,currency,effective_from,effective_to\n"
        f"Mill:Shop,cap,,8000.00,,USD,{FIRST_MONDAY},\n")
    drafted(root)
    taken_in(root, filled_in(worksheet(root), (2, DECISION, "hold"), (2, REASON, "Ask first")))
    assert not steps.week(steps.start(COMPANY, PERIOD_END, root, in_memory=True)).exit_code
    kept = (folder / "billing_decisions.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "billing_decisions.csv").write_text("".join(line for line in kept if "hold" not in line))
    later = PERIOD_END + timedelta(days=7)
    assert not steps.week(steps.start(COMPANY, later, root, in_memory=True)).exit_code
    run = steps.start(COMPANY, later, root)
    batch = batches.find_batch(run.workspace, COMPANY, later, run.records())
    corrected = [(row["customer_job"], row["cause"], row["amount"]) for row in batch.table("corrections").to_pylist()
                 if row["stream"] == "bill"]
    assert corrected == [("Mill:Web", "released hold", Decimal("5040.000"))]
    lines = [(row["customer_job"], row["line_kind"], row["amount"]) for row in batch.table("invoice_lines").to_pylist()]
    assert lines == [("Mill:Shop", "time", Decimal("5040.000")), ("Mill:Shop", "over_cap", Decimal("-2080.000")),
                     ("Mill:Web", "time", Decimal("5040.000"))], "2,960.00 of the cap were left"
    assert not steps.verify(root, full=True).exit_code
    explained = steps.explain(f"{batch.batch:04d}-J-001", root, COMPANY)
    assert len({row[0] for row in explained.rows}) == 10, "a reduction is explained by the entries of its line"
