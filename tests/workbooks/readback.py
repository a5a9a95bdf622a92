"""Other people's eyes on a workbook: openpyxl, the bare XML, and LibreOffice, which computes every formula anew."""

from __future__ import annotations

import io
import re
import subprocess
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl

from tests.programs import office

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def opened(content: bytes, *, computed: bool = False):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=computed)


def cells(content: bytes):
    """Sheet, place, value, type, number format, quote prefix of every cell that holds something."""
    return [
        (sheet.title, cell.coordinate, cell.value, cell.data_type, cell.number_format, cell.quotePrefix)
        for sheet in opened(content) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def raw_cells(content: bytes, sheet: int = 1) -> dict[str, tuple[str, str]]:
    """Per place, what the file itself says: type (n, f, inlineStr) and text."""
    with ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    found = {}
    for cell in root.iter(f"{_MAIN}c"):
        formula, value, text = (cell.find(f"{_MAIN}{tag}") for tag in ("f", "v", f"is/{_MAIN}t"))
        if formula is not None:
            found[cell.get("r")] = ("f", formula.text)
        elif text is not None:
            found[cell.get("r")] = (cell.get("t"), decoded(text.text))
        elif value is not None:
            found[cell.get("r")] = (cell.get("t", "n"), value.text)
    return found


def decoded(text: str) -> str:
    """A string as a spreadsheet reads it: _x0041_ is A (ECMA-376, ST_Xstring)."""
    return re.sub(r"_x([0-9a-fA-F]{4})_", lambda code: chr(int(code[1], 16)), text)


def recomputed(content: bytes, folder: Path, to: str = "xlsx") -> bytes:
    """The workbook opened, computed and saved by LibreOffice."""
    (folder / "out").mkdir(exist_ok=True)
    (folder / "given.xlsx").write_bytes(content)
    done = subprocess.run(
        [*office(), "--convert-to", to, "--outdir", str(folder / "out"), str(folder / "given.xlsx")],
        capture_output=True, text=True, timeout=240, check=False)
    made = folder / "out" / f"given.{to}"
    assert done.returncode == 0, done.stderr
    assert made.is_file(), done.stdout + done.stderr
    return made.read_bytes()


def exact(value: object) -> Fraction:
    """A number as a spreadsheet gave it, taken at 9 decimals: it computes in binary and keeps 15 digits."""
    assert isinstance(value, int | float), value
    return Fraction(round(value * 10**9), 10**9)
