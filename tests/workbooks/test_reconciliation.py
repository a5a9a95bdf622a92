"""The reconciliation workbook: its sheets, what each row says, what a missing table leaves, and a golden one."""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl.formula import Tokenizer

from etl import tables as schemas
from etl.errors import ConservationError, TargetError
from etl.workbooks.reconciliation import render_reconciliation
from etl.workbooks.sheets import MOST_LINKS, Column, Links, Sheet
from tests.workbooks.example import header, rows, small, table, week
from tests.workbooks.readback import cells, opened, raw_cells
from tests.workbooks.test_writer import HOSTILE

GOLDEN = Path(__file__).parent / "small" / "cells.txt"
SHEETS = ["Summary", "Roll-forward", "By employee", "Pay lines", "By project", "Exceptions", "Lines", "Billable lines",
          "Entries"]


def sheet_rows(content, title, first):
    """The rows of a table sheet below the heading `first`, as tuples."""
    found = list(opened(content)[title].iter_rows(values_only=True))
    start = next(at for at, row in enumerate(found) if row[0] == first)
    return found[start + 1:]


def column(content, title, first, name):
    found = list(opened(content)[title].iter_rows(values_only=True))
    head = next(row for row in found if row[0] == first)
    return [row[head.index(name)] for row in sheet_rows(content, title, first)]


def test_golden_cells():
    """Every cell of a small batch. TIMEBOOKS_WRITE_GOLDEN=1 writes the file anew; read the difference first."""
    text = "".join(f"{title}!{place}\t{kind}\t{number_format}\t{value!s}\n"
                   for title, place, value, kind, number_format, _ in cells(render_reconciliation(header(), small())))
    if os.environ.get("TIMEBOOKS_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
    assert text.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_sheets_stand_in_the_order_of_reading():
    assert opened(render_reconciliation(header(), small())).sheetnames == SHEETS
    changed = small() | {"text_changes": pa.table({"line_id": ["0042-T-001"], "before": ["=1"], "after": ["~ =1"]})}
    assert opened(render_reconciliation(header(), changed)).sheetnames == [*SHEETS, "Text changes"]
    alone = {name: value for name, value in small().items() if name != "allocations"}
    assert opened(render_reconciliation(header(), alone)).sheetnames == SHEETS[:-2]
    empty = small() | {"text_changes": changed["text_changes"].slice(0, 0)}
    assert opened(render_reconciliation(header(), empty)).sheetnames == SHEETS


MISSING = [  # table, sheet, what is said
    ("roll_forward", "Roll-forward", "The entry roll-forward is not part of this workbook."),
    ("roll_forward", "Summary", "The entry roll-forward is not part of this workbook."),
    ("pieces", "By project", "The pieces of the entries are not part of this workbook."),
    ("entries", "By project", "The pieces of the entries are not part of this workbook."),
    ("exceptions", "Exceptions", "The exception items are not part of this workbook."),
    ("postings", "Lines", "The batch has no journal lines."),
]


@pytest.mark.parametrize(("name", "sheet", "line"), MISSING)
def test_a_missing_table_is_said_calmly(name, sheet, line):
    tables = {key: value for key, value in small().items()
              if key not in {name, *(("postings", "billable_lines") if sheet == "By project" else ())}}
    content = render_reconciliation(header(), tables)
    assert opened(content).sheetnames == [title for title in SHEETS
                                          if title != "Billable lines" or "billable_lines" in tables]
    assert line in [row[0] for row in opened(content)[sheet].iter_rows(values_only=True)]


def test_nothing_at_all_still_makes_a_workbook():
    content = render_reconciliation(header(), {})
    assert opened(content).sheetnames == [title for title in SHEETS[:-2] if title != "Pay lines"]
    assert not [value for number in range(1, 7) for kind, value in raw_cells(content, number).values() if kind == "f"]
    summary = [row[1] for row in opened(content)["Summary"].iter_rows(values_only=True)]
    assert "nothing to compare" in summary


def test_empty_tables_are_calm_too():
    content = render_reconciliation(header(), {name: value.slice(0, 0) for name, value in small().items()})
    assert "No exceptions were found." in column(content, "Exceptions", "Code", "Code")


@pytest.mark.parametrize("title", SHEETS)
def test_a_sandbox_says_so_on_every_sheet(title):
    sheet = opened(render_reconciliation(header(is_sandbox=True), small()))[title]
    assert "SANDBOX — NOT FOR UPLOAD" in [sheet["A2"].value]
    assert sheet.oddHeader.center.text == "SANDBOX — NOT FOR UPLOAD"
    assert "SANDBOX — NOT FOR UPLOAD" in sheet.oddFooter.center.text
    plain = opened(render_reconciliation(header(), small()))[title]
    assert not any("SANDBOX" in str(cell.value) for row in plain.iter_rows() for cell in row)
    assert plain.oddHeader.center.text is None


def test_the_footer_names_company_period_batch_and_page():
    footer = opened(render_reconciliation(header(), small()))["Lines"].oddFooter
    assert (footer.left.text, footer.center.text, footer.right.text) == (
        "Alder && Pine Studio", "week 2026-W46 · batch 0042", "Page &P of &N")


def test_the_summary_says_whose_batch_it_is():
    facts = {row[0]: row[1] for row in opened(render_reconciliation(header(), small()))["Summary"].iter_rows(
        max_row=12, max_col=2, values_only=True)}
    assert facts["Company"] == "Alder & Pine Studio (alder-pine)"
    assert facts["Period"] == "week 2026-W46, from 2026-11-09 to 2026-11-15"
    assert facts["Batch"] == "batch 0042"
    assert facts["Labor posting"].startswith("distribution: ")
    assert facts["Approval policy"] == "two persons: the preparer is not the approver (weaker than four eyes)"
    assert facts["Mappings in force (digest)"] == "sha256:" + "9f2c" * 16
    assert facts["Product version"] == "Timebooks 0.1.0"


@pytest.mark.capability("C108")
def test_exceptions_stand_in_the_order_of_urgency():
    items = table(schemas.EXCEPTIONS, """
        code   severity  streams          entry_id  due
        TE047  note      pay, cost, bill  a         -
        TE008  hold      cost, bill       b         -
        TE002  hold      pay, cost, bill  c         2026-11-17 12:00
        TE052  stop      bill             d         -
        TE007  stop      pay              e         2026-11-17 12:00
    """)
    content = render_reconciliation(header(), {"exceptions": items})
    assert column(content, "Exceptions", "Code", "Code") == ["TE007", "TE052", "TE002", "TE008", "TE047"]
    assert column(content, "Exceptions", "Code", "Entry") == ["e", "d", "c", "b", "a"]


def test_only_exported_time_of_the_period_is_counted():
    tables = small()
    pieces = tables["pieces"].to_pylist()
    for piece, change in zip(pieces, ({"is_in_pay_period": False}, {"is_in_bill_period": None}), strict=False):
        piece.update(change)
    before = column(render_reconciliation(header(), tables), "By employee", "Employee", "Pay seconds")
    after = column(render_reconciliation(header(), tables | {"pieces": rows(schemas.PIECES, pieces)}),
                   "By employee", "Employee", "Pay seconds")
    assert (before[0], after[0]) == (28_800 + 7_200, 7_200), "the first piece lies in another period"


def test_a_pay_line_without_a_rate_has_hours_and_no_amount():
    content = render_reconciliation(header(), small())
    found = [row for row in sheet_rows(content, "By employee", "Employee") if row[0] == "Jonah Nair"]
    assert [(row[2], row[4], row[8]) for row in found] == [("Hourly", 18_000, None)]


def test_labor_of_a_job_leaves_reversals_out():
    """In mode accrue the reversal takes everything back on paper; the job's labor is still what was posted."""
    content = render_reconciliation(header(labor_posting="accrue"), small())
    posted = dict(zip(column(content, "By project", "Customer:job", "Customer:job"),
                      column(content, "By project", "Customer:job", "Labor posted"), strict=True))
    assert posted["Harbor Museum:Lighting"] == 310.25


def test_lines_carry_their_ids_and_count_their_entries():
    content = render_reconciliation(header(), small())
    assert column(content, "Lines", "Line", "Line")[:4] == ["0042-L-001", "0042-L-002", "0042-R-001", "0042-R-002"]
    assert column(content, "Lines", "Line", "Entries")[:4] == [2, None, None, None]


def test_undated_entries_stand_apart():
    roll = table(schemas.ROLL_FORWARD, """
        stream  state     reason  count_entries  seconds
        pay     received  -       2              7200
        pay     exported  -       2              7200
        pay     undated   TE001   1              3600
    """)
    book = opened(render_reconciliation(header(), {"roll_forward": roll}))
    found = [row[:4] for row in book["Roll-forward"].iter_rows(values_only=True)]
    start = next(at for at, row in enumerate(found) if row[0] == "Remainder, must be 0")
    assert found[start][2] == "=SUM(C8:C8)-SUM(C9:C9)"
    assert found[start + 1] == ("Without a date, in no period", "TE001: The entry has no date", 1, 3600)


CONTROLS = [  # left, right, kinds of the two values, the live difference, why
    ("6951.900", "6951.9", "nn", "ROUND(C{0}-E{0},2)", "numbers are compared as numbers"),
    ("12", "13", "nn", "ROUND(C{0}-E{0},0)", "a count"),
    ("1.2345", "1", "nn", "ROUND(C{0}-E{0},4)", "as many decimals as there are"),
    ("9812039812093812", "9812039812093813", "ss", "IF(EXACT(C{0},E{0}),0,1)", "16 digits are compared as text"),
    ("0042", "42", "ss", "IF(EXACT(C{0},E{0}),0,1)", "a number with leading zeros is a code"),
    ("=1", "=1", "ss", "IF(EXACT(C{0},E{0}),0,1)", "a text is a text"),
    ("12:30:00", "12:30:00", "ss", "IF(EXACT(C{0},E{0}),0,1)", "a clock time is compared as text"),
]


@pytest.mark.parametrize(("left", "right", "kinds", "difference", "why"), CONTROLS)
def test_control_totals_on_both_sides(left, right, kinds, difference, why):
    controls = rows(schemas.CONTROL_TOTALS, [{"figure": "the figure", "left_value": left, "right_value": right}])
    found = raw_cells(render_reconciliation(header(), {"control_totals": controls}))
    row = next(place[1:] for place, (_, text) in found.items() if text == "the figure")
    assert "".join("n" if found[f"{letter}{row}"][0] == "n" else "s" for letter in "CE") == kinds, why
    assert found[f"F{row}"] == ("f", difference.format(row)), why
    assert found[f"H{row}"] == ("f", f'IF(F{row}=0,"agreed","DIFFERENCE")')


ALLOWED = {"SUM(", "SUMIF(", "SUMIFS(", "COUNTIF(", "COUNTIFS(", "IF(", "AND(", "ABS(", "ROUND(", "EXACT("}
CONSTANTS = re.compile(
    r'"(agreed|DIFFERENCE|USD|JPY|>0|<0|all \d+ checks agree| of \d+ checks: DIFFERENCE, see below|)"')
PLACE = re.compile(r"('(" + "|".join(SHEETS) + r")'!)?\$?[A-L]\$?\d+(:\$?[A-L]\$?\d+)?")


def test_our_formulas_refer_to_own_cells_and_constants_only():
    for title, place, value, kind, _, quote in cells(render_reconciliation(header(), small() | hostile())):
        if kind != "f":
            continue
        assert not quote, "a formula marked as text would become one when edited"
        for token in Tokenizer(value).items:
            if token.type == "FUNC" and token.subtype == "OPEN":
                assert token.value in ALLOWED, (title, place, value)
            if token.type == "OPERAND" and token.subtype == "RANGE":
                assert PLACE.fullmatch(token.value), (title, place, value)
            if token.type == "OPERAND" and token.subtype == "TEXT":
                assert CONSTANTS.fullmatch(token.value), (title, place, value)


def hostile():
    """A batch whose every text is hostile."""
    texts = [text for text, _ in HOSTILE]
    named = dict.fromkeys(("employee_id", "employee_name", "customer_job", "pay_item", "hour_class"), texts)
    posted = dict.fromkeys(("line_id", "document_number", "account", "customer_job", "class", "memo"), texts)
    found = dict.fromkeys(("code", "entry_id", "employee_ref", "found", "expected", "remedy", "due"), texts)
    n = len(texts)

    def made(schema, columns):
        return rows(schema, [
            {name: values[at] for name, values in columns.items()} for at in range(n)])

    return {
        "payroll_lines": made(schemas.PAYROLL_LINES, named | {"amount": [Decimal(1)] * n, "currency": ["USD"] * n}),
        "postings": made(schemas.POSTINGS, posted | {
            "amount": [Decimal(0)] * n, "currency": ["USD"] * n, "posted_on": [date(2026, 1, 1)] * n}),
        "billable_lines": made(schemas.BILLABLE_LINES, {
            "customer_job": texts, "bill_seconds": [1] * n, "amount": [Decimal(1)] * n, "currency": ["USD"] * n}),
        "exceptions": made(schemas.EXCEPTIONS, found | {"severity": ["hold"] * n, "streams": texts}),
        "roll_forward": made(schemas.ROLL_FORWARD, {
            "stream": ["pay"] * n, "state": ["held"] * n, "reason": texts, "count_entries": [1] * n,
            "seconds": [1] * n}),
        "control_totals": made(schemas.CONTROL_TOTALS, dict.fromkeys(schemas.CONTROL_TOTALS.names, texts)),
        "text_changes": pa.table({"line_id": texts, "before": texts, "after": texts}),
    }


def test_a_hostile_batch_adds_no_formula():
    """As many formulas as the same batch with harmless texts of the same number."""
    harmless = {
        name: pa.table({
            field.name: pa.array([f"text {at:03d}" for at in range(len(value))])
            if pa.types.is_string(field.type) and field.name not in ("currency", "severity", "stream", "state")
            else value[field.name] for field in value.schema})
        for name, value in hostile().items()}

    def count(tables):
        content = render_reconciliation(header(name="=1+1"), tables)
        return [sum(kind == "f" for kind, _ in raw_cells(content, number).values()) for number in range(1, 8)]

    assert count(hostile()) == count(harmless)


REFUSED = [  # table, text, error, code, why
    ("roll_forward", "stream  state\npay  lost", ConservationError, "WORKBOOK_WORD", "a state no sum has"),
    ("roll_forward", "stream  state\ngift  held", ConservationError, "WORKBOOK_WORD", "no such stream"),
    ("exceptions", "code  severity\nTE001  bad", ConservationError, "WORKBOOK_WORD", "no such severity"),
    ("postings", "line_id  amount\nx  1.00", TargetError, "WORKBOOK_CURRENCY", "money without a currency"),
    ("billable_lines", "amount  currency\n1.00  us", TargetError, "WORKBOOK_CURRENCY", "no currency"),
    ("pieces", "entry_id  version\nunknown  1", ConservationError, "WORKBOOK_PIECE", "no such entry"),
]


@pytest.mark.parametrize(("name", "text", "error", "code", "why"), REFUSED)
def test_what_would_fall_out_of_a_total_is_refused(name, text, error, code, why):
    with pytest.raises(error) as refused:
        render_reconciliation(header(), small() | {name: table(getattr(schemas, name.upper()), text)})
    assert refused.value.code == code, why


def test_a_table_of_another_shape_is_refused():
    with pytest.raises(ConservationError, match="has columns"):
        render_reconciliation(header(), small() | {"postings": small()["entries"]})


JOB_LINES = [  # letters of the line, its document, where its 10.00 on the job belong, why
    ("L", "TB0042L", (320.25, None), "labor of the week"),
    ("L", "TB0042L2", (320.25, None), "labor in another currency's document"),
    ("R", "TB0042LR2", (310.25, None), "its reversal"),
    ("S", "TB0042C", (320.25, None), "accrued cost of contractors"),
    ("SR", "TB0042CR", (310.25, None), "its reversal"),
    ("C", "TB0042D01", (320.25, None), "a correction of an earlier period"),
    ("CR", "TB0042D01R", (310.25, None), "its reversal"),
    ("U", "TB0042U", (310.25, 10), "burden"),
    ("E", "TB0042E", (310.25, 10), "employer taxes"),
    ("ER", "TB0042ER", (310.25, None), "their reversal"),
]


@pytest.mark.parametrize(("letters", "document", "figures", "why"), JOB_LINES)
def test_labor_and_what_is_charged_on_it_stand_apart(letters, document, figures, why):
    tables = small()
    line = next(row for row in tables["postings"].to_pylist() if row["customer_job"] == "Harbor Museum:Lighting")
    more = line | {"line_id": f"0042-{letters}-900", "document_number": document, "amount": Decimal(10)}
    postings = rows(schemas.POSTINGS, [*tables["postings"].to_pylist(), more])
    content = render_reconciliation(header(labor_posting="accrue"), tables | {"postings": postings})
    titles = [cell.value for row in opened(content)["By project"].iter_rows() for cell in row]
    wanted = ["Labor posted", *(["Burden and taxes"] if "Burden and taxes" in titles else [])]
    at = column(content, "By project", "Customer:job", "Customer:job").index("Harbor Museum:Lighting")
    found = [column(content, "By project", "Customer:job", name)[at] for name in wanted]
    assert tuple([*found, None][:2]) == figures, why


def landing(content):
    """Each link of the workbook: sheet and place it stands at, its text, sheet and place it leads to, what is there."""
    book = opened(content)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink is not None:
                    assert cell.hyperlink.target is None, "a link that leaves the workbook"
                    title, place = re.fullmatch(r"'([^']+)'!([A-Z]+[0-9]+)", cell.hyperlink.location).groups()
                    assert cell.data_type == "s", "a text, and no formula"
                    yield sheet.title, cell.coordinate, cell.value, title, place, book[title][place].value


@pytest.mark.capability("C95")
@pytest.mark.parametrize("tables", [small, week], ids=["small", "week"])
def test_every_line_leads_to_its_entries_and_each_entry_back_to_its_line(tables):
    tables = tables()
    content = render_reconciliation(header(), tables)
    links = list(landing(content))
    assert all(text == there for _, _, text, _, _, there in links)
    allocated = set(tables["allocations"]["line_id"].to_pylist())
    posted = {line for name in ("postings", "billable_lines") for line in tables[name]["line_id"].to_pylist()}
    leads = {text: place for title, _, text, _, place, _ in links if title != "Entries"}
    assert set(leads) == allocated & posted
    back = [text for title, _, text, *_ in links if title == "Entries"]
    assert sorted(back) == sorted(line for line in column(content, "Entries", "Line", "Line") if line in posted)
    first = {line: f"A{row}" for row, line in reversed(list(enumerate(
        (cell.value for cell in opened(content)["Entries"]["A"]), 1)))}
    assert all(place == first[line] for line, place in leads.items()), "the first of its entries"


def test_the_entries_of_a_line_add_up_to_it():
    content = render_reconciliation(header(), small())
    shares = [(row[0], round(row[6] * 100)) for row in sheet_rows(content, "Entries", "Line")]
    lines = {row["line_id"]: row["amount"] for row in small()["postings"].to_pylist()}
    assert shares
    for line in {line for line, _ in shares}:
        assert sum(cents for one, cents in shares if one == line) == lines[line] * 100


def test_pieces_of_an_entry_are_one_row_with_whose_it_is_and_when():
    tables = week()
    twice = pa.concat_tables([tables["allocations"]] * 2)
    shares = sheet_rows(render_reconciliation(header(), tables | {"allocations": twice}), "Entries", "Line")
    assert len(shares) == tables["allocations"].num_rows
    known = {(row["entry_id"], row["version"]): row for row in tables["entries"].to_pylist()}
    for _, entry, version, name, worked_on, *_ in shares:
        assert (name, worked_on.date()) == (known[entry, version]["employee_name"], known[entry, version]["worked_on"])


def test_more_entries_than_a_sheet_can_link_are_told_and_not_linked(monkeypatch):
    monkeypatch.setattr("etl.workbooks.entries.MOST_LINKS", 1)
    content = render_reconciliation(header(), small())
    book = opened(content)
    assert "Entries" not in book.sheetnames
    assert not list(landing(content))
    assert "timebooks explain" in " ".join(str(cell.value) for cell in book["Lines"]["A"])


def test_a_sheet_with_more_links_than_excel_keeps_is_not_made():
    rows = [("x",)] * (MOST_LINKS + 1)
    with pytest.raises(ValueError, match="places"):
        Sheet("S", (Column("Line", "text", 9),), rows, links=Links("Line", ["'S'!A1"] * len(rows)))


def test_only_where_people_sign_anything_can_be_typed():
    book = opened(render_reconciliation(header(), small()))
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)
    unlocked = {(sheet.title, cell.row) for sheet in book for row in sheet.iter_rows() for cell in row
                if not cell.protection.locked}
    signed = {cell.row for cell in book["Summary"]["A"] if cell.value in ("Prepared by", "Approved by",
                                                                         "Uploaded to the books by", "Reviewed by")}
    assert unlocked == {("Summary", row) for row in signed}
    assert len(signed) == 4


def test_what_differs_is_shown_in_red_and_hours_by_job_as_bars():
    book = opened(render_reconciliation(header(), small()))
    rules = {rule.formula[0] for part in book["Summary"].conditional_formatting for rule in part.rules}
    assert rules == {'"DIFFERENCE"'}
    assert all(sheet.conditional_formatting for sheet in (book["Summary"], book["Roll-forward"]))
    assert len(book["By project"]._charts) == 1
