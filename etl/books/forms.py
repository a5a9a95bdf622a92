"""The forms of the books' reports, as data: which heading feeds what, how a date and an amount are written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from etl.errors import SourceError
from etl.settings.books import BooksReport

TEXTS = (
    "label", "date", "document", "account", "person", "job", "class", "item", "memo", "line", "amount", "debit",
    "credit", "currency", "duration", "hours", "pay_item", "type", "state", "quantity", "open_balance", "tax",
)
"""What a column of a report can feed, in the order of the table of cells."""
_HEADER_ROWS = 60   # titles before the headings


@dataclass(frozen=True)
class Heading:
    """One column: what it feeds, and its heading in each spelling; "~" begins a pattern."""

    feeds: str
    names: tuple[str, ...]
    is_needed: bool

    def fits(self, text: str) -> bool:
        """Whether a cell of the header is this column's heading."""
        text = text.strip()
        return any(re.fullmatch(name[1:], text) is not None if name.startswith("~") else name == text
                   for name in self.names)


@dataclass(frozen=True)
class Form:
    """One report.

    `group_feeds`: what a row that is only a label tells about the rows below it; `label_feeds`: what the label of a
    row with figures is. `account_words`: an account stands by its name, its code, or as a ledger names it. `types`:
    what the column of types says of a row that is one, parted by "|"; `party` customer: invoices name no job.
    """

    name: str
    kind: str
    grain: str
    headings: tuple[Heading, ...]
    group_feeds: str = ""
    label_feeds: str = ""
    date_format: str = "%Y-%m-%d"
    decimal_sign: str = "."
    sign: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    account_words: str = "name"
    types: str = ""
    party: str = ""
    status: str = "declared"

    def header_at(self, rows: Sequence[tuple[str, ...]]) -> int:
        """The first row that has every needed heading, or -1."""
        needed = [heading for heading in self.headings if heading.is_needed]
        for at, row in enumerate(rows[:_HEADER_ROWS]):
            if all(any(heading.fits(cell) for cell in row) for heading in needed):
                return at
        return -1

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Feeds -> column; the label is the first column without a heading. Raises ValueError for a doubled heading."""
        found: dict[str, int] = {}
        for heading in self.headings:
            at = [place for place, cell in enumerate(header) if heading.fits(cell)]
            if len(at) > 1:
                raise ValueError(header[at[0]])
            if at and heading.feeds != "extra":
                found[heading.feeds] = at[0]
        if self.group_feeds or self.label_feeds:
            unnamed = [place for place, cell in enumerate(header) if not cell.strip()]
            if unnamed:
                found["label"] = unnamed[0]
        return found


@cache
def forms() -> tuple[Form, ...]:
    """The forms that ship, in the order of their table."""
    columns: dict[str, list[Heading]] = {}
    for row in _table("columns.csv"):
        names = (row["heading"],) if row["heading"].startswith("~") else tuple(row["heading"].split("|"))
        columns.setdefault(row["form"], []).append(Heading(row["feeds"], names, row["needed"] == "yes"))
    return tuple(
        Form(row["form"], row["kind"], row["grain"], tuple(columns[row["form"]]), row["group_feeds"],
             row["label_feeds"], row["date_format"], row["decimal_sign"], row["sign"], row["encoding"],
             account_words=row["account_words"], types=row["types"], party=row["party"],
             status=row["status"])
        for row in _table("forms.csv"))


def declared(report: BooksReport) -> Form:
    """A form the company declared itself."""
    headings = tuple(Heading(feeds, (name,), feeds != "extra") for name, feeds in report.columns.items())
    return Form(report.name, report.kind, report.grain, headings, "", "", report.date_format, report.decimal_sign,
                "debit_credit" if "debit" in report.columns.values() else "signed", report.encoding, report.delimiter,
                report.sheet, types="|".join(report.types))


def recognized(
    grids: Mapping[tuple[str, str, str], Sequence[tuple[str, ...]]], known: Iterable[Form], file_name: str,
    name: str = "",
) -> tuple[Form, int]:
    """The one form whose headings the file has, and the row they stand in; `name` chooses among several.

    `grids`: the file's cells by encoding, delimiter and sheet. Raises SourceError BOOKS_FORM.
    """
    known = tuple(known)
    if name and name not in {form.name for form in known}:
        raise _unknown(f"There is no form {name!r}", file_name, known)
    found = [(form, at) for form in known if not name or form.name == name
             if (at := form.header_at(grids.get((form.encoding, form.delimiter, form.sheet), ()))) >= 0]
    most = max((_fit(form) for form, _ in found), default=0)
    best = [(form, at) for form, at in found if _fit(form) == most]
    if len(best) != 1:
        what = (f"The report fits {len(best)} forms: {', '.join(form.name for form, _ in best)}" if best
                else "No row of the file has the headings of a report that Timebooks knows")
        raise _unknown(what, file_name, known)
    return best[0]


def _fit(form: Form) -> int:
    """A form that needs more headings says more about a file; a declared one goes before those that ship."""
    return 100 * (form.status == "declared") + sum(heading.is_needed for heading in form.headings)


def _unknown(what: str, file_name: str, known: Iterable[Form]) -> SourceError:
    names = ", ".join(form.name for form in known)
    return SourceError(
        "BOOKS_FORM", what=what, where=file_name,
        fix="Name the form with --form, or declare the report under [[books.reports]] in company.toml. "
        f"Known: {names}.")


def _table(name: str) -> list[dict[str, str]]:
    text = (files("etl.books") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
