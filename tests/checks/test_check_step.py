"""The check as a step: the page beside the runs, a stop that keeps any draft from being sealed, suites as checked."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl import steps
from etl.errors import RefusedError, SettingsError
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init

STOP = {"meta": {"severity": "stop"}}


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    init(tmp_path, with_sample=True)
    return tmp_path


def ready(root: Path) -> steps.Run:
    """The practice week, its rules applied."""
    run = steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules):
        assert step(run).exit_code == 0
    return run


def own(root: Path, table: str, *expectations: object) -> None:
    folder = root / "mappings" / SAMPLE / "expectations"
    folder.mkdir(exist_ok=True)
    (folder / f"{table}.json").write_text(json.dumps({"expectations": expectations}), encoding="utf-8")


def test_the_outcome_tells_the_findings_and_where_the_page_is(root):
    outcome = steps.check(ready(root))
    facts = dict(outcome.facts)
    assert (outcome.exit_code, facts["stop"]) == (0, "0")
    assert facts["expectations"] == "28 asked of 7 tables, 7 found something"
    page = root / facts["data docs"]
    assert page.parent.parent == root / "reports" / SAMPLE / SAMPLE_PERIOD_END / "runs"
    assert "TE053" in page.read_text(encoding="utf-8")
    again = dict(steps.check(ready(root)).facts)
    assert again["data docs"] == facts["data docs"], "the same findings keep no second copy"
    digests = json.loads((page.parent / "digests.json").read_bytes())
    assert list(digests) == ["checks.html", "rounding_year.csv"], "billing is rounded in this company"


def test_a_finding_reaches_the_batch_and_no_page_lies_in_it(root):
    run = steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True)
    assert steps.week(run).exit_code == 0
    (path,) = root.glob("reports/*/*/batch-*/data/exceptions.parquet")
    overlaps = [item for item in pq.read_table(path).to_pylist() if item["code"] == "TE053"]
    assert {(item["severity"], item["streams"]) for item in overlaps} == {("note", "pay, cost, bill")}
    assert all(item["found"].startswith("overlap ") and " (with " in item["found"] for item in overlaps)
    assert not list(root.glob("reports/*/*/batch-*/**/*.html"))
    assert len(list(root.glob("reports/*/*/runs/*/checks.html"))) == 1
    listed = steps.exceptions(root, SAMPLE, run.period_end)
    assert {row[1] for row in listed.rows} >= {"TE053", "TE061"}, "with an entry, and without one"


@pytest.mark.capability("C91")
def test_a_stop_of_the_companys_own_keeps_the_draft_from_being_sealed(root):
    own(root, "entries", {"id": "entries_do_not_overlap", **STOP})
    run = ready(root)
    for step in (steps.check, steps.draft):
        outcome = step(run)
        assert outcome.exit_code == 1
        assert outcome.rows[0][:2] == ("stop", "TE053")
        assert outcome.next_step == "correct what says stop, then run again from 10_pull; nothing was drafted"
    assert not list(root.glob("data/drafts/*/*/*"))
    own(root, "entries", {"id": "entries_do_not_overlap", "off": True})
    assert steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True)).exit_code == 0


def test_the_suites_of_the_company_are_kept_with_the_mapping_set(root):
    own(root, "people", {"id": "a_day_is_not_too_long", "kwargs": {"max_value": 50_000}})
    run = ready(root)
    steps.check(run)
    assert steps.draft(run).exit_code == 0
    (kept,) = root.glob(f"data/landing/{SAMPLE}/mappings/*/expectations/people.json")
    assert kept.read_bytes() == (root / "mappings" / SAMPLE / "expectations" / "people.json").read_bytes()


def test_nothing_is_drafted_over_suites_that_changed_after_the_check(root):
    run = ready(root)
    steps.check(run)
    own(root, "people", {"id": "a_day_is_not_too_long", "kwargs": {"max_value": 50_000}})
    with pytest.raises(RefusedError) as raised:
        steps.draft(run)
    assert raised.value.message() == (
        "The company's suites are not those that were checked\n"
        f"  where: mappings/{SAMPLE}/expectations/\n"
        "  fix:   Check again (40_check), then draft.\n"
        "  code:  SUITES_CHANGED"
    )
    steps.check(run)
    assert steps.draft(run).exit_code == 0


def test_a_suite_that_cannot_be_used_stops_before_anything_is_asked(root):
    run = ready(root)
    own(root, "people", {"id": "long_days", "type": "expect_something"})
    with pytest.raises(SettingsError, match=r"people\.json, long_days: type 'expect_something' is unknown"):
        steps.check(run)
    assert not list(root.glob("reports/*/*/runs/*/checks.html"))
