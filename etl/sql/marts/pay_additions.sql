-- One row per pay addition of this period: pay that is no hour worked, the line that pays it, and why.
with additions as (
    select addition_shares.*, pay_currency, pay_minor_digits from addition_shares join payroll_lines_rounded using (payroll_line_no)),
parameters as (select * from run_parameters)
select format('{}-A-{:03d}', batch_text, addition_no) as addition_id, format('{}-P-{:03d}', batch_text, payroll_line_no) as payroll_line_id,
    employee_id, employee_name, workweek_start, addition_on, hour_class::varchar as hour_class, pay_item, reason, printed_seconds::bigint as printed_seconds,
    amount_of(amount_minor, pay_minor_digits) as amount, pay_currency as currency, rule_id, sentence as rule_sentence
from additions cross join parameters order by addition_no
