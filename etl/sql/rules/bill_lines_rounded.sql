-- One row per customer:job × service item × rate of the billing period: quantity as printed × rate = amount, half up. The
-- quantity has as many decimals (2 to 6) as it takes to hit every cent (targets reference, rule 0.2).
with pieces as (select * from bill_pieces),
summed as (
    select customer_job, service_item, bill_rate, bill_currency, any_value(bill_minor_digits) as bill_minor_digits,
        sum(bill_seconds)::bigint as bill_seconds, min(entry_no) as first_entry_no
    from pieces group by customer_job, service_item, bill_rate, bill_currency),
digits as (
    select summed.*,
        case when bill_rate <= 1 then 0 when bill_rate <= 10 then 1 when bill_rate <= 100 then 2
            when bill_rate <= 1000 then 3 when bill_rate <= 10000 then 4 when bill_rate <= 100000 then 5 else 6 end as rate_digits,
    from summed),
quantities as (
    select digits.*, greatest(2, least(6, rate_digits + bill_minor_digits))::int as quantity_digits from digits),
printed as (
    select quantities.*,
        divide_half_up(bill_seconds::hugeint * ten_to(quantity_digits), 3600) as quantity_units
    from quantities),
priced as (
    select row_number() over (order by customer_job, service_item, bill_rate, bill_currency) as bill_line_no, printed.*,
        divide_half_up(quantity_units * (bill_rate::decimal(24, 6) * 1000000)::hugeint,
            ten_to(quantity_digits + 6 - bill_minor_digits)) as amount_minor
    from printed)
select * from priced
