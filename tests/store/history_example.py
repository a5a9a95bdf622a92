"""Three exported batches of two companies, small enough to check by hand, and ways to publish many more."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from etl.store import history
from etl.store.history import PublishedBatch
from etl.store.history_tables import KINDS

WEEK, NEXT_WEEK = date(2026, 11, 15), date(2026, 11, 22)

FIRST = {   # Dana works 8 h and 10 h; the second entry was corrected once; Jonah's project is not mapped
    "entries": """
        entry_id        E1                 E2                 E2                 E3          E4
        version         1                  1                  2                  1           1
        source          clock              clock              clock              clock       clock
        entry_ref       17                 18                 18                 19          20
        employee_id     dana               dana               dana               jonah       dana
        employee_name   Dana Okafor        Dana Okafor        Dana Okafor        Jonah Nair  Dana Okafor
        customer_job    Harbor:Lighting    Harbor:Lighting    Harbor:Lighting    -           Harbor:Lighting
        service_item    Design             Design             Design             -           Design
        class           East               East               East               -           East
        hour_kind       worked             worked             worked             worked      worked
        worked_on       2026-11-09         2026-11-10         2026-11-10         2026-11-11  2026-11-16
        started_at      2026-11-09T14:00Z  2026-11-10T14:00Z  2026-11-10T14:00Z  -           2026-11-16T14:00Z
        worked_seconds  28800              32400              36000              7200        3600
        pay_seconds     28800              32400              36000              7200        3600
        bill_seconds    28800              32400              36000              7200        3600
        is_billable     yes                yes                yes                yes         yes
        note            first sketch       typo               it's "NA", café    NULL        next week's
        pay_state       exported           superseded         exported           exported    exported
        pay_reason      -                  TE030              -                  -           -
        cost_state      exported           superseded         exported           held        exported
        cost_reason     -                  TE030              -                  TE008       -
        bill_state      exported           superseded         exported           held        exported
        bill_reason     -                  TE030              -                  TE008       -
        """,
    "pieces": """
        piece_id           E1/1/1r            E2/2/1r            E2/2/1o         E3/1/1r            E4/1/1r
        entry_id           E1                 E2                 E2              E3                 E4
        version            1                  2                  2               1                  1
        employee_id        dana               dana               dana            jonah              dana
        piece_on           2026-11-09         2026-11-10         2026-11-10      2026-11-11         2026-11-16
        workweek_start     2026-11-09         2026-11-09         2026-11-09      2026-11-09         2026-11-16
        hour_class         regular            regular            overtime        regular            regular
        pay_item           Regular            Regular            Overtime        Regular            Regular
        worked_seconds     28800              28800              7200            7200               3600
        pay_seconds        28800              28800              7200            7200               3600
        bill_seconds       28800              28800              7200            7200               3600
        premium_seconds    0                  0                  7200            0                  0
        rule_id            US-40              US-40              CA-8            US-40              US-40
        rule_sentence      up to 40 h a week  up to 40 h a week  over 8 h a day  up to 40 h a week  up to 40 h a week
        is_in_pay_period   yes                yes                yes             yes                no
        is_in_bill_period  yes                yes                yes             no                 no
        """,
    "payroll_lines": """
        payroll_line_id           0001-P-001   0001-P-002   0001-P-003
        employee_id               dana         dana         jonah
        employee_name             Dana Okafor  Dana Okafor  Jonah Nair
        pay_group                 hourly       hourly       hourly
        workweek_start            2026-11-09   2026-11-09   2026-11-09
        hour_class                regular      overtime     regular
        pay_item                  Regular      Overtime     Regular
        pay_seconds               57600        7200         7200
        premium_seconds           0            7200         0
        amount                    640.00       120.01       -
        currency                  USD          USD          USD
        regular_rate_numerator    720000000    720000000    -
        regular_rate_denominator  64800        64800        -
        """,
    "payroll_hours": """
        line_id           0001-P-001   0001-P-002   0001-P-003
        employee_id       dana         dana         jonah
        employee_name     Dana Okafor  Dana Okafor  Jonah Nair
        pay_item          Regular      Overtime     Regular
        workweek_start    2026-11-09   2026-11-09   2026-11-09
        pay_seconds       57600        7200         7200
        exported_seconds  57600        7200         7200
        amount            640.00       120.01       -
        currency          USD          USD          USD
        """,
    "postings": """
        line_id          0001-L-001             0001-L-002
        document_number  TB0001L                TB0001L
        line_number      1                      2
        posted_on        2026-11-15             2026-11-15
        account          Labor Cost             Wages Expense
        customer_job     Harbor:Lighting        -
        class            East                   -
        amount           760.01                 -760.01
        currency         USD                    USD
        memo             Labor Lighting / East  Labor distributed to jobs
        """,
    "allocations": """
        line_id   0001-B-001  0001-B-001  0001-B-001  0001-L-001  0001-L-001  0001-L-001
        entry_id  E1          E2          E2          E1          E2          E2
        version   1           2           2           1           2           2
        piece_id  E1/1/1r     E2/2/1r     E2/2/1o     E1/1/1r     E2/2/1r     E2/2/1o
        seconds   28800       28800       7200        28800       28800       7200
        amount    800.00      800.00      200.00      320.00      320.00      120.01
        currency  USD         USD         USD         USD         USD         USD
        """,
    "billable_lines": """
        line_id          0001-B-001
        customer_job     Harbor:Lighting
        service_item     Design
        bill_rate        100.000000
        bill_seconds     64800
        quantity_hours   18.000000
        quantity_digits  2
        amount           1800.00
        currency         USD
        """,
    "time_activities": """
        line_id           0001-T-001
        entry_id          E1
        worked_on         2026-11-09
        customer_job      Harbor:Lighting
        employee_name     Dana Okafor
        service_item      Design
        pay_item          Regular
        pay_seconds       28800
        exported_seconds  28800
        is_for_payroll    yes
        is_billable       yes
        """,
    "exceptions": """
        code          TE008                      TE001
        severity      hold                       hold
        streams       cost, bill                 pay
        entry_id      E3                         E9
        employee_ref  jonah                      jonah
        worked_on     2026-11-11                 -
        seconds       7200                       3600
        found         project Shed               date (none)
        expected      The project is not mapped  The entry has no date
        remedy        Add a row to projects.csv  Ask the person for the day
        """,
    "roll_forward": """
        stream         pay       pay       cost      cost      cost   bill      bill      bill
        state          received  exported  received  exported  held   received  exported  held
        reason         -         -         -         -         TE008  -         -         TE008
        count_entries  3         3         3         2         1      3         2         1
        seconds        72000     72000     72000     64800     7200   72000     64800     7200
        amount         -         760.01    -         760.01    -      -         1800.00   -
        currency       -         USD       -         USD       -      -         USD       -
        """,
    "control_totals": """
        figure       pay seconds
        left_name    payroll lines
        left_value   72000
        right_name   pieces
        right_value  72000
        difference   0
        """,
}
SECOND = {   # the entry of the week's edge comes again, now in its own period, and Jonah's undated one stays open
    "entries": """
        entry_id        E4
        version         1
        source          clock
        entry_ref       20
        employee_id     dana
        employee_name   Dana Okafor
        customer_job    Harbor:Lighting
        service_item    Design
        hour_kind       worked
        worked_on       2026-11-16
        worked_seconds  3600
        pay_seconds     3600
        bill_seconds    3600
        is_billable     yes
        pay_state       exported
        cost_state      exported
        bill_state      exported
        """,
    "pieces": """
        piece_id           E4/1/1r
        entry_id           E4
        version            1
        employee_id        dana
        piece_on           2026-11-16
        workweek_start     2026-11-16
        hour_class         regular
        pay_item           Regular
        worked_seconds     3600
        pay_seconds        3600
        bill_seconds       3600
        premium_seconds    0
        is_in_pay_period   yes
        is_in_bill_period  yes
        """,
    "exceptions": """
        code          TE001
        severity      hold
        streams       pay
        entry_id      E9
        employee_ref  jonah
        worked_on     -
        seconds       3600
        found         date (none)
        expected      The entry has no date
        remedy        Ask the person for the day
        """,
    "postings": """
        line_id
        document_number
        line_number
        posted_on
        account
        amount
        currency
        """,
}
OTHER = {   # another company, with the same entry id
    "entries": """
        entry_id        E1
        version         1
        source          sheet
        entry_ref       1
        employee_id     kofi
        employee_name   Kofi Abbott
        hour_kind       worked
        worked_on       2026-11-12
        worked_seconds  1
        pay_seconds     1
        pay_state       exported
        """,
    "roll_forward": """
        stream         pay       pay
        state          received  exported
        count_entries  1         1
        seconds        1         1
        """,
}


def table(kind, text):
    """A batch's table from text: a line per column, its cells two or more spaces apart, `-` is empty.

    Columns left out are empty.
    """
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.strip().splitlines()]
    given = {name: cells for name, *cells in lines}
    empty = ["-"] * len(lines[0][1:])
    assert {len(cells) for cells in given.values()} == {len(empty)}, kind
    columns = {field.name: [_value(field.type, cell) for cell in given.get(field.name, empty)] for field in KINDS[kind]}
    return pa.table(columns, schema=KINDS[kind])


def _value(kind, text):
    if text == "-":
        return None
    if pa.types.is_decimal(kind):
        return Decimal(text)
    if pa.types.is_date(kind):
        return date.fromisoformat(text)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text)
    if pa.types.is_boolean(kind):
        return text == "yes"
    return int(text) if pa.types.is_integer(kind) else text


def publish(workspace, company, period_end, number, tables):
    """A batch folder with these tables, as an export leaves it, and what its record says."""
    folder = workspace.batch_folder(company, period_end, number)
    (folder / "data").mkdir(parents=True)
    (folder / "manifest.json").write_text("{}\n", encoding="utf-8")
    digests = {}
    for kind, content in tables.items():
        path = folder / "data" / f"{kind}.parquet"
        pq.write_table(content, path)
        digests[kind] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest_digest = hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()
    return PublishedBatch(company, period_end, number, 1, number * 5, f"{period_end + timedelta(days=1)}T08:30:00Z",
                          manifest_digest, folder, digests)


def three_batches(workspace):
    """Acme's two weeks and Birch's one."""
    given = (("acme", WEEK, 1, FIRST), ("acme", NEXT_WEEK, 2, SECOND), ("birch", WEEK, 1, OTHER))
    return [publish(workspace, company, period_end, number, {kind: table(kind, text) for kind, text in texts.items()})
            for company, period_end, number, texts in given]


def week_of(rows, start=0):
    """Entries and pieces of a larger week, built column by column."""
    ids = pa.array([f"E{number}" for number in range(start, start + rows)])
    known = {"entry_id": ids, "piece_id": ids, "version": pa.repeat(pa.scalar(1, pa.int32()), rows),
             "worked_on": pa.repeat(pa.scalar(WEEK), rows), "pay_seconds": pa.repeat(3600, rows)}
    return {kind: pa.table([known.get(field.name, pa.nulls(rows)).cast(field.type) for field in KINDS[kind]],
                           schema=KINDS[kind]) for kind in ("entries", "pieces")}


def many_batches(workspace, count, rows=40, company="acme"):
    """A batch a week."""
    return [publish(workspace, company, WEEK + timedelta(weeks=number), number, week_of(rows, number * rows))
            for number in range(1, count + 1)]


def answers(workspace):
    """What every published view says, rows in a fixed order."""
    with history.attach(workspace) as connection:
        return {view: sorted(map(repr, connection.execute(f"select * from {view}").to_arrow_table().to_pylist()))
                for view in history.VIEWS}


def contents(folder):
    """Every file below a folder with its bytes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
