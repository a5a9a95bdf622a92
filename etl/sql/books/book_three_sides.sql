-- One row per period, person and job: worked seconds in the tracker where a report of time answers, of the batch's time documents as
-- written, of the books. Reports of totals over several periods stand under the last one.
with sides as (
    select period_end, coalesce(employee_name, person_ref) as person, customer_job as job, case when pay_state in ('exported', 'held') then worked_seconds else 0 end as tracker,
        case when pay_state = 'held' then worked_seconds else 0 end as held, 0 as batch, 0 as books
    from batch_entries where period_end in (select period_end from expected_lines where kind = 'time')
    union all
    select period_end, person, job, 0, 0, seconds, 0 from expected_lines where kind = 'time'
    union all
    select coalesce((select min(period_end) from batch_periods as periods where periods.period_end >= lines.day), (select max(period_end) from batch_periods)), person, job, 0, 0, 0, seconds
    from book_lines as lines where kind = 'time')
select period_end, person, job, sum(tracker)::bigint as tracker_seconds, sum(held)::bigint as held_seconds, sum(batch)::bigint as batch_seconds, sum(books)::bigint as books_seconds
from sides group by period_end, person, job having sum(tracker) <> 0 or sum(batch) <> 0 or sum(books) <> 0
order by period_end, person, job
