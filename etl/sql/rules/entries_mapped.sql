-- One row per entry version, with person, customer:job, service item, class and rates as of its date; what does not map
-- is null. `entry_no` is its place in the one order (entries_ordered).
with versions as (select rowid + 1 as entry_no, * from entries_ordered),
referenced as (
    select versions.* exclude (person_no, person_day_no, project_day_no, item_day_no), versions.person_no,
        people.employee_id, people.employee_name, people.worker_type, people.vendor_id, people.pay_group, people.law_key,
        versions.person_day_no is not null as is_person_mapped, coalesce(case job_rates.kind when 'rate' then 0 when 'piece' then 0 else people.pay_rate_millionths end, people.pay_rate_millionths)
            + coalesce((job_rates.rate * 1000000::decimal(7, 0))::bigint, 0) as pay_rate_millionths,
        case when job_rates.kind = 'differential' then (job_rates.rate * 1000000::decimal(7, 0))::bigint end as differential_millionths,
        coalesce(case when job_rates.kind <> 'differential' then job_rates.currency end, people.pay_currency) as pay_currency,
        projects.customer_job, projects.job_no, projects.billing_method, versions.project_day_no is not null as is_project_mapped,
        items.service_item, coalesce(items.hour_kind, 'worked'::hour_kind) as hour_kind, versions.item_day_no is not null as is_item_mapped,
        coalesce(people.week_begins_on, 1)::int as week_begins_on,   -- nobody's time is looked at in weeks from Monday
        case when items.precedence <= coalesce(projects.precedence, 1000000)
                and items.precedence <= coalesce(people.precedence, 1000000) then items.books_class_no
            when projects.precedence <= coalesce(people.precedence, 1000000) then projects.books_class_no
            else people.books_class_no end as books_class_no
    from versions
    left join people_on_day as people using (person_day_no)
    left join projects_on_day as projects using (project_day_no)
    left join items_on_day as items using (item_day_no)
    left join map_job_rates as job_rates on job_rates.employee_id = people.employee_id and job_rates.service_item = items.service_item
        and versions.worked_on between job_rates.effective_from and job_rates.effective_to),
billed as (   -- the day that a bill rate is wanted for
    select referenced.*, case when is_billable and is_project_mapped and is_item_mapped then worked_on end as billed_on
    from referenced),
rated as (
    select billed.* exclude (billed_on), class_names.value as class,
        coalesce(person_job_item.bill_rate, person_job.bill_rate, person_item.bill_rate, person.bill_rate,
            job_item.bill_rate, job.bill_rate, item.bill_rate, others.bill_rate) as bill_rate,
        coalesce(person_job_item.currency, person_job.currency, person_item.currency, person.currency,
            job_item.currency, job.currency, item.currency, others.currency) as bill_currency
    from billed
    left join (select distinct books_class_no, value from classes_numbered) as class_names using (books_class_no)
    left join bill_rates_ranked as person_job_item on person_job_item.closeness = 7
        and person_job_item.employee_id = billed.employee_id and person_job_item.customer_job = billed.customer_job
        and person_job_item.service_item = billed.service_item
        and billed_on between person_job_item.effective_from and person_job_item.effective_to
    left join bill_rates_ranked as person_job on person_job.closeness = 6
        and person_job.employee_id = billed.employee_id and person_job.customer_job = billed.customer_job
        and billed_on between person_job.effective_from and person_job.effective_to
    left join bill_rates_ranked as person_item on person_item.closeness = 5
        and person_item.employee_id = billed.employee_id and person_item.service_item = billed.service_item
        and billed_on between person_item.effective_from and person_item.effective_to
    left join bill_rates_ranked as person on person.closeness = 4 and person.employee_id = billed.employee_id
        and billed_on between person.effective_from and person.effective_to
    left join bill_rates_ranked as job_item on job_item.closeness = 3
        and job_item.customer_job = billed.customer_job and job_item.service_item = billed.service_item
        and billed_on between job_item.effective_from and job_item.effective_to
    left join bill_rates_ranked as job on job.closeness = 2 and job.customer_job = billed.customer_job
        and billed_on between job.effective_from and job.effective_to
    left join bill_rates_ranked as item on item.closeness = 1 and item.service_item = billed.service_item
        and billed_on between item.effective_from and item.effective_to
    left join bill_rates_ranked as others on others.closeness = 0
        and billed_on between others.effective_from and others.effective_to)
select * from rated
