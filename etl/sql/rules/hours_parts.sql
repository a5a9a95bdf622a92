-- One row per payroll line as a part of its person × pay item × period: seconds to hundredths of an hour. A salary has none.
with lines as (select * from payroll_lines_rounded where hour_class <> 'salary'),
grouped as (
    select lines.*, sum(line_seconds(hour_class, pay_seconds, premium_seconds))
            over (partition by employee_id, pay_item)::bigint as group_seconds,
        dense_rank() over (order by employee_id, pay_item) as unit_id
    from lines)
select unit_id, payroll_line_no as part_id, payroll_line_no as part_order, divide_half_up(group_seconds, 36) as unit_total,
    line_seconds(hour_class, pay_seconds, premium_seconds) as weight
from grouped
