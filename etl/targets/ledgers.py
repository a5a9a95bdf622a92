"""Plain-text ledgers, beancount and hledger: account names they take, and the lines of a journal as both show them.

Sources: targets reference, sections 6.1 and 6.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from etl.targets.fields import written_texts
from etl.targets.findings import Finding, refuse
from etl.targets.journals import checked_postings, in_files, journal_documents
from etl.targets.printed import amounts
from etl.targets.text import LEDGER, cleaned
from etl.terms import BatchHeader
from etl.units import minor_digits

_ROOTS: Mapping[str, str] = {
    **dict.fromkeys(("BANK", "AR", "OCASSET", "FIXASSET", "OASSET"), "Assets"),
    **dict.fromkeys(("AP", "CCARD", "OCLIAB", "LTLIAB"), "Liabilities"),
    "EQUITY": "Equity",
    **dict.fromkeys(("INC", "EXINC"), "Income"),
    **dict.fromkeys(("COGS", "EXP", "EXEXP"), "Expenses"),
}
"""The root a ledger wants before an account, by its type in accounts.csv."""
ROOTS = tuple(dict.fromkeys(_ROOTS.values()))
_WORD = re.compile(r"[^\W_]+")


class LedgerLine(NamedTuple):
    """One posting as a ledger shows it: account, amount with its currency, and what is kept beside it."""

    account: str
    amount: str
    currency: str
    kept: tuple[tuple[str, str], ...]  # name and text of what is not empty: line, job, class, memo


@dataclass(frozen=True)
class LedgerDocument:
    """One transaction: the document's number and date, and its lines in order."""

    number: str
    day: str
    lines: tuple[LedgerLine, ...]


def ledger_files(table: pa.Table, document: str, header: BatchHeader) -> list[list[LedgerDocument]]:
    """The documents of each file; an automatic reversal (…LR) stands in a file of its own.

    Raises TargetError with every finding: what a journal must be (journals.checked_postings), an account without a
    root or that no ledger can name, and two accounts that would get one name.
    """
    digits = minor_digits(header.home_currency)
    postings = checked_postings(table, document, header, digits)
    named = _named(postings, document, header)
    texts = {name: column.to_pylist() for name, column in written_texts(postings, document).items()}
    lines = [
        LedgerLine(named[account, job or ""], amount, currency, _kept(line, job_text, kind, memo))
        for account, job, amount, currency, line, job_text, kind, memo in zip(
            postings["account"].to_pylist(), postings["customer_job"].to_pylist(),
            amounts(postings["amount"], digits).to_pylist(), postings["currency"].to_pylist(),
            postings["line_id"].to_pylist(), texts["customer_job"], texts["class"], texts["memo"], strict=True)]
    days = pc.strftime(postings["posted_on"], format="%Y-%m-%d").to_pylist()
    return [[LedgerDocument(one.number, days[one.start], tuple(lines[one.start:one.start + one.rows]))
             for one in together]
            for together in in_files(journal_documents(postings))]


def accounts_of(documents: list[LedgerDocument]) -> list[str]:
    """The accounts these documents post to, in order of name."""
    return sorted({line.account for document in documents for line in document.lines})


def written(blocks: Iterable[str]) -> bytes:
    """Blocks parted by an empty line, the last line ended: UTF-8, LF, as both programs write their own examples."""
    return ("\n\n".join(blocks) + "\n").encode()


def title(header: BatchHeader) -> str:
    """What the file's first line says of the batch."""
    warning = ", SANDBOX, NOT FOR UPLOAD" if header.is_sandbox else ""
    return f"; {plain(header.company_name)}, {header.period_label}, batch {header.batch:04d}{warning}"


def plain(text: str) -> str:
    """Free text without the signs that end a text or begin a comment in one of the two ledgers."""
    return cleaned(text, LEDGER)[0]


def padded(lines: tuple[LedgerLine, ...]) -> list[str]:
    """Account and amount of each line, the amounts flush right: two spaces at least between them."""
    wide = max(len(line.account) for line in lines)
    digits = max(len(line.amount) for line in lines)
    return [f"{line.account:<{wide}}  {line.amount:>{digits}} {line.currency}" for line in lines]


def _kept(line: str, job: str, kind: str, memo: str) -> tuple[tuple[str, str], ...]:
    texts = ("line", line), ("job", job), ("class", kind), ("memo", memo)
    return texts if line and job and kind and memo else tuple(one for one in texts if one[1])


def _named(postings: pa.Table, document: str, header: BatchHeader) -> dict[tuple[str, str], str]:
    """The ledger's name of every account and job posted to."""
    pairs = sorted(set(zip(postings["account"].to_pylist(), (job or "" for job in postings["customer_job"].to_pylist()),
                           strict=True)))
    named = {pair: account_name(*pair, header.account_types.get(pair[0], "")) for pair in pairs}
    findings = [_finding(f"The account {_shown(pair)} {problem}", document)
                for pair, name in named.items() if (problem := name_problem(name))]
    alike = {name: [pair for pair in pairs if named[pair] == name] for name in dict.fromkeys(named.values())}
    findings += [_finding(f"{' and '.join(map(_shown, same))} would be one account, {name}", document)
                 for name, same in alike.items() if len(same) > 1]
    refuse(findings)
    return named


def account_name(account: str, job: str, account_type: str) -> str:
    """`Job Costs:Direct Labor` of type COGS and job `Mill:Web Shop` as Expenses:JobCosts:DirectLabor:Mill:WebShop."""
    levels = [_level(level) for level in (f"{account}:{job}" if job else account).split(":")]
    if levels[0] not in ROOTS:
        levels.insert(0, _ROOTS.get(account_type, ""))
    return ":".join(levels)


def name_problem(name: str) -> str:
    """Why no ledger takes this account, in words; empty when both do."""
    root, *levels = name.split(":")
    if root not in ROOTS:
        return f"has no type that says which root it belongs under ({', '.join(ROOTS)})"
    bad = [level for level in levels if not _begins_well(level)]
    return f"has the level {bad[0]!r}, which does not begin with a capital letter or a digit" if bad else ""


def _level(text: str) -> str:
    """One level: its words, each with a capital, nothing between them. Only letters and digits are kept."""
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return "".join(word[:1].upper() + word[1:] for word in words)


def _begins_well(level: str) -> bool:
    return unicodedata.category(level[:1] or " ") in ("Lu", "Nd")


def _shown(pair: tuple[str, str]) -> str:
    account, job = pair
    return f"{account!r} with job {job!r}" if job else repr(account)


def _finding(what: str, document: str) -> Finding:
    return Finding("TARGET_NAME", what, f"{document}, postings",
                   "Give the account its type in accounts.csv, or the account or job another name, then draft again.")

