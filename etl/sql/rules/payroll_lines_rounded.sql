-- One row per person × pay item × workweek: the only place where pay becomes money, half up, once (targets, rule 0.3).
-- A line is hours of one kind and class, or pay additions of one kind and class.
with components as (select * from pay_components),
entries as (select * from entries_rounded),
summed as (
    select person_no, workweek_start, hour_kind, hour_class, min(entry_no) as first_entry_no, any_value(pay_item) as pay_item,
        sum(pay_seconds)::bigint as pay_seconds, sum(premium_seconds)::bigint as premium_seconds,
        case when count(*) = count(exact_numerator)
            then divide_half_up(sum(exact_numerator), any_value(exact_denominator)) end as amount_minor
    from components group by person_no, workweek_start, hour_kind, hour_class),
hours as (
    select summed.* exclude (first_entry_no), entries.employee_id, entries.employee_name, entries.pay_group
    from summed join entries on entries.entry_no = summed.first_entry_no),
additions as (
    select person_no, workweek_start, hour_kind, hour_class, any_value(pay_item) as pay_item, 0::bigint as pay_seconds,
        sum(printed_seconds)::bigint as premium_seconds,
        case when bool_and(is_priced) then divide_half_up(sum(common_numerator), any_value(common_denominator)) end as amount_minor,
        any_value(employee_id) as employee_id, any_value(employee_name) as employee_name, any_value(pay_group) as pay_group
    from addition_fractions group by person_no, workweek_start, hour_kind, hour_class),
lines as (select * from hours union all select * from additions)
select row_number() over (order by person_no, workweek_start, hour_kind, hour_class) as payroll_line_no, lines.*,
    coalesce(rates.regular_rate_numerator, 0)::hugeint as regular_rate_numerator,
    coalesce(rates.regular_rate_denominator, 1)::hugeint as regular_rate_denominator,
    coalesce(abroad.pay_currency, home_currency) as pay_currency, coalesce(abroad.pay_minor_digits, parameters.minor_digits) as pay_minor_digits
from lines left join regular_rates as rates using (person_no, workweek_start)
left join weeks_paid_abroad as abroad using (person_no, workweek_start) cross join run_parameters as parameters
