"""hledger's timeclock and timedot files as rows: one for each session, or for each account of a day.

Source: hledger_timeclock(5) and hledger_timedot(5). Times are local; a zone behind them is read and, as in hledger, of
no consequence. What a line is cannot be guessed: a line of another kind refuses the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Drop
from etl.sources.findings import LIMITS, FileRefusedError, Finding, Limits, no_rows, refuse_if, visible
from etl.sources.preflight import decoded, nul_bytes, too_large
from etl.tables import TEXT

_DATE = r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
_CLOCK = re.compile(
    rf"(?P<sign>[ioO]) +{_DATE} +(?P<time>[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)(?:[+-][0-9]{{4}})?"
    r"(?: +(?P<account>[^;]*?))?(?:(?:^|\s)\s*;.*)?", re.ASCII | re.DOTALL)
_AT = r"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})"
_PLAIN_IN, _PLAIN_OUT = rf"^i {_AT} (?P<account>[!-:<-~][ -:<-~]*)$", rf"^o {_AT}$"
_SESSION = ("account", "last level", "start", "end", "description", "line")
_DAY = re.compile(rf"(?:\*+ +)?{_DATE}(?: .*)?", re.ASCII)
_QUANTITY = re.compile(r"(?P<dots>[. ]*\.[. ]*)|(?P<number>[0-9]+(?:\.[0-9]{1,6})?)(?P<unit>s|mo|m|h|d|w|y)?", re.ASCII)
_HOUR = 3600
_DAYS = 24 * _HOUR
_UNITS = {"s": 1, "m": 60, "h": _HOUR, None: _HOUR, "d": _DAYS, "w": 7 * _DAYS, "mo": 30 * _DAYS, "y": 365 * _DAYS}
_REMARKS = (";", "#")
Row = dict[str, str | None]


def read_timeclock(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> pa.Table:
    """One row per clock-in: account, last level, start, end (null while it runs), description, line.

    Raises FileRefusedError with every line that is none of a timeclock file, or out of turn.
    """
    text = _text(content, file_name, drop, limits)
    plain = plain_sessions(text)
    return line_by_line(_lines(text), file_name) if plain is None else plain


def line_by_line(lines: Iterable[tuple[int, str]], file_name: str) -> pa.Table:
    """The sessions of any timeclock file. Raises FileRefusedError."""
    findings: list[Finding] = []
    rows: list[Row] = []
    open_line = 0
    for line, text in lines:
        if text.startswith((*_REMARKS, "*")):
            continue
        match = _CLOCK.fullmatch(text)
        if match is None or (match["sign"] == "i" and not match["account"]):
            findings.append(_strange(line, text, "i DATE TIME account  description, or o DATE TIME"))
        elif (match["sign"] == "i") == bool(open_line):
            what = (f"Line {line} clocks in, and line {open_line} has not clocked out" if open_line
                    else f"Line {line} clocks out, and nobody is clocked in")
            findings.append(Finding(line, "", "TIMECLOCK_TURN", what, "Add the missing line between them."))
            open_line = line if match["sign"] == "i" else 0
        elif match["sign"] == "i":
            open_line = line
            rows.append(_row(line, match["account"], start=_instant(match)))
        else:
            open_line = 0
            rows[-1]["end"] = _instant(match)
    return _table(rows, findings, file_name, _SESSION)


def plain_sessions(text: str) -> pa.Table | None:
    """The same rows column by column, where every line is as hledger and its editors write it, in and out by turns.

    None for a file with anything else in it: that is read line by line.
    """
    texts = pc.ascii_rtrim_whitespace(pc.list_flatten(pc.split_pattern(pa.array([text], TEXT), "\n")))
    is_told = pc.not_equal(texts, "")
    numbers, texts = pc.indices_nonzero(is_told), texts.filter(is_told)
    ins, outs = texts[::2], texts[1::2]
    if not len(texts) or len(ins) != len(outs):
        return None
    begun, ended = pc.extract_regex(ins, _PLAIN_IN), pc.extract_regex(outs, _PLAIN_OUT)
    if begun.null_count or ended.null_count:
        return None
    parts = pc.split_pattern(begun.field("account"), "  ", max_splits=1)
    account = pc.list_element(parts, 0)
    has_note = pc.greater(pc.list_value_length(parts), 1)
    note = pc.utf8_trim_whitespace(pc.binary_join(pc.list_slice(parts, 1, 2), ""))
    return pa.table({
        "account": account, "last level": pc.extract_regex(account, "(?P<level>[^:]*)$").field("level"),
        "start": begun.field("at"), "end": ended.field("at"),
        "description": pc.if_else(pc.and_(has_note, pc.not_equal(note, "")), note, pa.scalar(None, TEXT)),
        "line": pc.cast(pc.add(numbers[::2], 1), TEXT)})


def read_timedot(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> pa.Table:
    """One row per day and account: date, account, last level, seconds, description, line.

    A dot is a quarter of an hour, a number hours, or what its unit says. Raises FileRefusedError with every line that
    is none of a timedot file.
    """
    findings: list[Finding] = []
    rows: list[Row] = []
    day: str | None = None
    for line, text in _lines(_text(content, file_name, drop, limits)):
        plain = text.strip()
        if plain.startswith(_REMARKS):
            continue
        if match := _DAY.fullmatch(plain):
            day = "-".join((match[1], match[2].zfill(2), match[3].zfill(2)))
            continue
        if plain.startswith("*"):
            continue
        entry, _, _ = plain.partition(";")
        account, _, quantity = entry.strip().partition("  ")
        seconds = _seconds(quantity.strip())
        if seconds is None or day is None:
            findings.append(_strange(line, text, "a date, or account  quantity below one"))
        else:
            rows.append(_row(line, account.strip(), date=day, seconds=seconds))
    return _table(rows, findings, file_name, ("date", "account", "last level", "seconds", "description", "line"))


def _text(content: bytes, file_name: str, drop: Drop, limits: Limits) -> str:
    """The whole file. Raises FileRefusedError where it is no text, or too long."""
    text = decoded(content, file_name, drop)
    refuse_if(file_name, nul_bytes(text))
    if text.count(b"\n") > limits.rows:
        raise FileRefusedError(file_name, [too_large(limits.rows, "of lines")])
    return text.decode()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    for number, line in enumerate(text.split("\n"), start=1):
        plain = line.removesuffix("\r").rstrip()
        if plain:
            yield number, plain


def _row(line: int, account: str, **cells: str) -> Row:
    name, _, description = account.partition("  ")
    return {"account": name, "last level": name.rpartition(":")[2], "description": description.strip() or None,
            "line": str(line), **cells}


def _instant(match: re.Match[str]) -> str:
    """Date and time as YYYY-MM-DD HH:MM:SS; whether such a day exists is read later."""
    time = match["time"] if match["time"].count(":") == 2 else f"{match['time']}:00"
    return f"{match[2]}-{match[3].zfill(2)}-{match[4].zfill(2)} {time.zfill(8)}"


def _seconds(quantity: str) -> str | None:
    """A quantity in whole seconds, half a second up; None where it is none."""
    match = _QUANTITY.fullmatch(quantity)
    if match is None:
        return None
    if match["dots"]:
        return str(match["dots"].count(".") * _HOUR // 4)
    return str(int(Decimal(match["number"]) * _UNITS[match["unit"]] + Decimal("0.5")))


def _strange(line: int, text: str, wanted: str) -> Finding:
    shown = visible(text if len(text) <= 60 else f"{text[:60]}…")
    return Finding(line, "", "TIME_LINE", f"Line {line} is {shown!r}; a line of this file is {wanted}",
                   "Correct the line, or make it a remark with ; at its begin.")


def _table(rows: list[Row], findings: list[Finding], file_name: str, names: tuple[str, ...]) -> pa.Table:
    refuse_if(file_name, findings)
    if not rows:
        raise no_rows(file_name)
    return pa.table({name: pa.array([row.get(name) for row in rows], TEXT) for name in names})
