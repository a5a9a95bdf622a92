-- One row per person × pay item × workweek and batch: the seconds paid, the seconds sent to the payroll provider in its
-- grain (null where no payroll hours were written), and the money where the pay rate is known.
with lines as (select * from stored.payroll_lines),
hours as (
    select company, period_end, batch, audit_number, line_id as payroll_line_id, exported_seconds
    from stored.payroll_hours)
select company, period_end, batch, audit_number, payroll_line_id, employee_id, employee_name, pay_group, workweek_start,
    hour_class, pay_item, pay_seconds, premium_seconds, exported_seconds, amount, currency, regular_rate_numerator,
    regular_rate_denominator
from lines left join hours using (company, period_end, batch, audit_number, payroll_line_id)
