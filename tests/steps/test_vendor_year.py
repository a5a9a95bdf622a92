"""The yearly review of vendors: what counts, what is due, what asks; and documents as they lie there."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from etl.errors import MappingError
from etl.mapping.declared_vendors import PAYMENT_FILES, VENDOR_FILES
from etl.mapping.load import load_file, load_mappings
from etl.steps.attachments import attachments
from etl.steps.vendor_year import decide, vendor_year
from tests.sql.company import Company
from tests.sql.folder import ID, TOML, _write
from tests.sql.text import records

VENDORS = """
    vendor_id  vendor_name  state  form_1099  tin_type  tin_last_four  w9_state   w9_signed_on  exemption_code  backup_withholding
    V1         Adler        US-AL  NEC-1      EIN       1111           on_file    2026-01-02    -               no
    V2         Birch        US-AR  NEC-1      EIN       2222           on_file    2026-01-02    -               no
    V2b        Birch        US-AR  NEC-1      EIN       2222           on_file    2026-01-02    -               no
    V3         Cedar        US-CA  NEC-1      SSN       3333           requested  -             -               yes
    V4         Dune         US-AL  none       -         -              missing    -             -               no
    V5         Elm          US-AL  -          EIN       5555           on_file    2026-01-02    -               no
    V6         Fir          -      NEC-1      EIN       6666           on_file    2026-01-02    5               no"""  # noqa: E501
BOXES = "account  box\nRent  MISC-1\nSubs  NEC-1\nMeals  none"
CASES = [  # payments, what must stand in the review, why
    ("V1 1999.99 ach Subs", "NEC-1 1999.99 none: below / report", "a cent below 2,000; Alabama begins at 1,500"),
    ("V1 2000.00 ach Subs", "NEC-1 2000.00 report / report", "amount or more"),
    ("V1 1000.00 ach Subs; V1 1000.00 check Subs", "NEC-1 2000.00 report / report", "summed over the year"),
    ("V1 5000.00 card Subs; V1 100.00 ach Subs", "NEC-1 100.00 none: below / none: below", "cards are the processor's"),
    ("V1 5000.00 third_party_network Subs",
     "NEC-1 0.00 none: nothing that counts / none: nothing that counts", "and of networks"),
    ("V1 3000.00 ach Rent", "MISC-1 3000.00 report / report", "the account decides the box"),
    ("V1 3000.00 ach Meals", "none 3000.00 none: exempt / none: exempt", "an account that is not reported"),
    ("V1 2500.00 ach Subs; V1 -600.00 ach Subs", "NEC-1 1900.00 none: below / report", "a refund comes off"),
    ("V2 1500.00 ach Subs; V2b 1500.00 ach Subs", "NEC-1 3000.00 report / report", "one tax id is one payee"),
    ("V2 2499.99 ach Subs", "NEC-1 2499.99 report / none: below", "Arkansas begins at 2,500"),
    ("V3 3000.00 ach Subs", "NEC-1 3000.00 report / ask: US-CA", "no row asks"),
    ("V3 10.00 ach Subs 2.40", "NEC-1 10.00 report: tax withheld / ask: US-CA", "withheld: whatever the amount"),
    ("V4 9000.00 ach Other", "none 9000.00 none: exempt / none: exempt", "a vendor that is not reported"),
    ("V5 9000.00 ach Other", "ask 9000.00 ask: no box / ask: no box", "no box at all"),
    ("V6 9000.00 ach Subs", "NEC-1 9000.00 none: exempt / none: exempt", "an exemption code"),
]


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings" / ID
    folder.mkdir(parents=True)
    choices = {field.name: str(getattr(Company(vendors=VENDORS), field.name)) for field in fields(Company)}
    _write(choices, folder)
    text = TOML.format(**choices, document_list='"payroll.hours"')
    (folder / "company.toml").write_text(text, encoding="utf-8")
    return tmp_path


def pay(place: Path, payments: str, year: int = 2026) -> None:
    folder = place / "mappings" / ID
    for declared, rows in zip(PAYMENT_FILES, (_payments(payments, year), records(BOXES)), strict=True):
        with (folder / declared.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in declared.columns])
            writer.writeheader()
            writer.writerows(rows)
        (folder / declared.name).chmod(0o600)


def _payments(text: str, year: int) -> list[dict[str, str]]:
    rows = []
    for number, payment in enumerate(text.split("; "), 1):
        vendor, amount, method, account, *withheld = payment.split()
        rows.append({"payment_date": f"{year}-03-{number:02}", "vendor_id": vendor, "amount": amount, "currency": "USD",
                     "method": method, "account": account, "withheld": "".join(withheld), "state_withheld": "",
                     "reference": f"R{number}"})
    return rows


def reviewed(place: Path, year: int = 2026) -> list[dict[str, object]]:
    folder = place / "mappings" / ID
    payments, boxes = (load_file(folder, declared, ID) for declared in PAYMENT_FILES)
    review, _ = decide(place / "scratch", load_mappings(folder, ID), payments, boxes, year)
    return review.to_pylist()


@pytest.mark.capability("C161")
@pytest.mark.parametrize(("payments", "expected", "why"), CASES)
def test_what_a_year_of_payments_comes_to(place, payments, expected, why):
    pay(place, payments)
    [row] = reviewed(place)
    assert f"{row['box']} {row['reportable']:.2f} {row['federal']} / {row['state_copy']}" == expected, why


@pytest.mark.capability("C161")
def test_the_day_of_payment_decides_the_year_and_the_threshold(place):
    pay(place, "V1 700.00 ach Subs", 2025)
    assert reviewed(place, 2026) == []
    [row] = reviewed(place, 2025)
    assert (row["federal"], row["state_copy"]) == ("report", "ask: US-AL"), "600 in 2025; Alabama has no row of 2025"
    pay(place, "V1 700.00 ach Subs", 2027)
    assert reviewed(place, 2027)[0]["federal"] == "ask: threshold", "an unknown figure asks"


@pytest.mark.capability("C69")
def test_what_is_missing_is_named_and_the_workbook_is_the_same_each_time(place):
    pay(place, "V3 3000.00 ach Subs; V5 10.00 ach Other")
    outcome = vendor_year(place, ID, 2026)
    assert outcome.exit_code == 1
    assert "W-9 requested; backup withholding is due and none was withheld" in outcome.text()
    [path] = (place / "reports" / ID / "vendors").iterdir()
    before = path.read_bytes()
    vendor_year(place, ID, 2026)
    assert [found.read_bytes() for found in path.parent.iterdir()] == [before]


def test_a_payment_to_a_stranger_stops_the_review(place):
    pay(place, "V9 3000.00 ach Subs")
    with pytest.raises(MappingError) as error:
        vendor_year(place, ID, 2026)
    assert (error.value.code, "line 2" in error.value.where) == ("PAYMENT_VENDOR", True)


def write_rows(folder, rows):
    """attachments.csv with a document of an entry each: path, digest, valid from, expires."""
    with (folder / "attachments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in VENDOR_FILES[-1].columns])
        writer.writerows(["entry", f"tracker:{number}", "receipt", *row[:4]] for number, row in enumerate(rows))


@pytest.mark.capability("C67")
@pytest.mark.capability("C132")
def test_documents_are_there_unchanged_and_in_force(place):
    folder = place / "mappings" / ID
    (folder / "documents").mkdir()
    (folder / "documents" / "w9.pdf").write_bytes(b"signed")
    (folder / "documents" / "link.pdf").symlink_to(folder / "documents" / "w9.pdf")
    (place / "outside.pdf").write_bytes(b"signed")
    digest = hashlib.sha256(b"signed").hexdigest()
    rows = (  # path, digest, valid from, expires, state
        ("documents/w9.pdf", digest, "", "", "ok"),
        ("documents/w9.pdf", digest, "", "2026-11-21", "expired"),
        ("documents/w9.pdf", digest, "", "2026-12-22", "expires"),
        ("documents/w9.pdf", digest, "", "2026-12-23", "ok"),
        ("documents/w9.pdf", digest, "2027-01-01", "", "not yet valid"),
        ("documents/w9.pdf", "0" * 64, "", "", "changed"),
        ("documents/gone.pdf", digest, "", "", "broken"),
        ("documents/link.pdf", digest, "", "", "broken"),
        ("../../outside.pdf", digest, "", "", "broken"),
    )
    write_rows(folder, rows)
    outcome = attachments(place, ID, date(2026, 11, 22))
    assert [row[2] for row in outcome.rows] == [row[4] for row in rows]
    assert (outcome.exit_code, "4 not as entered, 1 expired" in outcome.title) == (1, True)
    (folder / "documents" / "w9.pdf").write_bytes(b"signed")
    write_rows(folder, rows[1:2])
    assert attachments(place, ID, date(2026, 11, 22)).exit_code == 1, "expired alone is a finding too"
    assert attachments(place, ID, date(2026, 11, 21)).exit_code == 0
