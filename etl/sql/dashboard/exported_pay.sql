-- One row per exported payroll line since a day. Asked of the history.
select period_end, 'exported' as standing, employee_id, employee_name, workweek_start, hour_class, pay_item, pay_seconds, amount, currency,
    regular_rate_numerator, regular_rate_denominator
from payroll
where company = $company and period_end >= $since
