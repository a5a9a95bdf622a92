-- One row per line × piece: the seconds and cents of a labor, billable or vendor's line that come from one piece of an entry. Where they
-- come from a pay addition, its id stands for the piece, beside the entry that bears it. Overtime premium that the hours of
-- the week share is a second row of the piece, of no seconds.
with parameters as (select * from run_parameters),
labor_keyed as (
    select keys.key_no, format('{}-L-{:03d}', batch_text, lines.line_number) as line_id, keys.pay_currency, keys.pay_minor_digits
    from labor_keys_shared as keys
    join labor_lines as lines on lines.cost_purpose = keys.cost_purpose and lines.account is not distinct from keys.account
        and lines.cost_job is not distinct from keys.cost_job and lines.class is not distinct from keys.class
        and lines.pay_currency = keys.pay_currency and lines.leave_kind is not distinct from keys.leave_kind
    cross join parameters where keys.cost_state = 'exported'),
charged as (   -- employer charges on the same keys
    select distinct posting_no, lines.line_id, keys.pay_currency, keys.pay_minor_digits
    from charge_keys_shared as keys_charged join labor_keys_shared as keys using (key_no)
    join labor_journal as lines on lines.letter = keys_charged.letter and line_kind = 'line' and lines.account is not distinct from keys_charged.account
        and lines.cost_job is not distinct from keys.cost_job and lines.class is not distinct from keys.class and lines.pay_currency = keys.pay_currency
    where keys_charged.cost_state = 'exported'),
billed as (
    select bill_line_no, format('{}-B-{:03d}', batch_text, bill_line_no) as line_id, bill_minor_digits, bill_currency
    from bill_lines_rounded cross join parameters),
owed as (
    select vendor_line_no, format('{}-V-{:03d}', batch_text, vendor_line_no) as line_id, vendor_units_rounded.minor_digits as vendor_minor_digits, currency as vendor_currency
    from vendor_lines_shared join vendor_units_rounded using (unit_no) cross join run_parameters),
turns as (   -- lines in the order of their ids, so that pieces are sorted by numbers
    select line_id, row_number() over (order by line_id)::int as line_turn
    from (select distinct line_id from labor_keyed union all select distinct line_id from charged union all select line_id from billed
        union all select line_id from owed) as line_ids),
shares as (
    select turns.line_turn, line_id, shares.part_id, shares.entry_no, shares.day_no, shares.class_no, shares.seconds,
        shares.amount_minor, pay_minor_digits as digits, pay_currency as currency, addition_no
    from labor_allocated as shares join labor_keyed using (key_no) join turns using (line_id)
    union all
    select turns.line_turn, line_id, shares.part_id, shares.entry_no, shares.day_no, shares.class_no, 0,
        shares.amount_minor, pay_minor_digits, pay_currency, shares.addition_no
    from charges_allocated as shares join charged using (posting_no) join turns using (line_id)
    union all
    select turns.line_turn, line_id, shares.part_id, shares.entry_no, shares.day_no, shares.class_no, shares.seconds,
        shares.amount_minor, bill_minor_digits, bill_currency, null
    from bill_allocated as shares join billed using (bill_line_no) join turns using (line_id)
    union all
    select turns.line_turn, line_id, shares.part_id, shares.entry_no, shares.day_no, shares.class_no, shares.seconds,
        shares.amount_minor, vendor_minor_digits, vendor_currency, null
    from vendor_allocated as shares join owed using (vendor_line_no) join turns using (line_id)),
sorted as (   -- before the texts are made: what is sorted is carried along
    select line_id, entries.entry_id, entries.version, day_no, class_no, seconds, amount_minor, digits, currency,
        case when addition_no is not null then format('{}-A-{:03d}', batch_text, addition_no) end as addition_id
    from shares left join entries_rounded as entries using (entry_no) cross join run_parameters order by line_turn, part_id, addition_no nulls first)
select line_id, entry_id, version, coalesce(addition_id, piece_name(entry_id, version, day_no, class_no)) as piece_id,
    seconds, amount_of(amount_minor, digits) as amount, currency
from sorted
