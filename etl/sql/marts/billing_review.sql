-- One row per line that the reviewer of the billing worksheet decides about: every billable line, and those that wait, with the
-- decision that stands. Empty where no review is declared.
with parameters as (select * exclude (minor_digits) from run_parameters where reviews_billing),
waiting as (select * from billable_units('bill_pieces_held')),
lines as (
    select customer_job, service_item, bill_rate, bill_seconds as seconds, amount_of(amount_minor, minor_digits) as amount, currency, false as is_held
    from invoice_time cross join parameters
    union all
    select customer_job, service_item, bill_rate, bill_seconds, amount_of(amount_minor, bill_minor_digits), bill_currency, true from waiting cross join parameters),
decided as (
    select told.* from map_billing_decisions as told cross join parameters where told.period_end = bill_period_end)
select row_number() over (order by lines.customer_job, lines.service_item, lines.bill_rate, lines.currency)::int as review_no, lines.customer_job, lines.service_item,
    lines.bill_rate, lines.seconds, lines.amount, lines.currency,
    case when is_held then 'hold' when decided.seconds = lines.seconds and decided.line_amount = lines.amount then decided.decision end as decision,
    case when not is_held and decided.seconds = lines.seconds and decided.line_amount = lines.amount then decided.amount end::decimal(18, 3) as decided_amount,
    case when is_held or (decided.seconds = lines.seconds and decided.line_amount = lines.amount) then decided.reason end as reason
from lines left join decided on decided.customer_job = lines.customer_job and decided.service_item = lines.service_item
    and decided.bill_rate = lines.bill_rate and decided.currency = lines.currency
order by review_no
