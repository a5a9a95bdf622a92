"""Names that are not to be trusted, timers that run, dates that contradict: held, told, and never guessed."""

from __future__ import annotations

import pytest

from tests.sql.company import Company, delivery

HELD = "exported - / held {0} / held {0}"
EVERYWHERE = "held {0} / held {0} / held {0}"
FREE = "exported - / exported - / exported -"
NAMES = [  # field, name in the export, state, what the exception shows, why
    ("project", "MÃ¼hle", HELD.format("TE021"), "project MÃ¼hle", "B05: a project decoded twice; pay goes on"),
    ("client", "SÃ£o Paulo", HELD.format("TE021"), "project SÃ£o Paulo", "B05: its client"),
    ("service", "Reinigung â€“ groß", HELD.format("TE021"), "item Reinigung â€“ groß", "B05: a service"),
    ("person", "jÃ¶rg", EVERYWHERE.format("TE021"), "person jÃ¶rg", "B05: a person: nobody knows who worked"),
    ("project", "web\u00a0", HELD.format("TE022"), "project web<U+00A0>", "B33: a non-breaking space"),
    ("project", "web ", HELD.format("TE022"), "project web<U+0020>", "B33: a space at the end"),
    ("service", "de\u200bv", HELD.format("TE022"), "item de<U+200B>v", "B32: a sign nobody sees"),
    ("person", " ann", EVERYWHERE.format("TE022"), "person <U+0020>ann", "B33: a space ahead"),
    ("project", "w\u0435b", HELD.format("TE023"), "project w\u0435b", "B30: a Cyrillic e"),
    ("project", "\uff57\uff45\uff42", HELD.format("TE023"), "project \uff57\uff45\uff42", "B30: full width"),
    ("service", "d\u0435v", HELD.format("TE023"), "item d\u0435v", "B30: in a service"),
    ("person", "\u0430nn", EVERYWHERE.format("TE023"), "person \u0430nn", "B30: in a person"),
    ("project", "SÃO", HELD.format("TE008"), "project SÃO", "a Portuguese name is no fault, only not mapped"),
    ("project", "\u0412\u0435\u0431", HELD.format("TE008"), "project \u0412\u0435\u0431", "nor is a Cyrillic one"),
    ("project", "cafe\u0301", FREE, None, "B31: composed and decomposed are one name"),
    ("project", "Stra\u00dfe", FREE, None, "B30: sharp s, mapped as it is"),
    ("project", "web", FREE, None, "nothing wrong"),
]
PROJECTS = f"{Company.projects}\n        caf\u00e9        Mill:Cafe\n        Stra\u00dfe      Mill:Street"


@pytest.fixture(scope="module", name="books")
def _books():
    rows = [
        {"id": str(number), "time": "1:00", "date": "2026-11-09"} | {field: name}
        for number, (field, name, *_) in enumerate(NAMES)
    ]
    return Company(projects=PROJECTS).books(delivery(rows))


@pytest.mark.parametrize(("number", "case"), list(enumerate(NAMES)), ids=lambda case: str(case)[:40])
def test_a_doubtful_name_holds_what_hangs_on_it(books, number, case):
    _, _, state, found, why = case
    assert books.state_of(str(number)) == state, why
    told = {name.replace("(none)", "-") for name in books.column("exceptions", "found", entry_id=f"tracker:{number}")}
    assert told == ({found} if found else set()), why


def test_a_pair_of_look_alikes_in_the_cross_references_holds_both():
    """B30: ACME in Latin and in Cyrillic letters are two rows; nobody can say which one a person meant."""
    firm = Company(projects="project_ref  customer_job\nACME  Mill:Web\n\u0410\u0421ME  Mill:Shop\nother  Mill:Web")
    books = firm.books("id  time  project\n1  1:00  ACME\n2  1:00  \u0410\u0421ME\n3  1:00  other")
    assert [books.state_of(number) for number in "123"] == [HELD.format("TE023")] * 2 + [FREE]


def test_a_doubtful_name_is_held_in_every_mode():
    """Suspense is for names nobody mapped, not for names nobody can read."""
    books = Company(unmapped="suspense").books("id  time  project\n1  1:00  MÃ¼hle\n2  1:00  new")
    assert books.state_of("1") == HELD.format("TE021")
    assert books.state_of("2") == "exported - / exported TE008 / held TE008"


TIMERS = [  # start, end, time, state of pay, why
    ("2026-11-09 09:00", "-", "-", "held TE005", "no end, no time: it runs"),
    ("2026-11-09 09:00", "-", "0:00", "held TE005", "a running timer of zero so far is not nothing"),
    ("2026-11-09 09:00", "-", "-1", "held TE005", "some trackers write a negative time for it"),
    ("2026-11-09 09:00", "-", "2:00", "exported -", "a time without an end is a time"),
    ("2026-11-09 09:00", "2026-11-09 09:00", "0:00", "rejected TE003", "stopped at once: nothing to post"),
    ("-", "-", "-", "held TE006", "no start: not a timer, only no time"),
]


def test_a_running_timer_is_counted_and_left_out():
    """J08: held with a reason of its own; it is posted when it is stopped."""
    rows = [
        {"id": str(number), "start": start, "end": end, "time": time}
        for number, (start, end, time, _, _) in enumerate(TIMERS)
    ]
    books = Company().books(delivery(rows))
    for number, (*_, state, why) in enumerate(TIMERS):
        assert books.state_of(str(number)).split(" / ")[0] == state, why
    assert books.rows("payroll_lines", "pay_seconds") == [["2:00:00"]]
    assert books.column("exceptions", "found", code="TE005") == ["started 2026-11-09 09:00"] * 3


def test_date_and_start_more_than_a_day_apart_are_held():
    """Within a day a time zone may explain it; further apart nobody knows which day is meant."""
    books = Company().books(
        """
        id  date        start             time
        1   2026-11-10  2026-11-10 23:30  0:20
        2   2026-11-10  2026-11-11 03:30  1:00
        3   2026-11-10  2026-11-12 09:00  1:00
        4   2026-11-10  2026-12-10 09:00  1:00"""
    )
    assert [books.state_of(number).split(" / ")[0] for number in "1234"] == ["exported -"] * 2 + ["held TE024"] * 2
    assert books.column("exceptions", "found", code="TE024")[0] == "date 2026-11-10, start 2026-11-12 09:00"
