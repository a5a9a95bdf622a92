"""The company's holidays land like an export: once, complete, parsed again equal, withdrawn when taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import steps
from etl.errors import SettingsError
from etl.steps.made_again import made_again
from etl.steps.run import Run
from etl.steps.stages import TO_DRAFT
from etl.store.landing import read_pulls
from etl.store.verify import verify_store
from etl.workspace import Workspace
from tests.mapping.small import FILES
from tests.sources.drops import csv_of
from tests.steps.test_pull import company

pytestmark = pytest.mark.capability("C136")
HOLIDAYS = "calendar,holiday_on,name\nstudio,2026-11-11,Veterans Day\nstudio,2026-11-13,Founders' Day\n"
MORE = {
    "holidays.csv": HOLIDAYS,
    "holiday_pay.csv": "pay_group,work_location,calendar,hours,service_ref,effective_from,effective_to\n"
    "*,*,studio,7.50,holiday,2026-01-01,\n",
    "items.csv": FILES["items.csv"] + "*,(none),Admin,worked,2026-01-01,\n*,holiday,Holiday,holiday,2026-01-01,\n",
    "pay_items.csv": "hour_kind,hour_class,pay_item\nworked,regular,Regular\nworked,overtime,Overtime\n"
    "worked,overtime_premium,Premium\nholiday,regular,Holiday\n",
    "accounts.csv": "purpose,account,account_type\ndirect_labor,Job Costs:Labor,COGS\ninternal_labor,Overhead,EXP\n"
    "leave_expense,Leave,EXP\naccrued_wages,Accrued,OCLIAB\n",
    "private/pay_rates.csv": FILES["private/pay_rates.csv"] + "E2,20.00,USD,2026-01-01,\n",
}


def run_of(root: Path, more: str = "", **changed: str) -> Run:
    company(root, {"week.csv": csv_of("ann@x.example,2026-11-09,8.00,shop,fitting")}, more)
    for name, text in (MORE | changed).items():
        path = Workspace(root).mappings("acme") / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    return steps.start("acme", "2026-11-15", root, person="preparer", in_memory=True)


def drafted(run: Run) -> dict[str, bytes]:
    """The files of the draft, pulled and computed anew."""
    for step in TO_DRAFT.values():
        outcome = step(run)
        assert outcome.exit_code == 0, outcome
    [folder] = sorted((run.workspace.root / "data/drafts/acme/2026-11-15").glob("batch-*"))[-1:]
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_from_the_calendar_to_the_payroll_file(tmp_path):
    """Two days of 7.5 h for Ann and Bob; a second pull adds nothing and drafts the same."""
    first = drafted(run_of(tmp_path))
    hours = first["hours_2026-11-15.csv"].decode().splitlines()[1:]
    assert hours == [
        "E1,Ann Abel,Holiday,2026-11-09,15.00,600.00,USD",
        "E1,Ann Abel,Regular,2026-11-09,8.00,320.00,USD",
        "E2,Bob Berg,Holiday,2026-11-09,15.00,300.00,USD",
    ]
    place = Workspace(tmp_path)
    pulls = len(read_pulls(place, "acme"))
    assert drafted(run_of(tmp_path)) == first
    assert len(read_pulls(place, "acme")) == pulls == 2
    assert not [finding for finding in verify_store(place, "acme") if not finding.waits]
    assert not made_again(place, ["acme"]).findings, "what landed is parsed again to the same"


def test_a_day_taken_out_of_the_calendar_is_withdrawn(tmp_path):
    drafted(run_of(tmp_path))
    later = drafted(run_of(tmp_path, **{"holidays.csv": "\n".join(HOLIDAYS.splitlines()[:2]) + "\n"}))
    assert ",7.50,300.00,USD" in later["hours_2026-11-15.csv"].decode()
    assert "withdrawn,TE031,2," in later["control_sheet.csv"].decode().replace("\r\n", "\n")


def test_the_calendars_name_is_its_own(tmp_path):
    run = run_of(tmp_path)
    toml = Workspace(tmp_path).mappings("acme") / "company.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('name = "hours"', 'name = "holiday-calendar"'), encoding="utf-8"
    )
    run = steps.start("acme", "2026-11-15", tmp_path, person="preparer", in_memory=True)
    with pytest.raises(SettingsError, match="holiday-calendar belongs to the holidays"):
        steps.pull(run)
