-- One row per service item × hour kind with valid time in this run's periods, as the suite `items` looks at it.
with days as (
    select service_item, hour_kind, person_no, worked_on, count(*) as count_entries, sum(worked_seconds) as day_seconds,
        count(*) filter (where is_billable and hour_kind <> 'worked') as count_billable_leave_entries
    from entries_told cross join run_parameters
    where entry_state is null and service_item is not null and worked_on between owned_start and owned_end
    group by service_item, hour_kind, person_no, worked_on)
select null::text as entry_id, null::text as employee_ref, null::date as worked_on, sum(day_seconds)::bigint as seconds,
    service_item as subject, service_item, hour_kind::varchar as hour_kind, sum(count_entries)::bigint as count_entries,
    sum(count_billable_leave_entries)::bigint as count_billable_leave_entries,
    max(case when hour_kind <> 'worked' then day_seconds end)::bigint as longest_leave_day_seconds
from days group by service_item, days.hour_kind order by service_item, days.hour_kind
