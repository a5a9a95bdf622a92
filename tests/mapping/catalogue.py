"""The bad-input catalogue for cross-references (reliability reference, c): refused at load, or taken."""

from __future__ import annotations

EMPLOYEES, PROJECTS, ITEMS, RATES = "employees.csv", "projects.csv", "items.csv", "rates.csv"
ACCOUNTS, PAY, CALENDAR, PAY_ITEMS = "accounts.csv", "private/pay_rates.csv", "pay_calendar.csv", "pay_items.csv"
BOM = b"\xef\xbb\xbf"


def cell(old: str, new: str) -> tuple[bytes, bytes]:
    return old.encode(), new.encode()


REFUSED = [  # id, file, old bytes, new bytes (no old: the whole file), words of the message, why
    ("B02", ITEMS, b"source,", BOM + BOM + b"source,", "line 1: the header must hold", "two byte-order marks"),
    ("B03", ITEMS, b"", "source".encode("utf-16"), "is not UTF-8; save as CSV UTF-8", "UTF-16"),
    (
        "B04",
        EMPLOYEES,
        b"Ann Abel",
        b"Ann M\xfcller",
        "line 2: byte FC at offset 154 is not UTF-8",
        "Windows text, by its place",
    ),
    ("B05", EMPLOYEES, *cell("Ann Abel", "Ann MÃ¼ller"), "was decoded twice", "a name in the cross-references itself"),
    ("B06", ITEMS, b"Engineering", b"Engi\0neering", "holds a NUL byte", "a NUL byte"),
    ("B07", ITEMS, b"effective_to\n", b"effective_to\r\n", "lines end in different ways", "two kinds of line ends"),
    ("B08", PROJECTS, b"Mill:Web", b'"Mill:\nWeb"', "holds an invisible character", "a line break in a name"),
    ("B09", PROJECTS, b"Mill:Web", b'"Mill:Web', "projects.csv, line", "a quote never closed"),
    ("B10", ITEMS, b"dev,Engineering,", b"dev,", "5 cells where the header has 6", "a field too few"),
    ("B11", ITEMS, b"2026-01-01,\n", b"2026-01-01,,\n", "line 2: 7 cells where the header has 6", "a field too many"),
    ("B12", EMPLOYEES, b"US,,2026-01-01,\n*,bob", b"US,,2026-01-01,,x\n*,bob", "line 2: 12 cells", "in one row"),
    ("B13", RATES, b"", b"customer_job;service_item\n*;*\n", "the header must hold", "semicolons"),
    ("B14", ITEMS, b"service_ref,service_item", b"service_ref,service_ref", "the header must hold", "a heading twice"),
    (
        "B15",
        ITEMS,
        *cell("service_item", "service_item\u200b"),
        "service_item<U+200B>",
        "an invisible sign in a heading",
    ),
    ("B15", ITEMS, b"service_item", b"Service_Item", "'Service_Item'", "another case"),
    ("B16", ITEMS, b"effective_to\n", b"effective_to,color\n", "'color'", "a column nobody declared"),
    ("B17", ITEMS, b"", b"", "found nothing", "an empty file"),
    (
        "B17",
        ITEMS,
        b"",
        b"source,service_ref,service_item,hour_kind,effective_from,effective_to\n",
        "has a header and no rows",
        "only a header",
    ),
    ("B17", ITEMS, b"service_item,", b"", "the header must hold", "a column is missing"),
    *[
        ("B22", RATES, b"100.00", f'"{text}"'.encode(), "is not a plain decimal with a point", "another notation")
        for text in ("1,234.50", "1.234,50", "1'234.50", "(12.50)", "12.50-", "\u221212.5", "12.50 USD")
    ],
    *[
        ("B23", RATES, b"100.00", text.encode(), "is not a plain decimal with a point", "digits of another kind")
        for text in ("\u0661\u0660", "\uff11\uff10", "1_000")
    ],
    *[
        ("B24", RATES, b"100.00", text.encode(), "bill_rate", "no number")
        for text in ("NaN", "inf", "-Infinity", "1e999", "0x10", "")
    ],
    *[
        ("B25", PAY, b"40.00", text.encode(), "is not a plain decimal with a point", "too precise, or below zero")
        for text in ("0.0000005", "1" * 30, "-0", "-40.00")
    ],
    ("B26", ITEMS, b"2026-01-01", b"01/02/2026", "is not a date such as", "a date in an unsaid order"),
    *[
        ("B27", ITEMS, b"2026-01-01", text.encode(), "is not a date such as", "no day")
        for text in ("2026-02-30", "2026-13-01", "0000-00-00", "26-01-01", "46054")
    ],
    (
        "B28",
        PROJECTS,
        b"2026-01-01,2026-06-30",
        b"2026-07-01,2026-06-30",
        "is after effective_to",
        "ends before it begins",
    ),
    (
        "B28",
        PROJECTS,
        b"*,Mill,shop,Mill:Shop",
        b"*,Mill,web,Mill:Shop",
        "lines 2 and 3: both answer *, Mill, web",
        "two rows in force, both named",
    ),
    (
        "B28",
        PROJECTS,
        b"shop,Mill:Shop,time_and_materials,2026-01-01",
        b"web,Mill:Shop,time_and_materials,2026-06-30",
        "both answer *, Mill, web on 2026-06-30",
        "a shared day is an overlap: both dates are inclusive",
    ),
    ("B29", PROJECTS, b"*,Mill,shop,", b"*,MILL,Web,", "both answer", "equal but for case"),
    (
        "B29",
        ITEMS,
        b"2026-01-01,\n",
        b"2026-01-01,\n*,DEV,Design,worked,2026-01-01,\n",
        "both answer",
        "equal but for case in the key alone",
    ),
    (
        "B29",
        EMPLOYEES,
        *cell(
            "ann@x.example,E1,Ann Abel,employee,weekly,nonexempt,US,,2026-01-01,\n*,bob@x.example",
            "caf\u00e9,E1,Ann Abel,employee,weekly,nonexempt,US,,2026-01-01,\n*,cafe\u0301",
        ),
        "both answer",
        "equal in NFC",
    ),
    *[
        ("B32", PROJECTS, *cell(",web,", f",we{sign}b,"), f"we<U+{ord(sign):04X}>b", "a sign nobody sees in a key")
        for sign in "\u202e\u200d\u00ad\U000e0041\u2028"
    ],
    *[
        ("B33", PROJECTS, *cell(",web,", f",{name},"), f"{shown}", "a space nobody sees, shown")
        for name, shown in (
            ("web ", "'web ' begins or ends with a space"),
            (" web", "' web' begins or ends"),
            ("we\u00a0b", "we<U+00A0>b"),
            ("we\u2009b", "we<U+2009>b"),
        )
    ],
    *[
        ("B36", file, *cell(old, f'"{formula}"'), "begins like a formula", "a formula where a code belongs")
        for file, old in (
            (ACCOUNTS, "Job Costs:Labor"),
            (EMPLOYEES, "E1"),
            (PROJECTS, "Mill:Web"),
            (PAY_ITEMS, "Regular"),
        )
        for formula in ("=1+1", "+1", "-2+3", "@SUM(1)", "=cmd|' /C calc'!A0", "\uff1d1+1")
    ],
    ("B41", RATES, b"", b"x" * 2_000_000 * 16, "larger than", "a file of 32 MB is no cross-reference"),
    ("B41", ITEMS, b"Engineering", b"x" * 200_000, "items.csv, line", "a cell of 200 kB"),
    ("B42", ITEMS, b"", b"PK\x03\x04" + b"\0" * 30, "NUL byte", "a workbook in its place"),
    ("B42", ITEMS, b"", b"<html><body>Sign in</body></html>", "the header must hold", "a page in its place"),
    ("B42", ITEMS, b"", b"\x1f\x8b\x08\0", "UTF-8", "gzip in its place"),
    ("B48", ITEMS, b"", b"\x80\x04\x95\x05\x00", "UTF-8", "a pickle is only bytes that are no text"),
]

ACCEPTED = [  # id, file, old, new, table, column, value of the first row, why
    ("B01", ITEMS, b"source,", BOM + b"source,", "map_items", "service_item", "Engineering", "one byte-order mark"),
    (
        "B07",
        ITEMS,
        b"",
        (
            b"source,service_ref,service_item,hour_kind,effective_from,effective_to\r\n"
            b"*,dev,Engineering,worked,2026-01-01,\r\n"
        ),
        "map_items",
        "service_item",
        "Engineering",
        "CRLF throughout",
    ),
    (
        "B15",
        ITEMS,
        b"",
        (
            b"service_ref,source,hour_kind,service_item,effective_to,effective_from\n"
            b"dev,*,worked,Engineering,,2026-01-01\n"
        ),
        "map_items",
        "service_item",
        "Engineering",
        "another order, by name",
    ),
    ("B18", EMPLOYEES, b",E1,", b",007,", "map_employees", "employee_id", "007", "leading zeros stay"),
    ("B19", EMPLOYEES, b",E1,", b",9007199254740993,", "map_employees", "employee_id", "9007199254740993", "a long id"),
    ("B20", EMPLOYEES, b",E1,", b",1E5,", "map_employees", "employee_id", "1E5", "looks like a power of ten"),
    *[
        (
            "B21",
            EMPLOYEES,
            b"Ann Abel",
            name.encode(),
            "map_employees",
            "employee_name",
            name,
            "people may be called so",
        )
        for name in ("NA", "Null", "None", "True")
    ],
    (
        "B27",
        ITEMS,
        b"2026-01-01,\n",
        b"2026-01-01,9999-12-31\n",
        "map_items",
        "service_item",
        "Engineering",
        "the last day of all is how an open end is written",
    ),
    ("B28", PROJECTS, b"2026-06-30", b"2026-03-31", "map_projects", "customer_job", "Mill:Web", "a gap is no fault"),
    (
        "B30",
        PROJECTS,
        *cell(",shop,", ",w\u0435b,"),
        "map_projects",
        "project_ref",
        "web",
        "look-alikes are taken here and hold the entries of both (tests/sql/test_names.py)",
    ),
    ("B31", PROJECTS, *cell(",web,", ",cafe\u0301,"), "map_projects", "project_ref", "caf\u00e9", "keys are composed"),
    *[
        ("B40", PROJECTS, b",web,", f',"{text}",'.encode(), "map_projects", "project_ref", text, "text stays text")
        for text in ("x'; DROP TABLE t; --", "'); ATTACH 'evil.db", "$(rm)", "{{7*7}}", "%s%n", "{0.__class__}")
    ],
]
