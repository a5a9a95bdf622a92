-- One row per hour kind × class × currency of the period's payroll: seconds and money.
with lines as (select * from payroll_lines_rounded), parameters as (select * from run_parameters)
select hour_kind::varchar as hour_kind, hour_class::varchar as hour_class, sum(line_seconds(hour_class, pay_seconds, premium_seconds))::bigint as seconds,
    case when count(*) = count(amount_minor) then amount_of(sum(amount_minor), any_value(pay_minor_digits)) end as amount, pay_currency as currency
from lines cross join parameters group by lines.hour_kind, lines.hour_class, pay_currency
order by any_value(pay_currency <> home_currency), lines.hour_kind desc, lines.hour_class desc, pay_currency
