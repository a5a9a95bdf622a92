"""Secrets are found by name and shown nowhere; calls are counted by all processes together; estimates hold."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import time
from datetime import UTC, date, datetime

import pytest

from etl import steps
from etl.errors import SettingsError, SourceError
from etl.sandbox.server.serving import PracticeServer
from etl.settings import Quota
from etl.sources.calls import RealClock
from etl.sources.quota import Shared, binding, most_seconds
from etl.trust.secrets import Secret, Whose, age_remark, find_secret, from_keyring, to_keyring
from tests.trackers import practice
from tests.trackers.practice import SECRET, Clock


def whose(tmp_path, name="my-tracker"):
    return Whose("acme", name, tmp_path)


@pytest.mark.capability("C119")
def test_a_secret_does_not_show_itself():
    secret = Secret(SECRET, "a test")
    assert all(SECRET not in shown for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>40}"))
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert secret.opened() == SECRET


def test_the_environment_comes_first_then_the_private_file(tmp_path):
    file = tmp_path / "my-tracker.secret"
    file.touch(0o600)
    file.write_text("from the file\n")
    assert find_secret(whose(tmp_path), {"TIMEBOOKS_SECRET_MY_TRACKER": "from outside"}).opened() == "from outside"
    found = find_secret(whose(tmp_path), {})
    assert (found.opened(), found.since) == ("from the file", datetime.now(UTC).date())


@pytest.mark.capability("C119")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    file = tmp_path / "my-tracker.secret"
    file.write_text(SECRET)
    file.chmod(mode)
    with pytest.raises(SettingsError) as caught:
        find_secret(whose(tmp_path), {})
    assert caught.value.code == "SECRET_OPEN"
    assert SECRET not in caught.value.message()


@pytest.mark.parametrize("content", [
    b"", b"\n", b"two\nlines", b"\xff\xfe", b"tab\there", "tökén".encode(), b"x" * 9000])
def test_what_is_no_token_is_refused(tmp_path, content):
    file = tmp_path / "my-tracker.secret"
    file.touch(0o600)
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        find_secret(whose(tmp_path), {})
    assert caught.value.code == "SECRET_UNREADABLE"


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text(SECRET)
    (tmp_path / "my-tracker.secret").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="cannot be read"):
        find_secret(whose(tmp_path), {})


def test_a_missing_secret_names_the_places(tmp_path):
    with pytest.raises(SettingsError) as caught:
        find_secret(whose(tmp_path), {})
    assert caught.value.code == "SECRET_MISSING"
    for place in ("TIMEBOOKS_SECRET_MY_TRACKER", "mappings/acme/private/my-tracker.secret", "keyring set timebooks"):
        assert place in caught.value.fix


def test_a_machine_without_a_keyring_keeps_no_secret_elsewhere(monkeypatch):
    from keyring.backends import fail

    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    with pytest.raises(SettingsError) as caught:
        to_keyring("acme/my-tracker", Secret(SECRET, "a test"))
    assert caught.value.code == "KEYRING_MISSING"
    assert SECRET not in caught.value.message()
    assert from_keyring("acme/my-tracker") == ""


@pytest.mark.capability("C119")
def test_old_secrets_are_remarked_before_they_are_due():
    secret = Secret("x", "the keyring")
    made = date(2026, 1, 1)
    assert age_remark(secret, made, 90, date(2026, 3, 1)) == ""
    assert "is to be replaced by 2026-04-01" in age_remark(secret, made, 90, date(2026, 3, 20))
    assert "was to be replaced by 2026-04-01" in age_remark(secret, made, 90, date(2026, 4, 2))
    assert "set secret_since" in age_remark(secret, None, 90, date(2026, 4, 2))


def test_turns_wait_for_the_window_to_pass(tmp_path):
    clock, turns = Clock(), Shared(tmp_path, "an account", [Quota(calls=3, seconds=10)])
    began = clock.monotonic()
    assert [turns.take(clock, 100.0) for _ in range(7)] == [0.0] * 7
    assert 20 <= clock.monotonic() - began < 21, "three at once, three after ten seconds, one after twenty"
    turns.take(clock, 100.0)
    turns.take(clock, 100.0)
    assert 9 < turns.take(clock, 0.5) <= 10.1, "the tenth is told how long it would have to wait"
    turns.close()


def _take(folder, results, count):
    turns = Shared(folder, "an account", [Quota(calls=4, seconds=1)])
    for _ in range(count):
        turns.take(RealClock(), 60.0)
        results.put(time.time())
    turns.close()


def test_processes_share_the_quota_of_an_account(tmp_path):
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=_take, args=(tmp_path, results, 3)) for _ in range(3)]
    for worker in workers:
        worker.start()
    taken = sorted(results.get(timeout=60) for _ in range(9))
    for worker in workers:
        worker.join(60)
    for fifth, first in zip(taken[4:], taken, strict=False):
        assert fifth - first > 0.85, "five turns within a second"


def test_a_count_of_calls_that_is_damaged_is_told_with_its_place(tmp_path):
    turns = Shared(tmp_path, "an account", [Quota(calls=4, seconds=1)])
    turns.take(Clock(), 1.0)
    turns.close()
    for file in tmp_path.glob("*.sqlite*"):
        file.write_bytes(b"no database" * 500)
    with pytest.raises(SourceError) as caught:
        Shared(tmp_path, "an account", [Quota(calls=4, seconds=1)]).take(Clock(), 1.0)
    assert (caught.value.code, caught.value.where) == ("QUOTA_FILE", str(tmp_path))


@pytest.mark.capability("C54")
def test_quotas_that_never_bind_are_left_out():
    quotas = [Quota(calls=30, seconds=3600), Quota(calls=1, seconds=1), Quota(calls=100, seconds=60)]
    assert [(quota.calls, quota.seconds) for quota in binding(quotas)] == [(1, 1), (30, 3600)]
    assert most_seconds(61, quotas) == 7200


@pytest.mark.capability("C54", "C55")
@pytest.mark.parametrize("source", practice.SOURCES)
def test_the_estimate_is_what_a_pull_without_faults_asks(tmp_path, source):
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source, page_size=7)
        practice.pull(workspace)
        asked = len(server.asked)
        outcome = steps.estimate(practice.start(workspace))
        assert len(server.asked) == asked, "an estimate asks nothing"
    calls = int(outcome.as_json()["rows"][0]["calls"])
    empty_lists_asked_twice = {"toggl": 1, "clockify": 4}.get(source, 0)
    assert calls == asked - empty_lists_asked_twice
