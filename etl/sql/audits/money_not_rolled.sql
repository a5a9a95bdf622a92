-- Streams whose money in the roll-forward is not the money of the lines, currency by currency. Must be empty.
with rolled as (
    select stream, currency, sum(amount) as amount, coalesce(sum(amount) filter (where state = 'exported'), 0) as exported
    from roll_forward where amount is not null group by stream, currency),
paid as (select currency, sum(amount) as amount from payroll_lines where amount is not null group by currency),
billed as (select currency, sum(amount) as amount from billable_lines group by currency),
posted as (
    select pay_currency as currency, sum(case when pay_currency = posted_currency then amount else amount_of(own_minor, pay_minor_digits) end) as amount
    from labor_journal join postings using (line_id) where letter = 'L' and line_kind = 'line' group by pay_currency),
sides as (
    select streams.stream, paid.* from paid cross join (select unnest(['pay', 'cost']) as stream) as streams
    union all select 'bill', billed.* from billed)
select stream, currency, rolled.amount as rolled, sides.amount as lines from rolled full join sides using (stream, currency)
where coalesce(rolled.amount, 0) <> coalesce(sides.amount, 0)
union all
select 'posted labor', currency, rolled.exported, posted.amount
from (select * from rolled where stream = 'cost') as rolled full join posted using (currency) cross join run_parameters
where labor_posting <> 'none' and coalesce(rolled.exported, 0) <> coalesce(posted.amount, 0)
