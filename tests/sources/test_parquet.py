"""Parquet drops: how typed columns become text, and what has no text of its own."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.sources.findings import Limits
from tests.sources.drops import COLUMNS, declared, refusal, rows_of

DROP = declared(format="parquet", files="*.parquet", null_text="-")
NOON = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)


def parquet(**changes: pa.Array) -> bytes:
    """A file of one row in the five columns, one of them changed; a longer column repeats the others."""
    columns = {"Who": ["dana"], "Day": [date(2026, 3, 2)], "Hours": [Decimal("1.50")], "Job": [7],
        "Memo": ["checked"]}
    length = max([len(values) for values in changes.values()] or [1])
    table = pa.table({name: changes.get(name, pa.array(values * length)) for name, values in columns.items()})
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_a_row_of_typed_columns():
    assert rows_of(parquet(), DROP) == [
        {"source_row": 2, "person_ref": "dana", "date_text": "2026-03-02", "duration_text": "1.50",
         "project_ref": "7",
         "note": "checked"}]


VALUES = [  # column, texts, why
    (pa.array(["a", "", "-", None]), ["a", None, None, None], "empty and null_text are null"),
    (pa.array(["007", "1E5", "NA"]), ["007", "1E5", "NA"], "text stays text"),
    (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"], "coded text"),
    (pa.array(["a"], pa.large_string()), ["a"], "long text"),
    (pa.array([9007199254740993, -1], pa.int64()), ["9007199254740993", "-1"], "whole numbers are exact"),
    (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"], "unsigned"),
    (pa.array([Decimal("1.50"), Decimal("0.00")]), ["1.50", "0.00"], "decimals keep their places"),
    (pa.array([Decimal("0.00000001"), Decimal(0)], pa.decimal128(20, 8)), ["0.00000001", "0.00000000"],
     "without an exponent"),
    (pa.array([7.35, 8.0, -0.0, 0.1 + 0.2, None]), ["7.35", "8", "0", "0.30000000000000004", None],
     "floats in their shortest form"),
    (pa.array([date(2026, 3, 2)], pa.date64()), ["2026-03-02"], "dates"),
    (pa.array([NOON.replace(tzinfo=None)], pa.timestamp("us")), ["2026-03-02 12:00:30"], "a local time"),
    (pa.array([NOON], pa.timestamp("ms", "UTC")), ["2026-03-02 12:00:30Z"],
     "UTC says so, and never passes for local time"),
    (pa.array([NOON.replace(tzinfo=None), NOON.replace(tzinfo=None, microsecond=250000)], pa.timestamp("ns")),
     ["2026-03-02 12:00:30", "2026-03-02 12:00:30.25"], "a fraction only where there is one"),
    (pa.array([time(9, 30)], pa.time32("s")), ["09:30:00"], "a clock time"),
    (pa.array([time(9, 30, 0, 500000), time(9, 30)], pa.time64("us")), ["09:30:00.5", "09:30:00"],
     "with its fraction"),
    (pa.array([True, False]), ["true", "false"], "truth"),
    (pa.nulls(2), [None, None], "a column of nothing"),
]


@pytest.mark.parametrize(("column", "texts", "why"), VALUES,
    ids=lambda value: value if isinstance(value, str) else "")
def test_a_column_becomes_text_in_one_form(column, texts, why):
    assert [landed.get("note") for landed in rows_of(parquet(Memo=column), DROP)] == texts, why


REFUSED = [  # changed columns, code, words, why
    ({"Memo": pa.array([1e-7])}, "PARQUET_NUMBER", "Row 2 of column 'Memo' holds 1e-07", "no plain decimal"),
    ({"Memo": pa.array([1.5, float("nan")])}, "PARQUET_NUMBER", "Row 3", "not a number"),
    ({"Memo": pa.array([float("inf")])}, "PARQUET_NUMBER", "inf", "infinite"),
    ({"Who": pa.array([1234567890123456.0])}, "PARQUET_NUMBER", "column 'Who'",
     "a long id as a float may have lost digits"),
    ({"Memo": pa.array([1.5], pa.float32())}, "PARQUET_TYPE", "of type float",
     "a small float is not the number meant"),
    ({"Memo": pa.array([NOON], pa.timestamp("us", "America/New_York"))}, "PARQUET_TYPE", "America/New_York",
     "a zone is not mixed in"),
    ({"Memo": pa.array([timedelta(hours=1)])}, "PARQUET_TYPE", "duration", "a duration has no declared unit"),
    ({"Memo": pa.array([["a"]])}, "PARQUET_TYPE", "list", "a nested column"),
    ({"Memo": pa.array([b"a"])}, "PARQUET_TYPE", "binary", "bytes are no text"),
    ({"Memo": pa.array(["a\0b"])}, "TEXT_NUL", "column 'Memo' holds a NUL", "a NUL inside a text"),
    ({"Memo": pa.array([b"M\xfcller"]).cast(pa.string(), safe=False)}, "PARQUET_DAMAGED", "UTF8", "text that is none"),
    ({"Who": pa.array(["a\nb"])}, "TEXT_LINE_BREAK", "Row 2", "a line break in a code"),
    ({"Who": pa.array([None], pa.string()), "Day": pa.array([None], pa.date32())}, "ROW_NO_ENTRY", "Row 2",
     "neither person nor time"),
    ({name: pa.array([], pa.string()) for name in COLUMNS}, "FILE_NO_ROWS", "no rows", "columns and no rows"),
]


@pytest.mark.parametrize(("changes", "code", "words", "why"), REFUSED,
    ids=lambda value: value if isinstance(value, str) else "")
def test_refused(changes, code, words, why):
    error = refusal(parquet(**changes), DROP)
    assert code in {finding.code for finding in error.findings}, f"{why}: {error}"
    assert words in str(error), why


def test_columns_are_checked_by_name():
    out = io.BytesIO()
    pq.write_table(pa.table({"Memo": ["x"], "who": ["dana"], "Day": ["2026-03-02"], "Job": ["y"]}), out)
    assert [finding.code for finding in refusal(out.getvalue(), DROP).findings] == ["HEADER_RENAMED",
        "HEADER_MISSING"]


def test_limits_are_read_from_the_footer():
    error = refusal(parquet(Memo=pa.array(["x"] * 9)), DROP, limits=Limits(rows=8))
    assert (error.code, "9 rows" in str(error)) == ("FILE_TOO_LARGE", True)


def test_a_text_repeated_by_its_code_is_counted_as_often_as_it_stands():
    """A small file that would become a large table: 100 rows of one text of 100,000 bytes."""
    content = parquet(Memo=pa.array(["x" * 100_000] * 100))
    assert len(content) < 10_000
    assert refusal(content, DROP, limits=Limits(unpacked_bytes=5_000_000)).code == "FILE_TOO_LARGE"


def test_instants_of_every_precision_and_far_away():
    for unit in ("s", "ms", "us", "ns"):
        column = pa.array([NOON.replace(tzinfo=None), None], pa.timestamp(unit))
        assert rows_of(parquet(Memo=column), DROP)[0]["note"] == "2026-03-02 12:00:30"
    far = pa.array([datetime.fromisoformat("9999-12-31T00:00:00")], pa.timestamp("us"))
    assert rows_of(parquet(Memo=far), DROP)[0]["note"] == "9999-12-31 00:00:00"


def test_every_cut_is_refused():
    content = parquet()
    for length in range(4, len(content), 101):
        assert refusal(content[:length], DROP).code == "PARQUET_DAMAGED"
