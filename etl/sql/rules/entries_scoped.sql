-- One row per entry version that scope.csv leaves out of a stream on its day, by its person, its customer:job or its service
-- item; one that leaves it out is enough.
with scoped as (select * from scope_refs),
found as (
    select entry_no, scoped.* from entries_judged as entries join scoped on kind = 'employee' and ref = employee_id
        and worked_on between effective_from and effective_to
    union all
    select entry_no, scoped.* from entries_judged as entries join scoped on kind = 'customer_job' and ref = customer_job
        and worked_on between effective_from and effective_to
    union all
    select entry_no, scoped.* from entries_judged as entries join scoped on kind = 'service_item' and ref = service_item
        and worked_on between effective_from and effective_to)
select entry_no, bool_or(is_pay_out) as is_pay_out, bool_or(is_labor_out) as is_labor_out, bool_or(is_bill_out) as is_bill_out
from found group by entry_no
