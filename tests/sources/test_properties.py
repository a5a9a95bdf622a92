"""What must hold for any text: nothing is changed, nothing is lost, the order of columns does not matter."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources.csv_reader import read_csv
from etl.sources.files import parse_file
from etl.sources.findings import FileRefusedError
from tests.sources.drops import declared

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(
    ["", " ", "007", "NA", "1E5", '"', '""', ",", "\n", "\r\n", "\r", "a\nb", "\\", "\\N", "=1+1", "\ufeff",
     "\u2028"])
WIDTH = 5
NAMES = ["Who", "Day", "Hours", "Job", "Memo"]
TABLES = st.lists(st.lists(TEXT, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=20)


def written(rows, names=NAMES, **style) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, **style)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue().encode()


STYLES = st.fixed_dictionaries({
    "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "delimiter": st.sampled_from([",", ";", "\t", "|"])})


@settings(deadline=None, max_examples=300)
@given(TABLES, STYLES)
def test_any_table_of_text_is_read_back_equal(rows, style):
    drop = declared(delimiter=style["delimiter"])
    table = read_csv(written(rows, **style), "week.csv", drop)
    assert table.column_names == NAMES
    assert [list(row.values()) for row in table.to_pylist()] == [[text or None for text in row] for row in rows]


@settings(deadline=None)
@given(TABLES, st.permutations(range(WIDTH)))
def test_the_order_of_the_columns_changes_nothing(rows, order):
    def landed(content):
        try:
            return parse_file(content, "week.csv", declared()).to_pylist()
        except FileRefusedError as error:
            return sorted({(finding.code, finding.line) for finding in error.findings})

    shuffled = [[row[place] for place in order] for row in rows]
    assert landed(written(rows)) == landed(written(shuffled, [NAMES[place] for place in order]))


@settings(deadline=None, max_examples=300)
@given(TABLES, st.data())
def test_any_damage_is_refused_or_read_never_a_crash(rows, data):
    content = bytearray(written(rows))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at:at + data.draw(st.integers(0, 3))] = data.draw(st.sampled_from(
            [b"", b'"', b",", b"\n", b"\r", b"\0", b"\xff", b'","', b"\xef\xbb\xbf"]))
    with suppress(FileRefusedError):
        table = parse_file(bytes(content), "week.csv", declared())
        read = list(csv.reader(io.StringIO(bytes(content).decode("utf-8-sig"), newline=""), strict=True))
        kept = len([row for row in read if row]) - 1
        assert table.num_rows == kept, "every record that is read is a row; none is dropped"
