"""The exports of Toggl and Kimai, as data: the samples of the week, and everything their headings may do.

TIMEBOOKS_WRITE_GOLDEN=1 writes the expected tables anew; read the difference before committing it.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from etl.errors import SettingsError
from etl.settings import Drop
from etl.sources.dialects import DIALECTS, effective, fitted
from etl.sources.files import parse_file
from etl.sources.privacy import screened
from etl.tables import LANDED_COLUMNS, LANDED_ENTRIES
from tests.shared import shared
from tests.sources.drops import refusal, rows_of

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "sources"
SAMPLES = [  # dialect, sample (or a file of the golden folder), rows
    ("toggl_detailed", "toggl/Toggl_time_entries_2026-11-09_to_2026-11-15.csv", 19),
    ("kimai", "kimai/20261116-Alder_Pine_Studio.csv", 18),
    ("harvest", "harvest/harvest_time_report_from2026-11-09to2026-11-15.csv", 19),
    ("clockify", "clockify/Clockify_Time_Report_Detailed_11_09_2026-11_15_2026.csv", 20),
    ("quickbooks_time", "quickbooks_time/timesheet_report_2026-11-09_thru_2026-11-15.csv", 20),
    ("solidtime", "input.csv", 5), ("timetagger", "input.txt", 3), ("timeclock", "input.timeclock", 3),
    ("timedot", "input.timedot", 4)]
ASKED = {   # what each export cannot tell
    "harvest": {"date_format": "%Y-%m-%d", "decimal_sign": "."}, "clockify": {"instant_format": "%m/%d/%Y %I:%M:%S %p"},
    **{name: {"constants": {"person_ref": "maren.okafor@example.com"}}
       for name in ("timetagger", "timeclock", "timedot")}}


def drop(dialect: str, **changes) -> Drop:
    return Drop.model_validate({"name": "week", "files": "*.csv", "dialect": dialect,
        "zone": "America/Los_Angeles"} | ASKED.get(dialect, {}) | changes)


def sample_of(dialect: str, sample: str) -> bytes:
    return (shared("samples/sources") / sample if "/" in sample else GOLDEN / dialect / sample).read_bytes()


def as_csv(table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(row.values() for row in table.to_pylist())
    return out.getvalue()


@pytest.mark.parametrize(("dialect", "sample", "rows"), SAMPLES)
def test_golden_table(dialect, sample, rows):
    received = screened(sample_of(dialect, sample), "week.csv", drop(dialect))
    table = parse_file(received.content, "week.csv", drop(dialect))
    expected = GOLDEN / dialect / "expected.csv"
    if os.environ.get("TIMEBOOKS_WRITE_GOLDEN") == "1":
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(as_csv(table), encoding="utf-8")
    assert table.num_rows == rows
    assert table.schema.equals(LANDED_ENTRIES)
    assert as_csv(table).splitlines(keepends=True) == expected.read_text(encoding="utf-8").splitlines(keepends=True)


def test_every_dialect_has_a_golden_folder_and_is_a_setting():
    assert sorted(DIALECTS) == sorted(dialect for dialect, _, _ in SAMPLES)
    for dialect in DIALECTS:
        assert (GOLDEN / dialect / "expected.csv").is_file()
        assert drop(dialect).dialect == dialect


def seconds(text: str) -> int:
    parts = [int(part) for part in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


@pytest.mark.parametrize(("dialect", "sample", "total"), [
    ("toggl_detailed", SAMPLES[0][1], 263_080), ("kimai", SAMPLES[1][1], 263_040)])
def test_the_week_has_its_hours(dialect, sample, total):
    """73 h 04 min 40 s; Kimai's export cuts the 40 seconds (sources reference, 10)."""
    table = parse_file((shared("samples/sources") / sample).read_bytes(), "week.csv", drop(dialect))
    assert sum(seconds(text) for text in table["duration_text"].to_pylist()) == total


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_dialect_feeds_are_columns_everybody_knows(dialect):
    filled = effective(drop(dialect))
    fed = [name for feeds in filled.columns.values() for name in feeds.split()]
    assert set(fed) <= {*LANDED_COLUMNS, "personal"}
    assert "person_ref" in {*fed, *filled.constants}
    assert {"start_text", "date_text"} & set(fed)
    assert "duration_text" in fed or filled.duration == "from_start_and_end"
    of_language = [feeds for heading in DIALECTS[dialect].headings if not heading.is_optional
                   for feeds in heading.feeds.split()]
    joined = ("extra", "start_text", "end_text", "person_ref", "person_name")
    once = [name for name in of_language if name not in joined]
    assert len(once) == len(set(once)), "a column is fed once; only names, date and clock are joined"
    assert {len(heading.names) for heading in DIALECTS[dialect].headings} == {len(DIALECTS[dialect].languages())}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_filling_in_twice_changes_nothing_and_the_companys_word_stands(dialect):
    once = effective(drop(dialect, duration="decimal_hours", delimiter=";", optional_columns=["Cost center"]))
    assert effective(once) == once
    assert (once.duration, once.delimiter) == ("decimal_hours", ";")
    assert once.columns["Cost center"] == "extra"
    assert Drop.model_validate(once.model_dump() | {"columns": {}}), "what was set is kept in the pull record"


def test_the_formats_staging_will_use():
    toggl, kimai = effective(drop("toggl_detailed")), effective(drop("kimai"))
    assert (toggl.instant_format, toggl.duration, toggl.end_rolls_over) == ("%Y-%m-%d %H:%M:%S", "clock", False)
    assert (kimai.instant_format, kimai.duration, kimai.end_rolls_over) == ("%Y-%m-%d %H:%M", "clock", True)
    assert (toggl.billable_words, toggl.not_billable_words) == (("yes",), ("no",))
    assert (kimai.billable_words, kimai.not_billable_words) == (("1",), ("0",))


TOGGL = {"User": "Dana", "Email": "dana@x.example", "Client": "C", "Project": "P", "Task": "T", "Description": "d",
         "Billable": "Yes", "Start date": "2026-03-02", "Start time": "09:00:00", "End date": "2026-03-02",
         "End time": "10:00:00", "Duration": "01:00:00", "Tags": "a, b"}
KIMAI = {"Date": "2026-03-02", "From": "21:30", "To": "02:15", "Duration": "4:45", "E-mail": "dana@x.example",
         "Customer": "C", "Project": "P", "Activity": "A", "Description": "d", "Billable": "1"}
GERMAN = {"Datum": "2026-03-02", "Von": "21:30", "Bis": "02:15", "Dauer": "4:45", "E-Mail": "dana@x.example",
    "Kunde": "C",
          "Projekt": "P", "Tätigkeit": "A", "Beschreibung": "d", "Abrechenbar": "1"}


def file_of(row: dict[str, str], delimiter: str = ",", **changes: str) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row | changes), delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(row | changes)
    return out.getvalue().encode()


HEADINGS = [  # dialect, file, extra of the landed row, why
    ("toggl_detailed", file_of(TOGGL), None, "amounts hidden"),
    ("toggl_detailed", file_of(TOGGL, **{"Amount ()": ""}), None, "no rate exists"),
    ("toggl_detailed", file_of(TOGGL, **{"Amount (USD)": "1.50", "Amount (GBP)": "2"}),
     '{"Amount (GBP)":"2","Amount (USD)":"1.50"}', "two currencies"),
    ("kimai", file_of(KIMAI), None, "without the permission to see rates"),
    ("kimai", file_of(KIMAI, Price="332.5", **{"Hourly price": "95"}), '{"Hourly price":"95","Price":"332.5"}',
     "with it"),
    ("kimai", file_of(KIMAI, **{'Say "why"': 'a "b"\\c\td\ne\x01', "Ärger": "ü"}),
     '{"Say \\"why\\"":"a \\"b\\"\\\\c\\td\\ne\\u0001","Ärger":"ü"}', "any number of meta fields"),
]


@pytest.mark.parametrize(("dialect", "content", "extra", "why"), HEADINGS, ids=lambda value: str(value)[:9])
def test_headings_that_come_and_go(dialect, content, extra, why):
    assert rows_of(content, drop(dialect))[0].get("extra") == extra, why


def test_german_headings_and_a_semicolon_give_the_same_entry():
    english = rows_of(file_of(KIMAI), drop("kimai"))
    german = rows_of(file_of(GERMAN, ";"), drop("kimai", delimiter=";"))
    assert english == german
    assert english == [{
        "source_row": 2, "person_ref": "dana@x.example", "client_ref": "C", "project_ref": "P", "task_ref": "A",
        "service_ref": "A", "start_text": "2026-03-02 21:30", "end_text": "2026-03-02 02:15", "duration_text": "4:45",
        "billable_text": "1", "note": "d"}]


def test_what_a_custom_template_adds():
    row = rows_of(file_of(KIMAI, ID="1117", Exported="1", Break="0:30", Currency="USD", Name="Dana"),
        drop("kimai"))[0]
    assert (row["entry_ref"], row["billed_text"], row["currency_text"], row["person_name"]) == ("1117", "1", "USD",
        "Dana")
    assert row["extra"] == '{"Break":"0:30"}', "a break is off the duration already, so it is no break_text"


NOTES = [  # as exported, as typed, why
    ("' =Moodboard", "=Moodboard", "a leading sign"),
    ("' - dark", "- dark", "a list"), ("' @eli", "@eli", "a mention"), ("' +1", "+1", "a vote"),
    ("' \ttab", "\ttab", "a tab"), ("' \nline", "\nline", "a line break"),
    ("' three were added", "three were added", '"added" holds dde'),
    ("' first\nthen ADDED", "first\nthen ADDED", "anywhere, in any case"),
    ("' ' added", "' added", "one prefix is taken off, the rest was typed"),
    ("' ' =x", "' ' =x", "typed by the person: no rule puts a prefix before an apostrophe"),
    ("' quoted'", "' quoted'", "typed by the person: the rule does not match"),
    ("'=x", "'=x", "another prefix"), ("it's =x", "it's =x", "no prefix"), ("'", "'", "only an apostrophe")]


@pytest.mark.parametrize(("exported", "typed", "why"), NOTES, ids=repr)
def test_kimais_altered_notes_are_as_typed_again(exported, typed, why):
    assert rows_of(file_of(KIMAI, Description=exported), drop("kimai"))[0]["note"] == typed, why
    assert rows_of(file_of(TOGGL, Description=exported), drop("toggl_detailed"))[0]["note"] == exported


REFUSED = [  # dialect, file, code, words, why
    ("toggl_detailed", file_of(TOGGL, Rate="1"), "HEADER_UNKNOWN", "'Rate'", "Toggl has no such column"),
    ("toggl_detailed", file_of(TOGGL, **{"Amount (usd)": "1"}), "HEADER_UNKNOWN", "'Amount (usd)'",
     "a currency has capitals"),
    ("toggl_detailed", file_of({k: v for k, v in TOGGL.items() if k != "Email"}), "HEADER_MISSING", "'Email'",
     "who worked?"),
    ("toggl_detailed", file_of(KIMAI), "HEADER_MISSING", "'Start date'", "another tracker's file"),
    ("kimai", file_of(TOGGL), "HEADER_MISSING", "'From'", "another tracker's file"),
    ("kimai", file_of(KIMAI, tags="a"), "HEADER_RENAMED", "declared 'Tags'",
     "a known column in another case is no meta field"),
    ("kimai", file_of(KIMAI, **{"Mat\u200berial": "a"}), "HEADER_UNKNOWN", "Mat<U+200B>erial",
     "an invisible character"),
    ("kimai", file_of({k: v for k, v in GERMAN.items() if k != "Von"}), "HEADER_MISSING", "'Von'",
     "told in the file's language"),
]


@pytest.mark.parametrize(("dialect", "content", "code", "words", "why"), REFUSED, ids=lambda value: str(value)[:9])
def test_refused(dialect, content, code, words, why):
    error = refusal(content, drop(dialect))
    assert code in {finding.code for finding in error.findings}, f"{why}: {error}"
    assert words in str(error), why


def test_a_declared_drop_is_never_changed():
    declared = Drop.model_validate({"name": "x", "files": "*", "zone": "UTC", "duration": "seconds", "columns": {
        "a": "person_ref", "b": "date_text", "c": "duration_text"}})
    assert effective(declared) is declared
    assert fitted(declared, ["anything"]) is declared


# ---- what an export cannot tell is asked ----
@pytest.mark.parametrize(("dialect", "missing"), [
    (dialect, setting) for dialect, settings in ASKED.items() for setting in settings])
def test_what_nobody_can_know_is_asked(dialect, missing):
    said = {name: value for name, value in ASKED[dialect].items() if name != missing}
    bare = Drop.model_validate({"name": "week", "files": "*", "dialect": dialect, "zone": "UTC"} | said)
    with pytest.raises(SettingsError, match=missing) as caught:
        effective(bare)
    assert caught.value.code == "DROP_UNSAID"
    assert "drop week" in caught.value.where


def test_an_unknown_dialect_names_those_there_are():
    with pytest.raises(SettingsError, match="declared, toggl_detailed, harvest") as caught:
        effective(drop("togl"))
    assert caught.value.code == "DROP_DIALECT"


def test_headings_of_the_companys_own_feed_what_it_says():
    content = file_of({"username": "dana@x.example", "fname": "Dana", "lname": "D", "local_date": "2026-03-02",
                       "local_start_time": "", "local_end_time": "", "hours": "1.50", "jobcode_1": "C",
                       "jobcode_2": "P", "billable (yes/no)": "Yes"})
    own = drop("quickbooks_time", further_columns={"billable (yes/no)": "billable_text"})
    assert rows_of(content, own)[0]["billable_text"] == "Yes"
    assert rows_of(content, drop("quickbooks_time"))[0]["extra"] == '{"billable (yes/no)":"Yes"}'
    with pytest.raises(ValidationError, match="ghost is not a column"):
        drop("kimai", further_columns={"x": "ghost"})


TREES = [  # jobcodes and service item; client, project, service, why
    ({"jobcode_1": "C", "jobcode_2": "P", "service item": "S"}, ("C", "P", "S"), "client, project and a service item"),
    ({"jobcode_1": "C", "jobcode_2": "P", "service item": ""}, ("C", "P", "P"), "no service item: the lowest jobcode"),
    ({"jobcode_1": "C", "jobcode_2": "P", "jobcode_3": "T"}, ("C", "P", "T"), "three levels"),
    ({"jobcode_1": "Lunch Break", "jobcode_2": ""}, (None, "Lunch Break", "Lunch Break"), "a jobcode without a parent"),
    ({"jobcode": "P"}, (None, "P", "P"), "a flat list"),
]


@pytest.mark.parametrize(("jobcodes", "expected", "why"), TREES, ids=lambda value: str(value)[:30])
def test_the_tree_of_jobcodes_of_quickbooks_time(jobcodes, expected, why):
    content = file_of({"username": "dana", "fname": "D", "lname": "D", "local_date": "2026-03-02",
                       "local_start_time": "", "local_end_time": "", "hours": "1.50", **jobcodes})
    row = rows_of(content, drop("quickbooks_time"))[0]
    assert (row.get("client_ref"), row.get("project_ref"), row.get("service_ref")) == expected, why


def test_harvests_comma_decimals_and_dates_as_declared():
    """The European style, quoted: the same entries as the American export has for these days."""
    folder = shared("samples/sources") / "harvest"
    european = rows_of((folder / "harvest_time_report_eu_number_format.csv").read_bytes(),
                       drop("harvest", date_format="%d.%m.%Y", decimal_sign=","))
    american = rows_of((folder / "harvest_time_report_from2026-11-09to2026-11-15.csv").read_bytes(), drop("harvest"))

    def plain(row):
        days = row["date_text"].split(".")
        return {**row, "date_text": "-".join(reversed(days)), "duration_text": row["duration_text"].replace(",", "."),
                "extra": None}

    assert [plain(row) for row in european] == [{**row, "extra": None} for row in american[:len(european)]]
    assert {row["currency_text"] for row in american} == {"USD", "GBP"}


def test_a_break_in_clockify_is_a_service_of_its_own():
    rows = rows_of(sample_of(*SAMPLES[3][:2]), drop("clockify"))
    assert [row["service_ref"] for row in rows if row.get("note") == "Lunch"] == ["Break"]
    assert {row.get("service_ref") for row in rows} == {"QA", "Travel", "Development", "Project Management", "Design",
                                                        "Break", None}
