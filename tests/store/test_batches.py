"""Drafts, approvals, exports, evidence: numbered without gaps, bound to every byte, written once."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from etl.errors import DamageError, RefusedError, StoreError
from etl.store import approvals, audit_log, batches, drafts, evidence, files
from etl.store.recovery import recover
from etl.store.sealed import DraftContent, read_manifest
from etl.store.verify import verify_store
from etl.terms import RenderedFile
from tests.store import week
from tests.store.week import APPROVER, COMPANY, NEXT_WEEK, NOW, PREPARER, WEEK


def records(workspace):
    return audit_log.read_log(workspace, COMPANY)


def record(workspace, kind, body):
    return audit_log.append(workspace, COMPANY, kind, body, person=APPROVER, now=NOW)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def flip(path, bit=3):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1 << bit
    path.write_bytes(content)


def test_a_draft_is_sealed_by_its_manifest(workspace):
    draft = week.write_draft(workspace)
    assert draft.folder == workspace.root / "data/drafts/acme/2026-11-15/batch-0001-r1"
    assert (draft.is_new, draft.batch, draft.revision, draft.person) == (True, 1, 1, PREPARER)
    manifest = read_manifest(draft.folder, draft.manifest_digest)
    text = (draft.folder / "manifest.json").read_text()
    assert text == json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    assert [entry["path"] for entry in manifest["files"]] == [
        "control.csv", "import/quickbooks_desktop.time.iif", "tables/postings.parquet"]
    assert manifest["files"][0] == {"path": "control.csv", "role": "control", "document": "", "rows": 1, "bytes": 18,
                                    "sha256": files.sha256_file(draft.folder / "control.csv")}
    assert "revision" not in text
    assert "2026-11-16" not in text, "no clock"
    assert records(workspace)[-1].body == {
        "batch": 1, "revision": 1, "period_end": "2026-11-15", "manifest": draft.manifest_digest,
        "batch_key": draft.batch_key, "figures": draft.figures}
    with pytest.raises(DamageError):
        read_manifest(draft.folder, "0" * 64)


def test_the_same_content_is_the_same_draft(workspace):
    first = week.write_draft(workspace)
    before = week.snapshot(workspace)
    again = week.write_draft(workspace, person="Somebody Else")
    assert again == dataclasses.replace(first, is_new=False), "the preparer stays the first one"
    assert week.snapshot(workspace) == before


def test_the_order_of_files_does_not_matter(workspace):
    first, content = week.write_draft(workspace), week.content()
    shuffled = dataclasses.replace(content, files=content.files[::-1], control=dict(reversed(content.control.items())))
    assert _write(workspace, shuffled).number == first.number


def _write(workspace, content, period_end=WEEK):
    return drafts.write_draft(workspace, COMPANY, period_end, content, person=PREPARER, now=NOW)


def test_another_content_is_the_next_revision(workspace):
    first, second, third = (week.write_draft(workspace, hours) for hours in ("7.00", "8.00", "7.00"))
    assert [(draft.batch, draft.revision) for draft in (first, second, third)] == [(1, 1), (1, 2), (1, 3)]
    assert not first.folder.exists()
    assert not second.folder.exists()
    assert week.newest_draft(workspace).number == third.number
    assert first.manifest_digest == third.manifest_digest, "no revision in the manifest"


@pytest.mark.capability("C153")
def test_numbers_have_no_gaps_whatever_happens_in_between(workspace):
    week.land_mapping(workspace)
    periods = [WEEK, NEXT_WEEK, date(2026, 11, 29), date(2026, 11, 8)]
    assert batches.next_batch_number(()) == 1
    assert [week.write_draft(workspace, "1.00", day).batch for day in periods] == [1, 2, 3, 4]
    assert [week.write_draft(workspace, "2.00", day).batch for day in reversed(periods)] == [4, 3, 2, 1]
    week.approve(workspace)
    week.export(workspace)
    assert week.write_draft(workspace, "1.00", date(2026, 12, 6)).batch == 5
    assert batches.next_batch_number(records(workspace)) == 6
    assert verify_store(workspace, COMPANY) == []


def test_a_changed_draft_is_not_passed_off_as_unchanged(workspace):
    draft = week.write_draft(workspace)
    flip(draft.folder / "control.csv")
    with pytest.raises(DamageError, match="changed"):
        week.write_draft(workspace)


def test_an_approved_draft_stays_when_it_is_replaced_and_its_approval_is_void(workspace):
    week.land_mapping(workspace)
    first = week.write_draft(workspace, "7.00")
    week.approve(workspace)
    second = week.write_draft(workspace, "8.00")
    assert first.folder.is_dir(), "an approval names it"
    assert batches.approval_of(records(workspace), second) is None
    with pytest.raises(RefusedError) as caught:
        week.export(workspace)
    assert (caught.value.code, caught.value.exit_code) == ("NOT_APPROVED", 1)
    with pytest.raises(RefusedError) as caught:
        week.export(workspace, first)
    assert caught.value.code == "DRAFT_REPLACED"
    week.approve(workspace)
    assert week.export(workspace).revision == 2
    recover(workspace, COMPANY)
    assert verify_store(workspace, COMPANY) == []


BOUND = [   # what the approval says otherwise, why
    ({"company": "other"}, "another company"), ({"batch": 2}, "another batch"), ({"revision": 2}, "another revision"),
    ({"manifest": "0" * 64}, "another manifest"), ({"period_end": "2026-11-22"}, "another period"),
]


@pytest.mark.parametrize(("changed", "why"), BOUND)
def test_an_approval_is_bound(workspace, changed, why):
    draft = week.write_draft(workspace)
    given = {"company": COMPANY, "batch": 1, "revision": 1, "period_end": "2026-11-15",
             "manifest": draft.manifest_digest, "policy": "four_eyes"}
    record(workspace, "approve", given | changed)
    assert batches.approval_of(records(workspace), draft) is None, why
    record(workspace, "approve", given)
    assert batches.approval_of(records(workspace), draft).number == 4


@pytest.mark.capability("M6")
@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("name", ["manifest.json", "control.csv", "tables/postings.parquet",
                                  "import/quickbooks_desktop.time.iif"])
def test_one_changed_bit_voids_the_approval(workspace, name, bit):
    draft = week.write_draft(workspace)
    week.approve(workspace)
    flip(draft.folder / name, bit)
    with pytest.raises(DamageError) as caught:
        week.export(workspace)
    assert caught.value.exit_code == 1
    assert name in caught.value.where
    assert [item.type for item in records(workspace)] == ["open", "draft", "approve"]
    assert not workspace.batch_folder(COMPANY, WEEK, 1).exists()


@pytest.mark.parametrize("spoil", [lambda folder: (folder / "extra.txt").write_bytes(b""),
                                   lambda folder: (folder / "control.csv").unlink(),
                                   lambda folder: (folder / "empty").mkdir(),
                                   lambda folder: (folder / "link").symlink_to("control.csv")])
def test_a_file_more_or_less_voids_the_approval(workspace, spoil):
    draft = week.write_draft(workspace)
    week.approve(workspace)
    spoil(draft.folder)
    with pytest.raises(DamageError):
        week.export(workspace)


PERSONS = [   # preparer, approver, policy, allowed, why
    ("Dana", "Cleo", "four_eyes", True, "two people"),
    ("Dana", "Dana", "four_eyes", False, "one person"),
    ("Dana", "Dana", "two_person", False, "one person"),
    ("Dana", "Cleo", "two_person", True, "two people"),
    ("Dana", "Dana", "single_person", True, "the company declared it; printed on every control sheet"),
    ("Dana Preparer", " dana  PREPARER ", "two_person", False, "written in another way, still one person"),
    ("Ren\u00e9", "Rene\u0301", "two_person", False, "another form of the same letters"),
]


@pytest.mark.parametrize(("preparer", "approver", "policy", "allowed", "why"), PERSONS)
def test_who_may_approve(workspace, preparer, approver, policy, allowed, why):
    week.write_draft(workspace, person=preparer)
    if allowed:
        week.approve(workspace, approver, policy)
        assert week.export(workspace).is_new, why
        return
    with pytest.raises(RefusedError) as caught:
        week.approve(workspace, approver, policy)
    assert (caught.value.code, caught.value.exit_code) == ("SAME_PERSON", 1), why
    assert [item.type for item in records(workspace)] == ["open", "draft"], why


def test_an_approval_by_the_preparer_that_got_into_the_log_does_not_export(workspace):
    draft = week.write_draft(workspace)
    audit_log.append(workspace, COMPANY, "approve", {
        "company": COMPANY, "batch": 1, "revision": 1, "period_end": "2026-11-15",
        "manifest": draft.manifest_digest, "policy": "two_person"}, person=PREPARER, now=NOW)
    with pytest.raises(RefusedError) as caught:
        week.export(workspace)
    assert caught.value.code == "SAME_PERSON"


def test_the_approval_sheet_says_what_was_approved(workspace):
    draft = week.write_draft(workspace)
    approval = week.approve(workspace)
    sheet = json.loads((workspace.evidence(COMPANY, WEEK) / "0001-approval.json").read_text())
    assert (sheet["prepared_by"], sheet["approved_by"]) == (PREPARER, APPROVER)
    assert sheet["manifest"] == draft.manifest_digest
    assert sheet["control"] == approval.body["control"] == {"seconds": 28800, "hours": "8.00"}
    assert sheet["audit_log_head"] == {"number": 2, "digest": records(workspace)[1].digest}
    assert approval.body["evidence"]["file"] == "0001-approval.json"


@pytest.mark.capability("M6")
def test_an_export_publishes_exactly_the_draft(workspace):
    draft = week.write_draft(workspace)
    approval = week.approve(workspace)
    wanted = contents(draft.folder)
    batch = week.export(workspace)
    assert batch.folder == workspace.root / "reports/acme/2026-11-15/batch-0001"
    assert contents(batch.folder) == wanted
    assert not draft.folder.exists()
    assert records(workspace)[-1].body["approval"] == approval.number
    assert week.newest_draft(workspace) is None
    assert week.batch(workspace) == dataclasses.replace(batch, is_new=False)


def test_doing_everything_again_changes_nothing(workspace):
    week.land(workspace)
    week.land_mapping(workspace)
    draft = week.write_draft(workspace)
    approval = week.approve(workspace)
    batch = week.export(workspace)
    receipt = week.receipt(workspace)
    before = week.snapshot(workspace)
    assert not week.land(workspace).is_new
    week.land_mapping(workspace)
    assert not week.export(workspace, draft).is_new
    assert week.batch(workspace).number == batch.number
    assert week.receipt(workspace) == receipt
    assert approvals.approve(workspace, COMPANY, draft, person=APPROVER, policy="four_eyes", now=NOW) == approval
    assert recover(workspace, COMPANY).finished == ()
    assert week.snapshot(workspace) == before


def test_an_exported_period_takes_no_other_content(workspace):
    draft = week.write_draft(workspace)
    week.approve(workspace)
    week.export(workspace)
    for attempt in (lambda: week.write_draft(workspace, "9.00"),
                    lambda: week.export(workspace, dataclasses.replace(draft, manifest_digest="0" * 64))):
        with pytest.raises(RefusedError) as caught:
            attempt()
        assert (caught.value.code, caught.value.exit_code) == ("BATCH_EXPORTED", 1)
        assert draft.batch_key[:12] in caught.value.what


def test_a_closed_period_takes_nothing_until_it_is_reopened(workspace):
    draft = week.write_draft(workspace)
    week.approve(workspace)
    record(workspace, "close", {"period_end": "2026-11-15"})
    assert batches.is_closed(records(workspace), WEEK)
    assert not batches.is_closed(records(workspace), NEXT_WEEK)
    for attempt in (lambda: week.write_draft(workspace, "9.00"), lambda: week.export(workspace, draft),
                    lambda: week.approve(workspace, "Third Person")):
        with pytest.raises(RefusedError) as caught:
            attempt()
        assert caught.value.code == "PERIOD_CLOSED"
    record(workspace, "reopen", {"period_end": "2026-11-15"})
    assert week.export(workspace).is_new


def test_something_in_the_way_of_the_batch_is_seen_before_the_record(workspace):
    week.write_draft(workspace)
    week.approve(workspace)
    workspace.batch_folder(COMPANY, WEEK, 1).mkdir(parents=True)
    with pytest.raises(DamageError):
        week.export(workspace)
    assert records(workspace)[-1].type == "approve", "no record that nothing can ever stand for"


def test_a_draft_or_batch_that_is_gone_is_damage(workspace):
    draft = week.write_draft(workspace)
    files.remove_tree(draft.folder)
    with pytest.raises(DamageError):
        week.newest_draft(workspace)
    with pytest.raises(DamageError):
        recover(workspace, COMPANY)


def test_evidence_is_numbered_by_period(workspace):
    def file(kind, content, day=WEEK, suffix="json"):
        sheet = evidence.Sheet(kind, content, kind.replace("-", "_"), {"batch": 1}, suffix)
        filed = evidence.append_evidence(workspace, COMPANY, day, sheet, person=APPROVER, now=NOW)
        return filed.body["evidence"]["file"]
    assert [file("receipt", {"lines": 1}), file("receipt", {"lines": 1}), file("receipt", {"lines": 2}),
            file("receipt", {"lines": 1}), file("books-report", {}), file("receipt", {"lines": 1}, NEXT_WEEK),
            file("reconciliation", b"PK..", suffix="xlsx")] == [
        "0001-receipt.json", "0001-receipt.json", "0002-receipt.json", "0003-receipt.json", "0004-books-report.json",
        "0001-receipt.json", "0005-reconciliation.xlsx"]
    assert (workspace.evidence(COMPANY, WEEK) / "0005-reconciliation.xlsx").read_bytes() == b"PK.."
    assert verify_store(workspace, COMPANY) == []


PATHS = [("../escape.iif", "out of the folder"), ("MANIFEST.json", "the manifest's name"),
         ("manifest.json", "the manifest's name"), ("a/control.csv/", "no file")]


@pytest.mark.parametrize(("path", "why"), PATHS)
def test_a_rendered_file_stays_in_the_draft(workspace, path, why):
    content = dataclasses.replace(week.content(), files=[RenderedFile(path, "control", b"", 0)])
    with pytest.raises(StoreError):
        _write(workspace, content)
    assert week.digests(workspace) == {}, why


def test_two_rendered_files_of_one_name_are_refused(workspace):
    content = dataclasses.replace(week.content(), files=[RenderedFile("a.csv", "control", b"1", 0)] * 2)
    with pytest.raises(StoreError) as caught:
        _write(workspace, content)
    assert caught.value.code == "FILE_NAME"


def test_a_figure_that_is_not_exact_cannot_be_sealed(workspace):
    inexact = DraftContent((), "k", "f", [], {"hours": 8.1}, {})
    with pytest.raises(TypeError):
        _write(workspace, inexact)
