"""What a fleet came to and what each company cost: on the screen, as JSON, as a CSV."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from etl import steps
from etl.fleet.plan import DONE, FAILED, LEFT, REFUSED, Job, Plan
from etl.steps.outcome import Outcome

_HEADINGS = ("company", "periods", "outcome", "entries", "CPU s", "clock s", "peak MiB", "tries")
_COLUMNS = ("company", "period_end", "outcome", "entries", "cpu_seconds", "wall_seconds", "peak_mib", "tries", "code",
            "what", "where", "fix", "manifest")


def report(plan: Plan, facts: tuple[tuple[str, str], ...], *, publish: bool) -> Outcome:
    """A row a company, those that need somebody first; of each of them what, where and fix."""
    jobs = list(plan)
    troubled = [job for job in jobs if job.state in {REFUSED, FAILED}]
    done = sum(job.state == DONE for job in jobs)
    companies = sorted(plan.jobs.values(), key=lambda of: -max(job.exit_code for job in of))
    words = Counter(job.outcome for job in jobs if job.state == DONE)
    left = sum(job.state == LEFT for job in jobs)
    return Outcome(
        title=f"{len(plan.jobs)} companies, {len(jobs)} company-periods: {done} at their natural stop"
        + "".join(f", {count} {name}" for name, count in (
            ("refused until a person decides", sum(job.state == REFUSED for job in jobs)),
            ("could not run", sum(job.state == FAILED for job in jobs)), ("left for an earlier week", left)) if count),
        facts=(*((outcome, str(count)) for outcome, count in sorted(words.items())),
               *((f"{job.company}, {job.period_end}", told(job)) for job in troubled), *facts),
        headings=_HEADINGS, rows=tuple(_row(of) for of in companies),
        next_step=_next(troubled, words, publish=publish),
        exit_code=max((job.exit_code for job in jobs), default=0))


def told(job: Job) -> str:
    """What stopped it, where, and what to do, in a line."""
    said = job.said
    parts = [str(said.get("what") or said.get("title", "")), str(said.get("where", "")),
             str(said.get("fix") or said.get("next_step", "")), str(said.get("code", ""))]
    return "; ".join(part for part in parts if part)


def _row(jobs: list[Job]) -> tuple[str, ...]:
    worst = max(jobs, key=lambda job: job.exit_code)
    outcomes = Counter(job.outcome for job in jobs)
    said = worst.outcome if worst.exit_code else ", ".join(
        name if len(outcomes) == 1 else f"{count} {name}" for name, count in outcomes.items())
    return (jobs[0].company, str(len(jobs)), said, f"{sum(_entries(job) for job in jobs):,}",
            _seconds(sum(job.cpu_ms for job in jobs)), _seconds(sum(job.wall_ms for job in jobs)),
            str(max(job.peak_mib for job in jobs)), str(sum(job.tries for job in jobs)))


def _next(troubled: list[Job], words: Counter[str], *, publish: bool) -> str:
    if troubled:
        return "do what is said of each company above, then give the same command again: what is done stays done"
    if publish and not words["waits for approval"]:
        return "the accountants upload the files in reports/COMPANY/PERIOD/batch-NNNN/upload"
    return ("approve the drafts, many at once with timebooks approve batch --list FILE; then give the same command "
            "again, with --export")


def write_costs(path: Path, plan: Plan) -> None:
    """A line a company-period: what became of it and what it cost."""
    steps.write_report(path, _COLUMNS, [
        (job.company, job.period_end, job.outcome, _entries(job), _seconds(job.cpu_ms), _seconds(job.wall_ms),
         job.peak_mib, job.tries, *(str(job.said.get(name, "")) for name in ("code", "what", "where", "fix")),
         str(job.said.get("manifest", ""))) for job in plan])


def _entries(job: Job) -> int:
    return int(job.said.get("entries", 0))


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.2f}"
