-- One row per employee × day of which anything has landed: work in seconds, and whether leave was told. A day that is told is not
-- missing, whatever was told; a holiday of the calendar comes by itself and tells nothing.
select employee_id, worked_on, coalesce(sum(greatest(worked_seconds, 0)) filter (where hour_kind = 'worked'), 0)::bigint as worked_seconds,
    bool_or(hour_kind in ('paid_leave', 'unpaid_leave')) as has_leave
from entries_with_states anti join holiday_entries using (entry_no)
where employee_id is not null and worked_on is not null and pay_state not in ('superseded', 'withdrawn')
group by employee_id, worked_on
