"""Vendors of services: what is due before its day, promises against calls counted exactly, rows that cannot be."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from etl.errors import MappingError
from etl.mapping.declared_services import SERVICE_FILES
from etl.settings import read_settings
from etl.steps import services
from etl.steps.services import Register, register
from etl.workspace import Workspace
from tests.cli.command import ROOT
from tests.faults.tiny import COMPANY, make_company

ON = date(2026, 11, 27)
PAGE = (ROOT / "docs" / "vendors-of-services.md").read_text(encoding="utf-8")
CONTRACT = b"signed"
GOOD = {
    "service_id": "tracker", "service_name": "Harvest", "vendor": "Harvest Inc.", "kind": "time_tracker",
    "connection": "harvest", "owner": "Ada", "terms": "https://x.example/terms", "data_owner": "company",
    "export_right": "yes", "uptime_percent": "99.9", "answer_ms": "2000", "support_hours": "24", "price": "12.00",
    "currency": "USD", "price_per": "user_month", "renews_on": "2027-06-01", "notice_days": "30",
    "renewal": "automatic", "contract": "contracts/harvest.pdf",
    "contract_sha256": hashlib.sha256(CONTRACT).hexdigest(), "reviewed_on": "2026-11-02", "review_months": "12"}
CASES = [   # what is changed, the findings, why
    ({}, [], "all is well"),
    ({"renews_on": "2027-02-25"}, ["TE274 2027-01-26"], "the last of 60 days ahead"),
    ({"renews_on": "2027-02-26"}, [], "a day later"),
    ({"renews_on": "2026-12-27"}, ["TE274 2026-11-27"], "the day itself"),
    ({"renews_on": "2026-12-26"}, ["TE275 2026-12-26"], "the day after"),
    ({"renews_on": "2026-11-26", "renewal": "none", "notice_days": ""}, ["TE275 2026-11-26"], "over"),
    ({"renews_on": "2027-01-26", "renewal": "by_agreement"}, ["TE275 2027-01-26"], "ends by itself"),
    ({"renews_on": "2027-01-27", "renewal": "by_agreement"}, [], "not yet"),
    ({"contract": "contracts/none.pdf"}, ["TE276 2026-11-27"], "no such file"),
    ({"contract_sha256": "0" * 64}, ["TE276 2026-11-27"], "another file"),
    ({"contract": "../../other.pdf"}, ["TE276 2026-11-27"], "outside the company's folder"),
    ({"data_owner": "unclear"}, ["TE278 2026-11-27"], "whose data"),
    ({"export_right": "no"}, ["TE278 2026-11-27"], "no way out"),
    ({"contract": "", "contract_sha256": ""}, ["TE278 2026-11-27"], "no contract"),
    ({"uptime_percent": ""}, ["TE278 2026-11-27"], "no promise of a tracker"),
    ({"uptime_percent": "", "kind": "backup"}, [], "of others it is not asked"),
    ({"reviewed_on": "2025-11-26"}, ["TE278 2026-11-26"], "a year and a day"),
    ({"reviewed_on": "2025-11-27"}, [], "a year"),
]


TO_TURN_TO = "tracker,1,support@x.example,0\n"


def write(root: Path, row: dict[str, str], *, contacts: str = TO_TURN_TO, notices: str = "") -> None:
    folder = root / "mappings" / COMPANY
    (folder / "contracts").mkdir(exist_ok=True)
    (folder / "contracts" / "harvest.pdf").write_bytes(CONTRACT)
    (folder / "services.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    for declared, rows in zip(SERVICE_FILES[1:], (contacts, notices), strict=True):
        head = ",".join(column.name for column in declared.columns)
        (folder / declared.name).write_text(f"{head}\n{rows}")


def calls(root: Path, *statuses: int, milliseconds: int = 100, on: date = ON) -> None:
    folder = root / "data" / "log" / COMPANY
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "calls.jsonl").open("a") as file:
        for status in statuses:
            file.write(json.dumps({"connection": "harvest", "status": status, "milliseconds": milliseconds,
                                   "at": f"{on}T08:00:00+00:00"}) + "\n")


def judged(root: Path, on: date = ON) -> Register:
    place = Workspace(root)
    return register(place, COMPANY, read_settings(place.mappings(COMPANY) / "company.toml", COMPANY), on)


def found(root: Path) -> list[str]:
    return [f"{row['code']} {row['due_on']}" for row in judged(root).findings]


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("services")
    make_company(root)
    return root


@pytest.fixture(autouse=True)
def _no_calls(root: Path) -> None:
    (root / "data" / "log" / COMPANY / "calls.jsonl").unlink(missing_ok=True)


@pytest.mark.capability("C25", "C26", "C27", "C31")
@pytest.mark.parametrize(("changed", "expected", "why"), CASES)
def test_what_is_due_is_found_before_its_day(root, changed, expected, why):
    write(root, GOOD | changed)
    assert found(root) == expected, why


@pytest.mark.capability("C29")
def test_somebody_to_turn_to_and_announcements_are_asked_for(root):
    write(root, GOOD, contacts="", notices="tracker,2026-11-10,2027-02-01,price,13.50 a user,\n"
          "tracker,2026-11-11,2027-02-01,api,v1 ends,moved to v2: Ada\n")
    assert found(root) == ["TE278 2026-11-27", "TE279 2027-02-01"]
    assert "nobody to turn to" in judged(root).findings[0]["found"]


@pytest.mark.capability("C30")
@pytest.mark.parametrize(("statuses", "milliseconds", "expected", "why"), [
    ([200] * 999 + [503], 100, [], "99.9 of 100 is what was promised"),
    ([200] * 998 + [503], 100, ["TE277"], "one of 999 is less"),
    ([200] * 998 + [0], 100, ["TE277"], "no answer at all"),
    ([200] * 500 + [429] * 500, 100, [], "put off is answered"),
    ([200] * 9 + [401], 100, [], "a refusal of ours is answered"),
    ([200], 2000, [], "as promised"),
    ([200], 2001, ["TE277"], "a millisecond more"),
    ([], 100, [], "no calls prove nothing"),
])
def test_a_promise_is_held_against_the_calls(root, statuses, milliseconds, expected, why):
    write(root, GOOD)
    calls(root, *statuses, milliseconds=milliseconds)
    calls(root, *[500] * 50, on=ON - timedelta(days=92))   # too long ago
    calls(root, *[500] * 50, on=ON + timedelta(days=1))
    assert [one.partition(" ")[0] for one in found(root)] == expected, why


@pytest.mark.parametrize(("answered", "failed", "shown"), [(1, 0, 10000), (2999, 1, 9996), (0, 3, 0), (29999, 1, 9999)])
def test_what_is_shown_as_answered_is_cut_down(root, answered, failed, shown):
    """Below all of them it never reads 100.00 %."""
    write(root, GOOD)
    calls(root, *[200] * answered, *[0] * failed)
    [row] = judged(root).services
    assert (row["calls"], row["unanswered"], row["available"]) == (answered + failed, failed, shown)


@pytest.mark.capability("C30")
def test_the_scorecard_says_what_was_promised_and_kept_and_stays_the_same(root):
    write(root, GOOD)
    calls(root, *[200] * 9998, 503, 0)
    told = services(root, COMPANY, ON)
    facts = dict(told.facts)
    assert facts["tracker"] == (
        "Harvest Inc.: promised 99.9 %, 99.98 % of 10,000 calls answered, 95 of 100 within 100 ms; "
        "12.00 USD a user and month; notice by 2027-05-02")
    assert told.exit_code == 0
    first = (root / facts["workbook"]).read_bytes()
    assert services(root, COMPANY, ON).facts == told.facts
    assert (root / facts["workbook"]).read_bytes() == first
    write(root, GOOD | {"export_right": "unclear"})
    told = services(root, COMPANY, ON)
    assert (told.exit_code, told.rows[0][1], told.rows[0][4]) == (1, "TE278", "Ada")


def test_lines_of_the_log_that_cannot_be_read_are_passed_over(root):
    write(root, GOOD)
    calls(root, 200)
    log = root / "data" / "log" / COMPANY / "calls.jsonl"
    undated = '{"connection": "harvest", "status": 500, "milliseconds": 1}'
    log.write_text(f'{log.read_text()}{{"status": "x"}}\n[1]\n{undated}\nhalf')
    assert judged(root).services[0]["calls"] == 1


@pytest.mark.parametrize(("changed", "contacts", "why"), [
    ({"contract_sha256": ""}, "", "a contract needs contract_sha256"),
    ({"currency": ""}, "", "a price needs its currency"),
    ({"renews_on": ""}, "", "needs renews_on"),
    ({"data_owner": "mine"}, "", "data_owner 'mine' is none of"),
    ({"uptime_percent": "99,9"}, "", "cells where the header has"),
    ({"vendor": "=cmd()"}, "", "begins like a formula"),
    ({}, "stranger,1,x,0\n", "stranger is not in services.csv"),
])
def test_a_row_that_cannot_be_is_refused_with_its_line(root, changed, contacts, why):
    write(root, GOOD | changed, contacts=contacts)
    with pytest.raises(MappingError) as refused:
        judged(root)
    assert why in str(refused.value)
    assert "line 2" in str(refused.value)


@pytest.mark.capability("C25")
def test_the_examples_of_the_page_can_be_used(root):
    blocks = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    for declared, block in zip(SERVICE_FILES, blocks, strict=True):
        (root / "mappings" / COMPANY / declared.name).write_text(block)
    known = judged(root)
    assert [(row["service_id"], str(row["notice_by"])) for row in known.services] == [("tracker", "2027-01-30")]
    assert {row["code"] for row in known.findings} == {"TE276", "TE279"}, "no such file is here, the price is open"
    columns = {column.name for column in SERVICE_FILES[0].columns}
    assert set(re.findall(r"`([a-z_0-9]+)`", PAGE)) & columns >= {"data_owner", "notice_days", "contract_sha256"}


def test_without_a_register_nothing_is_asked(tmp_path):
    make_company(tmp_path)
    told = services(tmp_path, COMPANY, ON)
    assert told.exit_code == 0
    assert "no vendor of services is on record" in told.title
