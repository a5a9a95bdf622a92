"""What verify says of a published batch whose conversions were changed: each figure in question is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl.steps.verify_conversions import broken_conversions
from tests.sql.test_currencies import FIRM, WEEK

CENT = Decimal("0.01")


class Published:
    """A folder with the two tables, read as a batch reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def table(self, name: str) -> Any:
        return pq.read_table(self.folder / "data" / f"{name}.parquet")


@pytest.fixture(scope="module", name="books")
def _books():
    return FIRM.books(WEEK)


def found(books, folder: Path, name: str = "", column: str = "", change: Any = None) -> list[str]:
    (folder / "data").mkdir()
    for table_name in ("conversions", "converted_shares"):
        table = books.engine.fetch(table_name)
        if table_name == name:
            rows = table.to_pylist()
            rows[0][column] = change(rows[0][column])
            table = type(table).from_pylist(rows, schema=table.schema)
        pq.write_table(table, folder / "data" / f"{table_name}.parquet")
    posted = {row["line_id"]: row["amount"] for row in books.engine.fetch("postings").to_pylist()}
    return list(broken_conversions(Published(folder), posted))


def test_a_sound_batch_has_nothing_to_say(books, tmp_path):
    assert found(books, tmp_path) == []
    assert list(broken_conversions(Published(tmp_path / "nothing"), {})) == []


CHANGES = [   # table, column, change, what is said
    ("conversions", "home_amount", lambda amount: amount + CENT,
     ("is posted as", "at its rate is not", "add up to", "out of balance")),
    ("conversions", "rate_numerator", lambda number: number * 2, ("at its rate is not",)),
    ("conversions", "amount", lambda amount: amount + 1, ("at its rate is not", "out of balance")),
    ("converted_shares", "home_amount", lambda amount: amount - CENT, ("add up to",)),
]


@pytest.mark.capability("C79")
@pytest.mark.parametrize(("name", "column", "change", "words"), CHANGES)
def test_a_changed_figure_is_named(books, tmp_path, name, column, change, words):
    told = found(books, tmp_path, name, column, change)
    assert len(told) == len(words)
    assert all(any(word in text for text in told) for word in words)
