-- One row per customer:job × service item × rate and batch: the quantity as printed × the rate = the amount.
with lines as (select * from stored.billable_lines)
select company, period_end, batch, audit_number, line_id, customer_job, service_item, bill_rate, bill_seconds, quantity_hours,
    quantity_digits, amount, currency
from lines
