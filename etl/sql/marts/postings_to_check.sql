-- One row per journal line, as the suite `postings` looks at it. Labor is a debit and its counter line a credit; in the
-- reversal it is the other way round; likewise contractors' cost and its accrual, and what is accrued at a
-- month's end, where income is a credit. Pay against standard cost, a rounding
-- difference and a line of a correction may be on either. A line of 0 is on its usual side.
with lines as (
    select postings.*, case when line_kind in ('difference', 'correction') or (cost_purpose in ('salary_variance', 'labor_variance') and line_kind = 'line')
                then case when amount > 0 then 'debit' else 'credit' end
            when (line_kind = 'line') = not is_reversal then 'debit' else 'credit' end as usual_side
    from postings join (select line_id, line_kind::varchar as line_kind, is_reversal, cost_purpose from labor_journal
        union all select line_id, line_kind::varchar, is_reversal, null from contractor_journal
        union all select line_id, case when letter in ('N', 'NR') then if(line_kind = 'line', 'total', 'line') else line_kind end, is_reversal, null from accrual_journal
        union all select line_id, 'correction', false, null from correction_postings) as journals using (line_id))
select null::text as entry_id, null::text as employee_ref, posted_on as worked_on, null::bigint as seconds,
    document_number || ' line ' || line_number || ', ' || account as subject, account, customer_job, memo,
    case when amount = 0 then 'yes' else 'no' end as is_zero,
    case when amount > 0 then 'debit' when amount < 0 then 'credit' else usual_side end as side, usual_side
from lines order by line_id
