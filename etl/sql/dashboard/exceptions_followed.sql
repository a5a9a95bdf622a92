-- One row per exception that is not closed, in the order in which they are worked on. Of a team: those whose tracker name can
-- mean nobody outside it. What is found about pay stands in a column of its own.
with meant as (
    select item, employee_id from exception_items join map_employees as known
        on employee_ref in (known.person_ref, known.employee_id)),
own as (
    select item from meant group by item
    having bool_and(employee_id in (select employee_id from team)))
select items.item, state, owner, opened, age_days, due, code, title, severity, streams, employee_ref, worked_on, seconds,
    case when is_about_pay then null else found end as found,
    case when is_about_pay then found end as found_about_pay, remedy, period_end
from (select *, code not in (   -- whatever else is found may quote a rate or an amount of pay
        'TE001', 'TE002', 'TE003', 'TE004', 'TE005', 'TE006', 'TE007', 'TE008', 'TE009', 'TE011', 'TE013', 'TE016', 'TE017', 'TE019',
        'TE020', 'TE021', 'TE022', 'TE023', 'TE024', 'TE051', 'TE052', 'TE151', 'TE152', 'TE154', 'TE180', 'TE260', 'TE261') as is_about_pay
    from exception_items) as items
where (select is_all from reader where view = 'exceptions') or item in (select item from own)
order by turn
