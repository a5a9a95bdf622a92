"""Verify: a whole store has no finding, and whatever is done to a stored byte is found and named."""

from __future__ import annotations

import random
import shutil

import pytest

from etl.errors import DamageError
from etl.store import audit_log, files
from etl.store.recovery import recover
from etl.store.verify import Anchor, verify_store
from tests.store import week
from tests.store.faults import KillAt, Killed
from tests.store.week import COMPANY, NOW

SEED = 20261115
FLIPS = 6


def findings(workspace):
    return verify_store(workspace, COMPANY)


def test_a_whole_store_has_no_finding_and_verify_writes_nothing(whole):
    before = week.snapshot(whole)
    assert findings(whole) == []
    assert week.snapshot(whole) == before


def test_an_empty_workspace_has_no_finding(workspace):
    assert findings(workspace) == []


def _names(found, path, workspace):
    """Whether a finding names the file, or the mapping set it belongs to."""
    shown = path.relative_to(workspace.root).as_posix()
    return any(shown == item.file or shown.startswith(f"{item.file}/") for item in found)


def test_every_changed_bit_is_found(whole):
    chance = random.Random(SEED)
    for path in week.committed(whole):
        content = path.read_bytes()
        for _ in range(FLIPS):
            position, bit = chance.randrange(len(content)), chance.randrange(8)
            path.write_bytes(content[:position] + bytes([content[position] ^ 1 << bit]) + content[position + 1:])
            assert _names(findings(whole), path, whole), f"{path}, byte {position}, bit {bit}, seed {SEED}"
        path.write_bytes(content)
    assert findings(whole) == []


def test_every_shortened_lengthened_or_missing_file_is_found(whole):
    chance = random.Random(SEED)
    for path in week.committed(whole):
        content = path.read_bytes()
        for spoiled in (content[:chance.randrange(len(content))], b"", content + b"\n"):
            path.write_bytes(spoiled)
            assert _names(findings(whole), path, whole), f"{path} with {len(spoiled)} bytes, seed {SEED}"
        path.unlink()
        found = findings(whole)
        last_record = path.name == "00000009.json"   # then the draft it named is what nothing names
        assert found if last_record else _names(found, path, whole), f"{path} missing"
        path.write_bytes(content)
    assert findings(whole) == []


def test_every_swap_is_found(whole):
    chance = random.Random(SEED)
    committed = week.committed(whole)
    for one in committed:
        other = chance.choice([path for path in committed if path.read_bytes() != one.read_bytes()])
        first, second = one.read_bytes(), other.read_bytes()
        one.write_bytes(second)
        other.write_bytes(first)
        found = findings(whole)
        assert _names(found, one, whole), f"{one} and {other}"
        assert _names(found, other, whole) or one.parent == whole.audit_log(COMPANY), f"{one} and {other}"
        one.write_bytes(first)
        other.write_bytes(second)


EXTRA = [   # where a file appears
    "data/audit_log/acme/notes.txt", "data/audit_log/acme/00000004 (1).json", "data/landing/acme/x.csv",
    "data/landing/acme/pulls/000009-abc/entries.parquet", "data/landing/acme/mappings/abc/items.csv",
    "data/landing/acme/pulls/{pull}/received/other.csv", "data/drafts/acme/2026-11-15/batch-0001-r1/control.csv",
    "data/drafts/acme/2026-11-22/batch-0002-r1/import/more.iif", "data/drafts/acme/x.txt",
    "reports/acme/2026-11-15/batch-0001/more.csv", "reports/acme/2026-11-15/batch-0007/control.csv",
    "reports/acme/.staging-batch-0001/control.csv", "reports/acme/2026-11-15/evidence/0003-receipt.json",
    "reports/acme/2026-11-08/batch-0001/control.csv",
]


@pytest.mark.parametrize("name", EXTRA)
def test_an_extra_file_is_found(whole, name):
    pull = next((whole.landing(COMPANY) / "pulls").iterdir()).name
    path = whole.root / name.format(pull=pull)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"{}")
    assert _names(findings(whole), path, whole)


def test_executed_notebooks_and_the_lock_are_not_its_business(whole):
    for name in ("reports/acme/2026-11-15/runs/week.ipynb", "data/lock/acme.holder", "data/log/acme/ops.jsonl",
                 "data/scratch/acme/run.duckdb"):
        (whole.root / name).parent.mkdir(parents=True, exist_ok=True)
        (whole.root / name).write_bytes(b"{}")
    assert findings(whole) == []


def test_a_link_is_no_stored_file(whole):
    for path in week.committed(whole)[::4]:
        aside = whole.root / "aside"
        path.rename(aside)
        path.symlink_to(aside)
        assert _names(findings(whole), path, whole), f"{path} is a link to its own content"
        path.unlink()
        aside.rename(path)
    assert findings(whole) == []


def test_all_findings_are_collected(whole):
    spoiled = [whole.root / "reports/acme/2026-11-15/batch-0001/control.csv",
               whole.root / "reports/acme/2026-11-15/evidence/0002-receipt.json",
               next((whole.landing(COMPANY) / "pulls").iterdir()) / "entries.parquet",
               whole.audit_log(COMPANY) / "00000002.json"]
    for path in spoiled:
        path.write_bytes(b"?")
    found = findings(whole)
    assert all(_names(found, path, whole) for path in spoiled[:2] + spoiled[3:])
    assert {item.record for item in found if "batch-0001" in item.file} == {7}, "the record that names it"


def test_a_missing_folder_is_found(whole):
    for name in ("reports/acme/2026-11-15/batch-0001", "data/drafts/acme/2026-11-22/batch-0002-r1",
                 "reports/acme/2026-11-15/evidence", "data/landing/acme/mappings", "data/landing/acme/pulls"):
        aside = whole.root / "aside"
        (whole.root / name).rename(aside)
        assert any(item.file.startswith(name) for item in findings(whole)), name
        aside.rename(whole.root / name)


def test_a_cut_tail_is_found_with_an_anchor(whole):
    """Decisions without files at the end of the log: only a note kept outside knows of them."""
    for n in range(2):
        audit_log.append(whole, COMPANY, "hold", {"entry": f"E{n}"}, person="Dana", now=NOW)
    last = audit_log.read_log(whole, COMPANY)[-1]
    anchor = Anchor(last.number, last.digest)
    assert verify_store(whole, COMPANY, anchor) == []
    for number in (11, 10):
        (whole.audit_log(COMPANY) / f"{number:08d}.json").unlink()
        assert findings(whole) == [], "not without an anchor; the manual says so"
        assert [item.record for item in verify_store(whole, COMPANY, anchor)] == [11]


def test_a_log_cut_further_is_found_without_an_anchor(whole):
    """What the removed records named lies there, and nothing names it."""
    for number in range(9, 0, -1):
        (whole.audit_log(COMPANY) / f"{number:08d}.json").unlink()
        assert findings(whole), f"cut down to {number - 1} records"


def test_numbers_out_of_order_are_found(workspace):
    body = {"revision": 1, "period_end": "2026-11-15", "manifest": "0" * 64, "batch_key": "k", "figures": "f"}
    drafts = [(1, 1, "2026-11-15"), (3, 1, "2026-11-22"), (1, 2, "2026-11-29"), (1, 4, "2026-11-15")]
    for batch, revision, day in drafts:
        said = body | {"batch": batch, "revision": revision, "period_end": day}
        audit_log.append(workspace, COMPANY, "draft", said, person="Dana", now=NOW)
    assert {item.record for item in findings(workspace) if "out of order" in item.what} == {3, 4, 5}


def test_what_waits_for_its_rename_is_found_until_recovery(whole):
    watch = KillAt()
    shutil.copytree(whole.root, whole.root.parent / "count")
    with files.watched(watch):
        week.land(type(whole)(whole.root.parent / "count"), b"new\n")
    rename = next(k for k, (name, _) in enumerate(watch.steps) if name == "rename")
    with files.watched(KillAt(rename)), pytest.raises(Killed):
        week.land(whole, b"new\n")
    assert ["not in place yet" in item.what for item in findings(whole)] == [True]
    done = recover(whole, COMPANY)
    assert (done.head, [name.rpartition("/")[0] for name in done.finished]) == (10, ["data/landing/acme/pulls"])
    assert findings(whole) == []


def test_recovery_does_not_put_changed_bytes_in_place(whole):
    draft = week.newest_draft(whole, week.NEXT_WEEK)
    staged = whole.scratch(COMPANY) / "staging-draft-0002-r1"
    staged.parent.mkdir(parents=True, exist_ok=True)
    draft.folder.rename(staged)   # as if its rename was never done
    kept = (staged / "control.csv").read_bytes()
    (staged / "control.csv").write_bytes(kept + b"?")
    left = whole.scratch(COMPANY) / "staging-other"
    left.mkdir()
    with pytest.raises(DamageError, match="changed"):
        recover(whole, COMPANY)
    assert staged.exists()
    assert left.exists(), "nothing is swept while something is wrong"
    (staged / "control.csv").write_bytes(kept)
    assert recover(whole, COMPANY).finished == ("data/drafts/acme/2026-11-22/batch-0002-r1",)
    assert not left.exists()
    assert findings(whole) == []


def test_recovery_sweeps_what_no_record_names(whole):
    for name in ("data/scratch/acme/staging-pull-000009-abc/entries.parquet",
                 "data/audit_log/acme/.00000010.json.tmp-1-0a0b0c0d",
                 "reports/acme/.staging-batch-0001/control.csv"):
        (whole.root / name).parent.mkdir(parents=True, exist_ok=True)
        (whole.root / name).write_bytes(b"half")
    (whole.root / "data/scratch/acme/run.duckdb").write_bytes(b"a run's own")
    assert len(recover(whole, COMPANY).swept) == 3
    assert findings(whole) == []
    assert [path.name for path in whole.scratch(COMPANY).iterdir()] == ["run.duckdb"]
