-- One row per person × workweek in which other law gives other hours with a premium or other money, before and after.
with lines as (
    select false as is_after, * from payroll_lines_before
    union all by name select true as is_after, * from payroll_lines_rounded),
counted as (
    select lines.*, case when hour_class in ('overtime', 'overtime_premium') then premium_seconds else 0 end as overtime_seconds,
        case when hour_class in ('double_time', 'double_time_premium') then premium_seconds else 0 end as double_seconds
    from lines),
weeks as (
    select employee_id, any_value(employee_name) as employee_name, workweek_start,
        coalesce(sum(overtime_seconds) filter (where not is_after), 0)::bigint as overtime_before,
        coalesce(sum(overtime_seconds) filter (where is_after), 0)::bigint as overtime_after,
        coalesce(sum(double_seconds) filter (where not is_after), 0)::bigint as double_before,
        coalesce(sum(double_seconds) filter (where is_after), 0)::bigint as double_after,
        bool_or(amount_minor is null) as is_rate_missing,
        coalesce(sum(amount_minor) filter (where not is_after), 0)::hugeint as minor_before,
        coalesce(sum(amount_minor) filter (where is_after), 0)::hugeint as minor_after
    from counted group by employee_id, workweek_start)
select employee_id, employee_name, workweek_start, overtime_before, overtime_after, double_before, double_after, is_rate_missing,
    amount_of(minor_before, minor_digits) as amount_before, amount_of(minor_after, minor_digits) as amount_after
from weeks cross join run_parameters
where overtime_before <> overtime_after or double_before <> double_after or minor_before <> minor_after
order by employee_id, workweek_start
