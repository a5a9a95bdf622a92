"""What is asked of a file that reads: names, lengths, signs, dates, limits, keys, balance."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from etl.lint.lines import Fault, Line, ReadFile

Names = Mapping[tuple[str, str], Mapping[str, str]]   # target and list: name -> code
_FORMULA = "=+-@|\t\r\n\0\uff1d\uff0b\uff0d\uff20"
_NUMBERS = {"AMOUNT", "*Amount", "QNTY", "PRICE", "*Quantity", "*UnitAmount", "LineAmount", "amount"}
_MADE_BY = {"iif ACCNT": "account", "iif CUST": "customer_job", "iif VEND": "vendor", "iif EMP": "employee",
            "iif CLASS": "class", "iif INVITEM": "service_item"}


@dataclass(frozen=True)
class Known:
    """What the company tells of its books: the targets' lists, the period, and the last day that is locked."""

    names: Names
    first_day: date
    last_day: date
    locked_through: date | None = None
    go_live: date = date.min
    home_currency: str = ""
    earlier: Mapping[str, Collection[tuple[str, ...]]] = field(default_factory=dict)   # document: keys of other batches


def faults_of(read: Sequence[ReadFile], known: Known) -> list[Fault]:
    """Everything wrong with the files of one batch, in order of file and line; the same text of a column once."""
    names = _with_made(read, known.names)
    found: dict[tuple[str, str], Fault] = {}
    for one in read:
        for fault in (*one.faults, *_texts(one, names), *_days(one, known), *_limits(one), *_balance(one)):
            found.setdefault((fault.code, fault.what), fault)
    return [*found.values(), *_twice(read, known)]


def document_keys(one: ReadFile) -> Iterator[tuple[str, ...]]:
    """What must be unique over all batches: a document's number (of a bill with its vendor), an entry's day of time."""
    for line in one.lines:
        if line.kind in ("journal", "invoice"):
            yield (line.number,)
        elif line.kind == "bill":
            cells = line.cells
            yield line.number, cells.get("*Supplier") or cells.get("*ContactName") or cells.get("NAME", "")
        elif line.kind == "time":
            yield line.key, str(line.day)


def _texts(one: ReadFile, names: Names) -> Iterator[Fault]:
    target = _target(one.document)
    for line in one.lines:
        for column, text in line.cells.items():
            if text:
                yield from _signs(column, text, f"{one.path}, {line.place}")
        for rule in _fields().get(line.form, ()):
            text = line.cells.get(rule["column"], "")
            if text:
                yield from _length(rule, text, f"{one.path}, {line.place}")
                yield from _listed(rule, text, f"{one.path}, {line.place}", names, target)


def _signs(column: str, text: str, where: str) -> Iterator[Fault]:
    if text.isascii() and text.isprintable():
        hidden: list[str] = []
    else:
        hidden = [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]
    if hidden:
        yield Fault("TE235", f"{column} holds U+{ord(hidden[0]):04X}, which nobody sees", where)
    if text[0] in _FORMULA and column not in _NUMBERS and not _is_plain(text):
        yield Fault("TE235", f"{column}: {text[:60]!r} begins like a formula", where)


def _is_plain(text: str) -> bool:
    return text[0] == "-" and text[1:].replace(".", "", 1).isdigit()


def _length(rule: Mapping[str, str], text: str, where: str) -> Iterator[Fault]:
    level, limit = int(rule["level"] or 0), int(rule["limit"] or 0)
    longest = max(map(len, text.split(":"))) if level else 0
    if (level and longest > level) or (limit and len(text) > limit):
        most = f"{limit or level} characters" + (f", {level} a level" if level and level != limit else "")
        what = f"{rule['column']} has {len(text)} characters: {text[:60]!r}; the target takes {most}"
        yield Fault("TE232", what, where)


def _listed(rule: Mapping[str, str], text: str, where: str, names: Names, target: str) -> Iterator[Fault]:
    lists = rule["list"].split()
    known = [names[target, one] for one in lists if names.get((target, one))]
    if not known:
        return   # a list that was not exported is not known, and not asked
    plain = unicodedata.normalize("NFC", text)
    if not any(plain in _taken(rows, rule["takes"]) for rows in known):
        one = lists[0].replace("_", " ")
        yield Fault("TE231", f"{rule['column']} {text!r} is not in the {one} list of {target}", where)


def _taken(rows: Mapping[str, str], takes: str) -> Collection[str]:
    """What may stand in a field: names, codes, or for an option the code where a name has one."""
    if takes == "name":
        return rows
    return {code or name for name, code in rows.items()} if takes == "option" else set(rows.values())


def _with_made(read: Sequence[ReadFile], names: Names) -> Names:
    """The lists with the names that this batch's file of lists makes."""
    made: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for one in read:
        for line in one.lines:
            if line.form in _MADE_BY:
                made[_target(one.document), _MADE_BY[line.form]][line.cells["NAME"]] = ""
    return {**names, **{key: {**names.get(key, {}), **rows} for key, rows in made.items()}}


def _days(one: ReadFile, known: Known) -> Iterator[Fault]:
    """Time lies in the period; a journal is dated in open books, at latest the day after the period (its reversal)."""
    for line in one.lines:
        where, day = f"{one.path}, {line.place}", line.day
        if day is None or line.kind == "undo":
            continue
        if line.kind == "time" and not known.first_day <= day <= known.last_day:
            yield Fault("TE233", f"{day} is not of the period {known.first_day} to {known.last_day}", where)
        if line.kind == "journal":
            if known.locked_through and day <= known.locked_through:
                yield Fault("TE233", f"{day} is in books locked through {known.locked_through}", where)
            if day > known.last_day + timedelta(days=1):
                yield Fault("TE233", f"{day} is after the period, which ends on {known.last_day}", where)
        if line.kind in ("journal", "bill", "invoice") and day < known.go_live:
            yield Fault("TE233", f"{day} is before the go-live {known.go_live}", where)


def _limits(one: ReadFile) -> Iterator[Fault]:
    for rule in _table("limits.csv"):
        if rule["document"] == one.document and not one.path.endswith("_list.csv"):
            documents = len({line.number for line in one.lines})
            both = ((rule["rows"], len(one.lines), "rows"), (rule["documents"], documents, "documents"))
            for most, count, what in both:
                if most and count > int(most):
                    yield Fault("TE234", f"{count} {what}; one file takes {most}", one.path)


def _balance(one: ReadFile) -> Iterator[Fault]:
    """Each document sums to zero in its currency; a file for Xero may hold a part of none."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in one.posted():
        sums[line.number, line.currency] += line.amount or Decimal(0)
    for (number, currency), total in sums.items():
        if total:
            yield Fault("TE237", f"{number} sums to {total} {currency}".rstrip() + ", not 0", one.path)


def _twice(read: Sequence[ReadFile], known: Known) -> Iterator[Fault]:
    """A document in two files of its kind, or a key that an earlier batch has used."""
    seen: defaultdict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for one in read:
        kinds = {line.kind for line in one.lines}
        for key in dict.fromkeys(document_keys(one)):
            first = seen[one.document].setdefault(key, one.path)
            if first != one.path and not kinds & {"time"}:
                yield Fault("TE236", f"{' of '.join(key)} stands in two files, {first} too", one.path)
            if key in known.earlier.get(one.document, ()):
                yield Fault("TE236", f"{' of '.join(filter(None, key))} is of an earlier batch already", one.path)


def figures(lines: Iterable[Line]) -> Counter[tuple[str, ...]]:
    """What the lines say, for a comparison with the batch: number or key, day, and amount or seconds."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        if line.kind == "journal":
            found[line.number, str(line.day), f"{line.amount:.3f}"] += 1
        elif line.kind in ("bill", "invoice") and line.key:
            found[line.number, line.key, f"{abs(line.amount or 0):.3f}"] += 1
        elif line.kind == "time":
            found[line.key, str(line.day), str(line.seconds)] += 1
    return found


def _target(document: str) -> str:
    return document.partition(".")[0].removesuffix("_api")


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = (files("etl.lint") / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), strict=True))


@cache
def _fields() -> dict[str, tuple[dict[str, str], ...]]:
    found: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _table("fields.csv"):
        found[row["form"]].append(row)
    return {form: tuple(rows) for form, rows in found.items()}
