"""The billable flag from tracker to last line: billable seconds are the same everywhere, or named by a reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sql.company import Books, Company
from tests.sweeps import examples

FIRM = replace(Company(), rates="service_item  bill_rate  currency\nEngineering  137.77  USD\nDesign  14501  JPY")
NOT_BILLED = {"TE007", "TE008", "TE009", "TE011", "TE013", "TE044", "TE048"}   # why not here
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "cole", "zoe"]), st.sampled_from(["web", "shop", "(none)", "new"]),
        st.sampled_from(["dev", "art", "vacation", "new"]), st.integers(1, 40000), st.booleans(),
        st.sampled_from(["2026-11-09", "2026-11-11", "2026-11-15"])),
    min_size=1, max_size=15)


def books_of(entries: list[tuple[str, str, str, int, bool, str]]) -> Books:
    lines = [f"{n}  {who}  {where}  {what}  {time // 3600}:{time // 60 % 60:02}:{time % 60:02}  "
             f"{'yes' if is_billable else 'no'}  {day}"
             for n, (who, where, what, time, is_billable, day) in enumerate(entries)]
    return FIRM.books("id  person  project  service  time  billable  date\n" + "\n".join(lines))


@pytest.mark.capability("C49")
@given(ENTRIES)
@examples(5, 40)
def test_billable_seconds_are_the_same_from_the_export_to_the_lines(entries):
    told = sum(time for *_, time, is_billable, _ in entries if is_billable)
    books = books_of(entries)
    rows = books.engine.fetch("entries").to_pylist()
    landed = sum(row["worked_seconds"] for row in rows if row["is_billable"])
    assert landed == told
    left_out: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["is_billable"] and row["bill_state"] != "exported":
            left_out[row["bill_reason"]] += row["worked_seconds"]
    assert set(left_out) <= NOT_BILLED
    assert all(row["is_billable"] for row in rows if row["bill_state"] == "exported")
    billed = told - sum(left_out.values())
    by_entry = {(row["entry_id"], row["version"]): row for row in rows}
    pieces = [row for row in books.engine.fetch("pieces").to_pylist() if row["is_in_bill_period"]]
    exported = [row for row in pieces if by_entry[row["entry_id"], row["version"]]["bill_state"] == "exported"]
    assert sum(row["bill_seconds"] for row in exported) == billed
    lines = books.engine.fetch("billable_lines").to_pylist()
    assert sum(row["bill_seconds"] for row in lines) == billed
    shares = [row for row in books.engine.fetch("allocations").to_pylist() if "-B-" in row["line_id"]]
    assert sum(row["seconds"] for row in shares) == billed
    activities = books.engine.fetch("time_activities").to_pylist()
    assert {row["entry_id"] for row in activities if row["is_billable"]} == {
        row["entry_id"] for row in rows if row["bill_state"] == "exported"}
