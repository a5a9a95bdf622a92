-- One row per exempt person with a salary × day of the pay period, where the company declares how salaries become cost: what
-- the salary of that day is worth in a year, and the workweek its payroll line stands under.
with days as (
    select periods.*, (period_start + day_no::int)::date as worked_on
    from run_pay_periods as periods cross join (select unnest(range(0, 400)) as day_no) as numbers
    where periods.salaried_cost is not null and period_start + day_no::int <= period_end),
employed as (   -- a person may have a row for each tracker
    select distinct days.pay_group, days.worked_on, days.salaried_cost, employees.employee_id,
        workweek_of(days.period_end, groups.workweek_start) as line_week
    from days join map_employees as employees on employees.pay_group = days.pay_group and employees.worker_type = 'employee'
        and employees.flsa_status = 'exempt' and days.worked_on between employees.effective_from and employees.effective_to
    join pay_groups as groups on groups.pay_group = days.pay_group
    cross join run_parameters
    where days.worked_on >= go_live and (len(pilot_employees) = 0 or list_contains(pilot_employees, employees.employee_id))
        and not exists (from scope_refs where is_pay_out and ref = employees.employee_id and days.worked_on between scope_refs.effective_from and scope_refs.effective_to))
select people.person_no, employed.*, salaries.annual_millionths
from employed join people_numbered as people using (employee_id)
join salaries_by_person as salaries on salaries.person_no = people.person_no
    and employed.worked_on between salaries.effective_from and salaries.effective_to
