"""A newcomer's first week, on screen: the notebook in JupyterLab in Chromium, the mapping workbook, the approval.

With TIMEBOOKS_PICTURES naming a folder, each stop is photographed into it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl.shipped import shipped
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.store import audit_log, batches
from etl.workspace import Workspace
from tests.cli.command import timebooks
from tests.faults import tiny
from tests.mapping.test_mapping_sheet import Sheet
from tests.notebooks.lab import Lab, jupyter_lab
from tests.targets.ledger_judges import hledger

WEEK = "notebooks/week.ipynb"
PICTURES = os.environ.get("TIMEBOOKS_PICTURES", "")


@dataclass
class Newcomer:
    """One person in front of one browser, and the company's period."""

    lab: Lab
    root: Path
    company: str
    period_end: str

    def runs_all(self, picture: str) -> str:
        """What the notebook shows after Run All Cells, without an error."""
        prompts = self.lab.run_all(WEEK)
        if PICTURES:
            self.lab.photograph(Path(PICTURES), picture)
        first = int(prompts[0].strip("[]:"))   # the kernel goes on counting
        assert (self.lab.wrong(), prompts) == ([], [f"[{number}]:" for number in range(first, first + len(prompts))])
        return self.lab.outputs()

    def fills_in(self, **parameters: str) -> None:
        self.lab.fill_in(WEEK, **parameters)

    def reasons(self, name: str) -> set[str]:
        """Why time of a project or service does not go to the books, in the newest draft or batch."""
        place, end = Workspace(self.root), tiny.date.fromisoformat(self.period_end)
        records = audit_log.read_log(place, self.company)
        sealed = batches.find_batch(place, self.company, end, records) or batches.find_draft(
            place, self.company, end, records)
        rows = sealed.table("entries").to_pylist()
        return {reason for row in rows if name in (row["project_ref"], row["service_ref"])
                for reason in (row["cost_reason"], row["bill_reason"]) if reason}


def small_company(root: Path) -> tuple[str, str, str, str]:
    """Twenty entries, a project and a service nobody mapped; its documents are a ledger and a worksheet."""
    place = tiny.make_company(root)
    settings = place.mappings(tiny.COMPANY) / "company.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("quickbooks_online.labor", "hledger.labor"),
                        encoding="utf-8")
    inbox = place.inbox(tiny.COMPANY) / "time.csv"
    text = inbox.read_text(encoding="utf-8")
    text = text.replace(",Web,Code,2026-11-02", ",Ferry,Code,2026-11-02")
    text = text.replace(",Code,2026-11-03", ",Tests,2026-11-03")
    inbox.write_text(text, encoding="utf-8", newline="")
    init(root, with_sample=False)
    return tiny.COMPANY, str(tiny.PERIOD_END), "Ferry", "Tests"


def sample(root: Path) -> tuple[str, str, str, str]:
    """The practice company that `timebooks init --sample` makes."""
    assert timebooks("init", str(root), "--sample", workspace=root.parent).code == 0
    return SAMPLE, SAMPLE_PERIOD_END, "Opening Night", "Consulting"


@pytest.mark.capability("C6", "C159")
@pytest.mark.parametrize("company", [small_company, pytest.param(sample, marks=pytest.mark.long)],
                         ids=["small", "sample"])
def test_a_newcomer_runs_the_week_from_the_first_screen_to_the_close(tmp_path, company):
    root = tmp_path / "w"
    name, end, project, service = company(root)
    shutil.copy(shipped("notebooks") / "week.ipynb", root / "notebooks")
    with jupyter_lab(root, tmp_path / "private") as lab:
        person = Newcomer(lab, root, name, end)
        person.fills_in(company=name, period_end=end, until="draft")
        shown = person.runs_all("1-draft")
        assert "ready" in shown
        assert 'stopped at the draft, as until = "draft" asks' in shown
        assert "row(s) to map" in shown
        assert "TE008" in person.reasons(project)
        assert "TE009" in person.reasons(service)

        [workbook] = (root / "reports" / name / "mapping").glob("*.xlsx")
        jobs = Sheet(workbook, "projects")
        jobs.fill(jobs.row(project_ref=project), customer_job="Harbor Ferry:Deck", billing_method="not_billed").save()
        items = Sheet(workbook, "items")
        items.fill(items.row(service_ref=service), service_item="Engineering", hour_kind="worked").save()
        person.fills_in(mapping_workbook=workbook.relative_to(root).as_posix())
        shown = person.runs_all("2-mapped")
        assert "2 row(s) of cross-references taken in" in shown
        assert "TE008" not in person.reasons(project)
        assert "TE009" not in person.reasons(service)

        approved = timebooks("approve", "batch", "--company", name, "--period-end", end, workspace=root)
        assert "approved by sandbox-approver" in approved.facts
        person.fills_in(mapping_workbook="", until="export")
        shown = person.runs_all("3-exported")
        assert 'stopped before the close, as until = "export" asks' in shown

        ledgers = sorted((root / "reports" / name / end).glob("batch-0001/upload/**/*.journal"))
        journals = b"\n".join(path.read_bytes() for path in ledgers)
        (root / "books.csv").write_bytes(hledger(journals, "print", "-O", "csv"))
        person.fills_in(books_report="books.csv", until="close")
        shown = person.runs_all("4-closed")
        assert "closed" in shown
        assert "hledger.print" in shown
        assert lab.outside == [], "nothing is asked of another machine"
    assert batches.is_closed(audit_log.read_log(Workspace(root), name), tiny.date.fromisoformat(end))
