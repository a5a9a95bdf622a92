-- One row per person × pay item × workweek: the only place where pay becomes money, half up, once (targets, rule 0.3). A
-- salary is one line per person × pay period: the salary itself, beside it what its hours cost at their standard rate.
with components as (select * from pay_components),
parameters as (select 3600 * ten_to(6 - minor_digits) as minor_per_millionth from run_parameters),
summed as (
    select person_no, workweek_start, hour_kind, hour_class, pay_item_no, min(entry_no) as first_entry_no,
        sum(pay_seconds)::bigint as pay_seconds, sum(premium_seconds)::bigint as premium_seconds,
        case when count(*) = count(exact_numerator)
            then divide_half_up(sum(exact_numerator), any_value(exact_denominator)) end as exact_minor
    from components group by person_no, workweek_start, hour_kind, hour_class, pay_item_no),
salaried as (   -- hours none of which has a second bear nothing
    select summed.*, case when hour_class <> 'salary' then exact_minor
            when exact_minor is not null and pay_seconds > 0 then salaries.salary_minor end as amount_minor,
        case when hour_class = 'salary' and salaries.salaried_cost = 'standard_rate' then exact_minor end as standard_minor
    from summed left join period_salaries as salaries on summed.hour_class = 'salary' and salaries.person_no = summed.person_no
        and salaries.line_week = summed.workweek_start),
names as (select distinct pay_item_no, pay_item from pay_items_ranked),
numbered as (
    select row_number() over (order by person_no, workweek_start, hour_kind, hour_class, pay_item_no) as payroll_line_no, salaried.*
    from salaried)
select numbered.* exclude (first_entry_no, exact_minor), names.pay_item, entries.employee_id, entries.employee_name, entries.pay_group,
    coalesce(rates.regular_rate_numerator, 0)::hugeint as regular_rate_numerator,
    coalesce(rates.regular_rate_denominator, 1)::hugeint as regular_rate_denominator
from numbered join entries_rounded as entries on entries.entry_no = numbered.first_entry_no
left join names using (pay_item_no)
left join regular_rates as rates on rates.person_no = numbered.person_no and rates.workweek_start = numbered.workweek_start
    and numbered.hour_class <> 'salary'
