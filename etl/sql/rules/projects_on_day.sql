-- One row per project reference × day that a mapping row answers: customer:job, numbered by name, and its class.
with refs as (select rowid::int as project_day_no, * from refs_resolved where kind = 'project'),
numbered as (
    select customer_job, row_number() over (order by customer_job)::int as job_no
    from (select distinct customer_job from map_projects where customer_job is not null) as jobs)
select refs.project_day_no, refs.source, refs.outer_ref, refs.ref, refs.worked_on, mapped.customer_job, numbered.job_no,
    mapped.billing_method, classes.books_class_no, classes.precedence
from refs join map_projects as mapped using (map_row) left join numbered on numbered.customer_job = mapped.customer_job
left join classes_numbered as classes on classes.by = 'customer_job' and classes.ref = mapped.customer_job
    and refs.worked_on between classes.effective_from and classes.effective_to
