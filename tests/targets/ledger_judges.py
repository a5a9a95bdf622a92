"""Beancount and hledger as judges of our journals: both read a file, refuse what they refuse, and tell its lines."""

from __future__ import annotations

import csv
import io
import subprocess
from decimal import Decimal

from beancount import loader
from beancount.core.data import Open, Transaction
from beancount.parser import parser

from tests.programs import program
from tests.targets.readers import ReaderError, demand

KEPT = ("line", "job", "class", "memo")
CHECKS = ("check", "-s", "ordereddates", "payees")


def read_beancount(content: bytes) -> list[dict[str, str]]:
    """The postings (or opened accounts) of one file, as beancount's own parser takes it; each document sums to zero."""
    entries, errors, _ = parser.parse_string(content.decode("utf-8"))
    demand(not errors, str(errors))
    rows = [{"account": entry.account, "currency": entry.currencies[0]} for entry in entries if isinstance(entry, Open)]
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        [number] = entry.links
        demand(sum(posting.units.number for posting in entry.postings) == 0, f"{number} is not balanced")
        rows += [{"number": number, "date": str(entry.date), "account": posting.account,
                  "amount": str(posting.units.number), "currency": posting.units.currency,
                  **{name: text for name, text in (posting.meta or {}).items() if name in KEPT}}
                 for posting in entry.postings]
    return rows


def checked_beancount(*contents: bytes) -> dict[str, Decimal]:
    """Balances by account of files together, once bean-check has nothing to say about them."""
    text = "\n".join(content.decode("utf-8") for content in contents)
    entries, errors, _ = loader.load_string(text)
    demand(not errors, "; ".join(error.message for error in errors))
    return _sums((posting.account, posting.units.number) for entry in entries if isinstance(entry, Transaction)
                 for posting in entry.postings)


def read_hledger(content: bytes) -> list[dict[str, str]]:
    """The postings of one file as `hledger print` shows them, once its strict checks have passed."""
    hledger(content, *CHECKS)
    rows = list(csv.DictReader(io.StringIO(hledger(content, "print", "-O", "csv").decode("utf-8"))))
    return [{"number": row["code"], "date": row["date"], "account": row["account"], "amount": row["amount"],
             "currency": row["commodity"], **_tags(row["posting-comment"])} for row in rows]


def hledger(content: bytes, *words: str) -> bytes:
    """What hledger answers about a journal; ReaderError with its words where it refuses."""
    done = subprocess.run([program("hledger"), "-f", "-", *words], input=content, capture_output=True, check=False,
                          env={"LC_ALL": "C.UTF-8"})
    if done.returncode:
        raise ReaderError(done.stderr.decode("utf-8", "replace"))
    return done.stdout


def balances(content: bytes) -> dict[str, Decimal]:
    """Balances by account as hledger counts them, accounts at zero included."""
    text = hledger(content, "balance", "-E", "-N", "-O", "csv", "--flat", "--layout=bare").decode("utf-8")
    return {row["account"]: Decimal(row["balance"]) for row in csv.DictReader(io.StringIO(text))}


def _tags(comment: str) -> dict[str, str]:
    """hledger's tags: a name before a colon, a text up to the comma."""
    pairs = (part.strip().partition(":") for part in comment.split(","))
    return {name: text for name, _, text in pairs}


def _sums(pairs) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for account, amount in pairs:
        sums[account] = sums.get(account, Decimal(0)) + amount
    return sums
