"""The European Central Bank's files as published, plain and zipped, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from etl.errors import RefusedError, SettingsError, SourceError
from etl.sources.ecb import parse_ecb
from etl.steps.fx_rates import load_rates
from tests.mapping.small import FILES

HISTORY = b"""Date,USD,JPY,BGN,CYP,KWD,
2026-11-13,1.0832,169.84,1.9558,N/A,N/A,
2026-11-12,1.0801,169.1,1.9558,N/A,N/A,
2025-12-31,1.175,184.09,1.9558,N/A,N/A,
"""
DAILY = b"Date, USD, JPY, BGN, \n13 November 2026, 1.0832, 169.84, 1.9558, \n"
TOML = """
[company]
id = "acme"
name = "Acme"
home_currency = "USD"
zone = "America/New_York"
go_live = 2026-11-01
policy = "four_eyes"
[billing]
period = "none"
[labor_posting]
mode = "none"
[targets]
documents = []
"""


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("eurofxref.csv", content)
    return file.getvalue()


@pytest.mark.capability("C75")
@pytest.mark.parametrize("pack", [bytes, zipped], ids=["plain", "zipped"])
def test_both_published_forms(pack):
    found = parse_ecb(pack(HISTORY), "eurofxref-hist")
    assert [(str(rate.rate_date), rate.currency, rate.rate) for rate in found.rates][-3:] == [
        ("2026-11-13", "BGN", "1.9558"), ("2026-11-13", "JPY", "169.84"), ("2026-11-13", "USD", "1.0832")]
    assert found.left_out == 6, "not fixed, or no currency any more"
    daily = parse_ecb(pack(DAILY), "eurofxref")
    assert {(rate.rate_date, rate.currency, rate.rate) for rate in daily.rates} == {
        (date(2026, 11, 13), "USD", "1.0832"), (date(2026, 11, 13), "JPY", "169.84"),
        (date(2026, 11, 13), "BGN", "1.9558")}


REFUSED = [   # what is replaced, by what, the message
    (b"Date,USD", b"Datum,USD", "the header is not Date"),
    (b"JPY", b"USD", "the header is not Date"),
    (b"1.0832", b"1,0832", "line 2"),
    (b"1.0832", b"-1.0832", "rate of USD is '-1.0832'"),
    (b"1.0832", b"0", "rate of USD is '0'"),
    (b"2026-11-12", b"2026-11-13", "stands twice"),
    (b"2026-11-12", b"12.11.2026", "is not a date"),
    (b"2026-11-12", b"12 Novembre 2026", "is not a date"),
    (b",169.1,1.9558,N/A,N/A,", b",169.1", "3 cells"),
    (b"1.9558", b"\xff", "no UTF-8"),
]


@pytest.mark.parametrize(("old", "new", "words"), REFUSED)
def test_anything_else_is_refused_with_its_line(old, new, words):
    with pytest.raises(SourceError, match=words) as error:
        parse_ecb(HISTORY.replace(old, new, 1), "eurofxref-hist.csv")
    assert error.value.code == "ECB_FILE"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", zipped(b"Date,USD\n"), b"Date,USD\n2026-11-13,N/A\n"])
def test_a_file_without_rates_is_refused(content):
    with pytest.raises(SourceError, match=r"no rate|damaged|nothing"):
        parse_ecb(content, "eurofxref.zip")


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings" / "acme"
    (folder / "private").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    (folder / "company.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def dropped(place: Path, content: bytes) -> Path:
    file = place / "eurofxref-hist.csv"
    file.write_bytes(content)
    return file


@pytest.mark.capability("C75")
def test_rates_are_added_and_never_overwritten(place):
    rates = place / "mappings" / "acme" / "fx_rates.csv"
    assert "4 rates added" in load_rates(dropped(place, HISTORY), "acme", place, currencies=["JPY"]).title
    first = rates.read_bytes()
    assert first.startswith(b"rate_date,from_currency,to_currency,rate,source,source_id,fetched_at\n")
    assert b"2026-11-13,EUR,USD,1.0832,ecb,eurofxref " in first
    assert b"2025-12-31" not in first, "before go-live"
    assert "0 rates added" in load_rates(dropped(place, HISTORY), "acme", place, currencies=["JPY"]).title
    assert rates.read_bytes() == first
    newer = HISTORY.replace(b"2026-11-13", b"2026-11-16,1.09,170,1.9558,N/A,N/A,\n2026-11-13")
    title = load_rates(dropped(place, newer), "acme", place, currencies=["JPY"]).title
    assert title == "2 rates added to fx_rates.csv, 4 were there"
    assert rates.read_bytes().startswith(first)
    with pytest.raises(RefusedError, match=r"USD on 2026-11-13 is 1.0833 in the file, 1.0832 in line") as error:
        load_rates(dropped(place, HISTORY.replace(b"1.0832", b"1.0833")), "acme", place)
    assert error.value.code == "FX_RATE_CHANGED"


def test_since_and_unknown_currencies(place):
    assert "2 rates added" in load_rates(
        dropped(place, HISTORY), "acme", place, currencies=["JPY"], since="2026-11-13").title
    with pytest.raises(SettingsError, match="XQX") as error:
        load_rates(dropped(place, HISTORY), "acme", place, currencies=["XQX"])
    assert error.value.code == "CURRENCY_UNKNOWN"
