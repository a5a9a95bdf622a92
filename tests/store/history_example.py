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
        entry_id  version  source  entry_ref  employee_id  employee_name  customer_job      service_item  class  hour_kind  worked_on   started_at            worked_seconds  pay_seconds  bill_seconds  is_billable  note               pay_state   pay_reason  cost_state  cost_reason  bill_state  bill_reason
        E1        1        clock   17         dana         Dana Okafor    Harbor:Lighting   Design        East   worked     2026-11-09  2026-11-09T14:00:00Z  28800           28800        28800         yes          first sketch       exported    -           exported    -            exported    -
        E2        1        clock   18         dana         Dana Okafor    Harbor:Lighting   Design        East   worked     2026-11-10  2026-11-10T14:00:00Z  32400           32400        32400         yes          typo               superseded  TE030       superseded  TE030        superseded  TE030
        E2        2        clock   18         dana         Dana Okafor    Harbor:Lighting   Design        East   worked     2026-11-10  2026-11-10T14:00:00Z  36000           36000        36000         yes          it's "NA", café    exported    -           exported    -            exported    -
        E3        1        clock   19         jonah        Jonah Nair     -                 -             -      worked     2026-11-11  -                     7200            7200         7200          yes          NULL               exported    -           held        TE008        held        TE008
        E4        1        clock   20         dana         Dana Okafor    Harbor:Lighting   Design        East   worked     2026-11-16  2026-11-16T14:00:00Z  3600            3600         3600          yes          next week's        exported    -           exported    -            exported    -
        """,
    "pieces": """
        piece_id   entry_id  version  employee_id  piece_on    workweek_start  hour_class  pay_item  worked_seconds  pay_seconds  bill_seconds  premium_seconds  rule_id  rule_sentence                  is_in_pay_period  is_in_bill_period
        E1/1/1r    E1        1        dana         2026-11-09  2026-11-09      regular     Regular   28800           28800        28800         0                US-40    regular up to 40 h a week      yes               yes
        E2/2/1r    E2        2        dana         2026-11-10  2026-11-09      regular     Regular   28800           28800        28800         0                US-40    regular up to 40 h a week      yes               yes
        E2/2/1o    E2        2        dana         2026-11-10  2026-11-09      overtime    Overtime  7200            7200         7200          7200             CA-8     over 8 h a day                 yes               yes
        E3/1/1r    E3        1        jonah        2026-11-11  2026-11-09      regular     Regular   7200            7200         7200          0                US-40    regular up to 40 h a week      yes               no
        E4/1/1r    E4        1        dana         2026-11-16  2026-11-16      regular     Regular   3600            3600         3600          0                US-40    regular up to 40 h a week      no                no
        """,
    "payroll_lines": """
        payroll_line_id  employee_id  employee_name  pay_group  workweek_start  hour_class  pay_item  pay_seconds  premium_seconds  amount  currency  regular_rate_numerator  regular_rate_denominator
        0001-P-001       dana         Dana Okafor    hourly     2026-11-09      regular     Regular   57600        0                640.00  USD       720000000               64800
        0001-P-002       dana         Dana Okafor    hourly     2026-11-09      overtime    Overtime  7200         7200             120.01  USD       720000000               64800
        0001-P-003       jonah        Jonah Nair     hourly     2026-11-09      regular     Regular   7200         0                -       USD       -                       -
        """,
    "payroll_hours": """
        line_id     employee_id  employee_name  pay_item  workweek_start  pay_seconds  exported_seconds  amount  currency
        0001-P-001  dana         Dana Okafor    Regular   2026-11-09      57600        57600             640.00  USD
        0001-P-002  dana         Dana Okafor    Overtime  2026-11-09      7200         7200              120.01  USD
        0001-P-003  jonah        Jonah Nair     Regular   2026-11-09      7200         7200              -       USD
        """,
    "postings": """
        line_id     document_number  line_number  posted_on   account        customer_job     class  amount   currency  memo
        0001-L-001  TB0001L          1            2026-11-15  Labor Cost     Harbor:Lighting  East   760.01   USD       Labor Lighting / East
        0001-L-002  TB0001L          2            2026-11-15  Wages Expense  -                -      -760.01  USD       Labor distributed to jobs
        """,
    "allocations": """
        line_id     entry_id  version  piece_id  seconds  amount  currency
        0001-B-001  E1        1        E1/1/1r   28800    800.00  USD
        0001-B-001  E2        2        E2/2/1r   28800    800.00  USD
        0001-B-001  E2        2        E2/2/1o   7200     200.00  USD
        0001-L-001  E1        1        E1/1/1r   28800    320.00  USD
        0001-L-001  E2        2        E2/2/1r   28800    320.00  USD
        0001-L-001  E2        2        E2/2/1o   7200     120.01  USD
        """,
    "billable_lines": """
        line_id     customer_job     service_item  bill_rate   bill_seconds  quantity_hours  quantity_digits  amount   currency
        0001-B-001  Harbor:Lighting  Design        100.000000  64800         18.000000       2                1800.00  USD
        """,
    "time_activities": """
        line_id     entry_id  worked_on   customer_job     employee_name  service_item  pay_item  pay_seconds  exported_seconds  is_for_payroll  is_billable
        0001-T-001  E1        2026-11-09  Harbor:Lighting  Dana Okafor    Design        Regular   28800        28800             yes             yes
        """,
    "exceptions": """
        code   severity  streams     entry_id  employee_ref  worked_on   seconds  found              expected                   remedy
        TE008  hold      cost, bill  E3        jonah         2026-11-11  7200     project Shed       The project is not mapped  Add a row to projects.csv
        TE001  hold      pay         E9        jonah         -           3600     date (none)        The entry has no date      Ask the person for the day
        """,
    "roll_forward": """
        stream  state     reason  count_entries  seconds  amount  currency
        pay     received  -       3              72000    -       -
        pay     exported  -       3              72000    760.01  USD
        cost    received  -       3              72000    -       -
        cost    exported  -       2              64800    760.01  USD
        cost    held      TE008   1              7200     -       -
        bill    received  -       3              72000    -       -
        bill    exported  -       2              64800    1800.00  USD
        bill    held      TE008   1              7200     -       -
        """,
    "control_totals": """
        figure       left_name      left_value  right_name  right_value  difference
        pay seconds  payroll lines  72000       pieces      72000        0
        """,
}
SECOND = {   # the entry of the week's edge comes again, now in its own period, and Jonah's undated one stays open
    "entries": """
        entry_id  version  source  entry_ref  employee_id  employee_name  customer_job     service_item  hour_kind  worked_on   worked_seconds  pay_seconds  bill_seconds  is_billable  pay_state  cost_state  bill_state
        E4        1        clock   20         dana         Dana Okafor    Harbor:Lighting  Design        worked     2026-11-16  3600            3600         3600          yes          exported   exported    exported
        """,
    "pieces": """
        piece_id  entry_id  version  employee_id  piece_on    workweek_start  hour_class  pay_item  worked_seconds  pay_seconds  bill_seconds  premium_seconds  is_in_pay_period  is_in_bill_period
        E4/1/1r   E4        1        dana         2026-11-16  2026-11-16      regular     Regular   3600            3600         3600          0                yes               yes
        """,
    "exceptions": """
        code   severity  streams  entry_id  employee_ref  worked_on  seconds  found        expected               remedy
        TE001  hold      pay      E9        jonah         -          3600     date (none)  The entry has no date  Ask the person for the day
        """,
    "postings": """
        line_id  document_number  line_number  posted_on  account  amount  currency
        """,
}
OTHER = {   # another company, with the same entry id
    "entries": """
        entry_id  version  source  entry_ref  employee_id  employee_name  hour_kind  worked_on   worked_seconds  pay_seconds  pay_state
        E1        1        sheet   1          kofi         Kofi Abbott    worked     2026-11-12  1               1            exported
        """,
    "roll_forward": """
        stream  state     count_entries  seconds
        pay     received  1              1
        pay     exported  1              1
        """,
}


def table(kind, text):
    """A batch's table from text: cells two or more spaces apart, `-` is empty; columns left out are empty."""
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.strip().splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    return pa.table({field.name: pa.array([_value(field.type, row.get(field.name, "-")) for row in rows], field.type)
                     for field in KINDS[kind]}, schema=KINDS[kind])


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
    return PublishedBatch(
        company, period_end, number, 1, audit_number=number * 5, exported_at=f"{period_end + timedelta(days=1)}T08:30:00Z",
        manifest_digest=hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest(), folder=folder, tables=digests)


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
    return {view: sorted(map(repr, history.query(workspace, f"select * from {view}", limit=100_000).to_pylist()))
            for view in history.VIEWS}
