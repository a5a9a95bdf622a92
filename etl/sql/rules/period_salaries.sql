-- One row per exempt person × pay group: the salary of the pay period in minor units, rounded once, from its year: a 52nd of
-- it a week, a 26th two weeks, a 24th half a month, a 12th a month (29 CFR 778.113(b)). Of a period in which the person
-- joins, leaves or is raised, each day of the proration counts alike.
with parameters as (select salary_proration, ten_to(6 - minor_digits) as minor_per_millionth from run_parameters),
counted as (
    select pay_group, period_start, period_end, periods_per_year,
        count(*) filter (where salary_proration = 'calendar_days' or isodow(period_start + day_no::int) <= 5) as count_days
    from run_pay_periods cross join (select unnest(range(0, 400)) as day_no) as numbers cross join parameters
    where salaried_cost is not null and period_start + day_no::int <= period_end group by all),
summed as (
    select person_no, employee_id, pay_group, line_week, salaried_cost,
        sum(annual_millionths::hugeint) filter (where salary_proration = 'calendar_days' or isodow(worked_on) <= 5)::hugeint as numerator
    from salaried_days cross join parameters group by all)
select person_no, employee_id, summed.pay_group, line_week, salaried_cost, period_start, period_end,
    coalesce(numerator, 0)::hugeint as salary_numerator,
    (count_days * periods_per_year * minor_per_millionth)::hugeint as salary_denominator,
    divide_half_up(coalesce(numerator, 0), count_days * periods_per_year * minor_per_millionth) as salary_minor
from summed join counted using (pay_group) cross join parameters
