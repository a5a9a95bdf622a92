"""Backups of a workspace: the record and nothing else, proven by digest, brought back to the same head; the drill."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
from datetime import timedelta

import pytest
from moto.server import ThreadedMotoServer

from etl import steps
from etl.errors import DamageError, SettingsError, StoreError
from etl.steps.drill import _asked as asked_of
from etl.steps.drill import newest_drill
from etl.store import audit_log, backup, vault
from etl.strict_json import load
from etl.workspace import PEOPLE_LOG, Workspace
from tests.faults import tiny
from tests.faults.children import command
from tests.trust import office

SEED = 20261108


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two closed weeks of a practice company, and their backup."""
    base = tmp_path_factory.mktemp("archive")
    tiny.make_company(base / "w", weeks=2)
    for turn in range(2):
        assert tiny.week(base / "w", tiny.PERIOD_END + timedelta(weeks=turn)).exit_code == 0
    (base / "w" / "mappings" / tiny.COMPANY / "private" / "tracker.secret").write_text("canary-secret")
    outcome = steps.create_archive(str(base / "backup"), workspace=base / "w")
    assert "snapshot 1 of 1 company" in outcome.title
    return base


@pytest.fixture
def kept(made, tmp_path):
    """A backup to be spoiled."""
    shutil.copytree(made / "backup", tmp_path / "backup")
    return tmp_path / "backup"


def paths(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.mark.capability("C99", "C100")
def test_a_backup_is_the_record_and_not_the_history(made):
    """F27: never the live history; no secret, no scratch; the logs up to their pinned ends."""
    found = backup.find(vault.open_vault(str(made / "backup")))
    listed = {str(one["path"]) for one in found.files}
    assert {path for path in listed if path.startswith("data/audit_log")} == {
        f"data/audit_log/{tiny.COMPANY}/{n:08d}.json" for n in range(1, found.heads[tiny.COMPANY]["number"] + 1)}
    assert {path.split("/")[1] for path in listed if path.startswith("data/")} == {"audit_log", "landing"}
    assert listed == {path for path in paths(made / "w") if path in listed}
    everything = {path for path in paths(made / "w") if path.startswith(("reports/", "mappings/", "data/landing/"))}
    assert everything - listed == {f"mappings/{tiny.COMPANY}/private/tracker.secret"}
    assert not any(b"canary-secret" in path.read_bytes() for path in (made / "backup").rglob("*") if path.is_file())
    last = audit_log.read_log(Workspace(made / "w"), tiny.COMPANY)[-1]
    assert (last.type, last.body["snapshot"]) == ("backup", found.name)


def test_a_second_backup_copies_what_is_new(kept, made, tmp_path):
    shutil.copytree(made / "w", tmp_path / "w")
    again = steps.create_archive(str(kept), workspace=tmp_path / "w", is_full=True)
    assert again.title.endswith(" 1 new"), again.title   # the record of the first backup
    assert "all" in dict(again.facts)["read back"]
    assert [number for number, _ in vault.snapshots(vault.open_vault(str(kept)))] == [1, 2]


@pytest.mark.capability("C101")
def test_what_is_restored_is_the_workspace(made, tmp_path):
    """R32: the same head, clean, private, and a week goes on from there."""
    outcome = steps.restore_archive(str(made / "backup"), tmp_path / "new")
    assert outcome.exit_code == 0, outcome.text()
    found = backup.find(vault.open_vault(str(made / "backup")))
    names = [str(one["path"]) for one in found.files]
    assert [(tmp_path / "new" / name).read_bytes() for name in names] == [
        (made / "w" / name).read_bytes() for name in names]
    head = audit_log.read_log(Workspace(tmp_path / "new"), tiny.COMPANY)[-1]
    assert (head.number, head.digest) == tuple(found.heads[tiny.COMPANY][key] for key in ("number", "digest"))
    for path in (tmp_path / "new").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert not mode & 0o077 or "history" in path.parts, f"{path}: {mode:o}"
    shutil.copytree(made / "w" / "data" / "inbox", tmp_path / "new" / "data" / "inbox")
    assert tiny.week(tmp_path / "new", tiny.PERIOD_END).exit_code == 0, "nothing has changed, and it says so"
    with pytest.raises(SettingsError) as told:
        steps.restore_archive(str(made / "backup"), tmp_path / "new")
    assert told.value.code == "RESTORE_PLACE"


def test_one_byte_of_a_backup_is_enough(kept, tmp_path):
    """Every object and snapshot: restoring names it, and nothing half-restored passes for a workspace."""
    chance = random.Random(SEED)
    objects = sorted((kept / "objects").rglob("*"))
    files = [path for path in objects if path.is_file()]
    for turn, path in enumerate([*chance.sample(files, 3), *sorted((kept / "snapshots").iterdir())]):
        content = path.read_bytes()
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1:])
        with pytest.raises(DamageError) as told:
            steps.restore_archive(str(kept), tmp_path / str(turn))
        assert path.name in told.value.where
        path.write_bytes(content)
    files[0].unlink()
    with pytest.raises(DamageError) as told:
        steps.restore_archive(str(kept), tmp_path / "gone")
    assert files[0].name in told.value.where


def test_a_snapshot_names_nothing_outside(kept, tmp_path):
    name = next((kept / "snapshots").iterdir())
    said = load(name.read_bytes())
    for path in ("../evil", "/etc/evil", "a/../../evil", "C:/evil", "a\\..\\evil"):
        said["files"][0]["path"] = path
        content = json.dumps(said).encode()
        vault.add_snapshot(vault.open_vault(str(kept)), content)
        with pytest.raises(DamageError):
            steps.restore_archive(str(kept), tmp_path / "new")
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize(("place", "code"), [
    ("", "BACKUP_PLACE"), ("ftp://host/x", "BACKUP_PLACE"), ("s3://key:secret@bucket/x", "BACKUP_PLACE"),
    ("s3://bucket/x?scheme=http&endpoint_override=storage.example.com", "BACKUP_PLACE"),
    ("s3://bucket/x?access_key=AKIACANARY", "BACKUP_PLACE"), ("{root}/inside", "BACKUP_PLACE")])
def test_places_where_no_backup_goes(made, place, code):
    with pytest.raises(SettingsError) as told:
        steps.create_archive(place.format(root=made / "w"), workspace=made / "w")
    assert told.value.code == code
    assert "secret" not in told.value.message()


def test_an_empty_place_is_no_backup(tmp_path):
    with pytest.raises(SettingsError) as told:
        steps.restore_archive(str(tmp_path / "none"), tmp_path / "new")
    assert told.value.code == "BACKUP_MISSING"
    (tmp_path / "other" / "snapshots").mkdir(parents=True)
    vault.add_snapshot(vault.open_vault(str(tmp_path / "other")), b'{"format": 99}\n')
    with pytest.raises(SettingsError) as told:
        steps.restore_archive(str(tmp_path / "other"), tmp_path / "new")
    assert told.value.code == "BACKUP_FORMAT"


@pytest.mark.capability("C102", "M10")
def test_the_drill_passes_and_prints_its_certificate(made, tmp_path):
    found = backup.find(vault.open_vault(str(made / "backup")))
    end = found.heads[tiny.COMPANY]
    told = command(tmp_path, "archive", "drill", str(made / "backup"), "--anchor",
                   f"{tiny.COMPANY}:{end['number']}:{end['digest'][:16]}", "--certificate", str(tmp_path / "c.json"),
                   "--person", "Robin")
    assert told.code == 0, told.facts + told.talk
    said = json.loads((tmp_path / "c.json").read_text())
    assert (said["result"], said["by"], len(said["checks"])) == ("passed", "Robin", 10)
    assert all(check["passed"] for check in said["checks"])
    answers = {check["question"]: check["answer"] for check in said["checks"]}
    assert answers["batches made again from what was received"].startswith("2 batch(es)")
    assert answers["totals of the history are those of the batches"] == "2 of 2 batch(es) equal"
    assert "restore drill passed" in told.facts
    assert newest_drill(Workspace(tmp_path), tiny.COMPANY) is None, "no workspace of ours to tell"


def test_the_agenda_knows_the_newest_drill(made, kept, tmp_path):
    shutil.copytree(made / "w", tmp_path / "w")
    next(path for path in (kept / "objects").rglob("*") if path.is_file()).write_bytes(b"rotten")
    for source, passed in ((kept, False), (made / "backup", True)):
        outcome = steps.drill(str(source), certificate=tmp_path / "certificate.json", workspace=tmp_path / "w")
        assert (outcome.exit_code == 0) is passed, outcome.text()
        day, was = newest_drill(Workspace(tmp_path / "w"), tiny.COMPANY)
        assert was is passed
        told = f"newest: {day}{'' if passed else ', FAILED'})"
        assert told in steps.agenda(tmp_path / "w", tiny.COMPANY, day=day).text()


def test_a_drill_that_fails_says_where(kept, tmp_path):
    victim = next(path for path in sorted((kept / "objects").rglob("*")) if path.is_file())
    victim.write_bytes(b"x" + victim.read_bytes())
    outcome = steps.drill(str(kept), certificate=tmp_path / "c.json")
    assert outcome.exit_code == 1
    assert json.loads((tmp_path / "c.json").read_text())["result"] == "FAILED"
    assert victim.name in outcome.text()


def test_a_drill_with_a_note_that_does_not_fit_fails(made, tmp_path):
    place = vault.open_vault(str(made / "backup"))
    asked = asked_of(place, backup.find(place), tmp_path / "w", [f"{tiny.COMPANY}:3:{'0' * 16}"])
    restored, verified = next(asked), next(asked)
    assert (restored.passed, verified.passed) == (True, False)
    assert verified.question == "every byte, chain, signature and invariant"


def test_people_and_signatures_come_back(tmp_path):
    """A signed week: after the restore the list is proven and the approval still holds."""
    desk = office.make(tmp_path / "office")
    with desk.at_work():
        desk.draft()
        desk.approve()
        desk.export()
        steps.create_archive(str(tmp_path / "backup"), person="olga", workspace=desk.place.root)
        with pytest.raises(Exception, match="may not back up"):
            steps.create_archive(str(tmp_path / "backup"), person="cleo", workspace=desk.place.root)
    steps.restore_archive(str(tmp_path / "backup"), tmp_path / "new")
    outcome = steps.verify(tmp_path / "new", full=True)
    assert outcome.exit_code == 0
    assert f"{PEOPLE_LOG}:" in dict(outcome.facts)["audit log"]
    keys = [path for path in (tmp_path / "backup").rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert keys == []


@pytest.mark.capability("C100")
def test_a_close_takes_a_snapshot_where_a_place_is_named(tmp_path):
    """The close stands in it; a place that cannot be reached is told, recorded and shown until there is a backup."""
    place = tiny.make_company(tmp_path / "w", weeks=2)
    settings = place.mappings(tiny.COMPANY) / "company.toml"
    text = settings.read_text()
    (tmp_path / "taken").write_text("a file, no folder")
    settings.write_text(text + f'[retention]\nbackup = "{tmp_path / "taken"}"\n')
    outcome = tiny.week(place.root)
    assert outcome.exit_code == 0
    records = audit_log.read_log(place, tiny.COMPANY)
    assert [record.type for record in records[-2:]] == ["close", "backup_failed"]
    assert "none since the close of 2026-11-08: " in dict(steps.status(place.root).facts)[f"{tiny.COMPANY}: backup"]
    settings.write_text(text + f'[retention]\nbackup = "{tmp_path / "backup"}"\n')
    assert tiny.week(place.root, tiny.PERIOD_END + timedelta(weeks=1)).exit_code == 0
    records = audit_log.read_log(place, tiny.COMPANY)
    assert [record.type for record in records[-2:]] == ["close", "backup"]
    assert f"{tiny.COMPANY}: backup" not in dict(steps.status(place.root).facts)
    found = backup.find(vault.open_vault(str(tmp_path / "backup")))
    assert found.heads[tiny.COMPANY] == {"number": records[-2].number, "digest": records[-2].digest}
    assert steps.verify(place.root).exit_code == 0


@pytest.fixture(scope="module")
def bucket():
    """A bucket of an S3-compatible server on this machine."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    import boto3

    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket="keep")
    yield f"s3://keep/books?endpoint_override=127.0.0.1:{port}&scheme=http"
    server.stop()
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


@pytest.mark.capability("C130")
def test_a_bucket_keeps_it_as_a_folder_does(made, bucket, tmp_path):
    shutil.copytree(made / "w", tmp_path / "w")
    outcome = steps.create_archive(bucket, workspace=tmp_path / "w", is_full=True)
    assert dict(outcome.facts)["lies in"] == "s3://keep/books"
    restored = steps.restore_archive(bucket, tmp_path / "new")
    assert restored.exit_code == 0, restored.text()
    assert paths(tmp_path / "w" / "reports") == paths(tmp_path / "new" / "reports")
    place = vault.open_vault(bucket)
    name = sorted(place.names("objects"))[0]
    place.remove(name)
    place.remove(name)
    assert name not in place.names("objects")
    with pytest.raises(StoreError, match="The bucket refused") as caught:
        steps.create_archive(bucket.replace("keep", "nobodys"), workspace=tmp_path / "w")
    assert caught.value.code == "BACKUP_REFUSED"
