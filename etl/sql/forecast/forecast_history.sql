-- One row per employee × day before the period, as the last batch that met each entry knew it: work in seconds, and whether leave was
-- told. Asked of the history.
with newest as (
    select entry_id, employee_id, worked_on, worked_seconds, hour_kind, pay_state from time_entries
    where company = $company and period_end >= $first_day and worker_type = 'employee' and employee_id is not null
    qualify row_number() over (partition by entry_id order by audit_number desc, version desc) = 1)
select employee_id, worked_on, coalesce(sum(greatest(worked_seconds, 0)) filter (where hour_kind = 'worked'), 0)::bigint as worked_seconds,
    bool_or(hour_kind in ('paid_leave', 'unpaid_leave')) as has_leave
from newest where worked_on >= $first_day and worked_on < $period_start and hour_kind <> 'holiday'
    and pay_state not in ('superseded', 'withdrawn', 'rejected') group by employee_id, worked_on
