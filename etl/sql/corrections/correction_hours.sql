-- One row per line of the payroll hours that pays for an earlier workweek, which it names. Where hours of a pay item went down
-- although the workweek is owed in all, one amount without hours: no payroll file carries negative hours.
with lines as (select * from correction_pay cross join correction_parameters where paid_by is not null),
by_amount as (
    select min(turn) as turn, arg_max(line_number, amount) as line_number, any_value(batch_text_now) as batch_text_now, employee_id,
        any_value(employee_name) as employee_name, arg_max(pay_item, amount) as pay_item, workweek_start, 0 as seconds,
        any_value(net) as amount, any_value(home_currency) as home_currency
    from lines where paid_by = 'amount' group by employee_id, workweek_start),
owed as (
    select turn, line_number, batch_text_now, employee_id, employee_name, pay_item, workweek_start, seconds, amount, home_currency
    from lines where paid_by = 'hours' and (seconds <> 0 or amount <> 0)
    union all select * from by_amount)
select format('{}-W-{:03d}', batch_text_now, line_number) as line_id, employee_id, employee_name, pay_item, workweek_start,
    seconds::bigint as pay_seconds, (divide_half_up(seconds, 36) * 36)::bigint as exported_seconds, amount::decimal(18, 3) as amount,
    home_currency as currency
from owed order by turn
