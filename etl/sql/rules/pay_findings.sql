-- One row per finding about the salary of an exempt person in this run's periods, in the form of an exception item. Nothing
-- here changes a figure (29 CFR 541.600, .602).
with parameters as (select owned_start, owned_end from run_parameters),
exempt as (
    select people.person_no, employees.employee_id, employees.pay_group, employees.work_location,
        greatest(employees.effective_from, owned_start) as first_day, least(employees.effective_to, owned_end) as last_day
    from map_employees as employees join people_numbered as people using (employee_id) cross join parameters
    where worker_type = 'employee' and flsa_status = 'exempt' and effective_from <= owned_end and effective_to >= owned_start),
salaried as (
    select exempt.*, salaries.annual_millionths, salaries.currency, greatest(first_day, salaries.effective_from) as salary_from,
        least(last_day, salaries.effective_to) as salary_to
    from exempt join salaries_by_person as salaries on salaries.person_no = exempt.person_no
        and salaries.effective_from <= last_day and salaries.effective_to >= first_day),
low as (
    select employee_id, salary_from, annual_millionths, limits.weekly_millionths, limits.citation
    from salaried join exempt_salaries as limits on limits.work_location = salaried.work_location
        and limits.effective_from <= salary_to and limits.effective_to >= salary_from
        and annual_millionths < limits.weekly_millionths::hugeint * 52
    where salaried.currency = (select home_currency from run_parameters)),
days as (   -- unpaid leave of a day, and what else of it is paid
    select employee_id, worked_on, sum(worked_seconds) filter (where hour_kind = 'unpaid_leave')::bigint as unpaid_seconds,
        coalesce(sum(worked_seconds) filter (where hour_kind <> 'unpaid_leave'), 0)::bigint as paid_seconds
    from entries_told as entries semi join salaried on salaried.person_no = entries.person_no
        and entries.worked_on between salaried.salary_from and salaried.salary_to
    where entry_state is null group by employee_id, worked_on having unpaid_seconds > 0),
without_hours as (
    select employee_id, salary_minor, period_start, period_end from period_salaries as salaries
    where salary_minor > 0 and not exists (select 1 from payroll_lines_rounded as lines where lines.person_no = salaries.person_no
        and lines.hour_class = 'salary' and lines.workweek_start = salaries.line_week and lines.amount_minor is not null)),
without_salary as (
    select exempt.employee_id from exempt join run_pay_periods as periods on periods.pay_group = exempt.pay_group
        and periods.salaried_cost is not null
    anti join salaried using (person_no)),
found as (
    select 'TE130' as code, 'pay' as streams, employee_id, min(salary_from) as worked_on, null::bigint as seconds,
        'salary ' || amount_of(divide_half_up(annual_millionths, 10000), 2)::decimal(18, 2) || ' a year, least '
            || amount_of(divide_half_up(weekly_millionths * 52, 10000), 2)::decimal(18, 2) || ' (' || citation || ')' as found
    from low group by employee_id, annual_millionths, weekly_millionths, citation
    union all
    select case when paid_seconds > 0 then 'TE131' else 'TE132' end, 'pay', employee_id, worked_on, unpaid_seconds,
        clock_hours(unpaid_seconds) || ' unpaid' || case when paid_seconds > 0 then ' beside ' || clock_hours(paid_seconds) || ' paid' else '' end
    from days
    union all
    select 'TE133', 'pay, cost', employee_id, period_end, 0, 'salary of ' || period_start || ' to ' || period_end from without_hours
    union all
    select distinct 'TE134', 'cost', employee_id, null::date, null, 'employee ' || employee_id from without_salary)
select codes.code, codes.severity, streams, null::varchar as entry_id, employee_id as employee_ref, worked_on, seconds, found,
    codes.title as expected, codes.fix as remedy, null::varchar as due
from found join codes using (code)
