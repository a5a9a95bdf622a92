-- One row per project reference × day that a mapping row answers: customer:job, numbered by name, and its class.
with refs as (select * from refs_resolved where kind = 'project'),
projects as (
    select refs.source, refs.outer_ref, refs.ref, refs.worked_on, mapped.customer_job, mapped.billing_method,
        classes.value as class, classes.books_class_no, classes.precedence
    from refs join map_projects as mapped using (map_row)
    left join classes_numbered as classes on classes.by = 'customer_job' and classes.ref = mapped.customer_job
        and refs.worked_on between classes.effective_from and classes.effective_to)
select row_number() over (order by source, outer_ref, ref, worked_on)::int as project_day_no,
    case when customer_job is not null then dense_rank() over (order by customer_job nulls last)::int end as job_no, projects.*
from projects
