"""Alerts: each one told once, to whom it concerns, whatever fails; no text becomes markup, no secret stays."""

from __future__ import annotations

import base64
import csv
import os
import shutil
import subprocess
import sys
import urllib.parse
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from filelock import FileLock

from etl import alerts, steps
from etl.alerts import is_plain, open_channel, shown
from etl.errors import BusyError, MappingError, SettingsError
from etl.settings import parse_settings
from etl.steps.alert_findings import Ran
from etl.steps.alerts import tell
from etl.store import files, told
from etl.trust.permissions import ROLES
from etl.trust.secrets import Secret
from etl.workspace import Workspace
from tests.cli.command import ROOT, timebooks
from tests.faults import tiny
from tests.steps.sink import mail_sink, web_sink

pytestmark = [pytest.mark.capability("C91")]
COMPANY, END, MONDAY = "acme", tiny.PERIOD_END, "2026-11-02"
CHANNELS = """
[approval]
owners = { App = "mia" }
[alerts]
[[alerts.channels]]
name = "desk"
role = "preparer"
[[alerts.channels]]
name = "ops"
role = "operator"
severity = "hold"
[[alerts.channels]]
name = "mia"
role = "time_approver"
owner = "mia"
"""
BEFORE = datetime(2026, 11, 9, 15, tzinfo=UTC)   # two days before the cut-off, Tuesday noon in New York
DRAFT = (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Ann worked on a project without a row, and one entry of Bob's has no time that can be read; drafted by dana."""
    root = tmp_path_factory.mktemp("alerts")
    place = tiny.make_company(root, 2, company=COMPANY)
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", CHANNELS + "[billing]", 1))
    file = place.inbox(COMPANY) / "time.csv"
    file.write_text(file.read_text().replace(f"{MONDAY}-0,ann@tiny.example,Web", f"{MONDAY}-0,ann@tiny.example,App")
                    .replace(f"{MONDAY}-1,bob@tiny.example,Web,Code,{MONDAY} 08:00:00,4:00:00",
                             f"{MONDAY}-1,bob@tiny.example,Web,Code,{MONDAY} 08:00:00,four"))
    draft(place)
    return root


@pytest.fixture
def place(made, tmp_path):
    shutil.copytree(made, tmp_path / "w")
    return Workspace(tmp_path / "w")


@pytest.fixture
def sink(monkeypatch):
    with web_sink() as sink:
        for name in ("desk", "ops", "mia"):
            monkeypatch.setenv(f"TIMEBOOKS_SECRET_{name.upper()}", f"json://127.0.0.1:{sink.port}/{name}")
        yield sink


def draft(place, end=END):
    run = steps.start(COMPANY, end, place.root, person="dana", in_memory=True)
    for step in DRAFT:
        assert not step(run).exit_code
    run.end()


def told_once(place, now=BEFORE):
    return tell(place, COMPANY, Ran(str(END)), now=now)


@pytest.mark.capability("C104", "C97")
def test_each_alert_is_told_once_however_often_it_runs(place, sink):
    """Payroll first, then billing, then runs; the owner hears of his project with the row, nobody hears twice."""
    first = told_once(place)
    assert first.sent == {"desk": 4, "ops": 4, "mia": 1}
    for _ in range(3):
        draft(place)
        assert told_once(place).line() == ""
    assert len(sink.messages) == 3
    text, = sink.texts("/desk")
    assert [line for line in text.splitlines() if line and not line.startswith(" ")][:3] == [
        "Payroll", "Runs and approvals", "Work without a row in the cross-references"]
    assert "hold: The duration cannot be read (TE006)" in text
    assert "bob@tiny.example, 2026-11-02, decide before Tue 2026-11-10 12:00 (America/New_York)" in text
    assert "hold: A payroll cut-off is near" in text
    assert "hold: A draft waits for approval" in text
    assert f"another person than dana approves: timebooks approve batch --company {COMPANY} --period-end {END}" in text
    own, = sink.texts("/mia")
    assert f"tracker,*,App,Customer:App,time_and_materials,{MONDAY}," in own
    assert "TE006" not in own
    assert sink.messages[0][1]["title"] == "Timebooks: 4 new alerts, Tiny Works (practice company)"


def test_the_row_that_is_told_is_the_one_the_list_and_the_workbook_give(place, sink):
    told_once(place)
    fact, = [text for name, text in steps.exceptions_open(COMPANY, workspace=place.root).facts
             if name == "mia: add to projects.csv"]
    assert fact in sink.texts("/mia")[0]


def test_who_worked_is_told_to_payroll_alone(place, sink):
    """etl/alerts.csv: an operator gets counts, deadlines and failures; no message of any role has a rate or amount."""
    told_once(place)
    assert "bob@tiny.example" in sink.texts("/desk")[0]
    assert not [word for word in ("bob", "ann@") if word in sink.texts("/ops")[0]], sink.texts("/ops")
    assert "TE006" in sink.texts("/ops")[0]
    everything = "".join(text for path in ("/desk", "/ops", "/mia") for text in sink.texts(path))
    assert not any(figure in everything for figure in ("40.00", "31.75", "120.00", "USD"))


def test_what_was_fixed_and_comes_back_is_told_again_under_another_id(place, sink):
    path = place.mappings(COMPANY) / "projects.csv"
    before = path.read_text()
    told_once(place)
    path.write_text(before + f"tracker,*,App,Customer:App,time_and_materials,{MONDAY},\n")
    draft(place)
    assert told_once(place).sent == {}
    path.write_text(before)
    draft(place)
    assert told_once(place).sent == {"desk": 1, "ops": 1, "mia": 1}
    first, again = sink.ids("/mia")
    assert first != again
    assert told_once(place).sent == {}


def test_an_approval_that_a_change_made_void_is_told(place, sink):
    steps.approve_batch(steps.start(COMPANY, END, place.root, person="cleo"), "cleo")
    told_once(place)
    assert "waits for approval" not in sink.texts("/ops")[0]
    path = place.mappings(COMPANY) / "projects.csv"
    path.write_text(path.read_text() + f"tracker,*,App,Customer:App,time_and_materials,{MONDAY},\n")
    draft(place)
    told_once(place)
    assert "stop: An approval is void: the draft has changed" in sink.texts("/ops")[1]
    assert "hold: A draft waits for approval" in sink.texts("/ops")[1]


def test_a_crash_between_sending_and_remembering_tells_again_under_the_same_ids(place, sink):
    """At least once: nobody knows whether the first one arrived, and the second says so."""
    def dies(name, path):
        if name == "open" and "alerts_told" in path.name and sink.messages:
            raise KeyboardInterrupt

    with files.watched(dies), pytest.raises(KeyboardInterrupt):
        told_once(place)
    assert len(sink.messages) == 1
    told_once(place)
    first, again = sink.ids("/desk")
    assert first == again
    assert f"may have reached you before, the sending was interrupted: {', '.join(first)}." in sink.texts("/desk")[1]
    assert "may have reached you before" not in sink.texts("/mia")[0]
    assert told_once(place).sent == {}


def test_a_crash_before_sending_sends_nothing_and_loses_nothing(place, sink):
    def dies(name, path):
        if name == "open" and "alerts_told" in path.name:
            raise KeyboardInterrupt

    with files.watched(dies), pytest.raises(KeyboardInterrupt):
        told_once(place)
    assert not sink.messages
    assert told_once(place).sent == {"desk": 4, "ops": 4, "mia": 1}


def test_two_processes_at_once_tell_once(place, sink):
    sink.wait["/desk"] = 0.5
    text = (f"from datetime import datetime, UTC\nfrom pathlib import Path\nfrom etl.steps.alerts import tell\n"
            f"from etl.steps.alert_findings import Ran\nfrom etl.workspace import Workspace\n"
            f"print(tell(Workspace(Path({str(place.root)!r})), {COMPANY!r}, Ran({str(END)!r}), "
            f"now=datetime.fromisoformat({BEFORE.isoformat()!r})).sent)")
    both = [subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for _ in range(2)]
    said = sorted(process.communicate()[0].strip() for process in both)
    assert said == ["{'desk': 4, 'ops': 4, 'mia': 1}", "{}"]
    assert len(sink.messages) == 3


def test_a_process_that_hangs_keeps_no_other_one_for_ever(place, sink):
    held = FileLock(place.lock(COMPANY).with_suffix(".alerts.lock"))
    with held, pytest.raises(BusyError) as caught, told.telling(place, COMPANY, wait_seconds=0.1):
        pass
    assert caught.value.code == "ALERTS_BUSY"
    assert told_once(place).sent["mia"] == 1


def test_every_role_is_told_what_it_may_see():
    with (ROOT / "etl" / "alerts.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["role"] for row in csv.DictReader(file)) == sorted(ROLES)
    assert alerts.sees_people() < set(ROLES)


@pytest.mark.parametrize("risks", ['["TE002"]', '["TE999"]'])
def test_a_risk_that_is_no_note_is_refused(risks):
    text = tiny.SETTINGS.replace("[billing]", f"[alerts]\nrisks = {risks}\n[billing]", 1)
    with pytest.raises(SettingsError, match="is no note of timebooks"):
        parse_settings(text, tiny.COMPANY, "company.toml")


def test_a_channel_that_fails_is_told_to_the_others_and_tried_again(place, sink):
    sink.answer["/ops"] = 503
    came = told_once(place)
    assert came.failed == {"ops": "it was not reached or did not accept"}
    assert told_once(place).sent == {"desk": 1}
    assert "stop: A channel of alerts is not reached" in sink.texts("/desk")[1]
    assert "not reached since" in dict(steps.show_alerts(COMPANY, place.root, now=BEFORE).facts)["channel ops"]
    sink.answer["/ops"] = 200
    assert told_once(place).sent == {"ops": 4}
    assert told_once(place).sent == {}
    sink.answer["/ops"] = 302
    assert told_once(place, BEFORE + timedelta(days=2)).failed.keys() == {"ops"}, "a redirect is not followed"


def test_a_slow_channel_is_left_and_nobody_claims_to_know(place, sink, monkeypatch):
    monkeypatch.setattr(alerts, "_MOST_SECONDS", 0.2)
    sink.wait["/desk"] = 1.0
    assert told_once(place).failed == {"desk": "it has not answered in time"}
    sink.wait.clear()
    monkeypatch.setattr(alerts, "_MOST_SECONDS", 30)
    told_once(place)
    assert "may have reached you before" in sink.texts("/desk")[1]


def test_a_failing_alert_fails_no_run(place, sink, monkeypatch):
    """No address is kept for one channel, another is no address: the week ends as without them, and says it."""
    monkeypatch.delenv("TIMEBOOKS_SECRET_DESK")
    monkeypatch.setenv("TIMEBOOKS_SECRET_OPS", "nonsense")
    answer = timebooks("week", "--company", COMPANY, "--period-end", str(END), "--no-notebooks", "--person", "dana",
                       workspace=place.root)
    assert answer.code == 0, answer.talk
    assert "draft batch 0001" in answer.facts
    assert "alerts: mia 1 new; desk not told: No secret is kept for the channel desk; ops not told: " in answer.talk


def test_a_run_that_fails_is_told_even_if_it_cannot_start(place, sink):
    """The cross-references are broken: the run says why, those who are told hear it once."""
    (place.mappings(COMPANY) / "accounts.csv").write_text("purpose\n")
    for _ in range(2):
        with pytest.raises(MappingError), steps.telling(COMPANY, str(END), place.root, lambda _: None):
            steps.start(COMPANY, END, place.root)
    text, = sink.texts("/ops")
    assert "stop: A run ended before its work was done" in text
    assert "The cross-references have findings (MAPPING_INVALID)" in text
    assert "stop: Something could not be looked at" in text


@pytest.mark.capability("C29")
def test_what_is_overdue_goes_to_the_approver(place, sink):
    """A clock of its own: before the cut-off it says until when, after it the same item is a stop."""
    told_once(place)
    assert told_once(place, BEFORE + timedelta(days=1)).sent == {}
    told_once(place, BEFORE + timedelta(days=2))
    text = sink.texts("/ops")[1]
    assert "stop: Overdue: the payroll cut-off has passed, an approver decides" in text
    assert "TE006, was due 2026-11-10 12:00" in text
    assert "bob@tiny.example" in sink.texts("/desk")[1]
    assert told_once(place, BEFORE + timedelta(days=3)).sent == {}


def test_the_end_of_the_audit_log_goes_out_daily_and_after_an_export(place, sink):
    """An anchor outside: a later cut is found with it. Quiet where nothing was recorded since."""
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace('severity = "hold"', 'severity = "hold"\nanchors = true'))
    told_once(place)
    anchor = sink.texts("/ops")[0].split("--anchor ")[1].split()[0]
    assert steps.verify(place.root, anchors=(anchor,)).exit_code == 0
    assert told_once(place, BEFORE + timedelta(hours=1)).sent == {}
    run = steps.start(COMPANY, END, place.root, person="cleo")
    steps.approve_batch(run, "cleo")
    assert told_once(place, BEFORE + timedelta(hours=2)).sent == {}, "the same day"
    steps.export(run)
    assert told_once(place, BEFORE + timedelta(hours=3)).sent == {"ops": 0}
    assert told_once(place, BEFORE + timedelta(hours=4)).sent == {}
    assert "End of the audit log" in sink.texts("/ops")[1]
    records = sorted(place.audit_log(COMPANY).glob("*.json"))
    records[-1].unlink()
    anchor = sink.texts("/ops")[1].split("--anchor ")[1].split()[0]
    assert steps.verify(place.root, anchors=(anchor,)).exit_code == 1


@pytest.mark.parametrize("name", [
    "<!channel> now", "[pay](http://evil.example)", "@everyone", "<b>x</b>", "a\u202eb\u200b", "`rm`",
    "=cmd|' /C calc'!A0", "https://evil.example/x", "|| x ||"])
def test_no_text_of_a_file_becomes_markup(name):
    text = shown(f"Mill:{name}\nPayroll\n  stop: forged")
    assert not set(text) & set("<>[]`|\\\n\u202e\u200b")
    assert "http:/" not in text
    assert "https:/" not in text
    assert " @" not in f" {text.replace('Mill:', '')}"
    assert not is_plain(name)


def test_a_row_that_could_not_be_copied_unchanged_is_named_instead(place, sink):
    file = place.inbox(COMPANY) / "time.csv"
    file.write_text(file.read_text().replace("ann@tiny.example,App", "ann@tiny.example,<!channel> @everyone"))
    draft(place)
    told_once(place)
    text = sink.texts("/desk")[0]
    assert f"for the row: timebooks exceptions list --company {COMPANY}" in text
    assert "<!channel>" not in text
    assert "@everyone" not in text


def test_no_address_stays_anywhere(place, sink, monkeypatch):
    """A canary in every address, through success and failure: nothing in files, words or errors holds it."""
    canary = "s3cr3t-canary-7"
    for name, path in (("DESK", canary), ("OPS", f"{canary}?format=html"), ("MIA", canary)):
        monkeypatch.setenv(f"TIMEBOOKS_SECRET_{name}", f"json://{canary}:{canary}@127.0.0.1:{sink.port}/{path}")
    sink.answer[f"/{canary}"] = 500
    said = [str(told_once(place)), steps.try_channels(COMPANY, place.root).text(),
            steps.show_alerts(COMPANY, place.root).text()]
    answer = timebooks("auto", "alerts", "--company", COMPANY, "--test", workspace=place.root)
    assert answer.code == 1
    forms = [canary, base64.b64encode(canary.encode()).decode(), urllib.parse.quote(canary).replace("-", "%2D")]
    kept = [path.read_bytes() for path in place.root.rglob("*") if path.is_file()]
    for form in forms:
        assert not any(form in text for text in [*said, answer.facts, answer.talk])
        assert not any(form.encode() in content for content in kept)


@pytest.mark.parametrize(("address", "here_only", "what"), [
    ("json://192.0.2.7/x", True, "this machine alone"),
    ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#g", True, "alone"),
    ("mailto://127.0.0.1?smtp=192.0.2.7&from=a@x.example&to=b@x.example", True, "this machine alone"),
    ("json://192.0.2.7/x", False, "without encryption"),
    ("mailto://u:p@example.com?mode=insecure", False, "without encryption"),
    ("jsons://192.0.2.7?verify=no", False, "certificates"), ("json://127.0.0.1?redirect=yes", True, "redirects"),
    ("json://127.0.0.1?format=markdown", True, "markup"), ("nonsense", False, "none that apprise knows"),
    ("file:///etc/passwd", False, "none that apprise knows")])
def test_an_address_that_may_not_be_used(address, here_only, what):
    with pytest.raises(SettingsError, match=what) as caught:
        open_channel("desk", Secret(address, "here"), loopback_only=here_only)
    assert caught.value.code == "CHANNEL_ADDRESS"
    assert address not in caught.value.message()


def test_a_letter_is_plain_text(place, sink, monkeypatch):
    with mail_sink() as (letters, port):
        monkeypatch.setenv("TIMEBOOKS_SECRET_DESK", f"mailto://127.0.0.1:{port}?smtp=127.0.0.1&mode=insecure"
                                                    "&from=timebooks@acme.example&to=dana@acme.example")
        assert told_once(place).sent["desk"] == 4
        letter = message_from_bytes(letters[0])
    assert letter.get_content_type() == "text/plain"
    assert str(make_header(decode_header(letter["Subject"]))).startswith("Timebooks: 4 new alerts, Tiny Works")
    assert "TE006" in letter.get_payload(decode=True).decode()


def test_a_lost_or_broken_memory_tells_again_and_stops_nothing(place, sink):
    told_once(place)
    path = place.ops_log(COMPANY) / "alerts_told.json"
    assert path.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    path.write_text('{"format": 1, "channels": {"desk": {"wrong": 1}}}')
    assert told.recall(place, COMPANY) == {}
    assert told_once(place).sent == {"desk": 4, "ops": 4, "mia": 1}


def test_the_list_tells_what_was_told_and_what_will_be(place, sink):
    before = steps.show_alerts(COMPANY, place.root, now=BEFORE)
    assert {row[1] for row in before.rows} == {"to be told"}
    assert not sink.messages, "nothing is sent"
    told_once(place)
    after = steps.show_alerts(COMPANY, place.root, now=BEFORE)
    assert {row[1] for row in after.rows} == {"told"}
    assert [row[4] for row in after.rows] == [row[4] for row in before.rows], "the same ids"


def test_without_channels_nothing_is_asked_for(place):
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().split("[alerts]")[0] + settings.read_text().split('owner = "mia"\n')[1])
    assert told_once(place).line() == ""
    assert not (place.ops_log(COMPANY) / "alerts_told.json").exists()
    answer = timebooks("auto", "alerts", "--company", COMPANY, "--test", workspace=place.root)
    assert answer.code == 1
    assert "CHANNELS_MISSING" in answer.talk
