"""Status tells what is done, what is held, who is waited for, and a next step that is right."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl import steps
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.steps.outcome import Outcome
from tests.cli.command import timebooks

COMPANY, MONDAY = "field-studio", date(2026, 11, 23)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The practice company's week in a company that is none: nobody approves by itself."""
    init(tmp_path, with_sample=True)
    for place in ("mappings", "data/inbox"):
        (tmp_path / place / SAMPLE).rename(tmp_path / place / COMPANY)
    settings = tmp_path / "mappings" / COMPANY / "company.toml"
    practice_only = '    "beancount.labor_journal", "hledger.labor_journal",\n'   # real books get one form of a journal
    settings.write_text(settings.read_text().replace(f'"{SAMPLE}"', f'"{COMPANY}"').replace(practice_only, ""))
    for path in (tmp_path / "mappings" / COMPANY / "private").iterdir():
        path.chmod(0o600)
    return tmp_path


def row(outcome: Outcome, period: str = SAMPLE_PERIOD_END) -> dict[str, object]:
    found = [dict(zip(outcome.headings, cells, strict=True)) for cells in outcome.rows]
    return next(cells for cells in found if cells["period"] == period)


def run(workspace: Path) -> steps.Run:
    return steps.start(COMPANY, SAMPLE_PERIOD_END, workspace, person="Dana", in_memory=True)


@pytest.mark.capability("C4")
def test_a_week_from_nothing_to_the_close(workspace: Path) -> None:
    """Each state, reached by doing what the row before said."""
    told = []

    def look() -> dict[str, object]:
        found = row(steps.status(workspace, today=MONDAY))
        told.append((found["done"], found["waiting for"]))
        return found

    assert look()["next step"] == f"timebooks week --company {COMPANY} --period-end {SAMPLE_PERIOD_END}"
    steps.week(run(workspace))
    drafted = look()
    assert "cost 41 (81:01:00)" in str(drafted["held"])
    approve = shlex.split(str(drafted["next step"]))[1:]
    assert timebooks(*approve, "--person", "Robin", workspace=workspace).code == 0
    again = shlex.split(str(look()["next step"]))[1:]
    assert timebooks(*again, "--no-notebooks", workspace=workspace).code == 0, "running the week again publishes it"
    close = shlex.split(str(look()["next step"]))[1:]
    assert "EXCEPTIONS_OPEN" in timebooks(*close, workspace=workspace).talk, "41 entries wait for billing"
    settings = workspace / "mappings" / COMPANY / "company.toml"
    settings.write_text(settings.read_text() + '\n[approval]\nclose_over = "anything"\n')
    assert timebooks(*close, workspace=workspace).code == 0
    assert look()["next step"] == "upload the files in upload/ of the batch"
    assert told == [
        ("nothing yet", "the bookkeeper"),
        ("drafted (revision 1)", "another person, not Dana"),
        ("drafted (revision 1), approved", "the bookkeeper"),
        ("exported, reconciled", "the bookkeeper"),
        ("exported, reconciled, closed", "the accountant"),
    ]


def test_every_ended_period_since_go_live_is_there(workspace: Path) -> None:
    def periods(today: date) -> list[object]:
        return [cells[1] for cells in steps.status(workspace, today=today).rows]

    assert periods(date(2026, 12, 7)) == ["2026-11-22", "2026-11-29", "2026-12-06"]
    assert periods(date(2026, 12, 6)) == ["2026-11-22", "2026-11-29"], "the week is not over on its last day"
    settings = workspace / "mappings" / COMPANY / "company.toml"
    settings.write_text(settings.read_text().replace("go_live = 2026-11-16", "go_live = 2026-11-23"))
    assert periods(date(2026, 12, 7)) == ["2026-11-29", "2026-12-06"]


@pytest.mark.capability("C4")
def test_between_the_export_and_the_close(workspace: Path) -> None:
    steps.week(run(workspace))
    steps.approve_batch(run(workspace), "Robin")
    steps.export(run(workspace))
    assert row(steps.status(workspace, today=MONDAY))["done"] == "exported"
    steps.reconcile(run(workspace))
    found = row(steps.status(workspace, today=MONDAY))
    assert (found["done"], found["next step"]) == (
        "exported, reconciled", f"timebooks step close --company {COMPANY} --period-end {SAMPLE_PERIOD_END}")


def test_a_company_that_cannot_be_read_does_not_hide_the_others(workspace: Path) -> None:
    broken = workspace / "mappings" / "broken"
    broken.mkdir()
    (broken / "company.toml").write_text("[company\n")
    told = {cells[0]: cells for cells in steps.status(workspace, today=MONDAY).rows}
    assert told["broken"][5] == "the administrator"
    assert "company.toml" in str(told["broken"][6])
    assert COMPANY in told


PREFLIGHT = [  # what is wrong, the question it answers, words of the answer
    ("inbox", "exports of toggl", "the folder holds nothing"),
    ("account", "cross-references every week needs", "accounts.csv: no account for"),
]


@pytest.mark.capability("C6")
@pytest.mark.parametrize(("wrong", "question", "words"), PREFLIGHT, ids=[case[0] for case in PREFLIGHT])
def test_preflight_names_what_is_missing(workspace: Path, wrong: str, question: str, words: str) -> None:
    if wrong == "inbox":
        for path in (workspace / "data" / "inbox" / COMPANY).iterdir():
            path.unlink()
    else:
        accounts = workspace / "mappings" / COMPANY / "accounts.csv"
        kept = [line for line in accounts.read_text().splitlines() if not line.startswith("accrued_wages")]
        accounts.write_text("\n".join(kept) + "\n")
    found = steps.preflight(run(workspace))
    answers = {cells[0]: cells[1:] for cells in found.rows}
    assert answers[question][0] == "missing"
    assert words in str(answers[question][1])
    assert found.next_step.startswith(question)


@pytest.mark.capability("C6")
def test_preflight_of_a_week_that_may_run(workspace: Path) -> None:
    found = steps.preflight(run(workspace))
    assert {cells[1] for cells in found.rows} == {"ok"}
    assert found.title.endswith("ready")
    steps.week(run(workspace))
    assert ("exports of toggl", "note", "2 file(s) in the inbox, 0 new") in steps.preflight(run(workspace)).rows


def test_after_the_approval_and_not_before(workspace: Path) -> None:
    steps.week(run(workspace))
    waiting = steps.after_approval(run(workspace))
    assert steps.closed(run(workspace)).title == "not exported yet: nothing to close"
    assert "waits for another person's approval" in waiting.title
    assert not list(workspace.glob("reports/*/*/batch-*")), "nothing was published"
    steps.approve_batch(run(workspace), "Robin")
    assert steps.after_approval(run(workspace)).next_step == "close the period (80_close)"
    assert steps.closed(run(workspace), "export").title == 'stopped before the close, as until = "export" asks'
    assert steps.closed(run(workspace)).title.endswith("stays open"), "59 exceptions of the week wait"
    settings = workspace / "mappings" / COMPANY / "company.toml"
    settings.write_text(settings.read_text() + '\n[approval]\nclose_over = "anything"\n')
    assert steps.closed(run(workspace)).title.startswith("closed period")
    assert steps.summary(run(workspace)).title.endswith("closed")
    links = steps.links(run(workspace))
    assert all((Path.cwd() / cells[1].target).is_file() for cells in links.rows), "every link leads to a file"


def test_charts_add_up_and_ask_no_network_for_anything(workspace: Path) -> None:
    steps.week(run(workspace))
    hours, money = steps.hours_chart(run(workspace)), steps.money_chart(run(workspace))
    for chart in (hours, money):
        bundle = chart._repr_mimebundle_()
        assert set(bundle) == {"application/vnd.vegalite.v5+json", "text/plain"}, "no script, nothing to load"
        assert "'url'" not in str(bundle), "the figures are in the chart itself"
    assert sum(value["seconds"] for value in hours.spec["data"]["values"]) == 1228 * 3600 + 25 * 60 + 21
    assert {value["kind"] for value in money.spec["data"]["values"]} == {"labor cost", "billed"}
    billed = sum(value["minor"] for value in money.spec["data"]["values"] if value["kind"] == "billed")
    (lines,) = workspace.glob("data/drafts/**/billable_lines.parquet")
    shown = {value["name"] for value in money.spec["data"]["values"]}
    amounts = [line["amount"] for line in pq.read_table(lines).to_pylist()
               if line["currency"] == "USD" and line["customer_job"] in shown]
    assert billed == sum(amounts) * 100 > 0


def test_cells_are_escaped_and_carry_what_they_are_sorted_by() -> None:
    shown = Outcome("t", headings=("a", "b"), rows=(("<script>x</script>", "-1,200.50 USD"), ("b", "2:30:00"))).html()
    assert "<script>x" not in shown
    assert "data-n='-1200.50'" in shown
    assert "data-n='9000'" in shown


def test_few_rows_too_wide_for_a_terminal_stand_one_below_another():
    long = "over 8 h a day; " * 9
    shown = Outcome("t", headings=("rule", "pays", "covers"), rows=(("a", long, ""), ("b", "1\n2", long))).text()
    assert shown.splitlines()[2:] == [
        "  rule    a", f"  pays    {long}", "", "  rule    b", "  pays    1", "          2", f"  covers  {long}"]
    narrow = Outcome("t", headings=("rule", "pays"), rows=(("a", "1.5"),)).text()
    assert narrow.splitlines()[2:] == ["  rule  pays", "  a      1.5"]
