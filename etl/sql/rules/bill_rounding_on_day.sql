-- One row per work of a day with a rule of rounding for billing: of those in force the most specific one. A customer:job says more
-- than its customer, two columns more than one.
with works as (select work_no, customer_job, service_item, worked_on from work_on_day),
rules as (select * from rounding_rules where purpose = 'bill'),
found as (
    select work_no, coalesce(job_item.rule_no, job.rule_no, customer_item.rule_no, customer.rule_no, item.rule_no, others.rule_no) as rule_no
    from works
    left join rules as job_item on job_item.customer_job = works.customer_job and job_item.service_item = works.service_item
        and worked_on between job_item.effective_from and job_item.effective_to
    left join rules as job on job.service_item is null and job.customer_job = works.customer_job
        and worked_on between job.effective_from and job.effective_to
    left join rules as customer_item on customer_item.customer = split_part(works.customer_job, ':', 1)
        and customer_item.service_item = works.service_item
        and worked_on between customer_item.effective_from and customer_item.effective_to
    left join rules as customer on customer.service_item is null and customer.customer = split_part(works.customer_job, ':', 1)
        and worked_on between customer.effective_from and customer.effective_to
    left join rules as item on item.customer is null and item.customer_job is null and item.service_item = works.service_item
        and worked_on between item.effective_from and item.effective_to
    left join rules as others on others.closeness = 0 and worked_on between others.effective_from and others.effective_to)
select work_no, found.rule_no, unit_seconds, mode, grain from found join rules using (rule_no)
