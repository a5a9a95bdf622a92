-- One row per person × work of a day that a bill rate of the person answers: with job and item, with the job, with the item, or alone.
with rates as (select * from bill_rates_ranked where closeness >= 4),
asked as (
    select distinct person_day_no, work_no from entries_ordered where is_billable and person_day_no in (
        select person_day_no from people_on_day semi join rates using (employee_id))),
billed as (
    select person_day_no, work_no, people.employee_id, works.customer_job, works.service_item, works.worked_on as billed_on
    from asked join people_on_day as people using (person_day_no) join work_on_day as works using (work_no)
    where works.is_project_mapped and works.is_item_mapped),
rated as (
    select person_day_no, work_no,
        coalesce(person_job_item.bill_rate, person_job.bill_rate, person_item.bill_rate, person.bill_rate) as bill_rate,
        coalesce(person_job_item.currency, person_job.currency, person_item.currency, person.currency) as bill_currency
    from billed
    left join rates as person_job_item on person_job_item.closeness = 7
        and person_job_item.employee_id = billed.employee_id and person_job_item.customer_job = billed.customer_job
        and person_job_item.service_item = billed.service_item
        and billed_on between person_job_item.effective_from and person_job_item.effective_to
    left join rates as person_job on person_job.closeness = 6
        and person_job.employee_id = billed.employee_id and person_job.customer_job = billed.customer_job
        and billed_on between person_job.effective_from and person_job.effective_to
    left join rates as person_item on person_item.closeness = 5
        and person_item.employee_id = billed.employee_id and person_item.service_item = billed.service_item
        and billed_on between person_item.effective_from and person_item.effective_to
    left join rates as person on person.closeness = 4 and person.employee_id = billed.employee_id
        and billed_on between person.effective_from and person.effective_to)
select * from rated where bill_rate is not null
