"""A misbehaving tracker, by seed: the pull ends in the fault-free result or incomplete; never less, twice or aloud."""

from __future__ import annotations

import random

import pytest

from etl.errors import EtlError
from etl.sandbox.server.faults import EXTRA_ID, KINDS, Fault, Schedule
from etl.sandbox.server.serving import PracticeServer
from tests.trackers import practice

IN_EVERY_TEST_RUN = 50
SEEDS = [pytest.param(seed, marks=[pytest.mark.long] if seed >= IN_EVERY_TEST_RUN else []) for seed in range(1000)]
EXTRA = {str(EXTRA_ID), f"k{EXTRA_ID}", f"64e1a0b2c3d4e5f6{EXTRA_ID:08x}"}


@pytest.fixture(scope="module", name="faultless")
def _faultless(tmp_path_factory):
    """The landed facts of each source without any fault."""
    found = {}
    for source in practice.SOURCES:
        with PracticeServer(practice.book()) as server:
            workspace = practice.make_company(tmp_path_factory.mktemp(source), server, source, page_size=3)
            practice.pull(workspace)
        found[source] = practice.facts(practice.landed(workspace))
    return found


def without_extra(rows):
    """The rows but for the entry that comes and goes while pages are read."""
    assert sum(row["entry_ref"] in EXTRA for row in rows) <= 1
    return practice.facts(row for row in rows if row["entry_ref"] not in EXTRA)


@pytest.mark.capability("C57")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_schedule_of_faults(tmp_path, seed, faultless):
    source = practice.SOURCES[seed % len(practice.SOURCES)]
    share = random.Random(seed).choice([0.03, 0.1, 0.2, 0.4])
    with PracticeServer(practice.book(), schedule=Schedule(seed, share), token=practice.SECRET) as server:
        workspace = practice.make_company(tmp_path, server, source, page_size=3)
        asked, told = None, ""
        try:
            asked = practice.pull(workspace, tries=4, read_seconds=2.0)
        except EtlError as error:
            told = error.message()
        assert practice.SECRET not in told
        if asked is not None and asked.stopped is None:
            assert without_extra(practice.landed(workspace)) == faultless[source]
        elif asked is not None:
            assert practice.start(workspace).pulls()[-1].request["completeness"] == "incomplete"
            came = practice.facts(practice.landed(workspace))
            assert len(came) == len(set(came)), "doubled"
        server.schedule = Schedule()   # the tracker is well again
        assert practice.pull(workspace).stopped is None
        assert without_extra(practice.landed(workspace)) == faultless[source]
    practice.assert_kept_secret(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_at_the_entries(tmp_path, kind, faultless):
    """Once, at the second page of entries."""
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, "harvest", page_size=10)
        server.schedule = Schedule(faults={7: Fault(kind)})   # company, users, clients, projects, tasks, page 1, page 2
        try:
            asked = practice.pull(workspace)
        except EtlError:
            asked = None
        if asked is not None and asked.stopped is None:
            assert without_extra(practice.landed(workspace)) == faultless["harvest"]
        server.schedule = Schedule()
        assert practice.pull(workspace).stopped is None
        assert without_extra(practice.landed(workspace)) == faultless["harvest"]


MENDED = {"throttled", "throttled_html", "throttled_date", "failing", "gateway_html", "reset", "cut_length", "cut_open",
          "html", "empty", "repeated", "inserted", "deleted", "gzip"}


@pytest.mark.parametrize("kind", sorted(MENDED))
def test_a_passing_fault_costs_a_call_and_no_entry(tmp_path, kind, faultless):
    """What the client can mend by asking again, it mends without anybody's help."""
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, "kimai", page_size=10)
        server.schedule = Schedule(faults={6: Fault(kind)})   # users, customers, projects, activities, page 1, page 2
        asked = practice.pull(workspace)
    assert asked.stopped is None
    assert without_extra(practice.landed(workspace)) == faultless["kimai"]
