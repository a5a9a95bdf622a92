"""The columns of the decisions that are not always computed: `python -m tests.sql.shapes` writes them anew."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

from etl.sql import order
from etl.sql.run import Engine

FILE = Path(str(files("etl.sql"))) / "shapes.csv"


def shapes_of(engine: Engine) -> list[tuple[str, str, str]]:
    """Table, column and type of each, as DuckDB tells them of the statements; a list of words by its name."""
    words = (files("etl.sql") / "words.sql").read_text(encoding="utf-8")
    named = {engine._ask(f"select typeof(null::{name})").fetchone()[0]: name  # type: ignore[index]
             for name in re.findall(r"create or replace type (\w+) as enum", words)}
    return [(table, column, named.get(kind, kind)) for table in order.ONLY_WITH
            for column, kind, *_ in engine._ask(f"describe {order.statement(table)}").fetchall()]


def main() -> None:
    """Write the file anew, from a week that has everything."""
    from tests.sql.test_statements import everything

    Engine._has_no_row = lambda *_: False   # type: ignore[method-assign] # whatever the file says, all is computed
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("table", "column", "type"), *shapes_of(everything().engine)])


if __name__ == "__main__":
    main()
