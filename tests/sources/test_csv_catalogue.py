"""The bad-input catalogue for CSV files (reliability reference, c): what must be refused, and in which words."""

from __future__ import annotations

import gzip
import pickle

import pytest

from etl.sources.findings import FileRefusedError, Limits
from tests.sources.drops import COLUMNS, HEADER, ROW, csv_of, declared, refusal, rows_of, workbook

BOM = b"\xef\xbb\xbf"
GOOD = csv_of(ROW)
LANDED = [{"source_row": 2, "person_ref": "dana", "date_text": "2026-03-02", "duration_text": "1.50",
           "project_ref": "Loyalty App", "note": "checked"}]

ACCEPTED = [  # id, bytes, changes of the drop, landed rows, why
    ("B01", BOM + GOOD, {}, LANDED, "one byte-order mark is removed"),
    ("B03", GOOD.decode().encode("utf-16"), {"encoding": "utf-16"}, LANDED, "UTF-16 where it is declared"),
    ("B03", b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), {"encoding": "utf-16"}, LANDED,
     "its mark tells the byte order"),
    ("B04", csv_of("Müller,2026-03-02,1,Café,€").decode().encode("cp1252"), {"encoding": "cp1252"},
     [{"source_row": 2, "person_ref": "Müller", "date_text": "2026-03-02", "duration_text": "1",
      "project_ref": "Café",
       "note": "€"}], "Windows text where it is declared"),
    ("B07", GOOD.replace(b"\n", b"\r\n"), {}, LANDED, "CRLF throughout"),
    ("B07", GOOD.replace(b"\n", b"\r"), {}, LANDED, "CR throughout"),
    ("B07", GOOD + b"\n\n", {}, LANDED, "blank lines behind the last row are no rows"),
    ("B07", GOOD[:-1], {}, LANDED, "no line end behind the last row"),
    ("B08", csv_of('dana,2026-03-02,1.50,Loyalty App,"a\nb\r\nc"', newline="\r\n"), {},
     [{**LANDED[0], "note": "a\nb\r\nc"}], "line breaks of any kind inside a quoted note"),
    ("B08", csv_of('dana,2026-03-02,1.50,Loyalty App,"a\nb"', newline="\r"), {},
     [{**LANDED[0], "note": "a\nb"}], "a CR file with a LF inside a note"),
    ("B13", GOOD.replace(b",", b";").replace(b"1.50", b"1,50"), {"delimiter": ";"},
     [{**LANDED[0], "duration_text": "1,50"}], "semicolons where they are declared"),
    ("B15", csv_of("checked,Loyalty App,1.50,2026-03-02,dana", header=",".join(reversed(COLUMNS))), {}, LANDED,
     "another order: read by name"),
    ("B16", csv_of("dana,2026-03-02,1.50,Loyalty App", header=HEADER.removesuffix(",Memo")),
     {"optional_columns": ["Memo"]},
     [{name: value for name, value in LANDED[0].items() if name != "note"}], "an optional column is absent"),
    ("B18", csv_of("007,2026-03-02,1.50,Loyalty App,checked"), {}, [{**LANDED[0], "person_ref": "007"}],
     "leading zeros stay"),
    ("B19", csv_of("9007199254740993,2026-03-02,1.50,,checked"), {},
     [{**{k: v for k, v in LANDED[0].items() if k != "project_ref"}, "person_ref": "9007199254740993"}],
     "a long id beside a blank stays exact"),
    ("B20", csv_of("1E5,2026-03-02,1.50,12E3,checked"), {},
     [{**LANDED[0], "person_ref": "1E5", "project_ref": "12E3"}],
     "an id that looks like a power of ten"),
    ("B21", csv_of("NA,2026-03-02,1.50,Null,None"), {},
     [{**LANDED[0], "person_ref": "NA", "project_ref": "Null", "note": "None"}],
     "people may be called NA"),
    ("B21", csv_of("True,2026-03-02,1.50,nan,#N/A"), {},
     [{**LANDED[0], "person_ref": "True", "project_ref": "nan", "note": "#N/A"}],
     "no word is null but the declared one"),
    ("B26", csv_of("dana,01/02/2026,1.50,Loyalty App,checked"), {}, [{**LANDED[0], "date_text": "01/02/2026"}],
     "a date is text here; the declared format decides later"),
    ("B31", csv_of("dana,2026-03-02,1.50,Cafe\u0301,checked"), {}, [{**LANDED[0], "project_ref": "Cafe\u0301"}],
     "decomposed letters are kept as they came"),
    ("B34", csv_of('dana,2026-03-02,1.50,Loyalty App,"=HYPERLINK(""http://x/?""&A1,""ok"")"'), {},
     [{**LANDED[0], "note": '=HYPERLINK("http://x/?"&A1,"ok")'}], "a formula in a note is text"),
    ("B32", csv_of("dana,2026-03-02,1.50,Loyalty App,a\u202eb\u200dc"), {}, [{**LANDED[0], "note": "a\u202eb\u200dc"}],
     "a note keeps them; they are shown as escapes where people read"),
    ("B33", csv_of("dana,2026-03-02,1.50,Loyalty App ,checked"), {}, [{**LANDED[0], "project_ref": "Loyalty App "}],
     "a space at the edge is kept, and holds cost and billing later"),
    ("B36", csv_of("dana,2026-03-02,1.50,=1+1,checked"), {}, [{**LANDED[0], "project_ref": "=1+1"}],
     "a formula for a project is a name no cross-reference can hold: never mapped"),
    ("B40", csv_of("""x'; DROP TABLE t; --,2026-03-02,1.50,{{7*7}} %s%n $(rm),{0.__class__}"""), {},
     [{**LANDED[0], "person_ref": "x'; DROP TABLE t; --", "project_ref": "{{7*7}} %s%n $(rm)",
      "note": "{0.__class__}"}],
     "text stays text"),
    ("B42", gzip.compress(GOOD), {"compression": "gzip"}, LANDED, "gzip where it is declared"),
    ("B42", gzip.compress(GOOD[:20]) + gzip.compress(GOOD[20:]), {"compression": "gzip"}, LANDED, "two gzip members"),
]


@pytest.mark.parametrize(("row", "content", "changes", "landed", "why"), ACCEPTED, ids=lambda value: str(value)[:12])
def test_accepted(row, content, changes, landed, why):
    assert rows_of(content, declared(**changes)) == landed, f"{row}: {why}"


REFUSED = [  # id, bytes, changes of the drop, code, words of the message, why
    ("B02", BOM + BOM + GOOD, {}, "CSV_BOM", "starts with an invisible character", "two byte-order marks"),
    ("B03", GOOD.decode().encode("utf-16"), {}, "CSV_ENCODING", "UTF-16", "UTF-16 nobody declared"),
    ("B03", GOOD.decode().encode("utf-16-le"), {"encoding": "utf-16"}, "CSV_ENCODING", "lacks the mark",
     "its byte order is not guessed"),
    ("B03", GOOD, {"encoding": "utf-16"}, "CSV_ENCODING", "lacks the mark", "declared UTF-16, came UTF-8"),
    ("B03", BOM + GOOD, {"encoding": "cp1252"}, "CSV_ENCODING", "begins as UTF-8", "declared Windows, came UTF-8"),
    ("B04", csv_of(ROW, "Müller,2026-03-03,1,x,y").decode().encode("cp1252"), {}, "CSV_ENCODING",
     "Byte FC at offset 65, line 3, is not utf-8", "Windows text nobody declared"),
    ("B04", GOOD + b"x\x81,", {"encoding": "cp1252"}, "CSV_ENCODING", "Byte 81 at offset 65, line 3",
     "a byte Windows has not"),
    ("B06", csv_of(ROW, "da\0na,2026-03-02,1,x,y"), {}, "TEXT_NUL", "in line 3", "a NUL byte inside a field"),
    ("B07", csv_of(ROW, ROW).replace(b"\n", b"\r\n", 2), {}, "CSV_LINE_ENDS", "line 3 is the first to end in LF",
     "CRLF, then LF"),
    ("B07", csv_of(ROW, ROW).replace(b"\n", b"\r", 1), {}, "CSV_LINE_ENDS", "line 2 is the first to end in LF",
     "CR, then LF"),
    ("B07", csv_of(ROW, 'dana,2026-03-02,1,x,"a\nb"', newline="\r\n")[:-2] + b"\n", {}, "CSV_LINE_ENDS",
     "CRLF 2 times, LF 1 times",
     "a LF inside quotes is not counted"),
    ("B08", csv_of('dana,2026-03-02,1,"Loyalty\nApp",y'), {}, "TEXT_LINE_BREAK",
     "Row 2 has a line break inside its project_ref",
     "a line break inside a code"),
    ("B09", csv_of(ROW, 'dana,2026-03-02,1,x,"open', ROW), {}, "CSV_QUOTES", "opened in line 3 is never closed",
     "a quote left open"),
    ("B09", csv_of('dana,2026-03-02,1,x,"open', ROW, '"eli",2026-03-02,1,x,y'), {}, "CSV_QUOTES",
     "opened in line 2 is not closed as it should be: text follows its closing quote in line 4",
         "told by the line it opens in"),
    ("B09", csv_of('dana,2026-03-02,1,5" pipe,y'), {}, "CSV_QUOTES", "inside an unquoted field in line 2",
     "a quote in the middle"),
    ("B09", csv_of('dana,2026-03-02,1, "x",y'), {}, "CSV_QUOTES", "inside an unquoted field in line 2",
     "a blank before a quote"),
    ("B09", csv_of('"dana",2026-03-02,1,"x" ,y'), {}, "CSV_QUOTES", "opened in line 2", "a blank behind a quote"),
    ("B10", csv_of(ROW, "dana,2026-03-02,1,x", ROW), {}, "CSV_FIELDS", "Line 3 has 4 fields, the header has 5",
     "one field too few"),
    ("B11", csv_of(ROW + ",", ROW + ","), {}, "CSV_FIELDS", "Line 2 has 6 fields, the header has 5",
     "every row one too many"),
    ("B12", csv_of(*[ROW] * 50, ROW + ",x,y"), {}, "CSV_FIELDS", "Line 52 has 7 fields", "a later row with more"),
    ("B12", csv_of('dana,2026-03-02,1,x,"a\nb,,,\nc"', "eli,2026-03-02"), {}, "CSV_FIELDS", "Line 5 has 2 fields",
     "lines are counted as an editor does"),
    ("B12", csv_of('dana,2026-03-02,1,x,"a\nb"', "eli", newline="\r"), {}, "CSV_FIELDS", "Line 3 has 1 field,",
     "and in CR files"),
    ("B13", GOOD.replace(b",", b";"), {}, "CSV_DELIMITER", "separated by ';'", "semicolons nobody declared"),
    ("B13", GOOD.replace(b",", b"\t"), {}, "CSV_DELIMITER", r"separated by '\t'", "tabs nobody declared"),
    ("B14", csv_of(ROW + ",z", header=HEADER + ",Who"), {}, "HEADER_DUPLICATE",
     "'Who' stands 2 times, as columns 1, 6", "a heading twice"),
    ("B15", csv_of(ROW, header=HEADER.replace("Job", "Job\u200b")), {}, "HEADER_RENAMED", "Job<U+200B>",
     "an invisible character"),
    ("B15", csv_of(ROW, header=HEADER.replace("Job", "Job\u200b")), {}, "HEADER_RENAMED",
     "U+200B (zero width space), declared is the end",
     "told by its code point"),
    ("B15", csv_of(ROW, header=HEADER.replace("Job", "job")), {}, "HEADER_RENAMED", "U+006A (latin small letter j)",
     "another case"),
    ("B15", csv_of(ROW, header=HEADER.replace("Job", " Job")), {}, "HEADER_RENAMED", "at character 1",
     "a blank ahead"),
    ("B15", csv_of(ROW, header=HEADER.replace("Who", "Wh\u043e")), {}, "HEADER_RENAMED", "cyrillic small letter o",
     "a look-alike letter"),
    ("B16", csv_of(ROW + ",z", header=HEADER + ",Rate"), {}, "HEADER_UNKNOWN", "Column 'Rate' is not declared",
     "a column nobody declared"),
    ("B16", csv_of("dana,2026-03-02,1.50,x,9", header=HEADER.replace("Memo", "Rate")), {"optional_columns": ["Memo"]},
     "HEADER_UNKNOWN", "declared and not in the file: Memo", "the optional columns are listed"),
    ("B16", csv_of(ROW + ",z", header=HEADER + ","), {}, "HEADER_UNNAMED", "The 6. column has no heading",
     "a column without a name"),
    ("B17", csv_of("dana,2026-03-02,1.50,x", header=HEADER.replace("Hours,", "")), {}, "HEADER_MISSING",
     "Column 'Hours' is missing. The file has: Who, Day, Job, Memo", "a needed column is missing"),
    ("B17", csv_of("dana,2026-03-02,1.50,x,y", header=HEADER.replace("Hours", "Hrs")), {}, "HEADER_MISSING",
     "the nearest is 'Hrs'", "the nearest is named"),
    ("B17", b"", {}, "FILE_EMPTY", "0 bytes", "an empty file"),
    ("B17", b"\n\r\n", {}, "FILE_EMPTY", "no header, no rows", "only line ends"),
    ("B17", HEADER.encode() + b"\n", {}, "FILE_NO_ROWS", "a header and no rows", "only a header"),
    *[("B32", csv_of(ROW, f"dana,2026-03-02,1,Loy{sign}alty,y"), {}, "TEXT_UNSEEN",
       f"Row 3 has a sign nobody sees inside its project_ref (the first is 'Loy<U+{ord(sign):04X}>alty')",
       "a sign nobody sees inside a name") for sign in "\u202e\u200d\u00ad\U000e0041\x1b\t"],
    ("B32", csv_of("da\u200bna{row}%s,2026-03-02,1,x,y"), {}, "TEXT_UNSEEN", "'da<U+200B>na{row}%s'",
     "what the message shows is never a pattern"),
    ("B41", csv_of(ROW, "x" * 9_000_000), {}, "CSV_TOO_LONG", "does not end within 4,194,304 bytes",
     "a line without an end"),
    ("B41", csv_of(ROW, 'dana,2026-03-02,1,x,"' + "y\n" * 9_000_000 + '"', ROW), {}, "CSV_TOO_LONG",
     "The row in line",
     "nor one of many lines inside quotes"),
    ("B41", b"x" * 2_000_000, {}, "CSV_TOO_LONG", "The header is longer", "a header without an end"),
    ("B41", csv_of(ROW + "x" * 1_100_000), {}, "CSV_TOO_LONG", "column 'Memo' has 1,100,007 bytes",
     "a field of a megabyte"),
    ("B41", csv_of(ROW, header=",".join(f"c{n}" for n in range(100_000))), {}, "FILE_TOO_WIDE", "100,000 columns",
     "too many columns"),
    ("B42", workbook(), {}, "FILE_FORMAT", "an Excel workbook (or another zip), not a CSV", "a workbook named .csv"),
    ("B42", gzip.compress(GOOD), {}, "FILE_FORMAT", "a gzip file, not a CSV", "gzip nobody declared"),
    ("B42", GOOD, {"compression": "gzip"}, "FILE_FORMAT", "plain text, not a gzip", "declared gzip, came text"),
    ("B42", b"\n <!DOCTYPE html><html><body>Sign in", {}, "FILE_FORMAT", "HTML", "a login page"),
    ("B42", b"PAR1....PAR1", {}, "FILE_FORMAT", "Parquet, not a CSV", "Parquet named .csv"),
    ("B42", GOOD, {"format": "xlsx"}, "FILE_FORMAT", "plain text, not an Excel workbook", "a CSV renamed to .xlsx"),
    ("B42", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {"format": "xlsx"}, "FILE_FORMAT", "a workbook with a password",
     "an old or locked workbook"),
    ("B42", gzip.compress(workbook()), {"compression": "gzip"}, "FILE_FORMAT", "an Excel workbook",
     "looked at again when unpacked"),
    ("B42", gzip.compress(GOOD)[:-9], {"compression": "gzip"}, "GZIP_DAMAGED", "cut short", "half a gzip file"),
    ("B42", gzip.compress(GOOD) + b"rest", {"compression": "gzip"}, "GZIP_DAMAGED", "damaged",
     "something behind the gzip file"),
    ("B42", gzip.compress(GOOD)[:-8] + b"\0" * 8, {"compression": "gzip"}, "GZIP_DAMAGED", "incorrect data check",
     "a wrong checksum"),
    ("B48", pickle.dumps({"Who": ["dana"] * 9}), {}, "FILE_FORMAT", "pickle", "a pickle is never opened"),
    ("X10", csv_of(ROW, ",,,,", ROW), {}, "ROW_BLANK", "Row 3 is blank", "an empty row in between"),
    ("X10", csv_of(ROW, "", ROW), {}, "ROW_BLANK", "Row 3 is blank", "an empty line in between"),
    ("X10", csv_of(ROW, HEADER, ROW), {}, "HEADER_REPEATED", "Row 3 repeats the header", "two exports in one file"),
    ("X10", csv_of(ROW, ",,1.50,,"), {}, "ROW_NO_ENTRY", "Row 3 names neither a person nor a time",
     "a total below the rows"),
]


@pytest.mark.parametrize(("row", "content", "changes", "code", "words", "why"), REFUSED,
    ids=lambda value: str(value)[:12])
def test_refused(row, content, changes, code, words, why):
    error = refusal(content, declared(**changes))
    assert code in {finding.code for finding in error.findings}, f"{row}: {why}: {error}"
    assert words in str(error), f"{row}: {why}"
    assert error.where.startswith("week.csv")
    assert error.fix


def test_all_findings_of_a_file_are_told_at_once():
    content = csv_of(ROW, "da\0na", 'eli,2026-03-02,1,x,"open').replace(b"\n", b"\r\n", 1)
    assert [(finding.line, finding.code) for finding in refusal(content).findings] == [
        (2, "CSV_LINE_ENDS"), (3, "TEXT_NUL"), (4, "CSV_QUOTES")]
    header = refusal(csv_of(ROW, header="Who,Who,day,Rate,"))
    assert [finding.code for finding in header.findings] == [
        "HEADER_UNNAMED", "HEADER_DUPLICATE", "HEADER_RENAMED", *["HEADER_MISSING"] * 3, "HEADER_UNKNOWN"]
    rows = refusal(csv_of(ROW, ",,,,", ",,9,,", '"a\nb",2026-03-02,1,x,y'))
    assert [(finding.line, finding.code) for finding in rows.findings] == [
        (3, "ROW_BLANK"), (4, "ROW_NO_ENTRY"), (5, "TEXT_LINE_BREAK")]


def test_many_torn_rows_are_counted_and_the_first_are_listed():
    error = refusal(csv_of(*["dana,2026-03-02"] * 1500))
    assert len(error.findings) == 1001
    assert error.findings[999].line == 1001
    assert "500 further places" in error.findings[-1].what
    assert len(str(error).splitlines()) < 30, "a message stays readable"


LIMITS = [  # limits, changes, bytes, words, why
    (Limits(rows=2), {}, csv_of(ROW, ROW, ROW), "3 rows; up to 2", "too many rows (B41)"),
    (Limits(unpacked_bytes=1000), {"compression": "gzip"}, gzip.compress(csv_of(*[ROW] * 1000)),
     "more than 1,000 bytes unpacked",
     "a small gzip file that unpacks to a large one"),
]


@pytest.mark.parametrize(("limits", "changes", "content", "words", "why"), LIMITS, ids=lambda value: str(value)[:12])
def test_limits(limits, changes, content, words, why):
    error = refusal(content, declared(**changes), limits=limits)
    assert error.code == "FILE_TOO_LARGE", why
    assert words in str(error), why


def test_damage_beyond_the_first_part_is_found_by_its_place():
    """The bytes are looked at in parts of 1 and 16 MiB; nothing is lost between two of them."""
    line = ('dana,2026-03-02,1.50,"Café, neu","' + "é" * 4000 + '"').encode()
    content = HEADER.encode() + b"\n" + b"\n".join([line] * 4300)
    assert len(content) > 2 << 24
    assert len(rows_of(content)) == 4300
    at = content.index(b"dana", 2 << 24)
    number = content.count(b"\n", 0, at) + 1
    for broken, code in ((b"d\xffna", "CSV_ENCODING"), (b'd"na', "CSV_QUOTES"), (b"d\rna", "CSV_LINE_ENDS"),
        (b"d,na", "CSV_FIELDS")):
        error = refusal(content[:at] + broken + content[at + 4:])
        assert (error.findings[0].code, error.findings[0].line) == (code, number)


def test_a_file_is_refused_with_its_name_and_never_a_path():
    with pytest.raises(FileRefusedError, match=r"where: week\.csv, line 3"):
        rows_of(csv_of(ROW, "dana"))
