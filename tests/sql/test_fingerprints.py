"""Exports without entry ids: a fingerprint with an ordinal keeps overlapping files and re-exports apart (M14)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sql.company import Company, Delivery, delivery
from tests.sweeps import examples

WEEK = "2026-11-09 2026-11-15"
PLAIN = """
    date        start             time  note
    2026-11-09  2026-11-09 08:00  1:00  mail
    2026-11-09  2026-11-09 08:00  1:00  mail
    2026-11-10  2026-11-10 09:00  2:00  plan"""
LATER = """
    date        start             time  note
    2026-11-10  2026-11-10 09:00  2:00  plan
    2026-11-11  2026-11-11 09:00  3:00  plan"""


def counted(*deliveries: str | Delivery) -> list[str]:
    books = Company().books(*deliveries, to="entries_rounded")
    rows = books.rows("entries_rounded", "worked_on worked_seconds pay_state")
    return sorted(" ".join(row) for row in rows)


WITHOUT_IDS = [  # deliveries, entries, why
    (
        [PLAIN],
        ["2026-11-09 1:00:00 exported", "2026-11-09 1:00:00 exported", "2026-11-10 2:00:00 exported"],
        "two equal rows are two entries",
    ),
    (
        [PLAIN, PLAIN],
        ["2026-11-09 1:00:00 exported", "2026-11-09 1:00:00 exported", "2026-11-10 2:00:00 exported"],
        "exported again they are the same two",
    ),
    (
        [PLAIN, LATER],
        [
            "2026-11-09 1:00:00 exported",
            "2026-11-09 1:00:00 exported",
            "2026-11-10 2:00:00 exported",
            "2026-11-11 3:00:00 exported",
        ],
        "overlapping files share their entries",
    ),
    (
        [PLAIN, PLAIN.replace("2:00  plan", "2:30  plan")],
        [
            "2026-11-09 1:00:00 exported",
            "2026-11-09 1:00:00 exported",
            "2026-11-10 2:00:00 superseded",
            "2026-11-10 2:30:00 exported",
        ],
        "a corrected duration is a later version",
    ),
    (
        [PLAIN, delivery(PLAIN.replace("    2026-11-09  2026-11-09 08:00  1:00  mail\n", "", 1), complete=WEEK)],
        ["2026-11-09 1:00:00 exported", "2026-11-09 1:00:00 withdrawn", "2026-11-10 2:00:00 exported"],
        "of two equal rows one is gone",
    ),
    (
        [PLAIN, delivery(PLAIN.replace("plan", "planning"), complete=WEEK)],
        [
            "2026-11-09 1:00:00 exported",
            "2026-11-09 1:00:00 exported",
            "2026-11-10 2:00:00 exported",
            "2026-11-10 2:00:00 withdrawn",
        ],
        "another note is another entry, and the old one is gone",
    ),
]


@pytest.mark.capability("C85", "M14")
@pytest.mark.parametrize(("deliveries", "entries", "why"), WITHOUT_IDS)
def test_exports_without_ids(deliveries, entries, why):
    assert counted(*deliveries) == entries, why


@pytest.mark.capability("C85", "M14")
def test_reordered_rows_have_the_same_ids():
    header, *rows = PLAIN.strip().splitlines()
    turned = "\n".join([header, *reversed(rows)])
    ids = [
        sorted(Company().books(text, to="entries_keyed").column("entries_keyed", "entry_id"))
        for text in (PLAIN, turned)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


ROWS = st.lists(st.tuples(st.integers(1, 3), st.integers(9, 11), st.integers(1, 3)), min_size=1, max_size=8)


@pytest.mark.capability("C85", "M14")
@given(st.lists(ROWS, min_size=1, max_size=3), st.booleans(), st.data())
@examples(5, 40)
def test_delivering_again_shuffled_changes_nothing(files, has_ids, data):
    """R03: with ids or without, each file once more and each in another order, the versions are the same."""

    def rows(file):
        seen = {}
        for number, date, hours in file:  # one story an id and file
            seen.setdefault(number if has_ids else (date, hours, len(seen)), (number, date, hours))
        return [
            {"id": str(number) if has_ids else "-", "date": f"2026-11-{date:02}", "time": f"{hours}:00"}
            for number, date, hours in seen.values()
        ]

    once = [delivery(rows(file)) for file in files]
    shuffled = [delivery(data.draw(st.permutations(rows(file)))) for file in files]
    twice = [export for export in shuffled for _ in range(2)]
    columns = "entry_id version worked_on worked_seconds is_superseded is_conflict"
    found = [
        sorted(Company().books(*files, to="entry_versions").rows("entry_versions", columns)) for files in (once, twice)
    ]
    assert found[0] == found[1]
