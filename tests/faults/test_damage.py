"""A real week's files spoiled in every way: verify names the file or its record and exits 1; the history is rebuilt."""

from __future__ import annotations

import random
import shutil
from importlib import import_module

import pytest

from etl import steps
from etl.errors import SettingsError
from etl.steps import made_again
from etl.store import audit_log
from etl.workspace import Workspace
from tests.faults import tiny
from tests.faults.children import command

SEED = 20261108
SHARDS = 4
QUESTION = "select company, batch, period_end, line_id, amount from journal_lines order by all"
SHORT, LONG = (3, 2), (200, 20)   # flips and cuts a file


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A week that went through to its close, with a second pull."""
    root = tmp_path_factory.mktemp("damage") / "w"
    workspace = tiny.make_company(root)
    assert tiny.week(root).exit_code == 0
    inbox = workspace.inbox(tiny.COMPANY)
    (inbox / "more.csv").write_bytes((inbox / "time.csv").read_bytes().replace(b"2026-11-02-", b"later-"))
    steps.pull(steps.start(tiny.COMPANY, tiny.PERIOD_END, root))
    return root


@pytest.fixture
def spoilt(made, tmp_path):
    """A copy to be spoiled."""
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def named(root, path):
    """Whether verify exits 1 and names this file, the folder it belongs to, or the record that names it."""
    outcome = steps.verify(root)
    shown = path.relative_to(root).as_posix()
    wheres = [str(where).partition(" (audit log")[0] for _, where, _ in outcome.rows]
    return outcome.exit_code == 1 and any(shown == where or shown.startswith(f"{where}/") for where in wheres)


def spoil_everything(root, flips, cuts, part=slice(None)):
    """How many ways of spoiling were tried; each must be named."""
    committed, chance, tried = tiny.committed(root), random.Random(SEED), 0
    for path in committed[part]:
        content = path.read_bytes()
        spoiled = [bytes([*content[:at], content[at] ^ 1 << chance.randrange(8), *content[at + 1:]])
                   for at in (chance.randrange(len(content)) for _ in range(flips))]
        spoiled += [content[:chance.randrange(len(content))] for _ in range(cuts)] + [b"", content + b"\n"]
        for other in spoiled:
            path.write_bytes(other)
            assert named(root, path), f"{path} with {len(other)} of {len(content)} bytes, seed {SEED}"
        other = chance.choice([file for file in committed if file.read_bytes() != content])
        kept = other.read_bytes()
        path.write_bytes(kept)
        other.write_bytes(content)
        assert named(root, path) or named(root, other), f"{path} and {other} swapped"
        other.write_bytes(kept)
        path.unlink()
        is_last = path == [file for file in committed if "audit_log" in file.parts][-1]
        assert named(root, path) or (is_last and steps.verify(root).exit_code == 1), f"{path} missing"
        path.write_bytes(content)
        tried += len(spoiled) + 2
    assert steps.verify(root).exit_code == 0
    return tried


def test_whatever_is_done_to_a_kept_file_is_named(spoilt):
    count = len(tiny.committed(spoilt))
    assert spoil_everything(spoilt, *SHORT, slice(SEED % 3, None, 3)) > count


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_is_done_to_every_kept_file_is_named(spoilt, shard):
    tried = spoil_everything(spoilt, *LONG, slice(shard, None, SHARDS))
    print(f"shard {shard}: {tried} ways of spoiling, all named")


def test_the_command_names_it_and_exits_1(spoilt):
    path = next((spoilt / "reports").rglob("postings.parquet"))
    path.write_bytes(path.read_bytes()[:-1])
    told = command(spoilt, "verify")
    assert told.code == 1
    assert path.relative_to(spoilt).as_posix() in told.facts
    assert "audit log record" in told.facts


def test_a_company_without_its_audit_log_is_not_passed_over(spoilt):
    shutil.rmtree(spoilt / "data" / "audit_log")
    assert steps.verify(spoilt).exit_code == 1


def test_a_cut_end_shows_against_a_note_kept_outside(spoilt):
    workspace = Workspace(spoilt)
    audit_log.append(workspace, tiny.COMPANY, "hold", {"entry": "E1"}, person="Dana", now=steps.start(
        tiny.COMPANY, tiny.PERIOD_END, spoilt).now())
    last = audit_log.read_log(workspace, tiny.COMPANY)[-1]
    note = f"{tiny.COMPANY}:{last.number}:{last.digest[:12]}"
    before = steps.verify(spoilt, anchors=[note])
    assert (before.exit_code, note in dict(before.facts)["audit log"]) == (0, True)
    (workspace.audit_log(tiny.COMPANY) / f"{last.number:08d}.json").unlink()
    alone = steps.verify(spoilt)
    assert (alone.exit_code, "not compared with a note" in dict(alone.facts)["audit log"]) == (0, True)
    after = steps.verify(spoilt, anchors=[note])
    assert after.exit_code == 1
    assert f"audit log record {last.number}" in str(after.rows)
    for wrong in ("acme:1:0123456789ab", tiny.COMPANY, f"{tiny.COMPANY}:x:y", f"{note}g"):
        with pytest.raises(SettingsError):
            steps.verify(spoilt, anchors=[wrong])


def test_damage_stops_every_command_that_writes(spoilt):
    """F16, F18: nothing is written over, beside or on top of what is damaged, and the message names it."""
    log = Workspace(spoilt).audit_log(tiny.COMPANY)
    batch = next((spoilt / "reports").rglob("batch-0001"))
    pull = sorted((spoilt / "data" / "landing").rglob("entries.parquet"))[0]
    for path in (log / "00000003.json", batch / "manifest.json", pull):
        content = path.read_bytes()
        path.write_bytes(content[:20] + b"#" + content[21:])
        before = tiny.times(spoilt)
        told = command(spoilt, "week", "--company", tiny.COMPANY, "--period-end", tiny.PERIOD_END.isoformat(),
                       "--no-notebooks")
        assert (told.code, told.problem) == (1, "DAMAGE"), f"{path}: {told.talk}"
        assert path.name in told.talk
        assert tiny.times(spoilt) == before
        path.write_bytes(content)


HISTORY = {   # what happens to data/history
    "deleted": lambda root: shutil.rmtree(root / "data" / "history"),
    "the catalog is no database": lambda root: (root / "data/history/catalog.sqlite").write_bytes(b"nothing"),
    "the catalog is cut": lambda root: _cut(root / "data/history/catalog.sqlite"),
    "its files are gone": lambda root: [path.unlink() for path in _lake(root)],
    "its files are cut": lambda root: [_cut(path) for path in _lake(root)],
    "two files are swapped": lambda root: _swap(*_lake(root)[:2]),
}
IN_SHORT = ("deleted", "the catalog is cut", "two files are swapped")   # more of the store's own: tests/store


def _lake(root):
    return sorted((root / "data" / "history" / "files").rglob("*.parquet"))


def _cut(path):
    path.write_bytes(path.read_bytes()[:100])


def _swap(one, other):
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


@pytest.mark.parametrize("spoil", [
    pytest.param(spoil, id=why, marks=() if why in IN_SHORT else pytest.mark.long) for why, spoil in HISTORY.items()])
def test_a_damaged_history_is_named_and_made_again(spoilt, made, spoil):
    before = steps.query_history(made, QUESTION)
    assert before.rows
    kept = tiny.times(spoilt)
    spoil(spoilt)
    full = steps.verify(spoilt, full=True)
    is_gone = not (spoilt / "data" / "history").exists()
    assert (full.exit_code, "rebuild" in full.text()) == (0 if is_gone else 1, True)
    if spoil is not HISTORY["two files are swapped"]:   # of those an answer may be wrong: verify --full compares
        assert steps.query_history(spoilt, QUESTION).rows == before.rows
    steps.rebuild_history(spoilt)
    assert steps.query_history(spoilt, QUESTION).rows == before.rows
    assert steps.verify(spoilt, full=True).exit_code == 0
    assert tiny.times(spoilt) == kept, "nothing else is touched"


def test_full_sees_landed_entries_that_the_bytes_received_do_not_give(spoilt, monkeypatch):
    """Digests alone cannot see it: the entries were wrong when they landed."""
    from etl.sources import files as file_source

    assert dict(steps.verify(spoilt, full=True).facts)["pulls parsed again"] == "2"
    honest = file_source.parse_file
    monkeypatch.setattr("etl.steps.made_again.file_source.parse_file",
                        lambda *given: honest(*given).slice(1))
    wrong = steps.verify(spoilt, full=True)
    assert wrong.exit_code == 1
    assert "parsed again, are not the entries" in wrong.text()


ENTRIES = {   # what happens to the entries of a pull
    "flipped": lambda path: path.write_bytes(bytes([*(content := path.read_bytes())[:40], content[40] ^ 1,
                                                    *content[41:]])),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "gone": lambda path: path.unlink(),
    "a link": lambda path: (path.unlink(), path.symlink_to("/dev/null")),
}


@pytest.mark.parametrize("spoil", ENTRIES.values(), ids=ENTRIES)
def test_damaged_entries_are_made_again_from_the_bytes_received(spoilt, spoil):
    """F16: the damaged file goes to quarantine, the same bytes as ever take its place, and the log says so."""
    place = Workspace(spoilt)
    path = sorted((spoilt / "data" / "landing").rglob("entries.parquet"))[0]
    content, times = path.read_bytes(), tiny.times(spoilt)
    spoil(path)
    told = command(spoilt, "verify", "--repair", "--person", "Robin")
    assert told.code == 0, told.facts
    assert "1 of 1 damaged pull(s) made again; 0 finding(s) left" in told.facts
    assert path.read_bytes() == content
    assert not path.is_symlink()
    last = audit_log.read_log(place, tiny.COMPANY)[-1]
    assert (last.type, last.person, last.text("file")) == ("restore", "Robin", path.relative_to(spoilt).as_posix())
    kept = sorted(place.quarantine(tiny.COMPANY).glob("*")) if place.quarantine(tiny.COMPANY).is_dir() else []
    assert [item.relative_to(spoilt).as_posix() for item in kept] == [
        text for text in [last.text("quarantine")] if text]
    assert all(item.is_symlink() or item.read_bytes() != content for item in kept)
    after = tiny.times(spoilt)
    assert {name: after[name] for name in times if name != last.text("file")} == {
        name: time for name, time in times.items() if name != last.text("file")}, "nothing else is touched"
    assert steps.verify(spoilt, full=True).exit_code == 0
    again = command(spoilt, "verify", "--repair")
    assert (again.code, "0 of 0 damaged" in again.facts) == (0, True)


def test_what_cannot_be_made_again_is_left_as_it_is(spoilt, monkeypatch):
    """With the bytes received damaged too, or read otherwise today, or the log broken, only the backup helps."""
    path = sorted((spoilt / "data" / "landing").rglob("entries.parquet"))[0]
    received = next((path.parent / "received").iterdir())
    whole, log = received.read_bytes(), sorted((spoilt / "data" / "audit_log").rglob("*.json"))[1]
    path.write_bytes(b"PAR1")
    received.write_bytes(whole + b"\n")
    assert steps.repair(spoilt).exit_code == 1
    received.write_bytes(whole)
    record = log.read_bytes()
    log.write_bytes(record[:-3])
    assert (steps.repair(spoilt).exit_code, path.read_bytes()) == (1, b"PAR1")
    log.write_bytes(record)
    honest = made_again.parsed_again
    monkeypatch.setattr(import_module("etl.steps.repair"), "parsed_again", lambda *given: honest(*given).slice(1))
    other = steps.repair(spoilt)
    assert (other.exit_code, "reads the file otherwise" in str(other.rows), path.read_bytes()) == (1, True, b"PAR1")
    monkeypatch.undo()
    assert steps.repair(spoilt).exit_code == 0


@pytest.mark.parametrize("name", ["postings", "exceptions", "entries"])
def test_no_command_reads_a_damaged_table_as_figures(spoilt, name):
    """F16: the digest is compared before the file is opened; a flipped bit may read as another figure."""
    path = next((spoilt / "reports").rglob(f"data/{name}.parquet"))
    content = path.read_bytes()
    path.write_bytes(content[:30] + bytes([content[30] ^ 1]) + content[31:])
    asked = {"postings": ["explain", "0001-L-001"], "entries": ["status", "--company", tiny.COMPANY, "--period-end",
             tiny.PERIOD_END.isoformat()], "exceptions": ["exceptions", "list", "--company", tiny.COMPANY,
                                                          "--period-end", tiny.PERIOD_END.isoformat()]}[name]
    told = command(spoilt, *asked)
    assert (told.code, told.problem, told.facts) == (1, "DAMAGE", ""), told
    assert path.name in told.talk
