-- One row per pay addition of this pay period, numbered in the order of the payroll lines, with whose it is.
with persons as (select numbered.person_no, employees.* from people_numbered as numbered join map_employees as employees using (employee_id)),
periods as (select * from run_pay_periods),
disputed as (select * from referrals_told where decision is distinct from 'pay'),   -- waits, or is not owed (referral_items)
due as (   -- by the payroll record of the day it is paid for; several references of one person carry the same
    select found.*, persons.employee_id, any_value(persons.employee_name) as employee_name, persons.pay_group
    from additions_found as found join persons on persons.person_no = found.person_no and persons.worker_type = 'employee'
        and found.paid_on between persons.effective_from and persons.effective_to
    join periods on periods.pay_group = persons.pay_group and found.paid_on between periods.period_start and periods.period_end
    anti join disputed on disputed.employee_id = persons.employee_id and disputed.hour_class = found.hour_class::varchar
        and disputed.day between coalesce(addition_on, found.workweek_start) and coalesce(addition_on, found.paid_on)
    group by all)
select row_number() over (order by due.person_no, due.workweek_start, due.hour_kind, due.hour_class, addition_on nulls last, reason)::int as addition_no,
    due.*, items.pay_item
from due left join map_pay_items as items on items.hour_kind::hour_kind = due.hour_kind and items.hour_class::hour_class = due.hour_class
    and items.service_item is null
