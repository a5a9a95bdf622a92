-- Streams whose money in the roll-forward is not the money of the lines. Must be empty.
with own as (select * from roll_forward where state not in ('corrected', 'referred', 'settled')),   -- of this period
owed as (select coalesce(sum(amount), 0) as amount from vendor_lines),   -- cost of contractors, beside that of labor
rolled as (
    select stream, sum(own.amount) - case stream when 'cost' then any_value(owed.amount) else 0 end as amount
    from own cross join owed where stream <> 'bill' group by stream),
paid as (select coalesce(sum(amount), 0) as amount from payroll_lines),
billed as (select coalesce(sum(amount), 0) as amount from billable_lines),
posted as (select coalesce(sum(postings.amount), 0) as amount from postings join labor_lines using (line_number)
    cross join run_parameters where document_number = labor_document)
select 'pay and cost' as what, rolled.stream, rolled.amount as rolled, paid.amount as lines from rolled cross join paid
where coalesce(rolled.amount, 0) <> paid.amount
union all
select 'bill', 'bill', sum(own.amount), any_value(billed.amount) from own cross join billed
where stream = 'bill' having coalesce(sum(own.amount), 0) <> any_value(billed.amount)
union all
select 'posted labor', 'cost', sum(own.amount) - any_value(owed.amount), any_value(posted.amount)
from own cross join posted cross join owed cross join run_parameters where stream = 'cost' and state = 'exported' and labor_posting <> 'none'
having coalesce(sum(own.amount), 0) - any_value(owed.amount) <> any_value(posted.amount)
