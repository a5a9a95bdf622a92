-- One row per customer:job with valid time in this run's periods, as the suite `projects` looks at it.
select null::text as entry_id, null::text as employee_ref, null::date as worked_on, sum(worked_seconds)::bigint as seconds,
    customer_job as subject, customer_job, count(*) as count_entries, count(distinct person_no) as count_people,
    count(*) filter (where isodow(worked_on) < 6) as count_weekday_entries
from entries_told cross join run_parameters
where entry_state is null and customer_job is not null and worked_on between owned_start and owned_end
group by customer_job order by customer_job
