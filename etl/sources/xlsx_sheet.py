"""The XML of one worksheet, streamed: what its cells must not be, told by their addresses."""

from __future__ import annotations

import re
from collections import Counter

from etl.sources.findings import KEPT, Finding, Limits

_LETTERS = re.compile(r"[A-Z]{1,3}")
_FIXES = {
    "XLSX_FORMULA": "Copy the sheet and paste it as values, or export as CSV.",
    "XLSX_ERROR_CELL": "Correct the cell in the spreadsheet.",
    "XLSX_CELL_TWICE": "Export again; no spreadsheet program writes that.",
    "XLSX_MERGED": "Unmerge the cells, and write each heading and value into its own cell.",
    "XLSX_HIDDEN_ROW": "Clear the filter and unhide the rows, or delete them.",
    "XLSX_LIMIT": "Export a shorter span of time, or export as CSV.",
}


def column_number(letters: str) -> int:
    """A -> 1, Z -> 26, AA -> 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class SheetScan:
    """Called for each element of a worksheet; keeps what is wrong. `is_beyond` is set where reading must stop.

    The declared dimension is never looked at: rows and columns are counted as they come (X03, X04).
    """

    def __init__(self, limits: Limits) -> None:
        self.is_beyond = False
        self._limits = limits
        self._row = self._column = 0
        self._row_text = "0"
        self._letters: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._found: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """One element begins; `tag` carries its namespace before a closing brace."""
        name = self._names.get(tag)
        if name is None:
            local = tag.rpartition("}")[2]
            name = self._names[tag] = local if local in ("c", "row", "f", "mergeCell") else ""
        if not name or self.is_beyond:
            return
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._next_row(attributes)
        elif name == "f":
            self._tell("XLSX_FORMULA", "holds a formula")
        elif name == "mergeCell":
            self._tell("XLSX_MERGED", "are merged", attributes.get("ref", "?"))

    def findings(self) -> list[Finding]:
        """Everything found, in reading order; what goes beyond the number kept is counted."""
        kept = Counter(finding.code for finding in self._found)
        return self._found + [
            Finding(0, "", code, f"{total - kept[code]:,} further places have the same fault", _FIXES[code], "row")
            for code, total in self._counts.items() if total > kept[code]]

    def _tell(self, code: str, what: str, cell: str = "") -> None:
        self._counts[code] += 1
        if self._counts[code] > KEPT:
            return
        cell = cell or f"{column_letters(self._column)}{self._row}"
        noun = "Cells" if ":" in cell else "Cell" if cell[:1].isalpha() else "Row"
        letters = "" if noun == "Row" else cell.split(":")[0].rstrip("0123456789")
        line = int("".join(sign for sign in cell.split(":")[0] if sign.isdigit()) or 0)
        self._found.append(Finding(line, letters, code, f"{noun} {cell} {what}", _FIXES[code], "row"))

    def _next_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", str(self._row + 1))
        row = int(given) if given.isdecimal() and given.isascii() and len(given) < 9 else 0
        if row <= self._row:
            self._tell("XLSX_CELL_TWICE", "comes twice, or out of order", given)
        self._row, self._column = max(row, self._row), 0
        self._row_text = str(self._row)
        if self._row > self._limits.sheet_rows + 1:
            self.is_beyond = True
            self._tell("XLSX_LIMIT", f"lies beyond the {self._limits.sheet_rows:,} rows read", str(self._row))
        if attributes.get("hidden", "0") not in ("0", "false"):
            self._tell("XLSX_HIDDEN_ROW", "is hidden", str(self._row))

    def _cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        column = self._column + 1 if given is None else self._column_of(given)
        if column > self._column:
            self._column = column
        else:
            self._tell("XLSX_CELL_TWICE", "comes twice, out of order or in another row", given or "")
        if column > self._limits.columns:
            self.is_beyond = True
            self._tell("XLSX_LIMIT", f"lies beyond the {self._limits.columns} columns that are read")
        if attributes.get("t") == "e":
            self._tell("XLSX_ERROR_CELL", "holds an error such as #REF!")

    def _column_of(self, address: str) -> int:
        """The column of an address in this row; 0 where it is none."""
        if not address.endswith(self._row_text):
            return 0
        letters = address[:-len(self._row_text)]
        number = self._letters.get(letters)
        if number is None:
            number = self._letters[letters] = column_number(letters) if _LETTERS.fullmatch(letters) else 0
        return number
