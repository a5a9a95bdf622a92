"""Places and devices never land: removed, made coarse, or set apart for a stated purpose (C122)."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from etl.settings import Drop
from etl.sources.files import parse_file
from etl.sources.findings import FileRefusedError
from etl.sources.privacy import screened
from tests.shared import shared
from tests.sources.drops import COLUMNS, HEADER, ROW, csv_of, declared, row, workbook

CANARY = "52.520008"
PLACES = csv_of(
    f'dana,2026-03-02,1.50,Loyalty App,"a, ""quoted""\nnote",{CANARY},13.404954,iPhone of Dana',
    "eli,2026-03-02,1,Loyalty App,,48.137154,11.576124,",
    header=f"{HEADER},Latitude,Longitude,Device ID")
APART = {"mode": "apart", "purpose": "site allowance, works agreement 7", "retention_days": 90}


def landed(content: bytes, drop: Drop) -> list[dict]:
    return parse_file(screened(content, "week.csv", drop).content, "week.csv", drop).to_pylist()


@pytest.mark.capability("C122")
def test_what_tells_a_place_or_a_device_is_removed_before_anything_lands():
    drop = declared()
    received = screened(PLACES, "week.csv", drop)
    assert CANARY.encode() not in received.content
    assert b"iPhone" not in received.content
    rows = list(csv.reader(io.StringIO(received.content.decode(), newline="")))
    assert rows[0] == list(COLUMNS)
    assert rows[1] == ["dana", "2026-03-02", "1.50", "Loyalty App", 'a, "quoted"\nnote'], "nothing else is touched"
    assert received.record["removed"] == ["Latitude", "Longitude", "Device ID"]
    assert received.record["original_sha256"] == hashlib.sha256(PLACES).hexdigest()
    assert received.apart == b""
    assert [entry["note"] for entry in landed(PLACES, drop)] == ['a, "quoted"\nnote', None]


def test_a_file_without_places_lands_byte_for_byte():
    content = b"\xef\xbb\xbf" + csv_of(ROW, newline="\r\n")
    received = screened(content, "week.csv", declared())
    assert (received.content, received.record, received.apart) == (content, {}, b"")


def test_the_same_file_gives_the_same_bytes():
    assert screened(PLACES, "week.csv", declared()) == screened(PLACES, "other.csv", declared())


@pytest.mark.capability("C122")
def test_coordinates_can_be_made_coarse():
    """One decimal is about 11 km; what is no coordinate is removed."""
    drop = declared(personal={"mode": "coarse"})
    received = screened(PLACES, "week.csv", drop)
    assert (received.record["coarse"], received.record["removed"]) == (["Latitude", "Longitude"], ["Device ID"])
    assert CANARY.encode() not in received.content
    assert [entry["extra"] for entry in landed(PLACES, drop)] == [
        '{"Latitude":"52.5","Longitude":"13.4"}', '{"Latitude":"48.1","Longitude":"11.5"}']
    pairs = csv_of(ROW + ',"-52.520008, 13.404954"', ROW + ",near the office", header=f"{HEADER},GPS")
    assert screened(pairs, "week.csv", drop).record["removed"] == ["GPS"], "one text that is no coordinate: all go"


@pytest.mark.capability("C122")
def test_what_a_purpose_keeps_is_kept_apart():
    received = screened(PLACES, "week.csv", declared(personal=APART))
    assert CANARY.encode() not in received.content
    assert received.record["purpose"] == APART["purpose"]
    assert list(csv.reader(io.StringIO(received.apart.decode(), newline=""))) == [
        ["Latitude", "Longitude", "Device ID"], [CANARY, "13.404954", "iPhone of Dana"], ["48.137154", "11.576124", ""]]


@pytest.mark.parametrize("settings", [{"mode": "apart"}, {"mode": "apart", "purpose": "x"},
                                      {"mode": "apart", "retention_days": 9}, {"mode": "keep"}])
def test_keeping_needs_a_purpose_and_an_end(settings):
    with pytest.raises(ValidationError):
        declared(personal=settings)


FORMS = [  # settings of the drop, how the bytes are made
    ({"encoding": "cp1252"}, lambda text: text.encode("cp1252")),
    ({"encoding": "utf-16"}, lambda text: text.encode("utf-16")),
    ({"compression": "gzip"}, lambda text: gzip.compress(text.encode())),
    ({"delimiter": ";"}, lambda text: text.replace(",", ";").encode()),
]


@pytest.mark.parametrize(("settings", "made"), FORMS, ids=["cp1252", "utf-16", "gzip", "semicolons"])
def test_in_whatever_form_the_file_comes(settings, made):
    content = made(f"{HEADER},GPS\nMüller,2026-03-02,1.50,Café,x,{CANARY}\n")
    drop = declared(**settings)
    received = screened(content, "week.csv", drop)
    assert CANARY.encode() not in (gzip.decompress(received.content) if "compression" in settings else received.content)
    assert [(entry["person_ref"], entry["extra"]) for entry in landed(content, drop)] == [("Müller", None)]


def test_a_parquet_file_is_written_anew():
    out = io.BytesIO()
    columns = {name: ["2026-03-02" if name == "Day" else "1"] for name in COLUMNS}
    pq.write_table(pa.table(columns | {"gps_location": [CANARY]}), out)
    drop = declared(format="parquet")
    received = screened(out.getvalue(), "week.parquet", drop)
    assert pq.read_table(io.BytesIO(received.content)).column_names == list(COLUMNS)
    assert CANARY.encode() not in received.content


def test_a_workbook_with_places_is_refused_with_the_way_out():
    content = workbook(row(1, *COLUMNS, "GPS") + row(2, "dana", "2026-03-02", 1.0, "x", "y", CANARY))
    with pytest.raises(FileRefusedError, match="export as CSV") as caught:
        landed(content, declared(format="xlsx"))
    assert caught.value.code == "PRIVACY_FORMAT"
    assert CANARY not in str(caught.value)


def test_the_reader_itself_takes_no_place():
    """Nothing lands a place by going round the filter."""
    with pytest.raises(FileRefusedError) as caught:
        parse_file(PLACES, "week.csv", declared())
    assert caught.value.code == "PRIVACY_FORMAT"


NAMES = [  # heading, what the drop says of it, whether it is taken as personal, why
    ("GPS Location", {}, True, "in any spelling"), ("ip-address", {}, True, "a device"),
    ("IMEI", {}, True, "a telephone"),
    ("Location", {}, False, "a place of work may be meant: a company says so itself"),
    ("Location", {"personal": {"columns": ["Location"]}}, True, "as here"),
    ("Device", {"columns": COLUMNS | {"Device": "task_ref"}}, False, "declared for something else: what was repaired"),
    ("Device", {"columns": COLUMNS | {"Device": "extra"}}, True, "extra is no purpose"),
    ("Clock", {"columns": COLUMNS | {"Clock": "personal"}}, True, "declared so"),
]


@pytest.mark.parametrize(("heading", "settings", "is_personal", "why"), NAMES)
def test_which_headings_tell_a_place_or_a_device(heading, settings, is_personal, why):
    content = csv_of(f"{ROW},x", header=f"{HEADER},{heading}")
    assert bool(screened(content, "week.csv", declared(**settings)).record) == is_personal, why


def test_quickbooks_times_location_is_a_place():
    folder = shared("samples/sources/quickbooks_time")
    content = (folder / "timesheet_report_2026-11-09_thru_2026-11-15.csv").read_bytes()
    drop = Drop.model_validate({"name": "t", "files": "*", "dialect": "quickbooks_time", "zone": "UTC"})
    assert screened(content, "t.csv", drop).record["removed"] == ["location"]
