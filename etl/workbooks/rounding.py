"""The rounding certificate as a sheet: per person and purpose what rounding did, and whether it was to be expected."""

from __future__ import annotations

import pyarrow as pa

from etl.tables import ROUNDING_CERTIFICATE, assert_schema
from etl.terms import BatchHeader
from etl.workbooks.sheets import Column, Sheet
from etl.workbooks.words import STREAM_WORDS, known, top_notes

TITLE = "Rounding"
JUDGEMENTS = {
    "as_expected": "as expected", "less": "LESS than expected", "more": "more than expected",
    "not_judged": "not judged",
}


def rounding(header: BatchHeader, table: pa.Table) -> Sheet:
    """One row per person and purpose, live formulas for differences and shares; who is short comes first."""
    certificate = assert_schema(table, ROUNDING_CERTIFICATE, "rounding_certificate").to_pylist()
    rows = []
    for row in certificate:
        judgement = JUDGEMENTS[known(row["judgement"], JUDGEMENTS, "rounding_certificate, column judgement")]
        rows.append((
            row["purpose"] != "pay", not row["warning"], row["employee_name"] or "", row["employee_id"],
            (STREAM_WORDS["pay" if row["purpose"] == "pay" else "bill"], row["employee_name"], row["employee_id"],
             row["policy"], row["exact_seconds"], row["rounded_seconds"], row["count_events"], row["count_up"],
             row["count_down"], row["expected_seconds"], judgement, row["law_position"], row["warning"])))
    columns = (
        Column("Purpose", "text", 9), Column("Employee", "text", 26), Column("Employee id", "text", 12),
        Column("Policy", "text", 24), Column("Exact seconds", "seconds", 11), Column("Rounded seconds", "seconds", 11),
        Column("Difference in seconds", "seconds", 12, "{Rounded seconds}-{Exact seconds}"),
        Column("Events", "count", 8), Column("Up", "count", 7), Column("Down", "count", 7),
        Column("Up %", "hours", 8, "IF({Events}=0,0,100*{Up}/{Events})"),
        Column("Down %", "hours", 8, "IF({Events}=0,0,100*{Down}/{Events})"),
        Column("Expected seconds", "seconds", 10), Column("Neutrality", "text", 20), Column("Law", "text", 10),
        Column("Warning", "text", 34))
    laws = sorted({f"Law, {row['law_position']}: {row['law']}." for row in certificate if row["law"]})
    return Sheet(
        TITLE, columns, [row for *_, row in sorted(rows, key=lambda item: item[:4])],
        notes=top_notes(
            header, "Time of this batch's periods that a rule of rounding met. Difference: rounded less exact; below 0 "
                    "the person is short. An event is what is rounded together: an entry, a day, a week.",
            "Expected: what the policy gives on average over as many events, where every remainder is as likely as "
            "another. Less or more than expected: the difference is further from it than chance explains in 19 of 20 "
            "cases; not judged: fewer than 20 events, or lines that several people share.",
            "The year so far stands with the run: rounding_year.csv beside checks.html.", *laws))
