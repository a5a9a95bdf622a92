-- One row per period × person × pay item × workweek: seconds, the regular rate with six digits (half up), amount.
with both_kinds as (
    select * from exported_pay
    union all by name
    select period_end, 'draft' as standing, employee_id, employee_name, workweek_start, hour_class, pay_item, pay_seconds, amount, currency,
        regular_rate_numerator, regular_rate_denominator
    from drafted_pay)
select period_end, standing, employee_id, employee_name, workweek_start, hour_class, pay_item, pay_seconds,
    case when regular_rate_denominator > 0 then (divide_half_up(regular_rate_numerator::hugeint, regular_rate_denominator::hugeint)::decimal(18, 0)
        * 0.000001::decimal(7, 6))::decimal(18, 6) end as pay_rate, amount, currency
from both_kinds
where (select is_all from reader where view = 'pay') or employee_id in (select employee_id from team)
order by period_end desc, employee_name, employee_id, workweek_start, hour_class, pay_item
