"""A table that is put without rows is the table that is put with them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from etl import tables
from etl.sql.run import Engine
from etl.tables.sql_types import sql_type
from tests.sql.company import Company

SCHEMAS = {name: schema for name, schema in vars(tables).items() if isinstance(schema, pa.Schema)}
EVERY_TYPE = pa.schema([
    ("text", pa.string()), ("tiny", pa.int8()), ("small", pa.int16()), ("whole", pa.int32()),
    ("big", pa.int64()), ("yes", pa.bool_()),
    ("day", pa.date32()), ("clock", pa.timestamp("us")), ("instant", tables.INSTANT), ("money", tables.AMOUNT),
    ("rate", tables.FX_RATE), ("numbers", pa.list_(pa.int64())), ('a "name"', pa.list_(pa.string())),
])  # fmt: skip


@pytest.fixture(name="engine")
def _engine(tmp_path):
    with Engine(None, tmp_path, [tmp_path]) as engine:
        yield engine


def described(engine: Engine, name: str) -> list[tuple[str, str]]:
    return [row[:2] for row in engine._ask(f"describe {name}").fetchall()]


@pytest.mark.parametrize("schema", [EVERY_TYPE, *SCHEMAS.values()], ids=["every type", *SCHEMAS])
def test_a_table_without_rows_has_the_columns_of_one_with_rows(engine, schema):
    engine.put("without", schema.empty_table())
    engine.put("with_rows", pa.Table.from_pylist([dict.fromkeys(schema.names)], schema=schema))
    assert described(engine, "without") == described(engine, "with_rows")
    assert engine.fetch("without").schema == engine.fetch("with_rows").schema
    assert engine.count("without") == 0


def test_a_type_of_no_table_of_ours_is_put_all_the_same(engine):
    schema = pa.schema([("share", pa.float64()), ("day", pa.date32())])
    engine.put("foreign_one", schema.empty_table())
    assert described(engine, "foreign_one") == [("share", "DOUBLE"), ("day", "DATE")]
    with pytest.raises(KeyError):
        sql_type(pa.float64())


def test_a_put_replaces_what_was_there(engine):
    rows = pa.table({"day": [date(2026, 11, 9)], "text": ["Ann"]})
    engine.put("told", rows)
    engine.put("told", rows.slice(0, 0))
    assert engine.count("told") == 0
    engine.put("told", rows)
    assert engine.fetch("told").to_pylist() == rows.to_pylist()


def test_every_table_a_run_puts_has_a_declared_form(monkeypatch):
    """Otherwise the quick way would quietly be the slow one."""
    told = []
    before = Engine.put

    def put(self: Engine, name: str, table: pa.Table) -> None:
        told.extend((name, str(field)) for field in table.schema if not _has_word(field.type))
        before(self, name, table)

    monkeypatch.setattr(Engine, "put", put)
    Company().books("person  time\nann  8:00").engine.all_run()
    assert not told


def _has_word(kind: pa.DataType) -> bool:
    try:
        return bool(sql_type(kind))
    except KeyError:
        return False
