"""Whose word on hours counts: each source, beside every other reason an entry may have, and every second counted."""

from __future__ import annotations

import pytest

from etl.steps import time_inputs
from tests.sql.company import Company

pytestmark = pytest.mark.capability("C24")
SHEET = """
    id  person  date        time   project  service   billable
    1   ann     2026-11-09  8:00   web      dev       yes
    2   ann     2026-11-10  8:00   web      dev       no
    3   bob     2026-11-09  8:00   new      dev       yes
    4   bob     2026-11-10  8:00   (none)   vacation  no
    5   bob     2026-11-11  30:00  web      dev       yes
    6   bob     2026-11-12  0:00   web      dev       yes
    7   cole    2026-11-12  7:00   web      dev       yes"""


def states(monkeypatch, source, approved, **more):
    """Per entry the reasons in pay, cost and bill ('' where exported), the tracker having approved these."""
    told = [{"entry_id": f"tracker:{one}", "standing": "approved"} for one in approved]
    monkeypatch.setattr(time_inputs, "_standings", lambda _: told)
    toml = f'[approval]\ntime = "{source}"\nunapproved_pay = "{more.pop("pay", "pay")}"'
    books = Company(toml=toml, **more).books(SHEET)
    return {row["entry_id"].removeprefix("tracker:"): tuple(
        "" if row[f"{stream}_state"] == "exported" else f"{row[f'{stream}_state']} {row[f'{stream}_reason']}"
        for stream in ("pay", "cost", "bill")) for row in books.in_order("entries")}


USUAL = {
    "1": ("", "", ""), "2": ("", "", "out_of_scope TE047"), "3": ("", "held TE008", "held TE008"),
    "4": ("", "", "out_of_scope TE044"), "5": ("held TE002",) * 3, "6": ("rejected TE003",) * 3,
    "7": ("out_of_scope TE040", "out_of_scope TE042", ""),
}
WAITING = USUAL | {
    "1": ("", "held TE260", "held TE260"), "2": ("", "held TE260", "out_of_scope TE047"),
    "4": ("", "held TE260", "out_of_scope TE044"), "7": ("out_of_scope TE040", "out_of_scope TE042", "held TE260"),
}


def test_without_the_setting_nothing_is_asked(monkeypatch):
    assert states(monkeypatch, "none", "") == USUAL


@pytest.mark.parametrize("source", ["tracker", "here", "either", "both"])
def test_what_nobody_approved_waits_behind_every_other_reason(monkeypatch, source):
    """Out of scope stays out of scope, a mapping gap stays the reason, implausible and empty time too."""
    assert states(monkeypatch, source, "") == WAITING


@pytest.mark.parametrize(("source", "counts"), [("tracker", True), ("here", False), ("either", True), ("both", False)])
def test_the_trackers_word_counts_where_it_is_asked(monkeypatch, source, counts):
    found = states(monkeypatch, source, "1247")
    assert found == (USUAL if counts else WAITING)


def test_one_entry_approved_in_the_tracker_is_one(monkeypatch):
    assert states(monkeypatch, "tracker", "1") == WAITING | {"1": ("", "", "")}


def test_pay_waits_only_where_the_company_says_so(monkeypatch):
    found = states(monkeypatch, "tracker", "", pay="hold")
    assert {entry: one[0] for entry, one in found.items()} == {
        entry: "held TE260" if entry in "1234" else one[0] for entry, one in USUAL.items()}


def test_unapproved_time_does_not_go_to_suspense(monkeypatch):
    assert states(monkeypatch, "tracker", "", unmapped="suspense")["3"][1] == "held TE260"
    assert states(monkeypatch, "tracker", "3", unmapped="suspense")["3"][1] == ""


def test_every_second_is_counted(monkeypatch):
    """R01: received = the states, in entries and seconds, per stream."""
    monkeypatch.setattr(time_inputs, "_standings", lambda _: [{"entry_id": "tracker:1", "standing": "approved"}])
    rolled = Company(toml='[approval]\ntime = "tracker"').books(SHEET).in_order("roll_forward")
    for stream in ("pay", "cost", "bill"):
        rows = [row for row in rolled if row["stream"] == stream]
        received = next(row for row in rows if row["state"] == "received")
        others = [row for row in rows if row["state"] not in ("received", "undated")]
        assert sum(row["seconds"] for row in others) == received["seconds"] > 0
        assert sum(row["count_entries"] for row in others) == received["count_entries"] == 7
        held = sum(row["seconds"] for row in rows if row["reason"] == "TE260")
        assert held == {"pay": 0, "cost": 16 * 3600, "bill": 7 * 3600}[stream]
