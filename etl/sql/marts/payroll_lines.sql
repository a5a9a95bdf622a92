-- One row per person × pay item × workweek, as payroll pays it; a salary is one row per person × pay period, with no rate.
with lines as (select * from payroll_lines_rounded), parameters as (select * from run_parameters)
select format('{}-P-{:03d}', batch_text, payroll_line_no) as payroll_line_id, employee_id, employee_name, pay_group,
    workweek_start, hour_class::varchar as hour_class, pay_item, pay_seconds, premium_seconds, amount_of(amount_minor, pay_minor_digits) as amount,
    pay_currency as currency,
    case when amount_minor is not null and hour_class <> 'salary' then regular_rate_numerator end::decimal(38, 0) as regular_rate_numerator,
    case when amount_minor is not null and hour_class <> 'salary' then regular_rate_denominator end::decimal(38, 0) as regular_rate_denominator
from lines cross join parameters order by payroll_line_no
