"""The labor journal as an hledger journal, its accounts declared in it. Source: targets reference, section 6.2."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.tables import POSTINGS, assert_schema
from etl.targets.files import Folder, rendered
from etl.targets.journals import changed_postings, reversed_postings
from etl.targets.ledgers import LedgerDocument, accounts_of, ledger_files, padded, plain, title, written
from etl.terms import BatchHeader, RenderedFile
from etl.units import minor_digits

NAME = "hledger.labor_journal"


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """One transaction per document under its number as code; what is kept of a line stands beside it as tags.

    Accounts, currency and payee are declared, so that `hledger check -s` accepts the file alone or included in a
    ledger. Raises TargetError with every finding of names, amounts, documents.
    """
    return _files(ledger_files(table, NAME, header), "upload", header)


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The reversing transactions: same lines, signs exchanged, numbers of their own, same dates."""
    postings = reversed_postings(assert_schema(table, POSTINGS, "postings"))
    return _files(ledger_files(postings, NAME, header), "corrections", header)


changed_texts = changed_postings(NAME)


def _files(files: list[list[LedgerDocument]], folder: Folder, header: BatchHeader) -> list[RenderedFile]:
    return [rendered(NAME, folder, f"journal_{together[0].number}.journal",
                     (written([_declared(together, header), *(_transaction(one, header) for one in together)]),
                      sum(len(one.lines) for one in together)))
            for together in files]


def _declared(documents: list[LedgerDocument], header: BatchHeader) -> str:
    form = f"1000.{'0' * minor_digits(header.home_currency)}"
    return "\n".join([title(header), "decimal-mark .", f"commodity {form} {header.home_currency}",
                      *(f"account {name}" for name in accounts_of(documents)), f"payee {plain(header.company_name)}"])


def _transaction(document: LedgerDocument, header: BatchHeader) -> str:
    head = (f"{document.day} * ({document.number}) {plain(header.company_name)} | Labor, {header.period_label}"
            f"  ; batch:{header.batch:04d}")
    lines = [f"    {text}  ; " + ", ".join(f"{name}:{kept}" for name, kept in line.kept)
             for line, text in zip(document.lines, padded(document.lines), strict=True)]
    return "\n".join([head, *lines])
