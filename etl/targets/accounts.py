"""Accounts never posted to by a journal: other parts of the books own them. Source: targets reference, 9.3."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from etl.errors import MappingError
from etl.targets.facts import facts
from etl.targets.findings import Finding, refuse

BOOKS = ("quickbooks_desktop", "quickbooks_online", "beancount", "hledger")   # asked of every company


@dataclass(frozen=True)
class AccountRow:
    """An account as a mapping names it: full name "Job Costs:Direct Labor", the books' type where it is known."""

    account: str
    account_type: str = ""
    where: str = ""   # file and line
    purpose: str = ""   # "direct_labor": what the account is for, where a row says so


def refuse_accounts(
    rows: Iterable[Mapping[str, Any]], company: str, documents: Iterable[str] = (),
    leave: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Nothing when every account of accounts.csv may be posted to; MappingError with every one that may not.

    A row has `account`, `account_type` and `map_row`, the line a person sees. `leave`: rows of pay_items.csv, which may
    name an account for a kind of leave. `documents`: those of the company; what Xero keeps for itself is asked only
    where a document is for Xero.
    """
    books = {*BOOKS, *(books_of(name) for name in documents)}
    file, items = f"mappings/{company}/accounts.csv", f"mappings/{company}/pay_items.csv"
    accounts = [
        AccountRow(row["account"], row["account_type"], f"{file}, line {row['map_row']}", row.get("purpose", ""))
        for row in rows]
    accounts += [AccountRow(row["account"], "", f"{items}, line {row['map_row']}") for row in leave if row["account"]]
    refuse(account_findings(accounts, books) + purpose_findings(accounts), MappingError)


def books_of(document: str) -> str:
    """The books a document is for: "xero" of xero.labor_journal and of xero_api.labor_journal."""
    return document.partition(".")[0].removesuffix("_api")


def account_findings(rows: Iterable[AccountRow], books: Collection[str]) -> list[Finding]:
    """One finding per account that a journal must not touch; a parent that may not be posted to bars its children.

    `books` names the systems the company writes for: "quickbooks_desktop", "quickbooks_online", "xero".
    """
    barred = [fact for fact in facts("never_posted.csv") if fact["books"] == "any" or fact["books"] in books]
    found = ((row, fact) for row in rows for fact in [_barred_by(row, barred)] if fact)
    return [Finding("ACCOUNT_NEVER_POSTED", f"The account {row.account!r} is never posted to by a journal", row.where,
                    f"Use {fact['use_instead']}.") for row, fact in found]


def purpose_findings(rows: Iterable[AccountRow]) -> list[Finding]:
    """One finding per account whose type is none that its purpose can have: labor on an income account, say."""
    known = {fact["purpose"]: fact for fact in facts("account_purposes.csv")}
    asked = [(row, known[row.purpose]) for row in rows if row.account_type and row.purpose in known]
    return [Finding("ACCOUNT_TYPE", f"{row.purpose} is {fact['what']}; {row.account!r} is of type {row.account_type}",
                    row.where, f"Choose another account, or correct its type: {', '.join(fact['types'].split())}.")
            for row, fact in asked if row.account_type not in fact["types"].split()]


def _barred_by(row: AccountRow, barred: list[dict[str, str]]) -> dict[str, str] | None:
    return next((fact for fact in barred if _is_barred(row, fact)), None)


def _is_barred(row: AccountRow, fact: dict[str, str]) -> bool:
    value = _key(fact["value"])
    levels = [_key(level) for level in row.account.split(":")]
    if fact["match"] == "type":
        return _key(row.account_type) == value
    if fact["match"] == "start":
        return any(level == value or level.startswith((f"{value} ", f"{value}-")) for level in levels)
    return value in levels


def _key(text: str) -> str:
    """Names of accounts are compared without regard to case and outer spaces, in compatibility form."""
    return unicodedata.normalize("NFKC", text).strip().removeprefix("*").casefold()
