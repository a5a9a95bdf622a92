"""The judge of payroll files: reads what Gusto, ADP and Paychex take and gives back seconds and cents.

Written from the targets reference, section 4, and nothing else; it shares no code with the writers.
"""

from __future__ import annotations

import re
from collections import Counter

from tests.targets.readers import demand, read_csv

Pay = Counter   # (provider's id, what it is paid as): whole seconds, or cents under (id, what, "cents")
SPI = [
    *("CLIENT ID", "WORKER ID", "ORG", "JOB NUMBER", "PAY COMPONENT", "RATE", "RATE NUMBER", "HOURS", "UNITS"),
    *("LINE DATE", "AMOUNT", "CHECK SEQ NUMBER", "OVERRIDE STATE", "OVERRIDE LOCAL", "OVERRIDE LOCAL JURISDICTION"),
    "LABOR ASSIGNMENT",
]


def read_gusto(content: bytes) -> tuple[list[dict[str, str]], Pay]:
    """The rows, one a person, and what each column of hours or money holds."""
    rows, found = read_csv(content), Pay()
    demand({"last_name", "first_name"} <= rows[0].keys(), "no names")
    for row in rows:
        who = row["gusto_employee_id"]
        demand(re.fullmatch("[A-Za-z0-9]{6}", who) and row["last_name"] and row["first_name"], f"person {row}")
        for column, cell in row.items():
            if cell and column not in ("last_name", "first_name", "title", "gusto_employee_id", "personal_note"):
                _add(found, (who, column), cell, is_money=not column.endswith("_hours"))
    demand(len({row["gusto_employee_id"] for row in rows}) == len(rows), "a person twice")
    return rows, found


def read_adp(content: bytes) -> tuple[list[dict[str, str]], Pay]:
    """The rows and what each cell holds; of coded pairs the code stands for the cell."""
    rows, found = read_csv(content), Pay()
    demand(list(rows[0])[:3] == ["Co Code", "Batch ID", "File #"], f"begins {list(rows[0])[:3]}")
    for row in rows:
        demand(re.fullmatch("[A-Z0-9]{2,3}", row["Co Code"]) and 0 < len(row["Batch ID"]) <= 8, f"{row}")
        demand(re.fullmatch(r"\d{6}", row["File #"]), f"file number {row['File #']}")
        for column, cell in row.items():
            if column.endswith("Code") and column != "Co Code":
                demand(bool(cell) == bool(row[column.replace("Code", "Amount")]), f"half a pair: {row}")
            elif cell and column not in ("Co Code", "Batch ID", "File #"):
                code = row.get(column.replace("Amount", "Code"), "") if column.endswith("Amount") else ""
                what = column.removesuffix(" Amount") + (f" {code}" if code else "")
                _add(found, (row["File #"], what), cell, is_money="Earnings" in column)
    return rows, found


def read_spi(content: bytes) -> tuple[list[dict[str, str]], Pay]:
    """The lines, each with hours or an amount, never both."""
    rows, found = read_csv(content), Pay()
    demand(list(rows[0]) == SPI, f"header {list(rows[0])}")
    for row in rows:
        demand(0 < len(row["CLIENT ID"]) <= 8 and 0 < len(row["WORKER ID"]) <= 10, f"{row}")
        demand(0 < len(row["PAY COMPONENT"]) <= 20, f"pay component {row['PAY COMPONENT']!r}")
        demand(re.fullmatch(r"\d\d/\d\d/\d{4}", row["LINE DATE"]), row["LINE DATE"])
        given = [name for name in ("RATE", "RATE NUMBER", "HOURS", "AMOUNT") if row[name]]
        demand(given in (["HOURS"], ["AMOUNT"]), f"{given}")
        _add(found, (row["WORKER ID"], row["PAY COMPONENT"]), row[given[0]], is_money=given == ["AMOUNT"])
    return rows, found


READERS = {"payroll.gusto": read_gusto, "payroll.adp": read_adp, "payroll.paychex": read_spi}


def _add(found: Pay, key: tuple[str, ...], cell: str, *, is_money: bool) -> None:
    demand(re.fullmatch(r"\d{1,9}\.\d\d", cell), f"{key}: {cell!r}")
    hundredths = int(cell.replace(".", ""))
    demand(hundredths, f"{key}: a zero")
    found[(*key, "cents") if is_money else key] += hundredths if is_money else hundredths * 36
