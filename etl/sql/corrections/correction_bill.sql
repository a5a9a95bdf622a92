-- One row per batch × customer:job × item × rate × currency that differs: quantity as printed × rate = amount, also where the
-- amount moved by a cent that the seconds do not show.
with parts as (
    select batch, customer_job, service_item, bill_rate, currency, sum(amount) as amount, sum(seconds)::bigint as seconds,
        min(cause_rank) as cause_rank
    from correction_caused where stream = 'bill' group by batch, customer_job, service_item, bill_rate, currency),
printed as (
    select customer_job, service_item, bill_rate, currency, max(quantity_digits)::int as quantity_digits from side_billable_lines group by all
    union
    select customer_job, service_item, bill_rate, currency, max(quantity_digits)::int from earlier_corrections where stream = 'bill' group by all),
digits as (select customer_job, service_item, bill_rate, currency, max(quantity_digits) as quantity_digits from printed group by all),
exact as (
    select parts.*, quantity_digits, minor_digits, divide_half_up(seconds::hugeint * ten_to(quantity_digits), 3600) as units,
        (bill_rate::decimal(24, 6) * 1000000)::hugeint as rate_millionths, (amount::decimal(24, 3) * 1000)::hugeint // ten_to(3 - minor_digits) as amount_minor
    from parts join digits using (customer_job, service_item, bill_rate, currency) join currencies using (currency)),
fitted as (
    select exact.*, case when divide_half_up(units * rate_millionths, ten_to(quantity_digits + 6 - minor_digits)) = amount_minor or rate_millionths = 0 then units
        else divide_half_up(amount_minor * ten_to(quantity_digits + 6 - minor_digits), rate_millionths) end as quantity_units
    from exact),
of_key as (
    select batch, customer_job, service_item, bill_rate, currency, min(line_id) as line_id from correction_sides
    where stream = 'bill' and not is_now group by all),
of_entries as (
    select deltas.batch, deltas.customer_job, deltas.service_item, deltas.bill_rate, deltas.currency, min(sides.line_id) as line_id
    from correction_deltas as deltas join correction_sides as sides on sides.stream = 'bill' and not sides.is_now
        and sides.batch = deltas.batch and sides.entry_id = deltas.entry_id
    where deltas.stream = 'bill' group by all)
select row_number() over (order by fitted.batch, customer_job, service_item, bill_rate, currency) as line_number, fitted.batch, customer_job,
    service_item, bill_rate, currency, seconds, amount, cause_rank, quantity_digits,
    ((quantity_units * ten_to(6 - quantity_digits))::decimal(18, 0) * 0.000001::decimal(7, 6))::decimal(18, 6) as quantity_hours,
    coalesce(of_key.line_id, of_entries.line_id, batch_text || '-B') as corrects
from fitted join earlier_batches using (batch) left join of_key using (batch, customer_job, service_item, bill_rate, currency)
left join of_entries using (batch, customer_job, service_item, bill_rate, currency)
