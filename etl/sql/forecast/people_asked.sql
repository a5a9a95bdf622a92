-- One row per employee × pay period that is asked for time: in force in it, not before the go-live, in the pilot where there is one.
-- A contractor works when there is work and is not asked.
with since as (select employee_id, min(effective_from) as employed_since from map_employees group by employee_id)
select employees.employee_id, any_value(employee_name) as employee_name, periods.pay_group, periods.period_start, periods.period_end,
    any_value(cut_off) as cut_off, any_value(employed_since) as employed_since,
    greatest(min(effective_from), periods.period_start) as first_day, least(max(effective_to), periods.period_end) as last_day
from map_employees as employees join since using (employee_id)
    join run_pay_periods as periods on periods.pay_group = employees.pay_group and effective_from <= periods.period_end and effective_to >= periods.period_start
    cross join run_parameters
where worker_type = 'employee' and periods.period_end >= go_live
    and (len(pilot_employees) = 0 or list_contains(pilot_employees, employees.employee_id))
group by employees.employee_id, periods.pay_group, periods.period_start, periods.period_end
