"""The tables that stand in a batch only where the company uses what they are about."""

from __future__ import annotations

import pyarrow as pa

from etl.tables.batch import TIME_ACTIVITIES
from etl.tables.kinds import AMOUNT, RATE, SECONDS, TEXT, WHOLE, schema

PREMIUMS_BY_LAW = schema(
    *(("employee_id", TEXT), ("employee_name", TEXT), ("workweek_start", pa.date32()), ("paid_on", pa.date32())),
    *(("premium_seconds", SECONDS), ("flsa_seconds", SECONDS)),
    *((f"{law}premium_amount", AMOUNT) for law in ("", "flsa_", "state_", "contract_")),
    ("currency", TEXT),
)
"""One row per person × workweek whose premium is paid in the batch: the half that section 7 of the FLSA asks for, what
a state asks beyond it, what an agreement does; together all premium. Amounts are null where the pay rate is not known.
A batch without premium has no such table."""

INPUTS = schema(
    *(("source", TEXT), ("file", TEXT), ("read_as", TEXT), ("zone", TEXT), ("completeness", TEXT)),
    *(("window_start", pa.date32()), ("window_end", pa.date32()), ("population", TEXT), ("kept_out", TEXT)),
    *(("rows", pa.int64()), ("dated_rows", pa.int64())),
    *(("first_day", pa.date32()), ("last_day", pa.date32()), ("seconds", SECONDS)),
)
"""One row per pull a batch rests on: the system, the report, how it was read and filtered, and its rows footed again.

Who took it in, when, and its digest stand in the manifest and the audit log: the same rows in another order are the
same batch. `kept_out`: fields that the privacy filter left out before landing."""

INVOICE_LINES = schema(
    *(("line_id", TEXT), ("invoice_number", TEXT), ("line_number", pa.int32()), ("line_kind", TEXT), ("adjusts", TEXT)),
    *(("customer_job", TEXT), ("service_item", TEXT), ("class", TEXT), ("bill_rate", RATE), ("seconds", SECONDS)),
    *(("quantity_hours", pa.decimal128(18, 6)), ("quantity_digits", pa.int32()), ("amount", AMOUNT)),
    *(("currency", TEXT), ("reason", TEXT), ("billed_on", pa.date32()), ("due_on", pa.date32()), ("terms", TEXT)),
    *(("account", TEXT), ("place", TEXT), ("tax_code", TEXT)),
    *((f"address_{line}", TEXT) for line in range(1, 5)),
    ("by_hand", TEXT),
)
"""One row per line of a draft invoice, by invoice number and line number. `line_kind`: time (a billable line under its
own id; quantity as printed × rate = amount), write_down, write_up, over_cap (of the line in `adjusts`), fee, retainer.
`by_hand`: why no import file carries the invoice: sales tax, tax, credit, negative line, currency, decimals."""

BILLING_REVIEW = schema(
    *(("review_no", pa.int32()), ("customer_job", TEXT), ("service_item", TEXT), ("bill_rate", RATE)),
    *(("seconds", SECONDS), ("amount", AMOUNT), ("currency", TEXT)),
    *(("decision", TEXT), ("decided_amount", AMOUNT), ("reason", TEXT)),
)
"""One row per line that the reviewer of the billing worksheet decides about: billable lines and those held by an
earlier decision. `decision`: bill, hold, write_down, write_up, null where nobody has decided about these figures."""

PAY_ADDITIONS = schema(
    ("addition_id", TEXT),
    ("payroll_line_id", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("workweek_start", pa.date32()),
    ("addition_on", pa.date32()),
    ("hour_class", TEXT),
    ("pay_item", TEXT),
    ("reason", TEXT),
    ("printed_seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("rule_id", TEXT),
    ("rule_sentence", TEXT),
)
"""One row per pay addition: pay of a workweek that is no hour worked, such as a premium for a missed meal. A batch
without one has no such table. `addition_on` null: of the whole week. In ALLOCATIONS its id stands for the piece."""

CONVERSIONS = schema(
    ("line_id", TEXT),
    ("document_number", TEXT),
    ("line_kind", TEXT),
    ("written_on", pa.date32()),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("home_amount", AMOUNT),
    ("home_currency", TEXT),
    ("rate_numerator", WHOLE),
    ("rate_denominator", WHOLE),
    ("rate_date", pa.date32()),
    ("age_days", pa.int32()),
    ("way", TEXT),
    ("source", TEXT),
    ("rate_ids", TEXT),
)
"""One row per amount converted here: line, total against them, or rounding difference (line_kind). The rate is home for
one unit as a fraction; amount × rate, rounded half up once, is home_amount. Part of a batch only where it has rows."""

CONVERTED_SHARES = schema(
    ("line_id", TEXT),
    ("entry_id", TEXT),
    ("version", pa.int32()),
    ("piece_id", TEXT),
    ("home_amount", AMOUNT),
    ("home_currency", TEXT),
)
"""One row per converted line × piece of an entry: its share in the home currency, beside the one in ALLOCATIONS."""

VENDOR_LINES = schema(
    ("line_id", TEXT),
    ("document_number", TEXT),
    ("vendor_id", TEXT),
    ("vendor_name", TEXT),
    ("contract_id", TEXT),
    ("customer_job", TEXT),
    ("service_item", TEXT),
    ("class", TEXT),
    ("rate", RATE),
    ("seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("is_over_cap", pa.bool_()),
    ("account", TEXT),
    ("billed_on", pa.date32()),
    ("due_on", pa.date32()),
    ("terms", TEXT),
)
"""One row per vendor × contract × rate × customer:job × service item × class of a billing period: what contractors'
time costs. Rounded once per contract × rate; the lines are shares. Without a number: the invoice is awaited."""

VENDOR_BILLS = schema(
    ("vendor_id", TEXT),
    ("contract_id", TEXT),
    ("seconds", SECONDS),
    ("amount", AMOUNT),
    ("over_cap_seconds", SECONDS),
    ("invoice_numbers", TEXT),
    ("invoiced_hours", pa.decimal128(18, 6)),
    ("invoiced_amount", AMOUNT),
    ("hours_difference", pa.decimal128(18, 6)),
    ("amount_difference", AMOUNT),
    ("currency", TEXT),
    ("standing", TEXT),
)
"""One row per contract with time or an invoice of the billing period. Standing agreed | differs | no invoice | no time;
differences are the invoice less the time."""

PAYROLL_TAXES = schema(
    *(("tax", TEXT), ("employee_id", TEXT), ("employee_name", TEXT)),
    *(("workweek_start", pa.date32()), ("paid_on", pa.date32()), ("percent", RATE)),
    *((name, AMOUNT) for name in ("wage_base", "wages_before", "wages", "taxable_wages")),
    *((name, AMOUNT) for name in ("amount", "posted_amount", "held_amount", "left_amount")),
    ("currency", TEXT),
)
"""One row per person × workweek × employer tax of a batch, where taxes are computed here (mode separate): wages of the
calendar year before, by pay date, where there is a wage base; those of the week; what of them is below the base; the
tax on that, posted, waiting with held work, or left where payroll books it. A row of 0 stays: its wages count to the
base."""

ROUNDING_CERTIFICATE = schema(
    ("purpose", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("policy", TEXT),
    ("exact_seconds", SECONDS),
    ("rounded_seconds", SECONDS),
    ("difference_seconds", SECONDS),
    ("count_events", pa.int64()),
    ("count_up", pa.int64()),
    ("count_down", pa.int64()),
    ("expected_seconds", SECONDS),
    ("judgement", TEXT),
    ("law_position", TEXT),
    ("law", TEXT),
    ("warning", TEXT),
)
"""One row per person × purpose (pay | bill) whose time a rule of rounding met in this run's periods; none where no
rule is in force. An event is what is rounded together: an entry, a day, a week. `difference_seconds`: rounded less
exact; `expected_seconds`: what the policy gives on average for as many events. Judgement: as_expected | less | more |
not_judged. Law (pay): allowed | unknown | hostile, with its sentence. No part of the figures' digest."""

PRICED_ACTIVITIES = schema(
    *((field.name, field.type) for field in TIME_ACTIVITIES), ("bill_rate", RATE), ("bill_currency", TEXT),
)
"""One row per time activity with the rate the books bill it at, null where it is not billable. Part of a batch only
where a time document carries rates."""

NAMES_WRITTEN = schema(("list", TEXT), ("name", TEXT), ("line_id", TEXT))
"""One row per name that the documents of QuickBooks Desktop write, by the list it stands in there; `line_id` is the
first line that has it. Part of a batch only where a file of lists is asked for."""

CORRECTIONS = schema(
    ("line_id", TEXT), ("stream", TEXT), ("state", TEXT), ("batch", pa.int32()), ("period_end", pa.date32()),
    ("corrects", TEXT), ("cause", TEXT), ("document_number", TEXT), ("posted_on", pa.date32()),
    ("employee_id", TEXT), ("employee_name", TEXT), ("pay_item", TEXT), ("workweek_start", pa.date32()),
    ("account", TEXT), ("customer_job", TEXT), ("class", TEXT),
    ("service_item", TEXT), ("bill_rate", RATE), ("quantity_hours", pa.decimal128(18, 6)),
    ("quantity_digits", pa.int32()), ("seconds", SECONDS), ("amount", AMOUNT), ("currency", TEXT),
    ("recovery_rule", TEXT), ("citation", TEXT),
)
"""One row per line that corrects an exported period: `batch` and `corrects` name what it corrects. State exported (in
this batch), referred (overpaid wages that wait for a person), settled (a person has settled them; counts as taken
back). A batch without corrections has no such table."""

CORRECTION_PARTS = schema(
    ("line_id", TEXT), ("entry_id", TEXT), ("version", pa.int32()), ("piece_id", TEXT),
    ("employee_id", TEXT), ("workweek_start", pa.date32()), ("piece_on", pa.date32()), ("cause", TEXT),
    ("worked_seconds", SECONDS), ("seconds", SECONDS), ("amount", AMOUNT), ("currency", TEXT),
)
"""One row per correcting line × piece of an entry. Pay lines carry seconds alone: pay becomes money by the line."""
