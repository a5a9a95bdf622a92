"""The labor journal as a beancount file, and the accounts it needs. Source: targets reference, section 6.1."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.tables import POSTINGS, assert_schema
from etl.targets.files import Folder, rendered
from etl.targets.journals import changed_postings, reversed_postings
from etl.targets.ledgers import LedgerDocument, accounts_of, ledger_files, padded, plain, title, written
from etl.terms import BatchHeader, RenderedFile

NAME = "beancount.labor_journal"


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One transaction per document, linked by its number, and the `open` directives of the accounts it posts to.

    A ledger opens an account once only: include the journals, and of the accounts what the ledger lacks.
    Raises TargetError with every finding of names, amounts, documents.
    """
    files = ledger_files(table, NAME, header)
    if not files:
        return []
    names = accounts_of([document for together in files for document in together])
    opened = "\n".join(f"{settings.company.go_live} open {name} {header.home_currency}" for name in names)
    accounts = rendered(NAME, "upload", f"accounts_{header.period_end}.beancount",
                        (written((title(header), opened)), len(names)))
    return [*_journals(files, "upload", header), accounts]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The reversing transactions: same lines, signs exchanged, numbers of their own, same dates."""
    postings = reversed_postings(assert_schema(table, POSTINGS, "postings"))
    return _journals(ledger_files(postings, NAME, header), "corrections", header)


changed_texts = changed_postings(NAME)


def _journals(files: list[list[LedgerDocument]], folder: Folder, header: BatchHeader) -> list[RenderedFile]:
    return [rendered(NAME, folder, f"journal_{together[0].number}.beancount",
                     (written([title(header), *(_transaction(one, header) for one in together)]),
                      sum(len(one.lines) for one in together)))
            for together in files]


def _transaction(document: LedgerDocument, header: BatchHeader) -> str:
    head = (f'{document.day} * "{plain(header.company_name)}" "Labor, {header.period_label}" ^{document.number}\n'
            f'  batch: "{header.batch:04d}"')
    lines = [f"  {text}" + "".join(f'\n    {name}: "{kept}"' for name, kept in line.kept)
             for line, text in zip(document.lines, padded(document.lines), strict=True)]
    return "\n".join([head, *lines])
