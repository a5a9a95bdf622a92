"""Every kept file of an office spoiled in every way: verify names it; edited cross-references are told, not damage."""

from __future__ import annotations

import random
import shutil

import pytest

from etl import steps
from etl.workspace import PEOPLE_LOG
from tests.faults import tiny
from tests.trust import office
from tests.trust.office import COMPANY

SEED, QUESTION = 20261108, "select company, batch, line_id, amount from journal_lines order by all"


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A signed week, pull to close."""
    made = office.make(tmp_path_factory.mktemp("office"))
    with made.at_work():
        made.draft()
        made.approve()
        made.export()
        for step in (steps.reconcile, steps.close):
            assert not step(made.run("olga")).exit_code
    return made


@pytest.fixture
def spoilt(closed, tmp_path):
    return closed.copy(tmp_path)


def kept(made):
    """Every file that is to last, the people list included."""
    people = sorted(made.place.audit_log(PEOPLE_LOG).glob("*.json"))
    return [*people, *tiny.committed(made.place.root)]


def is_named(made, path):
    outcome = steps.verify(made.place.root)
    shown = path.relative_to(made.place.root).as_posix()
    wheres = [str(where).partition(" (audit log")[0] for _, where, _ in outcome.rows]
    return outcome.exit_code == 1 and any(shown == where or shown.startswith(f"{where}/") for where in wheres)


def spoil(made, paths, flips, cuts):
    """Flipped bits, cut ends, lengthened, swapped with the next one, gone: each must be named."""
    chance, everything = random.Random(SEED), kept(made)
    for path in paths:
        content = path.read_bytes()
        places = [chance.randrange(len(content)) for _ in range(flips)]
        others = [content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1:] for at in places]
        others += [content[:chance.randrange(len(content))] for _ in range(cuts)] + [b"", content + b"\n"]
        for other in others:
            path.write_bytes(other)
            assert is_named(made, path), f"{path}, {len(other)} of {len(content)} bytes, seed {SEED}"
        swapped = chance.choice([file for file in everything if file != path and file.read_bytes() != content])
        before = swapped.read_bytes()
        path.write_bytes(before)
        swapped.write_bytes(content)
        assert is_named(made, path) or is_named(made, swapped), f"{path} and {swapped} swapped"
        swapped.write_bytes(before)
        path.unlink()
        assert is_named(made, path) or steps.verify(made.place.root).exit_code == 1 or _is_newest(path), path
        path.write_bytes(content)
    assert steps.verify(made.place.root).exit_code == 0


def _is_newest(path):
    """The last record of a log: only an end noted outside shows that it is gone."""
    return path.parent.name in ("people", COMPANY) and path == sorted(path.parent.glob("*.json"))[-1]


@pytest.mark.capability("M5")
def test_whatever_is_done_to_the_people_list_and_signed_records_is_named(spoilt):
    folders = [spoilt.place.audit_log(PEOPLE_LOG), spoilt.place.audit_log(COMPANY)]
    logs = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    spoil(spoilt, logs[::3], 3, 1)


@pytest.mark.long
@pytest.mark.parametrize("shard", range(4))
def test_two_hundred_bits_of_every_kept_file_are_named(spoilt, shard):
    spoil(spoilt, kept(spoilt)[shard::4], 200, 20)


def test_the_newest_record_of_the_list_is_missed_against_a_note(spoilt):
    noted = dict(steps.verify(spoilt.place.root).facts)["audit log"].split("; ")[-1].split(",")[0]
    assert noted.startswith(f"{PEOPLE_LOG}:")
    assert steps.verify(spoilt.place.root, anchors=[noted]).exit_code == 0
    sorted(spoilt.place.audit_log(PEOPLE_LOG).glob("*.json"))[-1].unlink()
    assert steps.verify(spoilt.place.root, anchors=[noted]).exit_code == 1


def test_edited_cross_references_differ_from_the_approved_ones(spoilt):
    assert "differs from approved" not in dict(steps.verify(spoilt.place.root).facts)
    folder = spoilt.place.mappings(COMPANY)
    (folder / "rates.csv").write_text((folder / "rates.csv").read_text().replace("120.00", "121.00"))
    (folder / "items.csv").unlink()
    (folder / "scope.csv").write_text("x\n")
    (folder / "vendors.csv").write_text("x\n")
    outcome = steps.verify(spoilt.place.root)
    told = dict(outcome.facts)["differs from approved"]
    assert outcome.exit_code == 0
    assert "rates.csv (changed)" in told
    assert "items.csv (removed)" in told
    assert "vendors.csv (added)" in told
    assert "batch 0001" in told


def test_the_history_heals_by_rebuild(spoilt):
    before = steps.query_history(spoilt.place.root, QUESTION).rows
    shutil.rmtree(spoilt.place.history)
    steps.rebuild_history(spoilt.place.root)
    assert before
    assert steps.query_history(spoilt.place.root, QUESTION).rows == before
