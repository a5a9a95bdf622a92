"""LibreOffice opens the workbook without repair and computes every formula to what is added up here by other means."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from etl import tables as schemas
from etl.workbooks.reconciliation import render_reconciliation
from tests.workbooks.example import header, rows, small, table, week
from tests.workbooks.readback import cells, opened, recomputed
from tests.workbooks.test_reconciliation import hostile

HOUR = 3600


class Expected:
    """What each formula must come to, added up from the tables in plain Python; every value is asked for once."""

    def __init__(self, tables):
        self.tables = {name: value.to_pylist() for name, value in tables.items()}
        self.entries = {(entry["entry_id"], entry["version"]): entry for entry in self.tables["entries"]}

    def seconds(self, kind, **wanted):
        """Pay or bill seconds exported in the period, of the pieces of this person, item, class or job."""
        return sum(
            piece[f"{kind}_seconds"] for piece in self.tables["pieces"]
            for entry in [self.entries[piece["entry_id"], piece["version"]]]
            if entry[f"{kind}_state"] == "exported" and piece[f"is_in_{kind}_period"]
            and all((entry | piece)[name] == value for name, value in wanted.items()))

    def amount(self, name, currency, **wanted):
        """The amounts of a table in a currency."""
        return sum((line["amount"] for line in self.tables[name] if line["currency"] == currency
                    and line["amount"] is not None and all(line[key] == value for key, value in wanted.items())),
                   Decimal(0))

    def rolled(self, stream, figure, states=None):
        """Entries or seconds of a stream in these states."""
        return sum(row[figure] for row in self.tables["roll_forward"] if row["stream"] == stream
                   and (states is None or row["state"] in states))


IN = ("received", "carried_in")
OUT = ("exported", "held", "rejected", "superseded", "withdrawn", "out_of_scope", "carried_out")


def pivot_figures(book, expected):
    """Hours of every row and all totals of both pivots."""
    for title, keys, amounts in (
        ("By employee", {1: "employee_id", 2: "pay_item", 3: "hour_class"}, {8: "payroll_lines"}),
        ("By project", {0: "customer_job"}, {5: "postings", 6: "billable_lines"}),
    ):
        first = {"By employee": 4, "By project": 1}[title]
        for row in list(book[title].iter_rows())[6:]:
            texts = {name: row[at].value for at, name in keys.items()}
            wanted = {name: None if value == "(no customer:job)" else value for name, value in texts.items()}
            wanted = {} if str(row[0].value).startswith("Total") else wanted
            if row[first].value is not None:
                for at, kind in ((first, "pay"), (first + 2, "bill")):
                    yield title, row[at].coordinate, expected.seconds(kind, **wanted)
                    yield title, row[at + 1].coordinate, Fraction(expected.seconds(kind, **wanted), HOUR)
            for at, name in amounts.items():
                if not wanted and row[-1].value:
                    lines = {"document_number": "TB0042L"} if name == "postings" else {}
                    total = expected.amount(name, row[-1].value, **lines)
                    if name == "postings":
                        total -= expected.amount(name, row[-1].value, customer_job=None, **lines)
                    yield title, row[at].coordinate, total


def roll_figures(book, expected):
    """Hours of every line, accounted for, and remainders of the roll-forward."""
    stream = None
    words = {"Pay": "pay", "Job cost": "cost", "Billing": "bill"}
    for row in list(book["Roll-forward"].iter_rows())[5:]:
        label, place = row[0].value, row[0].row
        stream = words.get(label, stream)
        if label == "Accounted for":
            entries, seconds = (expected.rolled(stream, figure, OUT) for figure in ("count_entries", "seconds"))
        elif label == "Remainder, must be 0":
            entries, seconds = (expected.rolled(stream, figure, IN) - expected.rolled(stream, figure, OUT)
                                for figure in ("count_entries", "seconds"))
            yield "Roll-forward", f"H{place}", "agreed"
        else:
            if isinstance(row[3].value, int):
                yield "Roll-forward", f"E{place}", Fraction(row[3].value, HOUR)
            if str(label).startswith("Accounted for in"):
                yield "Roll-forward", f"F{place}", rolled_money(expected, stream, row[6].value)
            continue
        yield "Roll-forward", f"C{place}", entries
        yield "Roll-forward", f"D{place}", seconds
        yield "Roll-forward", f"E{place}", Fraction(seconds, HOUR)
        if row[6].value:
            yield "Roll-forward", f"F{place}", rolled_money(expected, stream, row[6].value)


def rolled_money(expected, stream, currency):
    return sum((row["amount"] for row in expected.tables["roll_forward"] if row["stream"] == stream
                and row["currency"] == currency and row["amount"] is not None), Decimal(0))


def line_figures(book, expected):
    """The running balance of each line and the total of the journal; hours of the exceptions."""
    running = defaultdict(Decimal)
    postings = {line["line_id"]: line for line in expected.tables["postings"]}
    found = list(book["Lines"].iter_rows())
    for row in found[5:]:
        if row[0].value == "Total":
            yield "Lines", row[6].coordinate, expected.amount("postings", "USD")
        else:
            line = postings[row[0].value]
            running[line["document_number"]] += line["amount"]
            yield "Lines", row[8].coordinate, running[line["document_number"]]
    for row in list(book["Exceptions"].iter_rows())[5:]:
        seconds = row[6].value
        yield "Exceptions", row[7].coordinate, "" if seconds is None else Fraction(seconds, HOUR)


def summary_figures(book, expected):
    """Documents, streams, differences and the words of all checks."""
    states = {"Received": "received", "Carried in from another period": "carried_in", "Exported": "exported",
              "Held": "held", "Rejected": "rejected", "Superseded by a later version": "superseded",
              "Withdrawn at the source": "withdrawn", "Out of scope": "out_of_scope",
              "Carried out to another period": "carried_out"}
    counted = {
        "Time activities": ("time_activities", "exported_seconds"),
        "Payroll hours": ("payroll_hours", "exported_seconds"), "Invoice lines": ("billable_lines", "bill_seconds")}
    for row in book["Summary"].iter_rows():
        label, at = row[0].value, row[0].row
        if str(label).startswith("TB0042"):
            own = [line for line in expected.tables["postings"] if line["document_number"] == label]
            yield "Summary", f"B{at}", len(own)
            yield "Summary", f"D{at}", sum(line["amount"] for line in own if line["amount"] > 0)
            yield "Summary", f"E{at}", sum(line["amount"] for line in own if line["amount"] < 0)
            yield "Summary", f"F{at}", 0
            yield "Summary", f"H{at}", "agreed"
        elif label in counted and row[2].value:
            name, seconds = counted[label]
            yield "Summary", f"C{at}", Fraction(sum(line[seconds] for line in expected.tables[name]), HOUR)
        elif label in states or label == "Remainder, must be 0":
            for (entries, hours), stream in zip(("BC", "DE", "FG"), ("pay", "cost", "bill"), strict=True):
                one = [states[label]] if label in states else []
                yield "Summary", f"{entries}{at}", expected.rolled(stream, "count_entries", one)
                yield "Summary", f"{hours}{at}", Fraction(expected.rolled(stream, "seconds", one), HOUR)
        elif label == "Check":
            yield from (("Summary", f"{letter}{at}", "agreed") for letter in "BCDEFG")
        elif label == "Checks on this sheet":
            checks = 8 + len(expected.tables["control_totals"]) + len(
                {line["document_number"] for line in expected.tables["postings"]})
            yield "Summary", f"B{at}", f"all {checks} checks agree"
        elif row[1].value == "By employee":
            total = expected.seconds("pay" if label == "Pay seconds" else "bill")
            yield from (("Summary", f"{letter}{at}", total) for letter in "CE")
        if str(row[7].value).startswith("=") and not str(label).startswith("TB0042"):
            yield "Summary", f"F{at}", 0
            yield "Summary", f"H{at}", "agreed"


def figures(book, tables):
    expected = Expected(tables)
    for part in (summary_figures, roll_figures, pivot_figures, line_figures):
        for title, place, value in part(book, expected):
            yield (title, place), value


def same(found, wanted):
    """Equal at 6 decimals: a spreadsheet computes in binary."""
    if isinstance(wanted, str):
        return (found or "") == wanted
    return isinstance(found, int | float) and round(Fraction(found), 6) == round(Fraction(wanted), 6)


@pytest.mark.capability("M13")
@pytest.mark.parametrize("make", [
    small, week, pytest.param(lambda: week(postings=20_000), marks=pytest.mark.long)],
    ids=["small", "week", "20,000 lines"])
def test_every_formula_comes_to_what_is_added_up_here(make, tmp_path):
    tables = make()
    content = render_reconciliation(header(), tables)
    formulas = {(title, place) for title, place, _, kind, _, _ in cells(content) if kind == "f"}
    wanted = dict(figures(opened(content), tables))
    computed = opened(recomputed(content, tmp_path), computed=True)
    assert not formulas - set(wanted), "a formula nobody here has an opinion on"
    wrong = {(title, place): (computed[title][place].value, value) for (title, place), value in wanted.items()
             if not same(computed[title][place].value, value)}
    assert not wrong


def test_nothing_is_repaired(tmp_path):
    """Every text, number and date is read back by LibreOffice as it was written, hostile texts included."""
    content = render_reconciliation(header(name="=1+1"), week(people=8, per_person=5) | {
        name: value for name, value in hostile().items() if name in ("exceptions", "control_totals", "text_changes")})
    given = {(title, place): value for title, place, value, kind, _, _ in cells(content) if kind != "f"}
    taken = {(title, place): value for title, place, value, kind, _, _ in cells(recomputed(content, tmp_path))}
    lost = {key: (value, taken.get(key)) for key, value in given.items()
            if str(taken.get(key)).replace("_x005F_", "_") != str(value).replace("_x005F_", "_")}
    assert not lost


BROKEN = [  # table, its text, sheet, label in column A, why
    ("postings", """
        line_id     document_number  line_number  account  amount   currency
        0042-L-001  TB0042L          1            Labor    310.25   USD
        0042-L-002  TB0042L          2            Wages    -310.24  USD
     """, "TB0042L", "a cent is missing"),
    ("control_totals", """
        figure  left_name  left_value  right_name  right_value
        labor   journal    310.25      books       310.24
     """, "labor", "two sides of a figure"),
    ("control_totals", """
        figure  left_name  left_value  right_name  right_value
        digest  rendered   abc         manifest    abd
     """, "digest", "two texts"),
]


@pytest.mark.parametrize(("name", "text", "label", "why"), BROKEN)
def test_a_difference_is_said_in_words(name, text, label, why, tmp_path):
    tables = small() | {name: table(getattr(schemas, name.upper()), text)}
    summary = opened(recomputed(render_reconciliation(header(), tables), tmp_path), computed=True)["Summary"]
    found = {row[0].value: row for row in summary.iter_rows()}
    assert found[label][7].value == "DIFFERENCE", why
    assert found["Checks on this sheet"][1].value.startswith("1 of "), why


@pytest.mark.capability("M8")
def test_a_remainder_is_said_in_words(tmp_path):
    """One entry received that no state accounts for."""
    roll = small()["roll_forward"].to_pylist()
    roll[0] |= {"count_entries": 5}
    tables = small() | {"roll_forward": rows(schemas.ROLL_FORWARD, roll)}
    book = opened(recomputed(render_reconciliation(header(), tables), tmp_path), computed=True)
    assert [row[7].value for row in book["Roll-forward"].iter_rows() if row[7].value not in (None, "Check")] == [
        "DIFFERENCE", "agreed", "agreed"]
    summary = {row[0].value: row for row in book["Summary"].iter_rows()}
    assert [cell.value for cell in summary["Check"][1:7]] == ["DIFFERENCE", *["agreed"] * 5]
    assert summary["Remainder, must be 0"][1].value == 1
    assert summary["Checks on this sheet"][1].value == "1 of 13 checks: DIFFERENCE, see below"
