"""The agenda: everything that is due, on its day, with a command that there is."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from etl import steps
from etl.errors import SettingsError
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.steps.agenda import agenda
from etl.steps.agenda_items import Asked, Item, items
from etl.store import audit_log
from etl.workspace import Workspace
from tests.cli.command import ROOT
from tests.faults import tiny
from tests.steps.test_services import GOOD, write
from tests.test_capabilities import is_command

CONNECTION = """
[[connections]]
name = "old"
source = "kimai"
base_url = "http://127.0.0.1:8077/"
zone = "UTC"
secret_since = 2026-07-01
[[connections]]
name = "unknown"
source = "kimai"
base_url = "http://127.0.0.1:8078/"
zone = "UTC"
"""


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("agenda")
    tiny.make_company(root)
    assert tiny.week(root).exit_code == 0
    folder = root / "mappings" / tiny.COMPANY
    with (folder / "company.toml").open("a") as file:
        file.write(CONNECTION)
    write(root, GOOD | {"renews_on": "2027-02-01"})
    (folder / "vendors.csv").write_text(
        "vendor_id,vendor_name,legal_name,state,form_1099,tin_type,tin_last_four,w9_state,w9_signed_on,exemption_code,"
        "backup_withholding,terms,terms_days,expense_account\nV1,Cole,,US-NY,NEC-1,EIN,1111,on_file,2026-01-02,,no,,,\n")
    (folder / "attachments.csv").write_text(
        "owner_type,owner,kind,path,sha256,valid_from,expires_on\n"
        f"vendor,V1,insurance,contracts/harvest.pdf,{GOOD['contract_sha256']},,2026-12-15\n"
        f"vendor,V1,w9,contracts/none.pdf,{'0' * 64},,\n")
    rates = folder / "rates.csv"
    rates.write_text(rates.read_text() + "Mill:Web,*,*,130.00,USD,2026-11-02,2026-12-31\n")
    return root


def due(root: Path, on: date, until: date) -> list[Item]:
    place = Workspace(root)
    folder = place.mappings(tiny.COMPANY)
    return items(Asked(place, tiny.COMPANY, read_settings(folder / "company.toml", tiny.COMPANY),
                       load_mappings(folder, tiny.COMPANY), audit_log.read_log(place, tiny.COMPANY), on, until))


EXPECTED = [   # day, the beginning of what, why
    ("2026-11-08", "enter further pay periods of weekly", "the calendar has one week"),
    ("2026-11-27", "backup (newest: none)", "there is none"),
    ("2026-11-27", "document of vendor V1, w9", "no such file"),
    ("2026-11-27", "restore drill", "none could be"),
    ("2026-11-27", "token of unknown", "nobody said when it was made"),
    ("2026-11-27", "old: a connection whose vendor is not in the register", "no vendor"),
    ("2026-12-15", "document of vendor V1, insurance", "it expires"),
    ("2026-12-28", "token of old: made on 2026-07-01", "180 days"),
    ("2026-12-31", "1 row(s) of rates end by 2026-12-31", "no next row"),
    ("2026-12-31", "law of duties ends: us_social_security", "a threshold of one year"),
    ("2027-01-02", "tracker: notice has to be given by 2027-01-02", "thirty days before the first of February"),
    ("2027-02-01", "1099-NEC to vendor and IRS, 2026", "the 31st of January is a Sunday"),
    ("2027-02-07", "review the cross-references (never done yet)", "91 days after the first batch"),
]


@pytest.mark.capability("C25", "C31", "C67", "C125", "C133")
@pytest.mark.parametrize(("day", "what", "why"), EXPECTED)
def test_each_thing_is_due_on_its_day(root, day, what, why):
    found = due(root, date(2026, 11, 27), date(2027, 3, 31))
    assert [str(item.due_on) for item in found if item.what.startswith(what)] == [day], (why, found)


def test_law_is_read_again_a_year_after_its_review(root):
    found = [item for item in due(root, date(2027, 11, 1), date(2027, 12, 31)) if "read the law" in item.what]
    assert found
    assert {item.due_on for item in found} <= {date(2027, 11, day) for day in range(20, 28)}
    assert any("overtime" in item.what and "US-FED" in item.what for item in found)
    assert not [item for item in found if "California" in item.what or "US-CA" in item.what], "nobody works there"


def test_everything_has_an_owner_a_page_and_a_command_that_there_is(root):
    for item in due(root, date(2026, 11, 27), date(2028, 12, 31)):
        words = shlex.split(item.command)
        assert words[0] == "timebooks"
        cut = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
        names = [word for word in words[1:cut] if word.islower()]
        assert is_command([*names, *(word for word in words[cut:] if word.startswith("--"))]), item
        assert item.whose
        assert (ROOT / "docs" / item.page).is_file(), item


@pytest.mark.capability("C125")
def test_the_page_has_overdue_this_quarter_and_the_next(root):
    told = agenda(root, tiny.COMPANY, day="2026-11-27")
    assert told.exit_code == 0
    page = (root / "reports" / tiny.COMPANY / "agenda" / "agenda_2026-Q4.html").read_text()
    at = [page.index(f">{title}</h2>") for title in ("Overdue, or open now", "Due in 2026-Q4", "Then, in 2027-Q1")]
    assert at == sorted(at)
    assert at[0] < page.index("backup (newest: none)") < at[1] < page.index("token of old") < at[2]
    assert at[2] < page.index("review the cross-references")
    assert "default-src 'none'" in page
    assert "<script" not in page
    before = page
    agenda(root, tiny.COMPANY, day="2026-11-27")
    assert (root / "reports" / tiny.COMPANY / "agenda" / "agenda_2026-Q4.html").read_text() == before
    assert "agenda_2027-Q2" in dict(agenda(root, tiny.COMPANY, quarter="2027Q2", day="2026-11-27").facts)["page"]
    steps.create_archive(str(root.parent / f"{root.name}-backup"), company=tiny.COMPANY, workspace=root)
    today = datetime.now(UTC).date()
    assert not [item for item in due(root, today, today) if item.what.startswith("backup")]


@pytest.mark.parametrize("text", ["2027", "2027-Q5", "Q1", "2026-Q3", ""])
def test_a_quarter_that_is_none_or_over_is_refused(root, text):
    with pytest.raises(SettingsError) as refused:
        agenda(root, tiny.COMPANY, quarter=text or "x", day="2026-11-27")
    assert refused.value.code == "QUARTER_UNREADABLE"
