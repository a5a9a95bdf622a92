-- One row per row of scope.csv × the names it means: an employee, a service item, a customer:job; a customer stands for all its jobs.
with jobs as (select distinct customer_job from map_projects where customer_job is not null)
select scope.kind, coalesce(jobs.customer_job, scope.ref) as ref, scope.pay = 'no' as is_pay_out, scope.labor = 'no' as is_labor_out,
    scope.billing = 'no' as is_bill_out, scope.tax = 'no' as is_tax_out, scope.effective_from, scope.effective_to
from map_scope as scope
left join jobs on scope.kind = 'customer_job' and scope.ref in (jobs.customer_job, split_part(jobs.customer_job, ':', 1))
