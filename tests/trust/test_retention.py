"""Keeping and destroying: by which law until when, two people, legal holds, and what stays for ever."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date, timedelta

import pytest

from etl import steps
from etl.errors import EtlError, RefusedError, SettingsError
from etl.law import retention as law
from etl.law.tables import shipped
from etl.steps import trusted
from etl.steps.keeping import due
from etl.store import audit_log, files, keeping, places, purge
from etl.store.drafts import remove_replaced
from etl.workspace import Workspace
from tests.faults import tiny
from tests.faults.children import command
from tests.store.faults import KillAt, Killed
from tests.trust import office

OWN = """
[[retention.rows]]
record_class = "books"
years = 7
citation = "the firm's adviser"
confirmed_by = "R. Adviser"
"""
LATER = "2034-01-01"   # 2026 and seven years
TWO = steps.Deciders("Robin", "Dana")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three closed weeks, with a pull of each; the company says how long it keeps its books."""
    root = tmp_path_factory.mktemp("kept") / "w"
    workspace = tiny.make_company(root, weeks=3)
    settings = root / "mappings" / tiny.COMPANY / "company.toml"
    settings.write_text(settings.read_text() + OWN, encoding="utf-8")
    inbox = workspace.inbox(tiny.COMPANY) / "time.csv"
    everything = inbox.read_bytes()
    for turn in range(3):
        inbox.write_bytes(everything.replace(b"Web,Code", b"Web,Code", 1) if turn == 0 else
                          everything + f"extra-{turn},ann@tiny.example,Web,Code,2026-11-{2 + 7 * turn:02d} 18:00:00,"
                          "1:00:00,Yes\r\n".encode())
        assert tiny.week(root, tiny.PERIOD_END + timedelta(weeks=turn)).exit_code == 0
    return root


@pytest.fixture
def root(made, tmp_path):
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


@pytest.mark.capability("C103")
def test_every_row_of_law_has_its_citation_and_the_longest_counts():
    """Law as data: a class, a span, a source; a state's rows and the federal ones, and the company's own."""
    rows = list(csv.DictReader(io.StringIO(shipped("retention.csv"))))
    assert len(rows) == len({row["rule_id"] for row in rows}) == len(law.kept_rules())
    today = date(2026, 11, 27)
    assert law.longest({"US"}, "time", today)[0].rule_id == "us_flsa_time"
    assert law.longest({"US", "US-NY", "US-CA"}, "time", today)[0].rule_id == "us_ny_time"
    assert law.longest({"US-TX"}, "payroll", today)[0].months == 36, "a state that was not looked up: the federal rule"
    assert law.longest({"US", "XX"}, "time", today)[1] == ["XX"]
    assert law.longest({"GB"}, "payroll", date(2020, 1, 1))[1] == ["GB"], "not yet in force"
    short = law.Kept("own_time", "*", "time", 12, "", "ours", "company", date(1900, 1, 1), date(9999, 12, 31))
    assert law.longest({"US"}, "time", today, [short])[0].months == 24, "a company never keeps less than the law asks"
    assert law.kept_until(date(2026, 1, 1), 24) == law.kept_until(date(2026, 12, 31), 24) == date(2028, 12, 31)


def test_a_table_that_says_nothing_usable_is_refused():
    text = shipped("retention.csv").replace("us_flsa_time,US-FED,time,24", "us_flsa_time,US-FED,tyme,2y")
    with pytest.raises(SettingsError, match="tyme"):
        law.read_retention(text)


def test_what_no_rule_covers_is_not_destroyed(tmp_path):
    """Missing, not silent: the law library has no row for books in the United States."""
    tiny.make_company(tmp_path / "w")
    tiny.week(tmp_path / "w")
    outcome = steps.retention(tmp_path / "w", tiny.COMPANY, "2099-01-01")
    assert "no rule known for books in US" in outcome.text()
    assert "0 may be destroyed" in outcome.title
    with pytest.raises(RefusedError) as told:
        steps.propose_purge(tiny.COMPANY, "why", TWO, day="2099-01-01", workspace=tmp_path / "w")
    assert told.value.code == "NOTHING_DUE"


def test_the_day_counts(root):
    assert [one.why for one in due(Workspace(root), tiny.COMPANY, date(2033, 12, 31)) if one.item.kind == "batch"] == [
        "own_books, the firm's adviser; confirmed by R. Adviser"] * 3
    ready = [one.item.kind for one in due(Workspace(root), tiny.COMPANY, date(2034, 1, 1)) if not one.why]
    assert ready.count("batch") == ready.count("evidence") == 3
    assert "0 may be destroyed" in steps.retention(root, tiny.COMPANY, "2027-01-01").title


def purged(root, day=LATER):
    return steps.propose_purge(tiny.COMPANY, "their time has passed", TWO, day=day, workspace=root)


@pytest.mark.capability("C103", "M10")
def test_what_is_destroyed_leaves_its_digests_and_a_green_verify(root):
    place = Workspace(root)
    batch = next((root / "reports").rglob("batch-0001"))
    digests = {path.name: files.sha256_file(path) for path in batch.iterdir() if path.is_file()}
    outcome = purged(root)
    assert "destroyed by Robin and Dana" in outcome.title
    assert not batch.exists()
    record = audit_log.read_log(place, tiny.COMPANY)[-1]
    assert (record.type, record.body["persons"]) == ("purge", ["Robin", "Dana"])
    assert any("FLSA" in basis or "adviser" in basis for basis in record.body["basis"])
    item = next(item for item in keeping.items(record) if item["place"].endswith("batch-0001"))
    assert {file["path"]: file["sha256"] for file in item["files"]}.items() >= digests.items()
    checked = steps.verify(root, full=True)
    assert checked.exit_code == 0, checked.text()
    assert "destroyed on purpose" in dict(checked.facts), checked.text()
    assert "destroyed on purpose" in steps.status(root, tiny.COMPANY).text()
    assert steps.query_history(root, "select count(*) as n from batches").rows == (("0",),)
    told = command(root, "exceptions", "list", "--company", tiny.COMPANY, "--period-end", "2026-11-08")
    assert (told.code, told.problem) == (1, "PURGED")
    assert command(root, "week", "--company", tiny.COMPANY, "--period-end", "2026-11-08", "--no-notebooks").code == 1
    with pytest.raises(RefusedError):
        purged(root)
    assert steps.verify(root).exit_code == 0


def test_the_newest_pull_and_cross_references_stay_and_the_next_week_runs(root):
    place = Workspace(root)
    purged(root)
    assert len(list((place.landing(tiny.COMPANY) / "pulls").iterdir())) == 1
    assert len(list((place.landing(tiny.COMPANY) / "mappings").iterdir())) == 1
    _, *later = _calendar(root, 4)
    assert tiny.week(root, later[-1]).exit_code == 0
    assert steps.verify(root, full=True).exit_code == 0


def _calendar(root, weeks):
    """The company's calendar for some weeks more, and an entry in each."""
    mondays = [tiny.FIRST_MONDAY + timedelta(weeks=week) for week in range(weeks)]
    path = root / "mappings" / tiny.COMPANY / "pay_calendar.csv"
    last = mondays[-1]
    with path.open("a", encoding="utf-8") as file:
        file.write(f"weekly,weekly,{last},{last + timedelta(days=6)},{last + timedelta(days=8)} 12:00,"
                   f"{last + timedelta(days=11)},monday\n")
    inbox = Workspace(root).inbox(tiny.COMPANY) / "time.csv"
    inbox.write_bytes(inbox.read_bytes() + f"new,ann@tiny.example,Web,Code,{last} 08:00:00,4:00:00,Yes\r\n".encode())
    return [monday + timedelta(days=6) for monday in mondays]


def test_a_run_that_died_while_it_destroyed_is_finished_by_the_next(root, monkeypatch):
    """At every step: nothing is gone without a record, and with one everything goes."""
    place, tried = Workspace(root), 0
    base = root.parent / "base"
    shutil.copytree(root, base)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    for k in (*range(0, 40, 5), 60, 90):
        shutil.rmtree(root)
        shutil.copytree(base, root)
        before = tiny.names(root)
        try:
            with files.watched(KillAt(k)):
                purged(root)
            break
        except Killed:
            tried += 1
        is_recorded = audit_log.read_log(place, tiny.COMPANY)[-1].type == "purge"
        if not is_recorded:
            assert [name for name in before if name not in tiny.names(root)] == [], k
            continue
        assert steps.verify(root).exit_code == 0, k
        from etl.store.recovery import recover

        recover(place, tiny.COMPANY)
        assert not [item for item in keeping.purged(audit_log.read_log(place, tiny.COMPANY)) if (root / item).exists()]
        assert steps.verify(root).exit_code == 0, k
    assert tried > 5


@pytest.mark.parametrize(("by", "code"), [
    (steps.Deciders("Robin"), "TWO_NEEDED"), (steps.Deciders("Robin", "Robin"), "TWO_NEEDED"),
    (steps.Deciders("Robin", "  "), "TWO_NEEDED")])
def test_nobody_destroys_or_holds_alone(root, by, code):
    for ask in (lambda: steps.propose_purge(tiny.COMPANY, "why", by, day=LATER, workspace=root),
                lambda: steps.propose_hold(tiny.COMPANY, "why", by, workspace=root)):
        with pytest.raises(RefusedError) as told:
            ask()
        assert told.value.code == code
    with pytest.raises(SettingsError) as said:
        steps.propose_purge(tiny.COMPANY, " ", TWO, day=LATER, workspace=root)
    assert said.value.code == "REASON_MISSING"


def test_nothing_is_destroyed_over_damage(root):
    path = next((root / "reports").rglob("batch-0002/data/entries.parquet"))
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(RefusedError) as told:
        purged(root)
    assert told.value.code == "DAMAGE_FIRST"


@pytest.mark.capability("C103")
def test_under_a_hold_nothing_goes_by_whatever_way(root):
    """Five ways of deleting: purge, what was set apart, replaced drafts, a start's sweep, a restore over it."""
    place = Workspace(root)
    held = steps.propose_hold(tiny.COMPANY, "a claim of Ann", TWO, span=("2026-11-09", "2026-11-15"), people=["E1"],
                              workspace=root)
    number = audit_log.read_log(place, tiny.COMPANY)[-1].number
    assert f"legal hold {number}" in held.title
    assert "a claim of Ann" in steps.status(root, tiny.COMPANY).text()
    staying = {one.item.day: one.why for one in due(place, tiny.COMPANY, date(2034, 1, 1)) if one.item.kind == "batch"}
    assert staying[date(2026, 11, 15)].startswith(f"hold {number}")
    assert staying[date(2026, 11, 8)] == ""
    purged(root)
    assert (root / "reports" / tiny.COMPANY / "2026-11-15" / "batch-0002").is_dir()
    assert not (root / "reports" / tiny.COMPANY / "2026-11-08" / "batch-0001").exists()
    apart = places.set_apart(place, tiny.COMPANY, "000001-x", b"place\n", date(2026, 11, 20))
    steps.pull(steps.start(tiny.COMPANY, tiny.PERIOD_END + timedelta(weeks=2), root))
    assert apart.exists()
    assert remove_replaced(place, tiny.COMPANY, audit_log.read_log(place, tiny.COMPANY)) == []
    with pytest.raises(SettingsError):
        steps.restore_archive(str(root), root)
    with pytest.raises(RefusedError):
        purged(root)
    with pytest.raises(RefusedError) as told:
        steps.propose_release(tiny.COMPANY, 1, "settled", TWO, workspace=root)
    assert told.value.code == "HOLD_UNKNOWN"
    steps.propose_release(tiny.COMPANY, number, "settled", TWO, workspace=root)
    assert keeping.holds(audit_log.read_log(place, tiny.COMPANY)) == []
    purged(root)
    assert not (root / "reports" / tiny.COMPANY / "2026-11-15" / "batch-0002").exists()


def test_a_purge_record_removes_nothing_outside_the_company(root, tmp_path):
    """A record written by somebody who is able to write to the disk."""
    place = Workspace(root)
    (tmp_path / "victim").mkdir()
    for target in ("../victim", "data/audit_log/" + tiny.COMPANY, "mappings/" + tiny.COMPANY, "/etc",
                   f"reports/{tiny.COMPANY}/../../../victim"):
        audit_log.append(place, tiny.COMPANY, "purge", {"items": [{"place": target, "files": []}]}, person="x",
                         now=steps.start(tiny.COMPANY, tiny.PERIOD_END, root).now())
    assert purge.finish_purges(place, tiny.COMPANY, audit_log.read_log(place, tiny.COMPANY)) == []
    assert (tmp_path / "victim").is_dir()
    assert place.audit_log(tiny.COMPANY).is_dir()


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """An office with one closed, signed week that keeps its books seven years."""
    desk = office.make(tmp_path_factory.mktemp("office"))
    settings = desk.place.mappings(office.COMPANY) / "company.toml"
    settings.write_text(settings.read_text() + OWN, encoding="utf-8")
    with desk.at_work():
        desk.draft()
        desk.approve()
        desk.export()
        for step in (steps.reconcile, steps.close):
            assert not step(desk.run("olga")).exit_code
    return desk


@pytest.fixture
def desk(signed, tmp_path):
    copy = signed.copy(tmp_path / "office")
    with copy.at_work():
        yield copy


def propose(desk, person="ada", file="purge.json"):
    return steps.propose_purge(office.COMPANY, "time has passed", steps.Deciders(person, file=desk.root / file),
                               day=LATER, workspace=desk.place.root)


def code_of(ask):
    with pytest.raises(EtlError) as told:
        ask()
    return told.value.code


def test_two_people_sign_and_one_is_an_administrator(desk):
    first = propose(desk)
    assert "1 more must sign" in first.title
    assert list(desk.place.batch_folder(office.COMPANY, office.ENDS[0], 1).iterdir())
    file = desk.root / "purge.json"
    again = steps.sign_keeping(file, person="ada", workspace=desk.place.root)
    assert "1 more must sign" in again.title, "one person twice counts once"
    for person, code in (("dana", "NOT_PERMITTED"), ("olga", "NOT_PERMITTED"), ("nobody", "KEY_MISSING")):
        assert code_of(lambda: steps.sign_keeping(file, person=person, workspace=desk.place.root)) == code  # noqa: B023
    done = steps.sign_keeping(file, person="cleo", workspace=desk.place.root)
    assert "destroyed by ada and cleo" in done.title
    outcome = steps.verify(desk.place.root, full=True)
    assert outcome.exit_code == 0, outcome.text()
    assert trusted.SIGNED in desk.last("purge").body
    assert code_of(lambda: steps.sign_keeping(file, person="ben", workspace=desk.place.root)) == "STATEMENT_USED"


def test_a_hold_between_two_signatures_stops_the_purge(desk):
    propose(desk)
    steps.propose_hold(office.COMPANY, "a claim", steps.Deciders("ada", file=desk.root / "hold.json"),
                       workspace=desk.place.root)
    steps.sign_keeping(desk.root / "hold.json", person="ben", workspace=desk.place.root)
    file = desk.root / "purge.json"
    assert code_of(lambda: steps.sign_keeping(file, person="ben", workspace=desk.place.root)) == "HELD"
    assert desk.place.batch_folder(office.COMPANY, office.ENDS[0], 1).is_dir()


def test_who_may_not_propose(desk):
    assert code_of(lambda: propose(desk, "dana")) == "NOT_PERMITTED"
    assert code_of(lambda: propose(desk, "olga")) == "NOT_PERMITTED"
    assert code_of(lambda: steps.propose_hold(office.COMPANY, "x", steps.Deciders("ada"), workspace=desk.place.root)
                   ) == "TWO_NEEDED"


def test_a_purge_that_nobody_signed_is_damage(desk):
    """Whoever can write the disk can write a record; verify says that nobody signed it."""
    folder = desk.place.batch_folder(office.COMPANY, office.ENDS[0], 1)
    desk.append("purge", {"items": [{"place": folder.relative_to(desk.place.root).as_posix(), "files": []}]}, "ada")
    outcome = steps.verify(desk.place.root)
    assert outcome.exit_code == 1
    assert "is not signed" in outcome.text() or "no signed" in outcome.text()


@pytest.mark.capability("C101")
def test_a_purge_reaches_the_backups_by_two_people(root, tmp_path):
    """Which snapshots still hold it is told, and none is restored; let go, they are gone and the rest is whole."""
    place, kept = Workspace(root), str(tmp_path / "backup")
    for _ in range(2):
        steps.create_archive(kept, workspace=root)
    with pytest.raises(RefusedError) as told:
        steps.propose_expiry(tiny.COMPANY, kept, "nothing was destroyed yet", TWO, workspace=root)
    assert told.value.code == "NOTHING_DUE"
    victim = next((root / "reports").rglob("batch-0001")) / "manifest.json"
    digest = files.sha256_file(victim)
    facts = dict(purged(root).facts)
    assert facts[f"backup {kept}"] == "snapshot(s) 1, 2 still hold what was destroyed"
    for number in (1, None):
        with pytest.raises(RefusedError) as told:
            steps.restore_archive(kept, tmp_path / "new", snapshot=number)
        assert told.value.code == "RESTORE_PURGED"
    assert not (tmp_path / "new").exists()
    assert steps.drill(kept, certificate=tmp_path / "c.json").exit_code == 1
    with pytest.raises(RefusedError) as told:
        steps.propose_expiry(tiny.COMPANY, kept, "its time", TWO, workspace=root)
    assert told.value.code == "BACKUP_NEWEST"
    steps.create_archive(kept, workspace=root)
    assert [row[-1] > 0 for row in steps.snapshots(kept).rows] == [True, True, False]
    hold = steps.propose_hold(tiny.COMPANY, "a claim", TWO, workspace=root)
    with pytest.raises(RefusedError) as told:
        steps.propose_expiry(tiny.COMPANY, kept, "its time", TWO, workspace=root)
    assert (told.value.code, "a claim" in str(told.value)) == ("HELD", True)
    steps.propose_release(tiny.COMPANY, int(hold.title.split()[2]), "settled", TWO, workspace=root)
    with pytest.raises(RefusedError) as told:
        steps.propose_expiry(tiny.COMPANY, kept, "its time", steps.Deciders("Robin"), workspace=root)
    assert told.value.code == "TWO_NEEDED"
    told = command(root, "archive", "expire", kept, "--company", tiny.COMPANY, "--reason", "its time", "--person",
                   "Robin", "--second", "Dana")
    assert (told.code, "2 snapshot(s) let go" in told.facts) == (0, True), told
    record = audit_log.read_log(place, tiny.COMPANY)[-1]
    assert (record.type, record.body["persons"], len(record.body["snapshots"])) == (
        "backups_let_go", ["Robin", "Dana"], 2)
    assert [row[0] for row in steps.snapshots(kept).rows] == [3]
    assert not list((tmp_path / "backup").rglob(digest)), "the content is gone from the backup too"
    restored = steps.restore_archive(kept, tmp_path / "new")
    assert restored.exit_code == 0, restored.text()
    assert steps.verify(root).exit_code == 0


def test_a_note_of_a_purge_that_was_changed_stops_every_restore(root, tmp_path):
    kept = tmp_path / "backup"
    steps.create_archive(str(kept), workspace=root)
    purged(root)
    note = next((kept / "purges").iterdir())
    note.write_bytes(note.read_bytes().replace(b"files", b"Files"))
    with pytest.raises(EtlError) as told:
        steps.restore_archive(str(kept), tmp_path / "new")
    assert (told.value.code, note.name in told.value.where) == ("DAMAGE", True)
    assert "not told (DAMAGE)" in str(steps.backup_expiry.told_to_backups(
        Workspace(root), tiny.COMPANY, audit_log.read_log(Workspace(root), tiny.COMPANY)))
