-- One row per person reference × day that a mapping row answers: what hangs on the person alone, with the pay rate of the
-- day in millionths and a number in the order of payroll ids.
with refs as (select rowid::int as person_day_no, * from refs_resolved where kind = 'person')
select refs.person_day_no, refs.source, refs.ref, refs.worked_on, numbered.person_no, employees.employee_id,
    employees.employee_name, employees.worker_type, employees.vendor_id, employees.pay_group,
    groups.workweek_start as week_begins_on, keys.law_key,
    case when salaries.employee_id is not null
            and (employees.flsa_status <> 'exempt' or groups.salaried_cost is distinct from 'standard_rate') then 0
        else pay_rates.millionths end as pay_rate_millionths,
    coalesce(salaries.currency, pay_rates.currency) as pay_currency,
    classes.books_class_no, classes.precedence
from refs join map_employees as employees using (map_row) join people_numbered as numbered using (employee_id)
left join pay_groups as groups on groups.pay_group = employees.pay_group
left join law_keys as keys on employees.worker_type = 'employee' and keys.work_location = employees.work_location
    and keys.pay_group = employees.pay_group and keys.flsa_status = employees.flsa_status
left join (select *, (pay_rate::decimal(38, 6) * 1000000)::bigint as millionths from map_pay_rates) as pay_rates on pay_rates.employee_id = employees.employee_id
    and refs.worked_on between pay_rates.effective_from and pay_rates.effective_to
left join map_salaries as salaries on salaries.employee_id = employees.employee_id
    and refs.worked_on between salaries.effective_from and salaries.effective_to
left join classes_numbered as classes on classes.by = 'employee' and classes.ref = employees.employee_id
    and refs.worked_on between classes.effective_from and classes.effective_to
