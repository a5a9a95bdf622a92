-- One row per piece's share of a line converted here, as a part of its home amount: weighed by its own rounded amount.
with labor as (
    select shares.*, line_id, line_number, posted_minor
    from labor_journal as lines join labor_lines using (line_number)
    join labor_keys_shared as keys on keys.cost_state = 'exported' and keys.cost_purpose = labor_lines.cost_purpose
        and keys.account is not distinct from labor_lines.account and keys.cost_job is not distinct from labor_lines.cost_job
        and keys.class is not distinct from labor_lines.class and keys.pay_currency = labor_lines.pay_currency
        and keys.leave_kind is not distinct from labor_lines.leave_kind
    join labor_allocated as shares using (key_no)
    where letter = 'L' and line_kind = 'line' and lines.pay_currency <> posted_currency),
charges as (
    select shares.*, line_id, lines.line_number, posted_minor
    from labor_journal as lines join labor_keys_shared as keys on keys.cost_job is not distinct from lines.cost_job
        and keys.class is not distinct from lines.class and keys.pay_currency = lines.pay_currency
    join (select distinct posting_no, letter, account from charge_keys_shared where cost_state = 'exported') as postings
        on postings.letter = lines.letter and postings.account is not distinct from lines.account
    join charges_allocated as shares on shares.posting_no = postings.posting_no and shares.key_no = keys.key_no
    where lines.letter in ('U', 'E') and line_kind = 'line' and lines.pay_currency <> posted_currency)
select line_id, line_number::hugeint * 3 as unit_id, part_id, part_id as part_order, entry_no, day_no, class_no, any_value(posted_minor) as unit_total,
    sum(amount_minor) as weight
from labor group by line_id, line_number, part_id, entry_no, day_no, class_no
union all
select line_id, line_number::hugeint * 3 + 1, part_id, part_id, entry_no, day_no, class_no, any_value(posted_minor), sum(amount_minor)
from charges group by line_id, line_number, part_id, entry_no, day_no, class_no
union all
select line_id, bill_line_no::hugeint * 3 + 2, part_id, part_id, entry_no, day_no, class_no, posted_minor, amount_minor
from bills_converted join bill_allocated using (bill_line_no) where line_kind = 'line'
