"""A practice company's week exported to every target at once: same keys, minutes, hundredths and cents in each file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from etl import steps
from etl.mapping.declared_targets import LISTS, TARGETS
from etl.sandbox.company import make_company
from etl.sandbox.writing import write_company
from etl.settings import QuickBooksOnline
from etl.sql.order import MARTS
from etl.steps.rendering import batch_tables, render_batch
from etl.steps.run import Run
from etl.targets.documents import DOCUMENTS
from etl.targets.pay_item_codes import codes_of
from etl.terms import RenderedFile
from etl.workspace import Workspace
from tests.sandbox.practice import run as run_of
from tests.targets.judges import judged
from tests.targets.payroll_readers import READERS

HERE = [known for known in DOCUMENTS if not known.name.endswith(".invoice")]   # a company bills by worksheet or invoice
CODES = {   # provider: regular, overtime, premium, leave, holiday
    "payroll.gusto": ("regular_hours", "overtime_hours", "double_overtime_hours", "pto_hours", "holiday_hours"),
    "payroll.adp": ("Reg Hours", "O/T Hours", "Hours 3 OTP", "Hours 3 VAC", "Hours 3 HOL"),
    "payroll.paychex": ("Hourly", "Overtime", "OT Premium", "Vacation", "Holiday"),
    "quickbooks_online.time": ("101", "102", "103", "104", "105"),
}
TARGET_SETTINGS = """
[targets.gusto]
columns = ["last_name", "first_name", "gusto_employee_id", "regular_hours", "overtime_hours", "double_overtime_hours",
    "pto_hours", "holiday_hours"]
[targets.adp]
company_code = "A7"
[targets.paychex]
client_id = "1234ABCD"
[targets.sage50]
billing_type = 2
other_item = "ADMIN"
[targets.quickbooks_online]
billable_time = "billable"
transfer_to_payroll = true
[targets.xero]
date_format = "DD/MM/YYYY"
tax_rate = "Tax Exempt (0%)"
tracking_job = "Project"
tracking_class = "Practice"
"""


@pytest.fixture(scope="module", name="week")
def _week(tmp_path_factory) -> tuple[Run, dict, list[RenderedFile]]:
    root = tmp_path_factory.mktemp("every")
    company = make_company()
    write_company(Workspace(root), company, 1)
    describe_targets(Workspace(root).mappings(company.id))
    run = run_of(company, 0, root)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check):
        assert step(run).exit_code == 0
    with run.locked("drafting"), run.engine() as engine:
        engine.run(MARTS)
        tables = batch_tables(engine)
    codes = codes_of(run.mappings.rows("map_pay_item_codes"))
    return run, tables, render_batch(tables, run.header("0" * 64), run.settings, codes)


def describe_targets(folder: Path) -> None:
    """What the company's targets call its people, jobs and accounts, as their administrator exports it."""
    with (folder / "accounts.csv").open("a", encoding="utf-8") as file:
        file.write("subcontractors,Job Costs:Subcontractors,COGS\n")
    people, jobs, items = (read(folder / name) for name in ("employees.csv", "projects.csv", "items.csv"))
    given = {row["employee_id"]: row for row in people}
    contractors = {key: row for key, row in given.items() if row["worker_type"] == "contractor"}
    names = {
        "account": [row["account"] for row in read(folder / "accounts.csv")],
        "class": [row["value"] for row in read(folder / "dimensions.csv")],
        "customer_job": [row["customer_job"] for row in jobs], "project": [row["customer_job"] for row in jobs],
        "service_item": [row["service_item"] for row in items],
        "employee": [row["employee_name"] for key, row in given.items() if key not in contractors],
        "vendor": [row["employee_name"] for row in contractors.values()],
    }
    names["task"] = [f"{job}/{item}" for job in names["customer_job"] for item in names["service_item"] if job]
    kept = {one: sorted(set(found) - {""}) for one, found in names.items()}
    assert kept.keys() == set(LISTS)
    write(folder / "target_lists.csv", ("target", "list", "name", "code"), [
        (target, one, name, f"00000000-0000-4000-8000-{number:012d}" if target == "xero" else f"{target[0]}{number}")
        for target in TARGETS for one, found in kept.items() for number, name in enumerate(found)
        if target != "quickbooks_desktop" or number == 0])
    write(folder / "payroll_people.csv", ("employee_id", "payroll_id", "last_name", "first_name", "title"), [
        (key, f"{number:06d}", *reversed(row["employee_name"].split(" ", 1)), "")
        for number, (key, row) in enumerate(given.items()) if key not in contractors])
    write(folder / "pay_item_codes.csv", ("document", "pay_item", "code"), [
        (document, row["pay_item"], code) for document, codes in CODES.items()
        for row, code in zip(read(folder / "pay_items.csv"), codes, strict=True)])
    write(folder / "vendors.csv", VENDOR, [
        (row["vendor_id"], row["employee_name"], "", "", "", "", "", "requested", "", "", "no", "net", "30",
         "") for row in contractors.values()])
    write(folder / "contracts.csv", CONTRACT, [
        (f"C-{key}", row["vendor_id"], "USD", "", "", "", "", "", "", "", row["effective_from"], "")
        for key, row in contractors.items()])
    write(folder / "private/contract_rates.csv", ("contract_id", "customer_job", "service_item", "rate",
                                                  "effective_from", "effective_to"),
          [(f"C-{key}", "*", "*", "85.00", row["effective_from"], "") for key, row in contractors.items()])
    toml = (folder / "company.toml").read_text(encoding="utf-8")
    head, _, rest = toml.partition("documents = [")
    documents = ", ".join(f'"{known.name}"' for known in HERE)
    text = f"{head}documents = [{documents}]{rest.partition(']')[2]}{TARGET_SETTINGS}".replace(
        'transfer_to_payroll = true\n\n# Which', 'transfer_to_payroll = true\nitem_account = "Income"\n\n# Which')
    (folder / "company.toml").write_text(f'{text}\n[contractors]\nbills = "self_bill"\n', encoding="utf-8")


VENDOR = ("vendor_id", "vendor_name", "legal_name", "state", "form_1099", "tin_type", "tin_last_four", "w9_state",
          "w9_signed_on", "exemption_code", "backup_withholding", "terms", "terms_days", "expense_account")
CONTRACT = ("contract_id", "vendor_id", "currency", "cap_hours", "cap_amount", "hours_before", "amount_before", "terms",
            "terms_days", "document", "effective_from", "effective_to")


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def files_of(files: list[RenderedFile], document: str, role: str = "import") -> list[RenderedFile]:
    return [file for file in files if file.document == document and file.role == role]


@pytest.mark.parametrize("document", [known.name for known in HERE])
def test_every_document_is_written_read_and_has_its_way_back(week, document):
    _, _, files = week
    written = files_of(files, document) or files_of(files, document, "worksheet")
    assert written, "a file"
    assert files_of(files, document, "correction"), "and its way back"
    for file in (*written, *files_of(files, document, "correction")):
        assert "/SANDBOX_" in file.path
        records = [row for row in judged(file) if row.get("RECORD") not in ("TIMERHDR", "ENDTRNS")]
        assert len(records) == file.rows > 0


@pytest.mark.parametrize("document", [known.name for known in HERE if known.name.endswith(".time")])
def test_every_minute_is_in_every_time_file(week, document):
    _, tables, files = week
    rows = [row for row in tables["time_activities"].to_pylist() if row["exported_seconds"]]
    if document == "xero.time":
        rows = [row for row in rows if row["customer_job"] and row["service_item"]]
    read_back = [row for file in files_of(files, document) for row in judged(file)]
    if document == "quickbooks_desktop.time":
        minutes = [clock(row["DURATION"]) for row in read_back if row["RECORD"] == "TIMEACT"]
    else:
        minutes = [row["minutes"] for row in read_back]
    assert minutes == [row["exported_seconds"] // 60 for row in rows]


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.capability("C2")
@pytest.mark.parametrize("document", READERS)
def test_every_hundredth_of_an_hour_is_in_every_payroll_file(week, document):
    run, tables, files = week
    codes = codes_of(run.mappings.rows("map_pay_item_codes"))[document]
    expected = Counter()
    for row in tables["payroll_hours"].to_pylist():
        who = run.header("").payroll_people[row["employee_id"]].payroll_id
        expected[who, codes[row["pay_item"]]] += row["exported_seconds"]
    found = Counter()
    for file in files_of(files, document):
        found += READERS[document](file.content)[1]
    assert found == +expected


@pytest.mark.parametrize("document", ["xero.labor_journal", "xero_api.labor_journal"])
def test_every_cent_is_in_every_journal(week, document):
    _, tables, files = week
    amounts = [Decimal(row.get("*Amount", row.get("LineAmount"))) for file in files_of(files, document)
               for row in judged(file)]
    assert sorted(amounts) == sorted(tables["postings"]["amount"].to_pylist())


@pytest.mark.parametrize("document", ["xero.bill", "quickbooks_desktop.bill", "quickbooks_online.bill"])
def test_every_cent_is_in_every_bill(week, document):
    _, tables, files = week
    rows = [row for file in files_of(files, document) for row in judged(file)]
    amounts = [Decimal(row.get("*UnitAmount") or row.get("*LineAmount") or row["AMOUNT"]) for row in rows
               if row.get("RECORD", "SPL") == "SPL"]
    assert amounts == tables["vendor_lines"]["amount"].to_pylist()


def test_what_is_billable_has_its_rate(week):
    run, tables, files = week
    online = QuickBooksOnline(transfer_to_payroll=True, billable_time="billable")
    assert run.settings.targets.quickbooks_online == online
    rows = [row for file in files_of(files, "quickbooks_online.time") for row in judged(file)]
    rates = [row["bill_rate"] for row in tables["priced_activities"].to_pylist() if row["exported_seconds"]]
    assert [row.get("HourlyRate") for row in rows] == rates
    assert {"101", "102"} <= {row["PayrollItemRef"]["value"] for row in rows if "PayrollItemRef" in row}


def test_uploads_of_several_files_are_listed_last(week):
    _, _, files = week
    ready = [file.path for file in files if file.path.endswith(".ready.json")]
    assert "upload/quickbooks_online/SANDBOX_quickbooks_online.time.ready.json" in ready
    assert [file.path for file in files[-len(ready):]] == ready
