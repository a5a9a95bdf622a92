"""The plan of a fleet: weeks in order, a company never twice at once, nobody tried for ever, everything settled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.fleet.plan import BUSY_TURNS, DONE, FAILED, LEFT, REFUSED, Plan

PERIODS = ["2026-11-08", "2026-11-15", "2026-11-22"]
OK = {"outcome": "drafted", "exit_code": 0, "cpu_ms": 10, "wall_ms": 20, "peak_mib": 300}


@settings(max_examples=150, deadline=None)
@given(count=st.integers(1, 5), tries=st.integers(1, 3), workers=st.integers(1, 3), happens=st.lists(st.sampled_from(
    ["fine", "fine", "fine", "refused", "failed", "final", "lost", "busy", "adrift"]), max_size=120))
def test_whatever_happens_weeks_go_in_order_and_everything_is_settled(count, tries, workers, happens):
    companies, names = [f"c{n}" for n in range(count)], [f"w{n}" for n in range(workers)]
    plan, now, begun = Plan(companies, PERIODS, tries), 0.0, []
    events, started = iter(happens), {company: [] for company in companies}
    while not plan.is_done:
        for worker in plan.free(names):
            job = plan.take(worker, names, now)
            if job is not None:
                running = [plan.running(name).company for name in names if plan.running(name)]
                assert len(set(running)) == len(running), "a company runs once at a time"
                started[job.company].append(job.period_end)
                begun.append(job)
        busy = [name for name in names if plan.running(name)]
        now += 10
        if not busy:
            assert any(job.not_before > now - 10 for job in plan)
            continue
        what, worker = next(events, "fine"), busy[0]
        if what == "adrift":
            plan.adrift()
        elif what == "lost":
            plan.lost(worker, {"what": "gone"}, 5)
        else:
            plan.answered(worker, {
                "fine": OK, "refused": {"outcome": "refused", "exit_code": 1}, "busy": {"outcome": "busy"},
                "failed": {"outcome": "failed", "exit_code": 2},
                "final": {"outcome": "failed", "exit_code": 2, "is_final": True}}[what], now)
    for company in companies:
        assert started[company] == sorted(started[company]), "weeks go in order"
        states = [job.state for job in plan.jobs[company]]
        cut = next((place for place, state in enumerate(states) if state != DONE), len(states))
        assert all(state in {REFUSED, FAILED} for state in states[cut:cut + 1])
        assert all(state == LEFT for state in states[cut + 1:])
    assert all(job.tries <= tries for job in plan)


def test_a_failed_run_goes_to_another_worker_and_to_the_same_one_where_there_is_no_other():
    plan = Plan(["a"], PERIODS[:1], 3)
    assert plan.take("w0", ["w0", "w1"], 0.0) is not None
    plan.answered("w0", {"outcome": "failed", "exit_code": 2}, 0.0)
    assert plan.take("w0", ["w0", "w1"], 0.0) is None
    assert plan.take("w1", ["w0", "w1"], 0.0) is not None
    plan.answered("w1", {"outcome": "failed", "exit_code": 2}, 0.0)
    assert plan.take("w0", ["w0", "w1"], 0.0) is not None
    plan.answered("w0", OK, 0.0)
    job, = plan
    assert (job.state, job.tries, job.exit_code) == (DONE, 3, 0)


def test_a_busy_company_costs_no_try_and_is_not_waited_for_for_ever():
    plan = Plan(["a"], PERIODS[:1], 1)
    now = 0.0
    for _ in range(BUSY_TURNS):
        assert plan.take("w", ["w"], now) is not None
        plan.answered("w", {"outcome": "busy", "exit_code": 2, "code": "RUN_BUSY"}, now)
        assert plan.take("w", ["w"], now) is None, "not at once"
        now += 6
    plan.take("w", ["w"], now)
    plan.answered("w", {"outcome": "busy", "exit_code": 2, "code": "RUN_BUSY"}, now)
    job, = plan
    assert (job.state, job.exit_code, job.said["code"]) == (FAILED, 2, "RUN_BUSY")


def test_costs_of_all_tries_are_counted_together():
    plan = Plan(["a"], PERIODS[:1], 2)
    plan.take("w", ["w"], 0.0)
    plan.lost("w", {"what": "gone"}, 500)
    plan.take("x", ["x"], 0.0)
    plan.answered("x", OK, 0.0)
    job, = plan
    assert (job.cpu_ms, job.wall_ms, job.peak_mib, job.tries, job.outcome) == (10, 520, 300, 2, "drafted")


@pytest.mark.parametrize("said", [{}, {"outcome": "?"}])
def test_an_answer_that_says_nothing_is_a_failure(said):
    plan = Plan(["a"], PERIODS[:1], 1)
    plan.take("w", ["w"], 0.0)
    plan.answered("w", said, 0.0)
    job, = plan
    assert job.exit_code == 2


def test_where_no_work_can_go_on_the_rest_says_why():
    plan = Plan(["a", "b"], PERIODS[:2], 3)
    plan.take("w", ["w"], 0.0)
    plan.give_up({"code": "FLEET_SCHEDULER", "what": "gone"})
    assert plan.is_done
    assert {job.said["code"] for job in plan} == {"FLEET_SCHEDULER"}
    assert all(job.exit_code == 2 for job in plan)
