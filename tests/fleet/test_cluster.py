"""A fleet on a Dask cluster: the same drafts, each once, whoever is killed; and which schedulers are not spoken to.

The long proof has knobs: FLEET_COMPANIES (200), FLEET_WEEKS (4), FLEET_KILL_SECONDS (20).
"""

from __future__ import annotations

import os
import random
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from etl import fleet as door
from etl import steps
from etl.errors import RefusedError, SettingsError, StoreError
from tests.fleet import companies
from tests.fleet.dask_cluster import Chaos, Cluster, free_port


class Said:
    def __init__(self):
        self.lines = []

    def settled(self, done, job):
        pass

    def say(self, line):
        self.lines.append(line)
        print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)


def run(root: Path, weeks: int, said: Said, **options):
    outcome = door.fleet(root, "all", companies.PERIODS[:weeks], watcher=said, **options)
    print(dict(outcome.facts)["time"], flush=True)
    return outcome


class Disturbs(Said):
    """After each company-period that is settled: a worker killed, the scheduler, a worker again, then none."""

    def __init__(self, cluster):
        super().__init__()
        self._cluster, self._turns = cluster, 0

    def settled(self, done, job):
        self._turns += 1
        if self._turns == 2:
            self._cluster.restart_scheduler()
        elif self._turns <= 3:
            self._cluster.kill_a_worker(random.Random(self._turns))


def undisturbed_and_disturbed(tmp_path: Path, count: int, weeks: int, every: float) -> list[str]:
    """Both runs, compared; what was said of the disturbed one. Killed every so many seconds; 0: after what is settled.
    """
    calm, wild = tmp_path / "calm", tmp_path / "wild"
    names = companies.make(calm, count, weeks)
    companies.make(wild, count, weeks)
    cluster = Cluster(tmp_path / "dask", free_port(), 2)
    last = Said() if every else Disturbs(cluster)
    try:
        if every:
            outcome = run(calm, weeks, Said(), scheduler=cluster.address)
            assert outcome.exit_code == 0, outcome.text()
            assert dict(outcome.facts)["drafted"] == str(count * weeks)
        else:   # what a single process makes, one after another
            made = [steps.company_period(name, day, calm) for name in names for day in companies.PERIODS[:weeks]]
            assert {reached.outcome for reached in made} == {"drafted"}
        expected = companies.drafts(calm, names)
        assert len(expected) == count * weeks
        with Chaos(cluster, every, seed=7) if every else nullcontext():
            outcome = run(wild, weeks, last, scheduler=cluster.address, tries=12)
        assert outcome.exit_code == 0, outcome.text()
        assert companies.drafts(wild, names) == expected
    finally:
        cluster.close()
    print(f"{count} companies, {weeks} weeks: {cluster.killed} workers killed, scheduler restarted {cluster.restarted}")
    assert cluster.killed > 0
    assert cluster.restarted == 1
    return last.lines


def test_killed_workers_and_a_lost_scheduler_change_no_draft(tmp_path):
    lines = undisturbed_and_disturbed(tmp_path, 2, 2, every=0)
    assert any("the scheduler was lost" in line for line in lines), lines


@pytest.mark.long
def test_two_hundred_companies_for_four_weeks(tmp_path):
    count, weeks = int(os.environ.get("FLEET_COMPANIES", "200")), int(os.environ.get("FLEET_WEEKS", "4"))
    undisturbed_and_disturbed(tmp_path, count, weeks, every=float(os.environ.get("FLEET_KILL_SECONDS", "20")))


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "tcp://dask.example:8786", "tcp://0.0.0.0:8786"])
def test_an_open_line_to_another_machine_must_be_declared(address, monkeypatch):
    from etl.fleet import cluster

    with pytest.raises(RefusedError, match="FLEET_OPEN"):
        cluster.safe(address)
    monkeypatch.setenv("TIMEBOOKS_FLEET_ANYWHERE", "1")
    assert cluster.safe(address) is None


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_this_machine_needs_no_certificates(address):
    from etl.fleet import cluster

    assert cluster.safe(address) is None


@pytest.mark.parametrize("address", ["", "10.0.0.5:8786", "http://127.0.0.1:8786", "inproc://x", "tcp://", "tcp:8786"])
def test_what_is_no_address_is_refused(address):
    from etl.fleet import cluster

    with pytest.raises(SettingsError, match="FLEET_SCHEDULER"):
        cluster.safe(address)


def test_an_encrypted_line_needs_the_certificates_that_dask_is_told(tmp_path):
    import dask

    from etl.fleet import cluster

    with pytest.raises(SettingsError, match="FLEET_CERTIFICATES"):
        cluster.safe("tls://10.0.0.5:8786")
    with dask.config.set({"distributed.comm.tls.ca-file": "ca.pem", "distributed.comm.tls.client.cert": "me.pem",
                          "distributed.comm.tls.client.key": "me.key"}):
        assert cluster.safe("tls://10.0.0.5:8786").tls_ca_file == "ca.pem"


def test_a_scheduler_that_does_not_answer_is_told():
    from etl.fleet import cluster

    with pytest.raises(StoreError, match="FLEET_SCHEDULER") as told:
        cluster.Cluster(f"tcp://127.0.0.1:{free_port()}", ("", "", ""), seconds=1)
    assert told.value.exit_code == 2


def test_without_the_extra_it_is_named(monkeypatch):
    from etl.fleet import cluster

    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="FLEET_MISSING"):
        cluster.Cluster("tcp://127.0.0.1:8786", ("", "", ""))
