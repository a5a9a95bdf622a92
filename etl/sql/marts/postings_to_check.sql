-- One row per journal line, as the suite `postings` looks at it. Labor is a debit and its counter line a credit; in the
-- reversal it is the other way round; likewise contractors' cost and its accrual. Salaries against standard cost may be on
-- either, a line of a correction too. A line of 0 is on its usual side.
with lines as (
    select postings.*, case when corrected.line_id is not null then case when postings.amount > 0 then 'debit' else 'credit' end
            when document_number in (accrual_document, accrual_reversal_document)
            then case when (postings.line_number < max(postings.line_number) over (partition by document_number)) = (document_number = accrual_document)
                then 'debit' else 'credit' end
            when cost_purpose = 'salary_variance' then case when postings.amount > 0 then 'debit' else 'credit' end
            when (labor_lines.line_number is not null) = (document_number = labor_document) then 'debit' else 'credit' end as usual_side
    from postings left join labor_lines using (line_number) left join (select line_id from correction_postings) as corrected using (line_id)
    cross join run_parameters)
select null::text as entry_id, null::text as employee_ref, posted_on as worked_on, null::bigint as seconds,
    document_number || ' line ' || line_number || ', ' || account as subject, account, customer_job, memo,
    case when amount = 0 then 'yes' else 'no' end as is_zero,
    case when amount > 0 then 'debit' when amount < 0 then 'credit' else usual_side end as side, usual_side
from lines order by line_id
