-- One row per billable line of a job whose cap is passed, as a part of what is over it. Used before: what projects of this cap
-- were billed by the hour since it began, less what was over, and what the company says was billed earlier.
with parameters as (select * exclude (minor_digits) from run_parameters where makes_invoices),
used as (
    select limits.map_row, sum(before.amount) as amount
    from map_job_limits as limits join invoiced_before as before on before.customer_job = limits.customer_job and before.currency = limits.currency
        and before.billed_on between limits.effective_from and limits.effective_to and before.line_kind in ('time', 'write_down', 'write_up', 'over_cap')
    where kind = 'cap' group by limits.map_row),
caps as (
    select limits.customer_job, limits.currency, greatest(0, ((limits.amount - coalesce(used_before, 0) - coalesce(used.amount, 0))
            * 1000000::decimal(7, 0))::hugeint // ten_to(6 - minor_digits)) as left_minor
    from map_job_limits as limits cross join parameters join currencies on currencies.currency = limits.currency left join used using (map_row)
    where kind = 'cap' and bill_period_end between limits.effective_from and limits.effective_to),
totals as (select customer_job, currency, sum(amount_minor + written_minor)::hugeint as minor from invoice_time group by customer_job, currency),
passed as (
    select row_number() over (order by customer_job, currency) as unit_id, customer_job, currency, left_minor - minor as unit_total
    from totals join caps using (customer_job, currency) where minor > left_minor)
select unit_id, bill_line_no as part_id, bill_line_no as part_order, unit_total, (amount_minor + written_minor)::bigint as weight
from invoice_time join passed using (customer_job, currency)
