"""What is wrong in an export file: every finding with its place, and one error that tells them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.errors import SourceError

SHOWN = 20   # findings a message lists; the error itself keeps more
KEPT = 1000   # findings of one kind that are kept with their places; the rest is counted


@dataclass(frozen=True)
class Limits:
    """What a file may hold at most; beyond it the file is refused while it is read."""

    file_bytes: int = 1 << 30
    unpacked_bytes: int = 1 << 30
    rows: int = 5_000_000
    columns: int = 500
    cell_bytes: int = 1 << 20
    sheet_rows: int = 250_000
    package_members: int = 1_000


LIMITS = Limits()


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a file.

    `line` 0 is the whole file; the `unit` "line" counts as a text editor does, "row" as a spreadsheet does.
    """

    line: int
    column: str
    code: str
    what: str
    fix: str
    unit: str = "line"

    def place(self) -> str:
        """Where it is, in words."""
        line = f"{self.unit} {self.line}" if self.line else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (line, column) if part)


class FileRefusedError(SourceError):
    """An export file is not what was declared; `findings` holds everything found, in order of place."""

    def __init__(self, file_name: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        if len(self.findings) == 1:
            what, places = first.what, first.place()
        else:
            shown = [f"  {f'{finding.place()}: ' if finding.place() else ''}{finding.what} [{finding.code}]"
                     for finding in self.findings[:SHOWN]]
            if len(self.findings) > SHOWN:
                shown.append(f"  and {len(self.findings) - SHOWN:,} more")
            what = "\n".join([f"The file has {len(self.findings):,} faults", *shown])
            places = ""
        fixes = " ".join(dict.fromkeys(finding.fix for finding in self.findings[:SHOWN]))
        super().__init__(first.code, what=what, where=f"{file_name}, {places}" if places else file_name, fix=fixes)

    def noted(self, note: str) -> SourceError:
        """The same error, with the place of the note that lies in the quarantine."""
        return SourceError(self.code, what=self.what, where=self.where, fix=f"{self.fix} See {note}")


def refuse_if(file_name: str, findings: Sequence[Finding]) -> None:
    """Nothing where there is nothing to report; else FileRefusedError with all of it."""
    if findings:
        raise FileRefusedError(file_name, findings)


def refused(file_name: str, code: str, what: str, fix: str, line: int = 0) -> FileRefusedError:
    """The error for a file with one fault."""
    return FileRefusedError(file_name, [Finding(line, "", code, what, fix)])


def no_rows(file_name: str) -> FileRefusedError:
    """The error for a file with a header and nothing below it."""
    return refused(file_name, "FILE_NO_ROWS", "The file has a header and no rows",
                   "If nobody worked, there is nothing to drop: remove the file. Else export again.")


def counted(findings: list[Finding], total: int) -> list[Finding]:
    """The findings of one kind, and one more that counts those not kept."""
    if total <= len(findings):
        return findings
    last = findings[-1]
    rest = f"{total - len(findings):,} further places have the same fault"
    return [*findings, Finding(last.line, "", last.code, rest, last.fix, last.unit)]


def visible(text: str) -> str:
    """A text with every character that cannot be seen written as its code point: Account<U+200B>."""
    return "".join(f"<U+{ord(sign):04X}>" if not sign.isprintable() else sign for sign in text)
