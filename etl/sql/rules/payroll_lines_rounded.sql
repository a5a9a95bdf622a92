-- One row per person × pay item × workweek: the only place where pay becomes money, half up, once (targets, rule 0.3).
-- A line is hours of one kind and class, or pay additions of one kind and class, or the salary of a pay period, beside
-- it what its hours cost at their standard rate.
with components as (select * from pay_components),
entries as (select entry_no, pay_group, person_day_no from entries_rounded),
summed as (
    select person_no, workweek_start, hour_kind, hour_class, pay_item_no, min(entry_no) as first_entry_no,
        sum(pay_seconds)::bigint as pay_seconds, sum(premium_seconds)::bigint as premium_seconds,
        case when count(*) = count(exact_numerator)
            then divide_half_up(sum(exact_numerator), any_value(exact_denominator)) end as exact_minor,
        divide_half_up(sum(standard_numerator), any_value(standard_denominator)) as hours_at_standard
    from components group by person_no, workweek_start, hour_kind, hour_class, pay_item_no),
salaried as (   -- hours none of which has a second bear nothing
    select summed.* exclude (exact_minor, hours_at_standard), case when hour_class <> 'salary' then exact_minor
            when exact_minor is not null and pay_seconds > 0 then salaries.salary_minor end as amount_minor,
        case when hour_class <> 'salary' then hours_at_standard when salaries.salaried_cost = 'standard_rate' then exact_minor end as standard_minor
    from summed left join period_salaries as salaries on salaries.person_no = case when hour_class = 'salary' then summed.person_no end
        and salaries.line_week = summed.workweek_start),
names as (select distinct pay_item_no, pay_item from pay_items_ranked),
hours as (
    select salaried.* exclude (first_entry_no), names.pay_item, people.employee_id, people.employee_name, entries.pay_group
    from salaried join entries on entries.entry_no = salaried.first_entry_no
    join people_on_day as people using (person_day_no) left join names using (pay_item_no)),
additions as (
    select person_no, workweek_start, hour_kind, hour_class, 0::smallint as pay_item_no, any_value(pay_item) as pay_item, 0::bigint as pay_seconds,
        sum(printed_seconds)::bigint as premium_seconds,
        case when bool_and(is_priced) then divide_half_up(sum(common_numerator), any_value(common_denominator)) end as amount_minor,
        any_value(employee_id) as employee_id, any_value(employee_name) as employee_name, any_value(pay_group) as pay_group
    from addition_fractions group by person_no, workweek_start, hour_kind, hour_class),
lines as (   -- a salary of a period has no rate of a week, and is in the home currency; as a key, since a condition costs a nested loop
    select *, case when hour_class <> 'salary' then person_no end as rated_person_no from (select * from hours union all by name select * from additions) as together)
select row_number() over (order by lines.person_no, lines.workweek_start, hour_kind, hour_class, pay_item_no) as payroll_line_no,
    lines.* exclude (rated_person_no),
    coalesce(rates.regular_rate_numerator, 0)::hugeint as regular_rate_numerator,
    coalesce(rates.regular_rate_denominator, 1)::hugeint as regular_rate_denominator,
    coalesce(abroad.pay_currency, home_currency) as pay_currency, coalesce(abroad.pay_minor_digits, parameters.minor_digits) as pay_minor_digits
from lines left join regular_rates as rates on rates.person_no = rated_person_no and rates.workweek_start = lines.workweek_start
left join weeks_paid_abroad as abroad on abroad.person_no = rated_person_no and abroad.workweek_start = lines.workweek_start
cross join run_parameters as parameters
