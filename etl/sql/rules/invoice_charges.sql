-- One row per line of an invoice that is no time: what a reviewer writes up or down, what is over a job's cap (off each line by
-- its share), fees due in the billing period, and what a retainer pays of all that. Whole minor units, a reduction negative.
with parameters as (select * exclude (minor_digits) from run_parameters where makes_invoices),
over_cap as (select part_id as bill_line_no, share from largest_remainder('invoice_cap_parts')),
reviewed as (
    select 1 as turn, case when written_minor < 0 then 'write_down' else 'write_up' end as line_kind, bill_line_no, customer_job, service_item,
        currency, minor_digits, written_minor as amount_minor, reason, 0 as map_row
    from invoice_time where written_minor <> 0
    union all
    select 2, 'over_cap', bill_line_no, customer_job, service_item, currency, minor_digits, share, null, 0
    from over_cap join invoice_time using (bill_line_no) where share <> 0
    union all
    select 3, 'fee', null, customer_job, service_item, fees.currency, digits.minor_digits,
        (fees.amount * 1000000::decimal(7, 0))::hugeint // ten_to(6 - digits.minor_digits), text, map_row
    from map_fees as fees cross join parameters join currencies as digits on digits.currency = fees.currency
    where fee_on between bill_period_start and bill_period_end),
totals as (
    select customer_job, currency, sum(minor)::hugeint as minor
    from (select customer_job, currency, amount_minor as minor from invoice_time union all select customer_job, currency, amount_minor from reviewed) as together
    group by customer_job, currency),
drawn as (
    select limits.map_row, -sum(before.amount) as amount
    from map_job_limits as limits join invoiced_before as before on before.customer_job = limits.customer_job and before.currency = limits.currency
        and before.billed_on between limits.effective_from and limits.effective_to and before.line_kind = 'retainer'
    where kind = 'retainer' group by limits.map_row),
retainers as (
    select limits.map_row, limits.customer_job, limits.service_item, limits.currency, digits.minor_digits,
        -least(greatest(0, minor), greatest(0, ((limits.amount - coalesce(used_before, 0) - coalesce(drawn.amount, 0))
            * 1000000::decimal(7, 0))::hugeint // ten_to(6 - digits.minor_digits)))::hugeint as amount_minor
    from map_job_limits as limits cross join parameters join totals using (customer_job, currency)
    join currencies as digits on digits.currency = limits.currency left join drawn using (map_row)
    where kind = 'retainer' and bill_period_end between limits.effective_from and limits.effective_to),
charges as (
    select * from reviewed
    union all
    select 4, 'retainer', null, customer_job, service_item, currency, minor_digits, amount_minor, null, map_row from retainers where amount_minor <> 0)
select row_number() over (order by customer_job, currency, turn, bill_line_no, map_row)::int as charge_no, * exclude (map_row)
from charges order by charge_no
