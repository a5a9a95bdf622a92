-- One row per work of a day (work_used), with what its project and service item say: customer:job, kind of hour, class, the bill
-- rate of everybody without a rate of their own, what is doubtful about its names. `work_no` is its place there.
with works as (select rowid::int as work_no, * from work_used),
answered as (
    select work_no, works.worked_on, projects.customer_job, projects.job_no, projects.billing_method,
        projects.project_day_no is not null as is_project_mapped, items.service_item,
        coalesce(items.hour_kind, 'worked'::hour_kind) as hour_kind, items.item_day_no is not null as is_item_mapped,
        currency_text is not null and currencies.currency is null as is_currency_unknown,
        coalesce(project_doubts.code, item_doubts.code) as name_doubt,
        case when items.precedence <= coalesce(projects.precedence, 1000000) then items.books_class_no else projects.books_class_no end as books_class_no,
        case when items.precedence <= coalesce(projects.precedence, 1000000) then items.precedence else projects.precedence end as precedence
    from works
    left join projects_on_day as projects on projects.source = works.source
        and projects.outer_ref = coalesce(works.client_ref, '(none)')
        and projects.ref = coalesce(works.project_ref, '(none)') and projects.worked_on = works.worked_on
    left join items_on_day as items on items.source = works.source
        and items.ref = coalesce(works.service_ref, '(none)') and items.worked_on = works.worked_on
    left join refs_in_doubt as project_doubts on project_doubts.kind = 'project' and project_doubts.source = works.source
        and project_doubts.outer_ref = coalesce(works.client_ref, '(none)')
        and project_doubts.ref = coalesce(works.project_ref, '(none)')
    left join refs_in_doubt as item_doubts on item_doubts.kind = 'item' and item_doubts.source = works.source
        and item_doubts.ref = works.service_ref
    left join currencies on currencies.currency = works.currency_text),
dated as (   -- the day that a bill rate is wanted for
    select answered.*, case when is_project_mapped and is_item_mapped then worked_on end as billed_on from answered),
rated as (
    select dated.* exclude (billed_on), coalesce(job_item.bill_rate, job.bill_rate, item.bill_rate, others.bill_rate) as bill_rate,
        coalesce(job_item.currency, job.currency, item.currency, others.currency) as bill_currency
    from dated
    left join bill_rates_ranked as job_item on job_item.closeness = 3
        and job_item.customer_job = dated.customer_job and job_item.service_item = dated.service_item
        and billed_on between job_item.effective_from and job_item.effective_to
    left join bill_rates_ranked as job on job.closeness = 2 and job.customer_job = dated.customer_job
        and billed_on between job.effective_from and job.effective_to
    left join bill_rates_ranked as item on item.closeness = 1 and item.service_item = dated.service_item
        and billed_on between item.effective_from and item.effective_to
    left join bill_rates_ranked as others on others.closeness = 0
        and billed_on between others.effective_from and others.effective_to)
select * from rated
