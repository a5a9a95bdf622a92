-- One row per entry version with the number of the rule of rounding for pay and for billing: of those in force on the day
-- worked the most specific one. A customer:job says more than its customer, two columns more than one.
with entries as (select * from entries_with_states),
rules as (select * from rounding_rules where purpose = 'bill')
select entries.*, pay.rule_no as pay_rule_no,
    coalesce(job_item.rule_no, job.rule_no, customer_item.rule_no, customer.rule_no, item.rule_no, others.rule_no) as bill_rule_no
from entries
left join rounding_spans as pay on pay.law_key = coalesce(entries.law_key, -1) and worked_on between pay.span_from and pay.span_to
left join rules as job_item on job_item.customer_job = entries.customer_job and job_item.service_item = entries.service_item
    and worked_on between job_item.effective_from and job_item.effective_to
left join rules as job on job.service_item is null and job.customer_job = entries.customer_job
    and worked_on between job.effective_from and job.effective_to
left join rules as customer_item on customer_item.customer = split_part(entries.customer_job, ':', 1)
    and customer_item.service_item = entries.service_item
    and worked_on between customer_item.effective_from and customer_item.effective_to
left join rules as customer on customer.service_item is null and customer.customer = split_part(entries.customer_job, ':', 1)
    and worked_on between customer.effective_from and customer.effective_to
left join rules as item on item.customer is null and item.customer_job is null and item.service_item = entries.service_item
    and worked_on between item.effective_from and item.effective_to
left join rules as others on others.closeness = 0 and worked_on between others.effective_from and others.effective_to
