"""The types of columns in the words of the database, so that a table declared is the table that is put with rows.

There is no word for a binary float: money and rates are DECIMAL.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

_WORDS: Mapping[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}


def sql_type(kind: pa.DataType) -> str:
    """DECIMAL(18,3), BIGINT[], VARCHAR …; KeyError for a type that no table of ours has."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    return _WORDS[kind]


def sql_columns(schema: pa.Schema) -> str:
    """The columns between the brackets of `create table`."""
    return ", ".join('"' + field.name.replace('"', '""') + f'" {sql_type(field.type)}' for field in schema)
