-- Streams whose money in the roll-forward is not the money of the lines, currency by currency. Must be empty.
with rolled as (
    select stream, currency, sum(amount) as amount, coalesce(sum(amount) filter (where state = 'exported'), 0) as exported
    from roll_forward where amount is not null and state not in ('corrected', 'referred', 'settled') group by stream, currency),
paid as (select currency, sum(amount) as amount from payroll_lines where amount is not null group by currency),
billed as (select currency, sum(amount) as amount from billable_lines group by currency),
owed as (select currency, sum(amount) as amount from vendor_lines group by currency),   -- cost of contractors, beside that of labor
posted as (
    select pay_currency as currency, sum(case when pay_currency = posted_currency then amount else amount_of(own_minor, pay_minor_digits) end) as amount
    from labor_journal join postings using (line_id) where letter = 'L' and line_kind = 'line' group by pay_currency),
sides as (
    select 'pay' as stream, paid.* from paid
    union all select 'bill', billed.* from billed
    union all select 'cost', currency, sum(amount) from (select * from paid union all select * from owed) as both_kinds group by currency),
labor as (
    select currency, exported - coalesce(owed.amount, 0) as exported
    from (select * from rolled where stream = 'cost') as cost full join owed using (currency))
select stream, currency, rolled.amount as rolled, sides.amount as lines from rolled full join sides using (stream, currency)
where coalesce(rolled.amount, 0) <> coalesce(sides.amount, 0)
union all
select 'posted labor', currency, labor.exported, posted.amount
from labor full join posted using (currency) cross join run_parameters
where labor_posting <> 'none' and coalesce(labor.exported, 0) <> coalesce(posted.amount, 0)
