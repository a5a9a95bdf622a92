"""What the books themselves say: the lock date, which of their reports a company brings in, and when one is needed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.settings.kinds import Name, Part

BookText = Literal[
    "date", "document", "account", "person", "job", "class", "item", "memo", "line", "amount", "debit", "credit",
    "currency", "duration", "hours", "pay_item", "type", "state", "quantity", "open_balance", "tax", "extra",
]
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {   # one of each of these
    "posting": (("date",), ("account",), ("amount", "debit"), ("document", "line", "memo")),
    "time": (("person",), ("duration", "hours"), ("date", "job")),
    "payroll": (("person",), ("pay_item",), ("hours", "duration")),
    "invoice": (("date",), ("job",), ("amount", "debit"), ("document", "line", "memo")),
    "bill": (("date",), ("person",), ("amount", "debit"), ("document", "line", "memo")),
}
_DOCUMENTS = ("invoice", "bill")


class BooksReport(Part):
    """A report of the books that Timebooks has no form for: what each column of the file feeds.

    `kind`: lines of account, time, the payroll register, invoices or bills. `grain`: one row a line, one a document (an
    invoice, a bill), or totals: by person and job, by person and pay item. An `amount` is debit positive; of an invoice
    or a bill it is what is owed, before tax where a column feeds `tax`. `types`: which types of the column that feeds
    `type` are read.
    """

    name: Name
    kind: Literal["posting", "time", "payroll", "invoice", "bill"]
    grain: Literal["line", "document", "total"] = "line"
    types: tuple[str, ...] = ()
    columns: Annotated[dict[str, BookText], Field(min_length=1)]
    date_format: str = "%Y-%m-%d"
    decimal_sign: Literal[".", ","] = "."
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    sheet: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        fed = list(self.columns.values())
        if twice := sorted({name for name in fed if name != "extra" and fed.count(name) > 1}):
            raise ValueError(f"two columns feed {', '.join(twice)}")
        lacking = [" or ".join(group) for group in _NEEDED[self.kind] if not set(group) & set(fed)]
        if ("debit" in fed) != ("credit" in fed):
            lacking.append("debit and credit together")
        is_of_documents = self.kind in _DOCUMENTS
        if self.grain == ("total" if is_of_documents else "document"):
            raise ValueError(f"a report of kind {self.kind} has no grain {self.grain}")
        if self.grain == "document" and not {"document", "memo"} & set(fed):
            lacking.append("document or memo")
        if bool(self.types) != ("type" in fed):
            raise ValueError("types and a column that feeds type go together")
        if lacking:
            raise ValueError(f"a report of kind {self.kind} needs a column for {'; '.join(lacking)}")
        return self


class Books(Part):
    """What the books say. `locked_through`: the last day in which nothing may be posted any more.

    `report_to_close`: a period closes only once reports of the books answer for all its days.
    `sign_off_to_close`: a period closes only once somebody signed its reconciliation workbook and agrees.
    """

    locked_through: date | None = None
    report_to_close: bool = False
    sign_off_to_close: bool = False
    reports: tuple[BooksReport, ...] = ()

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [report.name for report in self.reports]
        if len(set(names)) != len(names):
            raise ValueError("reports: two have the same name")
        return self


Side = Literal["books", "mapping", "tracker"]


class Master(Part):
    """Whose word counts where lists differ, by attribute: the books' own list, the cross-references, the tracker."""

    people: Side = "books"
    customers: Side = "books"
    items: Side = "books"
    accounts: Side = "books"
