"""Before a batch goes into the real books: quiet hours and a confirmed backup, where the company asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from etl import steps
from etl.errors import RefusedError, SettingsError
from etl.settings.uploads import Uploads
from etl.steps.run import Run
from etl.store import audit_log
from etl.workspace import Workspace
from tests.faults import tiny
from tests.faults.children import command

PRODUCTION = '\n[uploads]\ngoes_to = "production"\nquiet_hours = "20:00-06:00"\nbackup_hours = 24\n'
NIGHT = datetime(2026, 11, 10, 3, tzinfo=UTC)   # 22:00 in New York


def company(root, more):
    tiny.make_company(root)
    settings = root / "mappings" / tiny.COMPANY / "company.toml"
    settings.write_text(settings.read_text() + more, encoding="utf-8")


def drafted(root):
    run = steps.start(tiny.COMPANY, tiny.PERIOD_END, root, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft, steps.approve_batch):
        assert not step(run).exit_code
    return run


@pytest.mark.capability("C163", "C74")
def test_the_real_books_wait_for_the_night_and_a_backup(tmp_path, monkeypatch):
    root = tmp_path / "w"
    company(root, PRODUCTION)
    now = [datetime(2026, 11, 10, 15, tzinfo=UTC)]   # 10:00 in New York
    monkeypatch.setattr(Run, "now", lambda run: now[0])
    run = drafted(root)

    def code():
        with pytest.raises(RefusedError) as told:
            steps.export(run)
        return told.value.code

    assert code() == "QUIET_HOURS"
    now[0] = NIGHT
    assert code() == "BACKUP_FIRST"
    backup = tmp_path / "books.qbb"
    backup.touch()
    assert command(root, "archive", "confirm-backup", str(backup), "--company", tiny.COMPANY).problem == "BACKUP_FIRST"
    backup.write_bytes(b"the books")
    told = command(root, "archive", "confirm-backup", str(backup), "--company", tiny.COMPANY)
    assert told.code == 0, told
    record = audit_log.read_log(Workspace(root), tiny.COMPANY)[-1]
    assert (record.type, record.body["file"], record.body["bytes"]) == ("books_backup", "books.qbb", 9)
    confirmed = datetime.fromisoformat(record.recorded_at)
    now[0] = datetime.combine(confirmed.date() + timedelta(days=2), time(3), UTC)
    assert code() == "BACKUP_FIRST", "it is too old by then"
    now[0] = datetime.combine(confirmed.date(), time(4), UTC)
    outcome = steps.export(run)
    assert dict(outcome.facts)["uploads go to"] == "the real books"


def test_a_test_company_waits_for_nothing_and_says_so(tmp_path):
    root = tmp_path / "w"
    company(root, '\n[uploads]\ngoes_to = "test"\n')
    outcome = steps.export(drafted(root))
    assert dict(outcome.facts)["uploads go to"] == "a TEST company of the books"


@pytest.mark.parametrize(("more", "word"), [
    ('quiet_hours = "20:00-06:00"', "production"), ('goes_to = "production"\nquiet_hours = "at night"', "20:00-06:00"),
    ('goes_to = "real"', "uploads.goes_to"), ('goes_to = "production"\nbackup_hours = -1', "backup_hours")])
def test_what_cannot_be_meant_is_refused(tmp_path, more, word):
    company(tmp_path / "w", f"\n[uploads]\n{more}\n")
    with pytest.raises(SettingsError) as told:
        steps.start(tiny.COMPANY, tiny.PERIOD_END, tmp_path / "w")
    assert word in told.value.message()


def test_hours_over_midnight_and_within_a_day():
    night, noon = (Uploads(goes_to="production", quiet_hours=text) for text in ("20:00-06:00", "12:00-13:00"))
    assert [night.is_quiet(time(hour)) for hour in (19, 20, 23, 0, 5, 6)] == [False, True, True, True, True, False]
    assert [noon.is_quiet(time(hour)) for hour in (11, 12, 13)] == [False, True, False]
    assert Uploads().is_quiet(time(9))
