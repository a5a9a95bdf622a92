"""What is wrong with a file to be written, collected first and refused in one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import EtlError, TargetError
from etl.settings import Settings
from etl.targets.printed import finer_than_currency
from etl.units import is_currency

SHOWN = 20   # of one message; the rest is counted, so that the message stays readable


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a file from being written: code, what, where, and the next physical action."""

    code: str
    what: str
    where: str
    fix: str


def refuse(findings: Sequence[Finding], error: type[EtlError] = TargetError) -> None:
    """Nothing when there are no findings; otherwise one error with all of them, the first one's code on it."""
    if not findings:
        return
    shown, more = findings[:SHOWN], len(findings) - SHOWN
    rest = f"; and {more} more findings" if more > 0 else ""
    raise error(
        findings[0].code,
        what="; ".join(item.what for item in shown) + rest,
        where="; ".join(dict.fromkeys(item.where for item in shown)),
        fix=" ".join(dict.fromkeys(item.fix for item in findings)),
    )


def undescribed(settings: Settings, target: str, fix: str) -> TargetError:
    """What to raise where a document is asked for whose target company.toml does not describe."""
    return TargetError(
        "TARGET_SETTINGS_MISSING", what=f"A file for {target} is asked for, but company.toml does not describe it",
        where=f"mappings/{settings.company.id}/company.toml, key targets.{target}", fix=fix)


def empty_cells(table: pa.Table, columns: Iterable[str], document: str) -> list[Finding]:
    """One finding per column that has empty cells although the document needs every one of them."""
    findings = []
    for column in columns:
        empty = pc.is_null(table[column])
        if pa.types.is_string(table.schema.field(column).type):
            empty = pc.or_kleene(empty, pc.equal(table[column], ""))
        lines = table.filter(empty)["line_id"]
        if len(lines):
            words = column.replace("_", " ")
            findings.append(Finding(
                "TARGET_FIELD_EMPTY", f"The {words} is missing", f"{document}, {lines_named(lines)}",
                f"Fill in the {words} in the mapping or at the source, then draft again."))
    return findings


def money_findings(rows: pa.Table, document: str) -> list[Finding]:
    """One finding per amount without a currency of ISO 4217 beside it, or with digits below the currency's unit."""
    known = pa.array([code for code in pc.drop_null(pc.unique(rows["currency"])).to_pylist() if is_currency(code)],
                     pa.string())
    is_unknown = pc.and_(pc.is_valid(rows["amount"]), pc.invert(pc.is_in(rows["currency"], known)))
    is_finer = finer_than_currency(rows["amount"], rows["currency"])
    kinds = (
        (is_unknown, "TARGET_CURRENCY", "has no currency of ISO 4217",
         "Give the rate behind it a currency such as USD."),
        (is_finer, "AMOUNT_DIGITS", "has more decimals than its currency",
         "Report this: the amount was not rounded to the currency's digits."),
    )
    return [Finding(code, f"The amount {row['amount']} {row['currency'] or ''} {what}",
                    f"{document}, line {row['line_id']}", fix)
            for mask, code, what, fix in kinds for row in rows.filter(mask).to_pylist()]


def lines_named(lines: pa.ChunkedArray | pa.Array) -> str:
    """The first of the lines by name, and how many more: "line 0042-L-017 and 3 more"."""
    first = lines[0].as_py() or "(no number)"
    return f"line {first}" + (f" and {len(lines) - 1} more" if len(lines) > 1 else "")
