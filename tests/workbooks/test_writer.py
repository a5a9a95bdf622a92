"""The writer: text stays text, numbers are exact, totals are live, and the file has no clock in it."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import TargetError
from etl.workbooks import table
from etl.workbooks.text import original
from etl.workbooks.writer import Cell, Column, Marks, Page, Sheet, render_workbook
from tests.workbooks.readback import cells, opened, raw_cells

HOSTILE = [  # text, why
    ('=HYPERLINK("http://example.com";"pay")', "a live link"),
    ("=1+1", "a formula"), ("+1", "a formula in some programs"), ("-2+3", "an honest memo, or a formula"),
    ("@SUM(1)", "a formula of old"), ("\t=1", "a tab before it"), (" =1", "a space before it"),
    ("\uff1d1+1", "a full-width sign"), ("\ufeff=1", "an invisible mark before it"),
    ("\x00=1", "a zero byte before it"),
    ("=cmd|' /C calc'!A0", "starts a program"),
    ("'=1", "an apostrophe of its own"),
    ("#N/A", "an error value to openpyxl"), ("TRUE", "a truth value when typed"), ("1e5", "a number when typed"),
    ("0042", "would lose its zeros"), ("2026-01-01", "a date when typed"), ("_x0041_", "an escape of the format"),
    ("a\r\nb", "two line ends"), ("\x07\x1b[31m", "control characters"), ("  spaces  ", "at both ends"),
    ("<b>&amp;</b>]]>", "markup"), ("</t></is></c><c><f>1+1</f></c>", "markup that makes a formula"),
    ("{Amount}", "a place of our own formulas"), ("&[Tab]&D", "a command of footers"),
]
TEXTS = (Column("Text", "text", 20), Column("Note", "text", 20))
MONEY = (Column("Line", "text", 8), Column("Amount", "amount", 12, currency="Currency"), Column("Currency", "text", 9))


def rendered(*sheets, marks=None):
    return render_workbook(sheets, title="Test", subject="of the writer", marks=marks)


@pytest.mark.parametrize(("text", "why"), HOSTILE)
def test_hostile_text_is_a_string_and_nothing_else(text, why):
    """X13, B35: a text that begins like a formula is stored as a text, and stays one when its cell is edited."""
    content = rendered(Sheet("Texts", TEXTS, [(text, None)], notes=(text,)), Page("Page", (10,), ((Cell(text),),)))
    for number, place in ((1, "A5"), (2, "A1")):
        kind, seen = raw_cells(content, number)[place]
        assert kind == "inlineStr", why
        assert original(seen) == text, why
    assert not any(kind == "f" for number in (1, 2) for kind, _ in raw_cells(content, number).values()), why
    assert all(kind == "s" and quote for _, _, _, kind, _, quote in cells(content)), why
    with ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert xml.count(b"<t ") == xml.count(b'<t xml:space="preserve">') > 0, "spaces at both ends are kept"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_text_is_read_back(texts):
    found = raw_cells(rendered(Sheet("Texts", TEXTS[:1], [(text,) for text in texts])))
    assert [original(found[f"A{row}"][1]) for row in range(4, 4 + len(texts))] == texts
    assert {kind for kind, _ in found.values()} == {"inlineStr"}


@pytest.mark.parametrize("source", ["x" * 40_000, "\x07" * 6_000, "💥" * 20_000, "=1" * 20_000], ids=ascii)
def test_a_long_text_is_cut_in_its_cell_and_whole_in_parts(source):
    """X11: what a cell cannot hold goes on in further cells; nothing is cut off unseen."""
    content = rendered(Sheet("Long texts", TEXTS, [("a", source)]))
    assert opened(content).sheetnames == ["Long texts", "Long texts (2)"]
    seen = raw_cells(content)["B4"][1]
    assert "cut here" in seen
    assert len(seen.encode("utf-16-le")) // 2 <= 32_767
    parts = list(opened(content)["Long texts (2)"].iter_rows(min_row=5, values_only=True))
    assert [row[:3] for row in parts] == [("Long texts", "B4", number) for number in range(1, len(parts) + 1)]
    places = raw_cells(content, 2)
    assert "".join(original(places[f"D{row}"][1]) for row in range(5, 5 + len(parts))) == source


def test_a_text_that_just_fits_stays_whole():
    content = rendered(Sheet("Texts", TEXTS, [("x" * 32_767, None)]))
    assert opened(content).sheetnames == ["Texts"]
    assert raw_cells(content)["A4"][1] == "x" * 32_767


AMOUNTS = [  # amount, currency, in the file, number format, why
    ("6951.900", "USD", "6951.9", "#,##0.00", "exactly, shown with two decimals"),
    ("0.100", "USD", "0.1", "#,##0.00", "no noise of binary fractions"),
    ("999999999999.990", "USD", "999999999999.99", "#,##0.00", "14 digits are kept"),
    ("-0.000", "USD", "0", "#,##0.00", "no negative zero"),
    ("1500.000", "JPY", "1500", "#,##0", "the yen has no cents"),
    ("12.345", "KWD", "12.345", "#,##0.000", "the dinar has three decimals"),
    ("12.345", "USD", "12.345", "#,##0.000", "more decimals than the currency has are shown, not hidden"),
    ("-250.500", "EUR", "-250.5", "#,##0.00", "a credit"),
]


@pytest.mark.parametrize(("amount", "currency", "expected", "number_format", "why"), AMOUNTS)
def test_amounts_are_exact(amount, currency, expected, number_format, why):
    rows = pa.table({"a": ["1"], "b": pa.array([Decimal(amount)], pa.decimal128(18, 3)), "c": [currency]})
    content = rendered(Sheet("Money", MONEY, rows, totals=("Amount",)))
    assert raw_cells(content)["B4"] == ("n", expected), why
    assert [cell[4] for cell in cells(content) if cell[1] in ("B4", "B5")] == [number_format] * 2, why


REFUSED = [  # amount, currency, code, why
    ("1000000000000.123", "KWD", "WORKBOOK_NUMBER", "the 16th digit would be lost in silence"),
    ("1.000", None, "WORKBOOK_CURRENCY", "money without a currency"),
    ("1.000", "XQX", "WORKBOOK_CURRENCY", "no currency of ISO 4217"),
    ("1.000", '",A1)', "WORKBOOK_CURRENCY", "a text that would break out of our formula"),
]


@pytest.mark.parametrize(("amount", "currency", "code", "why"), REFUSED)
def test_amounts_that_cannot_be_written_are_refused(amount, currency, code, why):
    with pytest.raises(TargetError) as refused:
        rendered(Sheet("Money", MONEY, [("1", Decimal(amount), currency)], totals=("Amount",)))
    assert refused.value.code == code, why
    assert "sheet Money" in refused.value.where, why


def test_a_currency_without_an_amount_never_reaches_a_formula():
    content = rendered(Sheet("Money", MONEY, [("1", None, '",A1)'), ("2", Decimal(5), "USD")], totals=("Amount",)))
    assert raw_cells(content)["B6"] == ("f", "SUM(B4:B5)")


def test_one_currency_has_one_total():
    content = rendered(Sheet("Money", MONEY, [("1", Decimal(5), "USD"), ("2", Decimal(7), "USD")], totals=("Amount",)))
    assert {place: raw_cells(content)[place] for place in ("A6", "B6", "C6")} == {
        "A6": ("inlineStr", "Total"), "B6": ("f", "SUM(B4:B5)"), "C6": ("inlineStr", "USD")}


def test_several_currencies_are_never_added_up():
    rows = [("1", Decimal(5), "USD"), ("2", Decimal(7), "JPY")]
    found = raw_cells(rendered(Sheet("Money", MONEY, rows, totals=("Amount",))))
    assert "B6" not in found
    assert found["A7"] == ("inlineStr", "Total JPY")
    assert found["B7"] == ("f", 'SUMIF(C4:C5,"JPY",B4:B5)')
    assert found["B8"] == ("f", 'SUMIF(C4:C5,"USD",B4:B5)')


def test_formula_columns_and_their_totals():
    columns = (Column("Entry", "text", 8), Column("Seconds", "seconds", 9),
               Column("Hours", "hours", 8, "{Seconds}/3600"), Column("So far", "seconds", 9, "{So far^}+{Seconds}"))
    found = raw_cells(rendered(Sheet("Time", columns, [("a", 5400), ("b", 60)], totals=("Seconds", "Hours"))))
    assert [found[place][1] for place in ("C4", "C5", "B6", "C6")] == ["B4/3600", "B5/3600", "SUM(B4:B5)", "B6/3600"]
    assert found["D5"] == ("f", "D4+B5"), "the cell above"
    assert "D6" not in found


DATES = [  # days since 1970, in the file, why
    (0, ("n", "25569"), "1970-01-01"), (20_766, ("n", "46335"), "2026-11-09"),
    (-25_508, ("n", "61"), "1900-03-01, the first day on which all spreadsheets agree"),
    (-25_509, ("inlineStr", "1900-02-28"), "Excel believes in 1900-02-29"),
    (-719_162, ("inlineStr", "0001-01-01"), "a tracker's nonsense, kept as it came"),
    (2_932_896, ("n", "2958465"), "9999-12-31"),
]


@pytest.mark.parametrize(("days", "expected", "why"), DATES)
def test_dates_are_dates(days, expected, why):
    columns = (Column("Day", "date", 11),)
    from_table = pa.table({"a": pa.array([days], pa.int32()).cast(pa.date32())})
    for rows in (from_table, [(date.fromordinal(719_163 + days),)]):
        assert raw_cells(rendered(Sheet("Days", columns, rows)))["A4"] == expected, why


def test_a_year_of_five_digits_is_kept():
    rows = pa.table({"a": pa.array([6_600_000], pa.int32()).cast(pa.date32())})
    kind, text = raw_cells(rendered(Sheet("Days", (Column("Day", "date", 11),), rows)))["A4"]
    assert (kind, text[-11:]) == ("inlineStr", "20040-03-09")


def test_a_table_sheet_is_set_up_for_reading_and_printing():
    book = opened(rendered(Sheet("Money", MONEY, [("1", Decimal(5), "USD")], totals=("Amount",), notes=("a", "b")),
                           marks=Marks("Nut & Bolt", "week 2026-W46", "batch 0042", "SANDBOX — NOT FOR UPLOAD")))
    sheet = book["Money"]
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("A6", "$5:$5", "A5:C6")
    paper = sheet.page_setup
    assert (paper.orientation, paper.fitToWidth, paper.fitToHeight) == ("landscape", 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.left.text == "Nut && Bolt"
    assert sheet.oddFooter.center.text == "SANDBOX — NOT FOR UPLOAD · week 2026-W46 · batch 0042"
    assert sheet.oddFooter.right.text == "Page &P of &N"
    assert sheet.oddHeader.center.text == "SANDBOX — NOT FOR UPLOAD"
    assert sheet["A7"].font.bold
    assert sheet["A7"].border.top.style == "thin"


def test_a_footer_holds_at_most_255_characters():
    book = opened(rendered(Page("P", (9,), ()), marks=Marks("&" * 300, "=" * 300, "💥" * 300, "b" * 300)))
    footer = book["P"].oddFooter
    assert len("".join(part.text for part in (footer.left, footer.center, footer.right))) < 240


WIDE = [  # amounts, width of the column asked for, width it gets, why
    (["1.000"], 12, 12, "as asked for"),
    (["999999999.990"], 12, 18, "the figure with its separators, and a little air"),
    (["-999999999.990", "999999999.990"], 12, 20, "the running balance or the total may be as wide as their sum"),
]


@pytest.mark.parametrize(("amounts", "asked", "width", "why"), WIDE)
def test_no_figure_shows_as_number_signs(amounts, asked, width, why):
    columns = (Column("Amount", "amount", asked, currency="Currency"), Column("Currency", "text", 9),
               Column("So far", "amount", asked, "{So far^}+{Amount}", currency="Currency"))
    for rows in ([(Decimal(amount), "USD") for amount in amounts],
                 pa.table({"a": pa.array([Decimal(amount) for amount in amounts], pa.decimal128(18, 3)),
                           "b": ["USD"] * len(amounts)})):
        sheet = opened(rendered(Sheet("Money", columns, rows)))["Money"]
        assert {round(sheet.column_dimensions[letter].width) for letter in "AC"} <= {width, width - 1}, why


def test_no_rows_give_one_calm_line():
    found = raw_cells(rendered(Sheet("Money", MONEY, [], totals=("Amount",), empty="There is no money.")))
    assert found["A4"] == ("inlineStr", "There is no money.")
    assert not [value for kind, value in found.values() if kind == "f"]


def test_more_rows_than_a_sheet_holds_are_refused():
    with pytest.raises(TargetError, match="1,048,577 rows") as refused:
        rendered(Sheet("Texts", TEXTS[:1], pa.table({"a": pa.nulls(1_048_577, pa.string())})))
    assert refused.value.code == "WORKBOOK_ROWS"
    assert table.ROW_LIMIT == 2**20


BROKEN = [  # columns, rows, totals, why
    (MONEY, [], ("Sum",), "a total of a column that is not there"),
    ((Column("Amount", "amount", 9),), [], (), "an amount without a column of currencies"),
    ((Column("A", "hours", 9, "{B}/3600"),), [], (), "a formula on a column that is not there"),
    (MONEY, [("1", Decimal(1))], (), "a row with a value too few"),
    ((TEXTS[0], TEXTS[0]), [], (), "two columns of one name"),
]


@pytest.mark.parametrize(("columns", "rows", "totals", "why"), BROKEN)
def test_a_sheet_that_does_not_fit_together_is_no_sheet(columns, rows, totals, why):
    with pytest.raises(ValueError, match="sheet Money"):
        Sheet("Money", columns, rows, totals)


def test_the_file_has_no_clock_and_no_machine_in_it():
    content = rendered(Sheet("Money", MONEY, [("1", Decimal(5), "USD")]))
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        members = archive.infolist()
        facts = archive.read("docProps/core.xml").decode()
    assert members[0].filename == "[Content_Types].xml"
    assert [member.filename for member in members] == sorted(member.filename for member in members)
    assert {(m.date_time, m.create_system, m.external_attr, m.compress_type) for m in members} == {
        ((1980, 1, 1, 0, 0, 0), 0, 0, ZIP_DEFLATED)}
    assert facts.count("1980-01-01T00:00:00Z") == 2
    assert "<dc:creator>Timebooks</dc:creator>" in facts


def test_hostile_names_of_sheets_and_titles():
    sheets = [Sheet(name, TEXTS, []) for name in ("a/b", "A/B", "'", "x" * 40)]
    content = render_workbook(sheets, title="t\x07&<", subject="=1")
    assert opened(content).sheetnames == ["a-b", "A-B (2)", "Sheet", "x" * 31]
    assert opened(content).properties.title == r"t\u0007&<"
