-- Labor and billable lines that are not exactly the sum of their entries' cents, each in its own currency, and cents without
-- an entry that are no pay addition of a person without paid time in its workweek. Must be empty.
with shares as (select line_id, currency, sum(amount) as amount from allocations group by line_id, currency),
lines as (
    select line_id, pay_currency as currency, case when pay_currency = posted_currency then amount else amount_of(own_minor, pay_minor_digits) end as amount
    from labor_journal join postings using (line_id) where not is_reversal and line_kind = 'line'   -- labor, and the charges on it
    union all select line_id, currency, amount from billable_lines
    union all select line_id, currency, amount from vendor_lines)
select coalesce(lines.line_id, shares.line_id) as line_id, lines.amount, shares.amount as allocated
from lines full join shares using (line_id, currency) where lines.amount is distinct from shares.amount
union all
select line_id, null, amount from allocations
where entry_id is null and piece_id not in (select format('{}-A-{:03d}', batch_text, addition_no)
    from additions_allocated cross join run_parameters where entry_no is null)
