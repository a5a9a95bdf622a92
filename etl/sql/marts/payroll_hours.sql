-- One row per person × pay item × workweek, hours in hundredths as a payroll provider takes them.
with lines as (select * from payroll_lines_rounded), hours as (select * from hours_hundredths),
parameters as (select * from run_parameters)
select format('{}-P-{:03d}', batch_text, payroll_line_no) as line_id, employee_id, employee_name, pay_item, workweek_start,
    hours.seconds as pay_seconds, hours.hundredths * 36 as exported_seconds,
    amount_of(amount_minor, pay_minor_digits) as amount, pay_currency as currency
from lines join hours using (payroll_line_no) cross join parameters order by payroll_line_no
