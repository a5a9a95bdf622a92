-- One row per pay addition of this period: pay that is no hour worked, the line that pays it, and why.
with additions as (select * from addition_shares), parameters as (select * from run_parameters)
select format('{}-A-{:03d}', batch_text, addition_no) as addition_id, format('{}-P-{:03d}', batch_text, payroll_line_no) as payroll_line_id,
    employee_id, employee_name, workweek_start, addition_on, hour_class::varchar as hour_class, pay_item, reason, printed_seconds::bigint as printed_seconds,
    amount_of(amount_minor, minor_digits) as amount, home_currency as currency, rule_id, sentence as rule_sentence
from additions cross join parameters order by addition_no
