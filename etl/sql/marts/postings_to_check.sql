-- One row per journal line, as the suite `postings` looks at it. Labor is a debit and its counter line a credit; in the
-- reversal it is the other way round.
with lines as (
    select postings.*, labor_lines.line_number is not null as is_labor
    from postings left join labor_lines using (line_number))
select null::text as entry_id, null::text as employee_ref, posted_on as worked_on, null::bigint as seconds,
    document_number || ' line ' || line_number || ', ' || account as subject, account, customer_job, memo,
    case when amount = 0 then 'yes' else 'no' end as is_zero,
    case when amount > 0 then 'debit' when amount < 0 then 'credit' end as side,
    case when is_labor = (document_number = labor_document) then 'debit' else 'credit' end as usual_side
from lines cross join run_parameters order by line_id
