"""Information returns in the IRS portal's own template: nothing guessed, every cent of the review, the rest named."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from etl.errors import ConservationError, RefusedError
from etl.steps.iris import _prove, write_returns
from etl.targets.iris import Return, render_returns, written_total
from tests.sql.folder import ID
from tests.steps.test_vendor_year import _place, pay  # noqa: F401 - the fixture of the review

BLOCK = ("TIN Type", "Taxpayer ID Number", "Name Type", "Business or Entity Name Line 1", "First Name",
         "Last Name (Surname)", "Address Line 1", "ZIP/Postal Code")
NEC = ["Form Type", "Tax Year", *(f"Payer {name}" for name in BLOCK), *(f"Recipient {name}" for name in BLOCK),
       "Form Account Number", "2nd TIN Notice", "Box 1 - Nonemployee Compensation", "Box 2 - Direct sales",
       "Box 4 - Federal income tax withheld", "Combined Federal/State Filing", "State 1",
       "State 1 - State Tax Withheld", "State 1 - State/Payer state number", "State 1 - State income", "State 2",
       "State 2 - State Tax Withheld"]
MISC = [head.replace("Nonemployee Compensation", "Rents").replace("Direct sales", "Royalties") for head in NEC]


@pytest.fixture(name="template")
def _template(tmp_path):
    def make(heads, before="") -> object:
        path = tmp_path / "template.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            file.write(before)
            csv.writer(file).writerow(heads)
        return path

    return make


def returned(place):
    [path] = (place / "reports" / ID / "vendors").glob("iris_*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.capability("C69")
@pytest.mark.capability("C161")
def test_what_is_known_is_filled_and_the_rest_is_left_and_named(place, template):
    pay(place, "V1 2500.50 ach Subs; V2 1500.00 ach Subs; V2b 1500.00 ach Subs; V4 9000.00 ach Other")
    told = write_returns(place, ID, 2026, template(NEC, "IRIS template\r\n"))
    rows = returned(place)
    assert [list(row) for row in rows] == [NEC, NEC], "the template's own columns"
    kept = [{head: text for head, text in row.items() if text} for row in rows]
    common = {"Form Type": "1099-NEC", "Tax Year": "2026", "Payer Business or Entity Name Line 1": "Acme Studio",
              "Recipient TIN Type": "EIN"}
    assert kept == [
        common | {"Recipient Business or Entity Name Line 1": "Adler", "Form Account Number": "V1",
                  "Box 1 - Nonemployee Compensation": "2500.50", "State 1": "AL", "State 1 - State income": "2500.50"},
        common | {"Recipient Business or Entity Name Line 1": "Birch", "Form Account Number": "V2",
                  "Box 1 - Nonemployee Compensation": "3000.00", "State 1": "AR", "State 1 - State income": "3000.00"}]
    assert "2 tax ids and addresses, 0 names" in told.text()
    assert "signed review" in told.next_step


@pytest.mark.capability("C161")
def test_a_form_takes_its_own_boxes(place, template):
    pay(place, "V1 3000.00 ach Rent; V2 3000.00 ach Subs")
    write_returns(place, ID, 2026, template(MISC))
    [row] = returned(place)
    assert (row["Form Type"], row["Box 1 - Rents"], row["Form Account Number"]) == ("1099-MISC", "3000.00", "V1")


def test_the_same_again_writes_nothing_new(place, template):
    pay(place, "V1 2500.50 ach Subs")
    write_returns(place, ID, 2026, template(NEC))
    before = {path: path.read_bytes() for path in (place / "reports" / ID / "vendors").iterdir()}
    write_returns(place, ID, 2026, template(NEC))
    assert {path: path.read_bytes() for path in (place / "reports" / ID / "vendors").iterdir()} == before


@pytest.mark.parametrize(("heads", "said"), [
    (["Name", "Amount"], "no heading row"),
    ([], "no heading row"),
    ([head for head in NEC if not head.startswith("Box 1")], "neither 1099-NEC nor 1099-MISC"),
    ([head for head in NEC if head != "State 1 - State income"], "no column for state_income"),
    ([head for head in NEC if head != "Form Account Number"], "no column for payee"),
])
def test_what_is_no_template_is_refused(place, template, heads, said):
    pay(place, "V1 2500.50 ach Subs")
    with pytest.raises(RefusedError, match=said) as caught:
        write_returns(place, ID, 2026, template(heads))
    assert caught.value.code == "IRIS_TEMPLATE"
    assert "portal" in caught.value.fix
    assert not list((place / "reports").rglob("iris_*")), "nothing half-written"


def test_a_template_of_another_kind_of_bytes_is_refused(place, tmp_path):
    pay(place, "V1 2500.50 ach Subs")
    for content in (b"PK\x03\x04\xff\xfe", b"x" * (1 << 20) + b"y"):
        (tmp_path / "template.csv").write_bytes(content)
        with pytest.raises(RefusedError) as caught:
            write_returns(place, ID, 2026, tmp_path / "template.csv")
        assert caught.value.code == "IRIS_TEMPLATE"


@pytest.mark.capability("C69")
def test_while_the_review_asks_nothing_is_written(place, template):
    pay(place, "V1 2500.50 ach Subs; V3 3000.00 ach Subs")
    with pytest.raises(RefusedError, match="still asks about Cedar") as caught:
        write_returns(place, ID, 2026, template(NEC))
    assert caught.value.code == "IRIS_OPEN"
    assert "company vendors" in caught.value.fix


def test_a_hundred_returns_a_file():
    returns = [Return(f"V{number}", "Ab, Ltd", "EIN", {"NEC-1": Decimal(2000 + number)}, Decimal(0))
               for number in range(201)]
    files = render_returns(NEC, returns, 2026, "Acme", "template.csv")
    assert [len(content.splitlines()) - 1 for content in files] == [100, 100, 1]
    assert written_total(files, NEC) == sum(2000 + number for number in range(201))


def test_an_individual_and_a_name_like_a_formula_are_left_to_a_person():
    people = [Return("V1", "Ann Abel", "SSN", {"NEC-1": Decimal(2000)}, Decimal("12.30")),
              Return("V2", "=HYPERLINK(1)", "EIN", {"NEC-1": Decimal(2000)}, Decimal(0))]
    [content] = render_returns(NEC, people, 2026, "Acme", "template.csv")
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert [row["Recipient Business or Entity Name Line 1"] for row in rows] == ["", ""]
    assert rows[0]["Box 4 - Federal income tax withheld"] == "12.30"
    assert b"HYPERLINK" not in content


def test_a_file_that_does_not_add_up_stops():
    with pytest.raises(ConservationError) as caught:
        _prove(Decimal(1), Decimal(2))
    assert caught.value.code == "IRIS_TOTAL"
