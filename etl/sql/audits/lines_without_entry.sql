-- Labor and billable lines that are not exactly the sum of their entries' cents, and cents without an entry that are no pay
-- addition of a person without paid time in its workweek. Must be empty.
with shares as (select line_id, sum(amount) as amount from allocations group by line_id),
lines as (
    select postings.line_id, postings.amount from postings join labor_lines
        on labor_lines.line_number = postings.line_number cross join run_parameters where document_number = labor_document
    union all select line_id, amount from billable_lines
    union all select line_id, amount from vendor_lines)
select coalesce(lines.line_id, shares.line_id) as line_id, lines.amount, shares.amount as allocated
from lines full join shares using (line_id) where lines.amount is distinct from shares.amount
union all
select line_id, null, amount from allocations
where entry_id is null and piece_id not in (select format('{}-A-{:03d}', batch_text, addition_no)
    from additions_allocated cross join run_parameters where entry_no is null)
