"""What the bytes of an export are, checked before anything reads them: kind of file, encoding, quotes, line ends."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.settings import Drop
from etl.sources.findings import LIMITS, FileRefusedError, Finding, Limits, refuse_if, refused

_STEP = 1 << 24   # bytes looked at in one go
_PART = 1 << 20   # bytes decoded in one go
BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PAR1", "Parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"), (b"%PDF", "PDF"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x80\x04\x95", "pickle"), (b"SQLite format 3\x00", "SQLite"))
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body")
_EXPECTED = {"csv": "text", "xlsx": "zip", "parquet": "Parquet", "timeclock": "text", "timedot": "text"}
_COMMA, _QUOTE, _LF, _CR = (ord(sign) for sign in ',"\n\r')

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CsvText:
    """A CSV file after the pre-flight: UTF-8 without a BOM, every quote closed, one kind of line end outside quotes.

    `header` is the first record, `rows` a view of the records after it (blank lines at the end left out).
    """

    content: bytes
    newline: bytes
    header: str
    rows: memoryview
    rows_at: int
    has_quotes: bool

    def line_of(self, offset: int) -> int:
        """The line, as a text editor counts, of an offset in the content."""
        return _line(self.content, offset, self.newline)


def unpacked(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> bytes:
    """The file's bytes, decompressed where that is declared; decompression stops at the limit.

    Refused by content signature where another kind of file came (B42).
    """
    if not content:
        raise refused(file_name, "FILE_EMPTY", "The file is empty: 0 bytes",
                      "Export again and drop the new file.")
    if drop.compression == "gzip":
        if kind_of(content) != "gzip":
            raise FileRefusedError(file_name, [_wrong_kind(kind_of(content), "gzip")])
        content = _gunzipped(content, file_name, limits)
    kind = kind_of(content)
    if kind != _EXPECTED[drop.format]:
        raise FileRefusedError(file_name, [_wrong_kind(kind, _EXPECTED[drop.format])])
    return content


def kind_of(content: bytes) -> str:
    """What a file is by its first bytes: gzip, zip, Parquet, …, markup, or text."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    start = content[:512].removeprefix(BOM).lstrip().lower()
    return "HTML or XML" if start.startswith(_MARKUP) else "text"


def _wrong_kind(kind: str, expected: str) -> Finding:
    names = {"zip": "an Excel workbook (or another zip)", "text": "plain text", "gzip": "a gzip file",
             "old Excel": "an old Excel file (.xls) or a workbook with a password"}
    wanted = {"zip": "an Excel workbook (.xlsx)", "text": "a CSV text", "gzip": "a gzip file",
              "Parquet": "a Parquet file"}
    fix = {"gzip": 'Declare compression = "gzip" for this drop, or unpack the file.',
           "zip": 'Save it as CSV UTF-8, or declare format = "xlsx".',
           "old Excel": "Save it as .xlsx without a password, or as CSV UTF-8.",
           "HTML or XML": "A page came instead of the export (a login page?): sign in and export again.",
           }.get(kind, "Drop the right file, or correct format and compression of this drop.")
    return Finding(0, "", "FILE_FORMAT", f"The content is {names.get(kind, kind)}, not {wanted[expected]}", fix)


def _gunzipped(content: bytes, file_name: str, limits: Limits) -> bytes:
    """The unpacked bytes of one or more gzip members; checksums are verified, nothing may follow."""
    out, rest, size = [], content, 0
    while rest:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                out.append(member.decompress(rest, _STEP))
            except zlib.error as error:
                raise _damaged(file_name, str(error)) from None
            rest = member.unconsumed_tail or member.unused_data
            size += len(out[-1])
            if size > limits.unpacked_bytes:
                raise FileRefusedError(file_name, [too_large(limits.unpacked_bytes, "unpacked")])
            if not (member.eof or out[-1] or rest):
                raise _damaged(file_name, "the end is missing")
    return b"".join(out)


def _damaged(file_name: str, how: str) -> FileRefusedError:
    return refused(file_name, "GZIP_DAMAGED", f"The gzip file is damaged or cut short: {how}",
                   "Export or copy the file again.")


def too_large(limit: int, state: str) -> Finding:
    """The finding for a file beyond the limit of bytes."""
    return Finding(0, "", "FILE_TOO_LARGE", f"The file has more than {limit:,} bytes {state}",
                   "Export a shorter span of time into each file.")


def csv_text(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> CsvText:
    """The text of a CSV drop, strictly decoded and structurally sound, with header and rows apart.

    Raises FileRefusedError with every finding: encoding and BOM (B01-B04), NUL (B06), line ends (B07), quotes (B09).
    """
    text = decoded(content, file_name, drop)
    last = _end_of_rows(text)
    if last == 0:
        raise refused(file_name, "FILE_EMPTY", "The file is empty: no header, no rows",
                      "Export again and drop the new file.")
    signs = np.frombuffer(text, np.uint8)
    has_quotes = b'"' in text
    newline, line_ends = _line_ends(text, signs, has_quotes=has_quotes)
    quotes = _quotes(text, signs, drop.delimiter, newline) if has_quotes else []
    refuse_if(file_name, sorted([*nul_bytes(text, newline), *line_ends, *quotes], key=lambda finding: finding.line))
    end = _header_end(text, newline, limits)
    if end > limits.cell_bytes:
        raise refused(file_name, "CSV_TOO_LONG", f"The header is longer than {limits.cell_bytes:,} bytes",
                      "Export again; this is not a table with one row per line.", line=1)
    rows_at = min(end + 1, last)
    header = text[:end].decode().removesuffix("\r")
    return CsvText(text, newline, header, memoryview(text)[rows_at:last], rows_at, has_quotes)


def _end_of_rows(text: bytes) -> int:
    """Where the text ends when the line ends behind the last row are left out; 0 where there are only line ends."""
    end = len(text)
    while end:
        start = max(end - _STEP, 0) if end < len(text) else max(end - 2, 0)
        kept = len(text[start:end].rstrip(b"\r\n"))
        if kept:
            return start + kept
        end = start
    return 0


def _line(content: bytes, offset: int, newline: bytes = b"\n") -> int:
    return content.count(newline, 0, offset) + 1


def decoded(content: bytes, file_name: str, drop: Drop) -> bytes:
    """The content as UTF-8 without its BOM. Never guessed: bytes that do not fit the declared encoding refuse it."""
    mark = _mark(content)
    if (mark == "utf-16") != (drop.encoding == "utf-16") or (mark == "utf-8" and drop.encoding == "cp1252"):
        found = f"begins as {mark.upper()} text" if mark else "lacks the mark of UTF-16 (FF FE or FE FF)"
        raise refused(file_name, "CSV_ENCODING", f"The file {found}; the drop is declared as {drop.encoding}",
                      f'Save it as "CSV UTF-8", or declare encoding = "{mark or "utf-8"}" for this drop.', line=1)
    try:
        if drop.encoding == "utf-8":
            text, bad = content.removeprefix(BOM), _first_not_utf8(content)
        else:
            text, bad = content.decode(drop.encoding).encode(), -1
    except UnicodeDecodeError as error:
        text, bad = b"", error.start
    if bad >= 0:
        raise FileRefusedError(file_name, [_undecodable(content, drop.encoding, bad)])
    if text.startswith(BOM):
        raise refused(file_name, "CSV_BOM",
                      "The header starts with an invisible character, a second byte-order mark (U+FEFF)",
                      'Save the file again as "CSV UTF-8".', line=1)
    return text


def _mark(content: bytes) -> str:
    """The encoding a byte-order mark tells, or nothing."""
    if content.startswith(BOM):
        return "utf-8"
    return "utf-16" if content.startswith(_UTF16) else ""


def _first_not_utf8(content: bytes) -> int:
    """The offset of the first byte that is not UTF-8, or -1; in parts, so that no large second copy is made."""
    view, at = memoryview(content), 0
    while at < len(content):
        end = min(at + _PART, len(content))
        for _ in range(3):   # a part does not end inside a character
            if end < len(content) and content[end] & 0xC0 == 0x80:
                end -= 1
        try:
            str(view[at:end], "utf-8")
        except UnicodeDecodeError as error:
            return at + error.start
        at = end
    return -1


def _undecodable(content: bytes, encoding: str, offset: int) -> Finding:
    line = content[:offset].decode(encoding, "replace").count("\n") + 1
    other = "cp1252" if encoding == "utf-8" else "utf-8"
    return Finding(line, "", "CSV_ENCODING",
                   f"Byte {content[offset]:02X} at offset {offset:,}, line {line}, is not {encoding} text",
                   f'Save the file as "CSV UTF-8", or declare the encoding it has, as in encoding = "{other}".')


def nul_bytes(text: bytes, newline: bytes = b"\n") -> list[Finding]:
    """A finding where the text holds a NUL byte (B06)."""
    at = text.find(b"\0")
    if at < 0:
        return []
    line = _line(text, at, newline)
    return [Finding(line, "", "TEXT_NUL",
                    f"The text holds {text.count(bytes(1)):,} NUL byte(s), the first in line {line}",
                    "Export again; a NUL byte is never part of a name or a note.")]


def _quote_places(signs: Bytes) -> Iterator[tuple[int, Places, int]]:
    """Per step of the file: where it begins, the places of its quotes, and how many came before."""
    before = 0
    for at in range(0, len(signs), _STEP):
        places = np.flatnonzero(signs[at:at + _STEP] == _QUOTE) + at
        yield at, places, before
        before += len(places)


def _quotes(text: bytes, signs: Bytes, delimiter: str, newline: bytes) -> list[Finding]:
    """The first quote that neither opens nor closes a field, with the line it opens in; or one never closed (B09)."""
    outside = np.zeros(256, bool)
    outside[[ord(delimiter), _LF, _CR, _QUOTE]] = True
    count, last_open, last = 0, 0, len(signs) - 1
    fix = "Double each quote inside a quoted field, or export again; the rows from that line on cannot be told apart."
    for _, places, before in _quote_places(signs):
        openers, closers = places[before % 2::2], places[1 - before % 2::2]
        stray = openers[~(outside[signs[openers - 1]] | (openers == 0))]
        torn = closers[~(outside[signs[np.minimum(closers + 1, last)]] | (closers == last))]
        if len(stray) and not (len(torn) and torn[0] < stray[0]):
            line = _line(text, int(stray[0]), newline)
            what = f"A quote stands inside an unquoted field in line {line}"
            return [Finding(line, "", "CSV_QUOTES", what, fix)]
        if len(torn):
            ahead = openers[openers < torn[0]]
            line = _line(text, int(ahead[-1]) if len(ahead) else last_open, newline)
            what = (f"The quote opened in line {line} is not closed as it should be: text follows its closing quote "
                    f"in line {_line(text, int(torn[0]), newline)}")
            return [Finding(line, "", "CSV_QUOTES", what, fix)]
        count = before + len(places)
        last_open = int(openers[-1]) if len(openers) else last_open
    if count % 2:
        line = _line(text, last_open, newline)
        return [Finding(line, "", "CSV_QUOTES", f"The quote opened in line {line} is never closed", fix)]
    return []


def _line_ends(text: bytes, signs: Bytes, *, has_quotes: bool) -> tuple[bytes, list[Finding]]:
    """The line end of the file, and a finding where records end in more than one way (B07)."""
    if b"\r" not in text:
        return (b"\n", [])
    crlf, cr, lf = text.count(b"\r\n"), text.count(b"\r"), text.count(b"\n")
    if cr == crlf == lf:
        return (b"\n", [])   # a CRLF line is counted by its LF
    if lf == 0:
        return (b"\r", [])
    counts = {"CRLF": 0, "LF": 0, "CR": 0}
    firsts: dict[str, int] = {}
    for at, quotes, before in _quote_places(signs):
        part = signs[at:at + _STEP]
        places = np.flatnonzero((part == _LF) | (part == _CR)) + at
        if has_quotes:
            places = places[(np.searchsorted(quotes, places) + before) % 2 == 0]
        is_lf = signs[places] == _LF
        after_cr = is_lf & (places > 0) & (signs[places - 1] == _CR)
        before_lf = ~is_lf & (signs[np.minimum(places + 1, len(signs) - 1)] == _LF)
        for kind, mask in (("CRLF", before_lf), ("LF", is_lf & ~after_cr), ("CR", ~is_lf & ~before_lf)):
            counts[kind] += int(mask.sum())
            if mask.any():
                firsts.setdefault(kind, int(places[mask][0]))
    used = sorted((kind for kind in counts if counts[kind]), key=lambda kind: firsts[kind])
    newline = b"\r" if used == ["CR"] else b"\n"
    if len(used) < 2:
        return (newline, [])
    told = ", ".join(f"{kind} {counts[kind]:,} times" for kind in used)
    line = _line(text, firsts[used[1]], b"\r" if used[0] == "CR" else b"\n")
    what = f"The lines end in different ways: {told}; line {line} is the first to end in {used[1]}"
    return (newline, [Finding(line, "", "CSV_LINE_ENDS", what,
                              "Export again; two files were probably put together by hand.")])


def _header_end(text: bytes, newline: bytes, limits: Limits) -> int:
    """Where the first record ends, its line end not included."""
    quotes, at = 0, 0
    while at <= limits.cell_bytes:
        end = text.find(newline, at)
        end = len(text) if end < 0 else end
        quotes += text.count(b'"', at, end)
        if quotes % 2 == 0 or end == len(text):
            return end
        at = end + 1
    return at


def decoded_twice(text: bytes) -> list[Finding]:
    """A remark where UTF-8 text was read as Windows text and saved again, as in MÃ¼ller (B05); the text is kept."""
    places = [at for sign in (b"\xc3\x83\xc2", b"\xc3\xa2\xe2\x82\xac") if (at := text.find(sign)) >= 0]
    if not places:
        return []
    line = _line(text, min(places))
    return [Finding(line, "", "TEXT_MOJIBAKE", f"A text in line {line} was probably decoded twice, as in MÃ¼ller",
                    "Look at the names in that line; export again from the tracker if they are wrong there.")]
