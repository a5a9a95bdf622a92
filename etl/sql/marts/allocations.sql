-- One row per line × piece: the seconds and cents of a labor or billable line that come from one piece of an entry.
with parameters as (select * from run_parameters),
labor as (
    select format('{}-L-{:03d}', batch_text, lines.line_number) as line_id, shares.entry_no, shares.day_no, shares.class_no,
        shares.seconds, amount_of(shares.amount_minor, minor_digits) as amount, home_currency as currency
    from labor_allocated as shares join labor_keys_shared as keys using (key_no)
    join labor_lines as lines on lines.cost_purpose = keys.cost_purpose and lines.account is not distinct from keys.account
        and lines.cost_job is not distinct from keys.cost_job and lines.class is not distinct from keys.class
    cross join parameters where keys.cost_state = 'exported'),
billed as (
    select format('{}-B-{:03d}', batch_text, lines.bill_line_no) as line_id, shares.entry_no, shares.day_no, shares.class_no,
        shares.seconds, amount_of(shares.amount_minor, lines.bill_minor_digits) as amount, lines.bill_currency as currency
    from bill_allocated as shares join bill_lines_rounded as lines using (bill_line_no) cross join parameters),
all_lines as (select * from labor union all select * from billed)
select line_id, entries.entry_id, entries.version,
    entries.entry_id || '/' || entries.version || '/' || day_no || case class_no when 1 then 'o' else 'r' end as piece_id,
    seconds, amount, currency
from all_lines join entries_rounded as entries using (entry_no) order by line_id, entry_no, day_no, class_no
