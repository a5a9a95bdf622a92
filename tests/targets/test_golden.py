"""Every document has a golden folder; what it renders is compared byte for byte, and judged by the reader.

A folder holds input.csv (the document's table) and below expected/ every file of its rendering and its correction.
TIMEBOOKS_WRITE_GOLDEN=1 writes expected/ anew; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from etl import tables
from etl.errors import TargetError
from etl.targets.documents import DOCUMENTS, document
from etl.targets.fields import TEXT_CHANGES
from tests.targets.examples import HEADER, from_csv, settings
from tests.targets.judges import judged

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "targets"
EACH = pytest.mark.parametrize("known", DOCUMENTS, ids=lambda known: known.name)


def golden_table(known):
    text = (GOLDEN / known.name / "input.csv").read_text(encoding="utf-8")
    return from_csv(getattr(tables, known.table.upper()), text)


def rendered_files(known):
    table = golden_table(known)
    return [*known.render(table, HEADER, settings()), *known.correct(table, HEADER, settings())]


@EACH
def test_golden_files(known):
    assert (GOLDEN / known.name / "input.csv").is_file(), f"tests/golden/targets/{known.name}/ is missing"
    same_as_golden({file.path: file.content for file in rendered_files(known)}, GOLDEN / known.name / "expected")


def same_as_golden(files: dict[str, bytes], expected: Path) -> None:
    """Assert that the folder holds exactly these files, or write it anew."""
    if os.environ.get("TIMEBOOKS_WRITE_GOLDEN") == "1":
        for path, content in files.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_bytes(content)
    there = {path.relative_to(expected).as_posix(): path.read_bytes()
             for path in expected.rglob("*") if path.is_file()}
    assert sorted(files) == sorted(there)
    for path, content in files.items():
        assert content.splitlines(keepends=True) == there[path].splitlines(keepends=True), path


@EACH
def test_what_is_rendered_is_accepted_by_the_reader(known):
    files = rendered_files(known)
    roles = {file.role for file in files}
    assert roles - {"correction"} <= {"import", "worksheet"}, "a document, and what of it is entered by hand"
    assert len(roles) > 1, "and its way back"
    assert "correction" in roles
    for file in files:
        records = judged(file)
        assert file.rows == len([record for record in records if record.get("RECORD") not in ("TIMERHDR", "ENDTRNS")])
        assert file.document == known.name


@EACH
def test_the_same_input_gives_the_same_bytes(known):
    assert rendered_files(known) == rendered_files(known)


@EACH
def test_nothing_to_write_gives_no_file(known):
    empty = getattr(tables, known.table.upper()).empty_table()
    assert known.render(empty, HEADER, settings()) == known.correct(empty, HEADER, settings()) == []
    assert known.changed_texts(empty, HEADER, settings()).equals(TEXT_CHANGES.empty_table())


@EACH
def test_another_table_is_refused(known):
    with pytest.raises(Exception, match="has columns"):
        known.render(golden_table(known).drop_columns(["line_id"]), HEADER, settings())


def test_golden_folders_belong_to_documents():
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(known.name for known in DOCUMENTS)


def test_a_document_is_found_by_name():
    assert [document(known.name) for known in DOCUMENTS] == list(DOCUMENTS)
    with pytest.raises(TargetError) as error:
        document("quickbooks_desktop.tme")
    assert error.value.code == "UNKNOWN_DOCUMENT"
    assert all(known.name in error.value.fix for known in DOCUMENTS), "the names to choose from"
