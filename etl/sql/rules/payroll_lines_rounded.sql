-- One row per person × pay item × workweek: the only place where pay becomes money, half up, once (targets, rule 0.3).
with components as (select * from pay_components),
summed as (
    select employee_id, any_value(employee_name) as employee_name, any_value(pay_group) as pay_group, workweek_start,
        hour_kind, hour_class, any_value(pay_item) as pay_item,
        sum(pay_seconds)::bigint as pay_seconds, sum(premium_seconds)::bigint as premium_seconds,
        any_value(regular_rate_numerator) as regular_rate_numerator,
        any_value(regular_rate_denominator) as regular_rate_denominator,
        case when count(*) = count(exact_numerator)
            then divide_half_up(sum(exact_numerator), any_value(exact_denominator)) end as amount_minor
    from components group by employee_id, workweek_start, hour_kind, hour_class),
numbered as (
    select row_number() over (order by employee_id, workweek_start, hour_kind, hour_class) as payroll_line_no, summed.*
    from summed)
select * from numbered
