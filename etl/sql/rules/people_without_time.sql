-- One row per employee of whom nothing came for a pay period: no work, no leave; missing is never zero (29 CFR 516.2 asks for
-- the hours of every workday). In the form of an exception item; a contractor and whoever is out of the pilot are not asked for.
with received as (   -- a holiday of the calendar comes by itself and says nothing
    select distinct employee_id, days.worked_on from people_on_day join (
        select distinct person_day_no, worked_on from entries_rounded anti join holiday_entries using (entry_no)
        where pay_state not in ('superseded', 'withdrawn')) as days using (person_day_no)),
expected as (
    select employees.employee_id, any_value(employee_name) as employee_name, periods.period_start, periods.period_end,
        any_value(cut_off) as cut_off, greatest(min(effective_from), periods.period_start) as first_day,
        least(max(effective_to), periods.period_end) as last_day
    from map_employees as employees join run_pay_periods as periods on periods.pay_group = employees.pay_group
        and effective_from <= periods.period_end and effective_to >= periods.period_start cross join run_parameters
    where worker_type = 'employee' and without_time <> 'off' and periods.period_end >= go_live
        and (len(pilot_employees) = 0 or list_contains(pilot_employees, employees.employee_id))
        and not exists (from scope_refs where is_pay_out and ref = employees.employee_id
            and scope_refs.effective_from <= periods.period_start and scope_refs.effective_to >= periods.period_end)
    group by employees.employee_id, periods.period_start, periods.period_end),
without_hours as (select employee_ref from pay_findings where code = 'TE133'),   -- told of a salary already
missing as (
    select * from expected anti join without_hours on employee_ref = employee_id
    anti join received on received.employee_id = expected.employee_id
        and received.worked_on between expected.period_start and expected.period_end)
select codes.code, case when without_time = 'stop' then 'stop' else codes.severity end as severity, 'pay' as streams,
    null::varchar as entry_id, employee_id as employee_ref, first_day as worked_on, 0::bigint as seconds,
    employee_name || ', nothing from ' || first_day || ' to ' || last_day as found, codes.title as expected,
    codes.fix as remedy, 'before the payroll cut-off' || coalesce(strftime(cut_off, ' %Y-%m-%d %H:%M'), '') as due
from missing cross join codes cross join run_parameters where codes.code = 'TE136'
