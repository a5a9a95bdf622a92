"""What a second export says of an entry: nothing new, a later version, or that it is gone. Nothing counts twice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from tests.sql.company import Books, Company, Delivery, delivery

WEEK = "2026-11-09 2026-11-15"
DAY = "id  date        time  note"  # the header of most timesheets below


def day(*lines: str, header: str = DAY, **columns: str) -> Delivery:
    """One export with these lines under the usual header."""
    return delivery("\n".join([header, *lines]), **columns)


# Each case is a drop of its own, its deliveries in order; expected: id, version, time, state of pay, reason.
CASES: Mapping[str, tuple[list[Delivery], list[str], str]] = {
    "same": ([day("1  2026-11-09  1:00  x")] * 3, ["1 1 1:00:00 exported -"], "delivered three times: one version"),
    "overlap": (
        [
            day("1  2026-11-09  1:00  x", "2  2026-11-10  2:00  x"),
            day("2  2026-11-10  2:00  x", "3  2026-11-11  3:00  x"),
        ],
        ["1 1 1:00:00 exported -", "2 1 2:00:00 exported -", "3 1 3:00:00 exported -"],
        "overlapping files: each entry once",
    ),
    "twice": (
        [day("1  2026-11-09  1:00  x", "1  2026-11-09  1:00  x")],
        ["1 1 1:00:00 exported -"],
        "twice in one file, word for word",
    ),
    "note": (
        [day("1  2026-11-09  1:00  x"), day("1  2026-11-09  1:00  y")],
        ["1 1 1:00:00 superseded TE030", "1 2 1:00:00 exported -"],
        "another note is another version",
    ),
    "time": (
        [day("1  2026-11-09  1:00  x"), day("1  2026-11-09  1:30  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 1:30:00 exported -"],
        "the later duration counts",
    ),
    "project": (
        [
            day("1  2026-11-09  1:00  web", header="id  date  time  project"),
            day("1  2026-11-09  1:00  shop", header="id  date  time  project"),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 1:00:00 exported -"],
        "moved to another project",
    ),
    "back": (
        [day("1  2026-11-09  1:00  x"), day("1  2026-11-09  1:30  x"), day("1  2026-11-09  1:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 1:30:00 superseded TE030", "1 3 1:00:00 exported -"],
        "changed and changed back: three versions",
    ),
    "to zero": (
        [day("1  2026-11-09  1:00  x"), day("1  2026-11-09  0:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 0:00:00 rejected TE003"],
        "the later one has nothing to post",
    ),
    "moved out": (
        [day("1  2026-11-09  1:00  x"), day("1  2026-12-09  1:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 1:00:00 exported -"],
        "moved out of the week: the week keeps the superseded one, the later belongs to December",
    ),
    "dated": (
        [day("1  -  1:00  x"), day("1  2026-11-09  1:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 1:00:00 exported -"],
        "the day was forgotten and is given",
    ),
    "undated": ([day("1  -  1:00  x")], ["1 1 1:00:00 held TE001"], "no day, no period: shown in every run"),
    "elsewhere": ([day("1  2026-10-09  1:00  x")], [], "an entry of another window is not looked at"),
    # ---- two stories of one entry in one file ----
    "two stories": (
        [day("1  2026-11-09  1:00  x", "1  2026-11-09  2:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 held TE020"],
        "neither of them is paid",
    ),
    "settled 1": (
        [day("1  2026-11-09  1:00  x", "1  2026-11-09  2:00  x"), day("1  2026-11-09  1:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 superseded TE030", "1 3 1:00:00 exported -"],
        "the next file has kept the one",
    ),
    "settled 2": (
        [day("1  2026-11-09  1:00  x", "1  2026-11-09  2:00  x"), day("1  2026-11-09  2:00  x")],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 superseded TE030", "1 3 2:00:00 exported -"],
        "or has kept the other",
    ),
    "unsettled": (
        [day("1  2026-11-09  1:00  x", "1  2026-11-09  2:00  x")] * 2,
        [
            "1 1 1:00:00 superseded TE030",
            "1 2 2:00:00 superseded TE030",
            "1 3 1:00:00 superseded TE030",
            "1 4 2:00:00 held TE020",
        ],
        "the next file says the same: still neither",
    ),
    # ---- with the tracker's update time ----
    "history": (
        [day("1  2026-11-09  2:00  11:00", "1  2026-11-09  1:00  10:00", header="id  date  time  updated")],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "the update time says which is the later, whatever the order of the rows",
    ),
    "history twice": (
        [day("1  2026-11-09  1:00  10:00", "1  2026-11-09  2:00  11:00", header="id  date  time  updated")] * 2,
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "delivered again the history adds nothing",
    ),
    "stale": (
        [
            day("1  2026-11-09  1:00  10:00", header="id  date  time  updated"),
            day("1  2026-11-09  2:00  11:00", header="id  date  time  updated"),
            day("1  2026-11-09  1:00  10:00", header="id  date  time  updated"),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "an old file that is delivered again changes nothing",
    ),
    "same moment": (
        [day("1  2026-11-09  1:00  10:00", "1  2026-11-09  2:00  10:00", header="id  date  time  updated")],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 held TE020"],
        "two stories of one moment",
    ),
    "late": (
        [
            day("1  2026-11-09  2:00  2026-11-09T12:00:00Z", header="id  date  time  updated"),
            day("1  2026-11-09  1:00  2026-11-09T10:00:00Z", header="id  date  time  updated"),
        ],
        ["1 1 2:00:00 exported -"],
        "a telephone that was offline delivers an older state later: the newest update time counts",
    ),
    "late, then later": (
        [
            day("1  2026-11-09  2:00  2026-11-09T12:00:00Z", header="id  date  time  updated"),
            day("1  2026-11-09  1:00  2026-11-09T10:00:00Z", header="id  date  time  updated"),
            day("1  2026-11-09  3:00  2026-11-09T13:00:00Z", header="id  date  time  updated"),
        ],
        ["1 1 2:00:00 superseded TE030", "1 2 3:00:00 exported -"],
        "the late one takes no version's number: what was exported under it stays",
    ),
    "same instant": (
        [
            day("1  2026-11-09  1:00  2026-11-09T12:00:00Z", header="id  date  time  updated"),
            day("1  2026-11-09  2:00  2026-11-09T12:00:00Z", header="id  date  time  updated"),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "of two stories of one moment in two deliveries the later delivery counts",
    ),
    "as instants": (
        [
            day("1  2026-11-09  1:00  2026-11-09T12:00:00+05:30", header="id  date  time  updated"),
            day("1  2026-11-09  2:00  2026-11-09T07:00:00Z", header="id  date  time  updated"),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "12:00 in India is before 7:00 in UTC: update times compare as instants, not as text",
    ),
    "as days": (
        [
            day("1  2026-11-09  1:00  2026-11-09 09:30", header="id  date  time  updated"),
            day("1  2026-11-09  2:00  2026-11-10 08:15", header="id  date  time  updated"),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "in the drop's own notation",
    ),
    "no time said": (
        [
            day("1  2026-11-09  1:00  2026-11-09T12:00:00Z", header="id  date  time  updated"),
            day("1  2026-11-09  2:00  -", header="id  date  time  updated"),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 exported -"],
        "without an update time only the order of delivery speaks",
    ),
    # ---- gone at the source: only a complete export of the day and the person can say so ----
    "additive": (
        [day("1  2026-11-09  1:00  x", "2  2026-11-10  2:00  x"), day("2  2026-11-10  2:00  x")],
        ["1 1 1:00:00 exported -", "2 1 2:00:00 exported -"],
        "absent from an additive file says nothing",
    ),
    "gone": (
        [day("1  2026-11-09  1:00  x", "2  2026-11-10  2:00  x"), day("2  2026-11-10  2:00  x", complete=WEEK)],
        ["1 1 1:00:00 withdrawn TE031", "2 1 2:00:00 exported -"],
        "absent from a complete file: gone",
    ),
    "other week": (
        [day("1  2026-11-09  1:00  x"), day("3  2026-11-16  1:00  x", complete="2026-11-16 2026-11-22")],
        ["1 1 1:00:00 exported -"],
        "which is complete for another week only",
    ),
    "edges": (
        [
            day("1  2026-11-09  1:00  x", "2  2026-11-12  2:00  x", "3  2026-11-13  3:00  x"),
            day(complete="2026-11-10 2026-11-12"),
        ],
        ["1 1 1:00:00 exported -", "2 1 2:00:00 withdrawn TE031", "3 1 3:00:00 exported -"],
        "both days inclusive, an empty file too",
    ),
    "others": (
        [
            day("1  2026-11-09  1:00  ann", "2  2026-11-09  2:00  bob", header="id  date  time  person"),
            day(complete=WEEK, population="bob eve"),
        ],
        ["1 1 1:00:00 exported -", "2 1 2:00:00 withdrawn TE031"],
        "complete for bob and eve only",
    ),
    "again": (
        [day("1  2026-11-09  1:00  x"), day(complete=WEEK), day("1  2026-11-09  1:00  x")],
        ["1 1 1:00:00 exported -"],
        "gone and back: it counts",
    ),
    "earlier": (
        [day(complete=WEEK), day("1  2026-11-09  1:00  x")],
        ["1 1 1:00:00 exported -"],
        "a complete file from before the entry says nothing",
    ),
    "changed, gone": (
        [day("1  2026-11-09  1:00  x"), day("1  2026-11-09  2:00  x"), day(complete=WEEK)],
        ["1 1 1:00:00 superseded TE030", "1 2 2:00:00 withdrawn TE031"],
        "the newest version is gone",
    ),
    "empty, gone": (
        [day("1  2026-11-09  0:00  x"), day(complete=WEEK)],
        ["1 1 0:00:00 rejected TE003"],
        "rejected comes before withdrawn",
    ),
    "left the week": (
        [
            day("1  2026-11-09  1:00  x"),
            day("1  2026-11-17  1:00  x", complete="2026-11-16 2026-11-22"),
            day(complete=WEEK),
        ],
        ["1 1 1:00:00 superseded TE030", "1 2 1:00:00 exported -"],
        "moved to next week is not gone",
    ),
    # ---- before go-live ----
    "go-live": (
        [day("1  2026-11-08  1:00  x", "2  2026-11-09  1:00  x")],
        ["1 1 1:00:00 out_of_scope TE032", "2 1 1:00:00 exported -"],
        "the day before, and the day itself",
    ),
}


@cache
def all_cases() -> Books:
    """All cases at once: their drops keep them apart."""
    deliveries = [
        Delivery(given.rows, source.replace(" ", "_").replace(",", ""), "", given.complete, given.population)
        for source, (files, _, _) in CASES.items()
        for given in files
    ]
    return Company(go_live="2026-11-09").books(*deliveries, to="entries_rounded")


@pytest.mark.capability("C120")
@pytest.mark.parametrize("case", CASES)
def test_deliveries(case):
    """J10: edited, moved, deleted, brought back."""
    _, expected, why = CASES[case]
    source = case.replace(" ", "_").replace(",", "")
    rows = all_cases().rows("entries_rounded", "entry_id version worked_seconds pay_state pay_reason")
    own = [[entry.removeprefix(f"{source}:"), *rest] for entry, *rest in rows if entry.startswith(f"{source}:")]
    assert sorted(" ".join(row) for row in own) == expected, why


PLAIN = """
    date        start             time
    2026-11-09  2026-11-09 08:00  1:00
    2026-11-09  2026-11-09 08:00  1:00
    2026-11-10  2026-11-10 09:00  2:00"""
COUNTS = [  # deliveries, landed, versions, repeats, rows of other windows
    ([PLAIN], 3, 3, 0, 0),
    ([PLAIN, PLAIN], 6, 3, 3, 0),
    ([PLAIN, "date        time\n2026-10-01  1:00\n2026-10-02  1:00"], 5, 3, 0, 2),
    (["id  date  time\n1  2026-11-09  1:00\n1  2026-11-09  1:00\n1  2026-11-09  2:00"], 3, 2, 1, 0),
]


@pytest.mark.parametrize(("deliveries", "landed", "versions", "repeats", "others"), COUNTS)
def test_every_landed_row_is_counted(deliveries, landed, versions, repeats, others):
    books = Company().books(*deliveries)
    assert books.rows("landed_counts", "landed_rows versions repeats rows_of_other_windows") == [
        [str(landed), str(versions), str(repeats), str(others)]
    ]
    assert set(books.column("control_totals", "difference")) <= {"0", "0.000"}


def test_an_entry_that_left_the_week_stands_in_it_as_superseded_only():
    """And is paid where it went: 1 h in the first week is superseded, in the later week received and paid."""
    firm = Company(
        calendar="""
        pay_group  kind    start       workweek
        weekly     weekly  2026-11-09  monday
        weekly     weekly  2026-11-16  monday"""
    )
    files = [day("1  2026-11-10  1:00  x"), day("1  2026-11-18  1:00  x")]
    first, second = (firm.books(*files, end=end) for end in ("2026-11-15", "2026-11-22"))
    columns = "state count_entries seconds"
    assert first.rows("roll_forward", columns, stream="pay") == [
        ["received", "1", "1:00:00"],
        ["superseded", "1", "1:00:00"],
    ]
    assert second.rows("roll_forward", columns, stream="pay") == [
        ["received", "1", "1:00:00"],
        ["exported", "1", "1:00:00"],
    ]
    assert first.column("payroll_lines", "amount") == []
    assert second.column("payroll_lines", "amount") == ["40.00"]


@pytest.mark.capability("C42")
@pytest.mark.capability("C120")
def test_what_came_again_and_what_came_late_is_counted_by_source():
    books = Company().books(
        day("1  2026-11-09  2:00  2026-11-09T12:00:00Z", "2  2026-11-09  1:00  -", header="id  date  time  updated"),
        day("1  2026-11-09  1:00  2026-11-09T10:00:00Z", "2  2026-11-09  1:00  -", header="id  date  time  updated"),
    )
    books.engine.run(("repeats_told",))
    assert books.rows("repeats_told", "source repeats late") == [["tracker", "1", "1"]]
