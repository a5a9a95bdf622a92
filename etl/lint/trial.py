"""A trial import: what the files post, put into a beancount ledger, with the balances before, after, and taken back.

Nothing of a file stands in the ledger's text: accounts are numbered, so that no name can end a line or begin another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from etl.errors import RefusedError
from etl.lint.lines import Fault, Line, ReadFile

Account = tuple[str, str]   # account and job
_TIME = "SECONDS"   # a commodity of its own: no currency has seven letters
_STAGES, _SIDES = ("before", "batch", "back"), ("debit", "credit")


@dataclass(frozen=True)
class Balance:
    """One account and job in one currency (time in SECONDS): before the batch, what it posts, and with its way back."""

    account: str
    job: str
    currency: str
    before: Decimal
    debits: Decimal
    credits: Decimal
    taken_back: Decimal

    @property
    def after(self) -> Decimal:
        """The balance once the batch is in the books."""
        return self.before + self.debits - self.credits


def trial(
    before: Sequence[ReadFile], batch: Sequence[ReadFile], back: Sequence[ReadFile], home_currency: str,
) -> tuple[list[Balance], list[Fault]]:
    """The balances in order of account, and what keeps the way back from ending where the batch began.

    What lies before is opened as balances: the ledger grows with the accounts, not with the years behind it.

    Raises RefusedError LEDGER_MISSING where beancount is not installed.
    """
    undone, faults = _undone(batch, back)
    stages = [_opening(before, home_currency), list(_posted(batch)), [*_posted(back), *undone]]
    numbers: dict[Account, str] = {}
    text = "\n".join([*_transactions(stages, numbers, home_currency)])
    opened = "\n".join(f"1900-01-01 open {name}" for name in numbers.values())
    sums, errors = _ledger(f"{opened}\n{text}\n")
    faults += [Fault("TE240", f"the ledger refuses: {error}", "trial import") for error in dict.fromkeys(errors)]
    named = {name: account for account, name in numbers.items()}
    rows = []
    for name, currency in sorted({(name, currency) for _, name, currency, _ in sums}):
        sides = [sums.get((stage, name, currency, side), Decimal(0)) for stage in _STAGES for side in _SIDES]
        rows.append(Balance(*named[name], currency, sides[0] + sides[1], sides[2], -sides[3], sum(sides, Decimal(0))))
        if rows[-1].taken_back != rows[-1].before:
            left = f"{rows[-1].taken_back - rows[-1].before} {currency}"
            of = f"{rows[-1].account}{f', {rows[-1].job}' if rows[-1].job else ''}"
            faults.append(Fault("TE239", f"the way back leaves {left} on {of}", "corrections/"))
    return sorted(rows, key=lambda row: (row.account, row.job, row.currency)), faults


def _posted(read: Iterable[ReadFile]) -> Iterator[Line]:
    """What the files post: amounts by account and job, time by document and day against what was worked."""
    for one in read:
        yield from one.posted()
        yield from _time(one.document, [line for line in one.lines if line.kind in ("time", "hours")])


def _opening(read: Iterable[ReadFile], home: str) -> list[Line]:
    """What earlier files have posted, one line an account, job and currency: together they come to nothing again."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in _posted(read):
        sums[line.account, line.job, line.currency or home] += line.amount or Decimal(0)
    return [Line("", "journal", "", {}, "opening", account=account, job=job, amount=amount, currency=currency)
            for (account, job, currency), amount in sums.items()]


def _time(document: str, lines: Iterable[Line], sign: int = 1) -> Iterator[Line]:
    """Seconds of one document by day, or taken back with the sign exchanged."""
    days: defaultdict[date | None, int] = defaultdict(int)
    for line in lines:
        days[line.day] += line.seconds
    for day, seconds in days.items():
        for account, signed in ((f"Time in {document}", seconds), (f"Time worked, {document}", -seconds)):
            if seconds:
                yield Line("", "time", "", {}, f"{document} {day}", day, account=account,
                           amount=Decimal(signed * sign), currency=_TIME)


def _undone(batch: Sequence[ReadFile], back: Sequence[ReadFile]) -> tuple[list[Line], list[Fault]]:
    """What working through the lists takes back again: the lines of the batch, signs exchanged."""
    lines: list[Line] = []
    faults: list[Fault] = []
    for document in dict.fromkeys(one.document for one in back):
        listed = [line for one in back if one.document == document for line in one.lines if line.kind == "undo"]
        own = [one for one in batch if one.document == document]
        if listed:
            taken, missing = _by_list(document, own, listed)
            lines += taken
            faults += missing
    return lines, faults


def _by_list(document: str, own: Sequence[ReadFile], listed: Sequence[Line]) -> tuple[list[Line], list[Fault]]:
    """One document's lines as its list takes them back; a fault for each row that the batch does not have."""
    where = f"{document}, list in corrections/"
    if listed[0].form == "undo time":
        there = Counter((line.key, line.day, line.seconds) for one in own for line in one.lines)
        wanted = Counter((line.key, line.day, line.seconds) for line in listed)
        faults = [Fault("TE239", f"{key} of {day}, {seconds} s stands in the list and not in the file", where)
                  for key, day, seconds in wanted - there]
        return [*_time(document, listed, -1)], faults
    if listed[0].form == "undo hours":
        sent = {_item(line.key) for one in own for line in one.lines if line.seconds}
        return [*_time(document, [line for line in listed if _item(line.key) in sent], -1)], []
    if listed[0].form == "undo name":
        return [], []
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in own:
        for line in one.implied:
            totals[line.number] += abs(line.amount or Decimal(0))
    told = {line.number: abs(line.amount or Decimal(0)) for line in listed}
    faults = [Fault("TE239", f"{number}: the list says {told[number]}, the file {total}", where)
              for number, total in totals.items() if number in told and told[number] != total]
    return [_reversed(line) for one in own for line in one.posted() if line.number in told], faults


def _item(key: str) -> str:
    return key.partition(" ")[2]


def _reversed(line: Line) -> Line:
    return Line(line.place, line.kind, line.form, {}, line.number, line.day, line.key, line.account, line.job,
                -(line.amount or Decimal(0)), line.currency)


def _transactions(stages: Sequence[Sequence[Line]], numbers: dict[Account, str], home: str) -> Iterator[str]:
    """One transaction a document, currency and stage, its stage as a tag."""
    for stage, lines in zip(_STAGES, stages, strict=True):
        documents: defaultdict[tuple[str, str, str], list[Line]] = defaultdict(list)
        for line in lines:
            documents[line.kind, line.number, line.currency or home].append(line)
        for (_, _, currency), together in documents.items():
            yield f'{together[0].day or date(1900, 1, 1)} * "" #{stage}'
            for line in together:
                name = numbers.setdefault((line.account, line.job), f"Assets:A{len(numbers):06d}")
                yield f"  {name}  {line.amount} {currency}"


def _ledger(text: str) -> tuple[dict[tuple[str, str, str, str], Decimal], list[str]]:
    """Sums by stage, account, currency and side as beancount counts them, and what it refuses."""
    try:
        from beancount import loader  # noqa: PLC0415 — only this command needs it
        from beancount.core.data import Transaction  # noqa: PLC0415
    except ImportError:
        raise RefusedError(
            "LEDGER_MISSING", what="The ledger engine for a trial import, beancount, is not installed",
            where="this computer", fix="Install it: pip install 'timebooks[ledger]'. No import needs it.") from None
    entries, errors, _ = loader.load_string(text)
    sums: defaultdict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                [stage], units = entry.tags, posting.units
                assert units is not None
                assert isinstance(units.number, Decimal)
                side = "debit" if units.number > 0 else "credit"
                sums[stage, posting.account, units.currency, side] += units.number
    return dict(sums), [str(error.message) for error in errors]
