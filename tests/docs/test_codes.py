"""Every code stands in the guide (test_site.py) and in a test; those that no other test names are met here."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from etl import steps
from etl.codes import codes
from etl.disk import refused
from etl.errors import EtlError
from etl.sources.answers import UnusableError
from etl.sources.answers import _read_strictly as read_strictly
from etl.sources.grid import read_grid
from etl.sources.harvest import iana_zone
from etl.sources.statuses import refusal
from etl.steps.examples import read_examples
from etl.tables.kinds import assert_schema
from tests.checks.rows import suites
from tests.cli.command import ROOT
from tests.faults import tiny

READ = {".py", ".csv", ".json", ".txt"}


def test_every_code_stands_in_a_test():
    words: set[str] = set()
    for path in (ROOT / "tests").rglob("*"):
        if path.suffix in READ and path != Path(__file__):
            words |= set(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace")))
    expected = {one.code for one in suites().expectations}   # each broken by a row of tests/checks/test_expectations.py
    here = {code for code, _ in MET} | set(MET_OTHERWISE)
    assert set(codes()) - words - expected - here == set()


def company(root: Path) -> None:
    tiny.make_company(root)


def start(root: Path) -> steps.Run:
    return steps.start(tiny.COMPANY, tiny.PERIOD_END, root, in_memory=True)


def settings_are_no_toml(root: Path) -> None:
    company(root)
    (root / "mappings" / tiny.COMPANY / "company.toml").write_text("[company\nid = 1")
    start(root)


def nothing_is_declared(root: Path) -> None:
    company(root)
    path = root / "mappings" / tiny.COMPANY / "company.toml"
    path.write_text(path.read_text().partition("[[drops]]")[0])
    steps.pull(start(root))


def nothing_was_pulled(root: Path) -> None:
    company(root)
    steps.map_entries(start(root))


def a_pay_item_is_missing(root: Path) -> None:
    company(root)
    path = root / "mappings" / tiny.COMPANY / "pay_items.csv"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "regular," not in line))
    run = start(root)
    steps.pull(run)
    steps.map_entries(run)


def it_is_closed_too_early(root: Path) -> None:
    company(root)
    steps.close(start(root))


def no_end_of_a_log(root: Path) -> None:
    company(root)
    steps.verify(root, anchors=("nonsense",))


def no_weeks(root: Path) -> None:
    company(root)
    steps.replay_mapping(tiny.COMPANY, 0, workspace=root)


def no_certificates(root: Path) -> None:
    from etl.sandbox.server.serving import PracticeServer
    from tests.trackers import practice

    with PracticeServer(practice.book()) as server:
        practice.pull(practice.make_company(root, server, "harvest", ca_file="none.pem"))


def a_zone_nobody_knows(root: Path) -> None:
    from etl.settings import Connection

    iana_zone("Middle Earth", Connection(name="h", source="harvest", account="1", zone="UTC"))


MET: list[tuple[str, Callable[[Path], object]]] = [
    ("SETTINGS_UNREADABLE", settings_are_no_toml),
    ("NO_DROPS", nothing_is_declared),
    ("NOTHING_PULLED", nothing_was_pulled),
    ("MAPPING_GAPS", a_pay_item_is_missing),
    ("NOT_RECONCILED", it_is_closed_too_early),
    ("ANCHOR_UNREADABLE", no_end_of_a_log),
    ("REPLAY_WEEKS", no_weeks),
    ("CA_FILE_MISSING", no_certificates),
    ("ZONE_UNKNOWN", a_zone_nobody_knows),
    ("EXAMPLES_UNREADABLE", lambda _: read_examples(b"a,b\n1,2\n", "mine.csv")),
    ("CSV_UNREADABLE", lambda _: read_grid(b"a,b\n1," + b"x" * 200_000 + b"\n", "books.csv")),
    ("TABLE_SHAPE", lambda _: assert_schema(pa.table({"a": [1]}), pa.schema([("b", pa.int64())]), "entries")),
    ("JSON_NOT_STRICT", lambda _: read_strictly(b'{"a": 1, "a": 2}', "page 1")),
]
MET_OTHERWISE = ("NOT_READABLE", "JSON_CUT", "HTTP_DENIED", "HTTP_REFUSED")


@pytest.mark.capability("C107")
@pytest.mark.parametrize(("code", "done"), MET, ids=[code for code, _ in MET])
def test_a_message_says_what_where_and_fix(tmp_path: Path, code: str, done: Callable[[Path], object]):
    with pytest.raises(EtlError) as told:
        done(tmp_path)
    assert told.value.code == code
    message = told.value.message()
    for part in ("where:", "fix:", f"code:  {code}"):
        assert part in message
    assert codes()[code].severity == "run"
    assert "Traceback" not in message


def test_what_a_disk_and_a_tracker_refuse_has_a_code():
    assert refused("list", Path("x"), PermissionError(errno.EACCES, "no")).code == "NOT_READABLE"
    assert [refusal(status)[0] for status in (401, 403, 404)] == ["HTTP_DENIED", "HTTP_DENIED", "HTTP_REFUSED"]
    with pytest.raises(UnusableError) as cut:
        read_strictly(json.dumps([1]).encode()[:-1], "page 1")
    assert cut.value.code == "JSON_CUT"
