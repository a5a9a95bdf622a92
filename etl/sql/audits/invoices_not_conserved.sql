-- Billable lines that are not on exactly one invoice with their seconds and cents, reductions of lines that are not there, lines
-- whose quantity × rate is not their amount, numbers that stand for two jobs or currencies, and charges that are not on an
-- invoice. Must be empty.
with parameters as (select * exclude (minor_digits) from run_parameters where makes_invoices),
times as (select * from invoice_lines where line_kind = 'time'), others as (select * from invoice_lines where line_kind <> 'time'),
billed as (
    select format('{}-B-{:03d}', batch_text, bill_line_no) as line_id, bill_seconds, amount_of(amount_minor, bill_minor_digits) as amount
    from bill_lines_rounded cross join parameters),
charged as (select customer_job, currency, sum(amount_of(amount_minor, minor_digits)) as amount from invoice_charges group by customer_job, currency)
select 'line' as fault, coalesce(billed.line_id, times.line_id) as what from billed full join times using (line_id)
where billed.bill_seconds is distinct from times.seconds or billed.amount is distinct from times.amount
union all
select 'twice', line_id from invoice_lines group by line_id having count(*) > 1
union all
select 'adjusts', line_id from others where adjusts not in (select line_id from times)
union all
select 'product', line_id from times join currencies using (currency)
where divide_half_up((quantity_hours * 1000000)::hugeint * (bill_rate * 1000000)::hugeint, ten_to(12 - minor_digits)) * ten_to(3 - minor_digits) <> (amount * 1000)::hugeint
union all
select 'number', invoice_number from invoice_lines group by invoice_number having count(distinct (customer_job, currency)) > 1
union all
select 'charge', customer_job
from charged full join (select customer_job, currency, sum(amount) as amount from others group by customer_job, currency) as written using (customer_job, currency)
where charged.amount is distinct from written.amount
