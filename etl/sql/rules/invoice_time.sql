-- One row per billable line of a batch that makes invoices, with what the reviewer of the billing worksheet adds or takes off.
-- A decision holds only for the figures it was made about.
with parameters as (select * exclude (minor_digits) from run_parameters where makes_invoices),
decided as (
    select told.* from map_billing_decisions as told cross join parameters where told.period_end = bill_period_end and decision in ('write_down', 'write_up')),
lines as (
    select bill_line_no, customer_job, service_item, bill_rate, bill_currency as currency, bill_minor_digits as minor_digits, bill_seconds,
        quantity_units, quantity_digits, amount_minor::hugeint as amount_minor
    from bill_lines_rounded cross join parameters)
select lines.*,
    coalesce((decided.amount * 1000000::decimal(7, 0))::hugeint // ten_to(6 - minor_digits) - lines.amount_minor, 0)::hugeint as written_minor,
    decided.reason
from lines left join decided on decided.customer_job = lines.customer_job and decided.service_item = lines.service_item
    and decided.bill_rate = lines.bill_rate and decided.currency = lines.currency and decided.seconds = lines.bill_seconds
    and decided.line_amount = amount_of(lines.amount_minor, minor_digits)
order by bill_line_no
