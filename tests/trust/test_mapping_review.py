"""The quarterly review: every row with its last use, hours and money, what nothing used, and what changed around it."""

from __future__ import annotations

import pytest

from etl import steps
from tests.faults import tiny
from tests.trust.test_mapping_decisions import edit
from tests.trust.test_signed_week import refused
from tests.workbooks import readback

pytestmark = [pytest.mark.capability("C115"), pytest.mark.capability("C125")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two practice weeks published; a second project, a special rate and an old one beside what they use."""
    root = tmp_path_factory.mktemp("review")
    place = tiny.make_company(root, 2)
    folder = place.mappings(tiny.COMPANY)
    for name, row in (("projects.csv", "tracker,*,App,Mill:App,time_and_materials,2026-11-02,"),
                      ("rates.csv", "Mill:Web,*,E1,130.00,USD,2026-11-09,"),
                      ("items.csv", "*,Draw,Design,worked,2020-01-01,2020-12-31")):
        (folder / name).write_text((folder / name).read_text() + row + "\n")
    for end in (tiny.PERIOD_END, tiny.PERIOD_END.replace(day=15)):
        assert tiny.week(root, end).exit_code == 0
    return place


def test_each_row_tells_what_went_through_it(place):
    """Two people, 42 hours a week each; from the second week Ann's time on Web has a rate of its own."""
    from etl.steps.mapping_review import use_of_rows
    from etl.store import audit_log, batches

    exported = batches.exported(place, tiny.COMPANY, audit_log.read_log(place, tiny.COMPANY))
    rows = use_of_rows(place, tiny.COMPANY, exported, tiny.FIRST_MONDAY).to_pylist()
    found = {(row["file"], row["map_row"]): row for row in rows}
    assert {key: (row["standing"], row["seconds"] // 3600, row["billed"]) for key, row in found.items()} == {
        ("employees.csv", 2): ("used", 84, 42 * 120 + 42 * 130), ("employees.csv", 3): ("used", 84, 84 * 120),
        ("projects.csv", 2): ("used", 168, 126 * 120 + 42 * 130), ("projects.csv", 3): ("never used", 0, None),
        ("items.csv", 2): ("used", 168, 126 * 120 + 42 * 130), ("items.csv", 3): ("ended", 0, None),
        ("rates.csv", 2): ("used", 126, 126 * 120), ("rates.csv", 3): ("used", 42, 42 * 130),
        ("private/pay_rates.csv", 2): ("used", 84, 42 * 120 + 42 * 130),
        ("private/pay_rates.csv", 3): ("used", 84, 84 * 120)}
    totals = [sum(batch.table("billable_lines")["amount"].to_pylist()) for batch in exported]
    assert found["projects.csv", 2]["billed"] == sum(totals)
    assert found["rates.csv", 3]["last_used_on"].isoformat() == "2026-11-13"


def test_the_workbook_and_what_asks(place):
    outcome = steps.mapping_review(tiny.COMPANY, workspace=place.root)
    assert [(row[0], row[1], row[3]) for row in outcome.rows] == [("projects.csv", "3", "never used")]
    assert "0 trigger(s)" in outcome.title
    path = place.root / dict(outcome.facts)["workbook"]
    assert path.name.startswith("SANDBOX_mapping-review_2026-11-15_")
    assert readback.opened(path.read_bytes()).sheetnames == ["Rows", "Changes and sign-off"]
    assert dict(steps.mapping_review(tiny.COMPANY, workspace=place.root).facts)["workbook"] == (
        path.relative_to(place.root).as_posix())


def test_triggers_name_what_changed(place):
    """C125: a new department, another chart of accounts, another billing practice; private figures stay private."""
    folder = place.mappings(tiny.COMPANY)
    path = folder / "dimensions.csv"
    path.write_text(path.read_text() + "class,employee,E1,North,1,2026-11-02,\n")
    edit(place, "accounts.csv", "Accrued Wages Payable", "Wages Owed", tiny.COMPANY)
    edit(place, "projects.csv", "Mill:App,time_and_materials", "Mill:App,fixed_fee", tiny.COMPANY)
    edit(place, "private/pay_rates.csv", "40.00", "41.00", tiny.COMPANY)
    outcome = steps.mapping_review(tiny.COMPANY, "2026-11-09", workspace=place.root)
    facts = dict(outcome.facts)
    assert set(facts) == {"workbook", "new department or class", "chart of accounts changed",
                          "billing practice changed", "pay practice changed"}
    assert "time_and_materials -> fixed_fee" in facts["billing practice changed"]
    assert "41.00" not in outcome.text()


def test_before_the_first_batch_there_is_nothing_to_review(tmp_path):
    tiny.make_company(tmp_path)
    refused("REVIEW_EMPTY", lambda: steps.mapping_review(tiny.COMPANY, workspace=tmp_path))
