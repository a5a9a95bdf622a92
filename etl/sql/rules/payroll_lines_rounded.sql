-- One row per person × pay item × workweek: the only place where pay becomes money, half up, once (targets, rule 0.3).
with components as (select * from pay_components),
summed as (
    select person_no, workweek_start, hour_kind, hour_class, min(entry_no) as first_entry_no, any_value(pay_item) as pay_item,
        sum(pay_seconds)::bigint as pay_seconds, sum(premium_seconds)::bigint as premium_seconds,
        case when count(*) = count(exact_numerator)
            then divide_half_up(sum(exact_numerator), any_value(exact_denominator)) end as amount_minor
    from components group by person_no, workweek_start, hour_kind, hour_class),
numbered as (
    select row_number() over (order by person_no, workweek_start, hour_kind, hour_class) as payroll_line_no, summed.*
    from summed)
select numbered.* exclude (first_entry_no), entries.employee_id, entries.employee_name, entries.pay_group,
    coalesce(rates.regular_rate_numerator, 0)::hugeint as regular_rate_numerator,
    coalesce(rates.regular_rate_denominator, 1)::hugeint as regular_rate_denominator,
    coalesce(abroad.pay_currency, home_currency) as pay_currency, coalesce(abroad.pay_minor_digits, parameters.minor_digits) as pay_minor_digits
from numbered join entries_rounded as entries on entries.entry_no = numbered.first_entry_no
left join regular_rates as rates on rates.person_no = numbered.person_no and rates.workweek_start = numbered.workweek_start
left join weeks_paid_abroad as abroad on abroad.person_no = numbered.person_no and abroad.workweek_start = numbered.workweek_start
cross join run_parameters as parameters
