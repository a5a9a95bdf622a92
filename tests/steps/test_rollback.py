"""An uploaded batch is taken back: the way back in order, a record, and what waits until it is uploaded again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl import steps
from etl.errors import DamageError, RefusedError
from etl.lint import trial
from etl.store import batches, files
from tests.cli.command import timebooks
from tests.steps.corrected import COMPANY, sunday
from tests.steps.test_corrections import past
from tests.steps.test_rerun import tree


def run(root: Path, week: int = 0) -> steps.Run:
    return steps.start(COMPANY, sunday(week), root, in_memory=True)


@pytest.fixture(name="company")
def _company(tmp_path: Path):
    return past(tmp_path)


@pytest.mark.capability("C109")
def test_the_way_back_is_given_in_order_and_recorded(company):
    root = company.root
    before = tree(root)
    outcome = steps.rollback(run(root), "imported twice")
    by_hand, journal = "work through it by hand", "quickbooks_online.labor_journal"
    imported = "import it after the file it takes back; it has numbers of its own"
    assert [(row[0], row[3].split(",")[0]) for row in outcome.rows] == [
        ("payroll.hours", by_hand), (journal, imported), (journal, imported), ("billing.worksheet", by_hand)]
    record = run(root).records()[-1]
    assert (record.type, record.body["batch"], record.body["reason"]) == ("rollback", 1, "imported twice")
    sheet = json.loads((root / "reports" / COMPANY / str(sunday(0)) / "evidence" / record.body["evidence"]["file"])
                       .read_bytes())
    assert [file["file"] for file in sheet["way_back"]] == [row[1] for row in outcome.rows]
    after = tree(root)
    assert before.items() <= after.items(), "the batch keeps every byte"
    assert len(after) == len(before) + 2, "one record, one piece of evidence"
    assert steps.verify(root).exit_code == 0
    assert "already" in steps.rollback(run(root), "once more").title
    assert tree(root) == after


def test_a_batch_taken_back_waits_until_it_is_uploaded_again(company):
    root = company.root
    steps.reconcile(run(root))
    steps.rollback(run(root), "wrong company file")
    assert "rolled back" in steps.status(root, COMPANY).text()
    with pytest.raises(RefusedError) as error:
        steps.close(run(root))
    assert error.value.code == "ROLLED_BACK"
    assert steps.reconcile(run(root)).exit_code == 0
    assert "rolled back" not in steps.status(root, COMPANY).text()
    assert steps.close(run(root)).exit_code == 0
    steps.rollback(run(root), "and again")
    assert [record.type for record in run(root).records()].count("rollback") == 2


def test_a_batch_that_a_later_one_corrects_stays(company):
    root = company.root
    company.work("late ann web 5 4:00")
    company.publish(1)
    with pytest.raises(RefusedError) as error:
        steps.rollback(run(root, 0), "late")
    assert error.value.code == "ROLLBACK_ORDER"
    assert str(sunday(1)) in error.value.fix
    steps.rollback(run(root, 1), "late")
    assert steps.rollback(run(root, 0), "late").exit_code == 0


@pytest.mark.parametrize(("reason", "week", "code"), [
    ("", 0, "ROLLBACK_REASON"), ("a\nb", 0, "ROLLBACK_REASON"), ("x", 1, "NOT_EXPORTED")])
def test_refusals(company, reason, week, code):
    before = tree(company.root)
    with pytest.raises(RefusedError) as error:
        steps.rollback(run(company.root, week), reason)
    assert error.value.code == code
    assert tree(company.root) == before


@pytest.mark.capability("C72", "C109")
@pytest.mark.capability("M11")
def test_balances_stand_before_after_and_taken_back(company):
    root = company.root
    company.work("late ann web 5 4:00\n" + "\n".join(f"n{day} ann web {7 + day} 7:48" for day in range(5)))
    company.publish(1)
    first, second = (steps.trial_import(run(root, week)) for week in (0, 1))
    assert (first.exit_code, second.exit_code) == (0, 0)
    sides = {row[1]: row[2:6] for row in second.rows}
    assert sides["Job Costs:Labor"] == ("0.00", "880.00", "880.00", "0.00"), "780 and 100 for the late hours, accrued"
    assert sides["Time in payroll.hours"] == ("38:00:00", "43:00:00", "0:00:00", "81:00:00")
    before = {row[1]: row[6] for row in second.rows}
    assert before["Time in payroll.hours"] == "38:00:00", "taken back to where it began"
    steps.rollback(run(root, 1), "x")
    steps.rollback(run(root, 0), "x")
    again = {row[1]: row[2] for row in steps.trial_import(run(root, 1)).rows}
    assert again["Time in payroll.hours"] == "0:00:00", "what was rolled back is not in the books"


def test_the_commands_and_the_report(company, tmp_path):
    root, week = company.root, ("--company", COMPANY, "--period-end", str(sunday(0)))
    answer = timebooks("step", "test-import", *week, "--report", str(tmp_path / "import.csv"), "--json", workspace=root)
    assert answer.code == 0, answer.talk
    assert json.loads(answer.facts)["facts"]["findings"] == "0"
    assert (tmp_path / "import.csv").read_text(encoding="utf-8-sig") == "code,what,where\n"
    assert "Job Costs:Labor,Mill:Web" in (tmp_path / "import_balances.csv").read_text(encoding="utf-8-sig")
    answer = timebooks("step", "rollback", *week, "--reason", "wrong file", workspace=root)
    assert answer.code == 0, answer.talk
    assert "rolled back" in answer.facts


def test_without_beancount_the_reason_is_said(company, monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("beancount"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RefusedError) as error:
        trial.trial([], [], [], "USD")
    assert error.value.code == "LEDGER_MISSING"


def test_nothing_to_try_is_said(tmp_path):
    company = past(tmp_path)
    with pytest.raises(RefusedError) as error:
        steps.trial_import(run(company.root, 1))
    assert error.value.code == "NO_DRAFT"


def as_changed(company, monkeypatch, path, content: bytes) -> steps.Outcome:
    """The trial of the exported batch with one file of other bytes, or one more, its digest put right."""
    going = run(company.root)
    sealed = batches.find_sealed(going.workspace, COMPANY, sunday(0), going.records())
    file = sealed.folder / path
    file.parent.chmod(0o700)
    if file.exists():
        file.chmod(0o600)
    file.write_bytes(content)
    listed = [one for one in sealed.manifest["files"] if one["path"] != path]
    same = next((one for one in sealed.manifest["files"] if one["path"] == path), {"role": "control", "document": ""})
    digest = {"path": path, "sha256": files.sha256_bytes(content), "bytes": len(content)}
    sealed.__dict__["manifest"] = sealed.manifest | {"files": [*listed, same | digest]}
    monkeypatch.setattr(batches, "find_sealed", lambda *_: sealed)
    return steps.trial_import(going)


@pytest.mark.capability("M11")
def test_a_file_that_says_otherwise_than_its_batch_is_found(company, monkeypatch):
    path = "upload/payroll/SANDBOX_hours_2026-11-08.csv"
    content = (company.folder(0) / path).read_bytes()
    outcome = as_changed(company, monkeypatch, path, content.replace(b"38.00,760.00", b"37.00,740.00"))
    assert outcome.exit_code == 1
    assert [row[1].partition(",")[0] for row in outcome.rows if row[0] == "TE238"] == [
        "payroll.hours: 3600 not in the files"]


def test_an_upload_that_is_not_whole_is_found(company, monkeypatch):
    journals = [f"SANDBOX_journal_SB0001L{end}.csv" for end in ("", "R")]
    folder = company.folder(0) / "upload" / "quickbooks_online"
    said = [{"file": name, "sha256": files.sha256_bytes((folder / name).read_bytes())} for name in journals]
    path = "upload/quickbooks_online/SANDBOX_journal.ready.json"
    assert as_changed(company, monkeypatch, path, json.dumps({"files": said}).encode()).exit_code == 0
    (folder / journals[1]).rename(folder / "elsewhere.csv")
    with pytest.raises(DamageError):
        steps.trial_import(run(company.root))
    (folder / "elsewhere.csv").rename(folder / journals[1])
    said[1]["sha256"] = said[0]["sha256"]
    outcome = as_changed(company, monkeypatch, path, json.dumps({"files": said}).encode())
    assert (outcome.exit_code, [row[0] for row in outcome.rows]) == (1, ["TE241"])
    assert journals[1] in outcome.rows[0][1]
