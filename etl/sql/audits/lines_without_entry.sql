-- Labor and billable lines that are not exactly the sum of their entries' cents. Must be empty.
with shares as (select line_id, sum(amount) as amount from allocations group by line_id),
lines as (
    select postings.line_id, postings.amount from postings join labor_lines
        on labor_lines.line_number = postings.line_number cross join run_parameters where document_number = labor_document
    union all select line_id, amount from billable_lines
    union all select line_id, amount from vendor_lines)
select coalesce(lines.line_id, shares.line_id) as line_id, lines.amount, shares.amount as allocated
from lines full join shares using (line_id) where lines.amount is distinct from shares.amount
