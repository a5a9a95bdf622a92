-- One row per entry that is held: as its open draft says, else as the newest batch. An open draft knows better than a batch.
with drafted as (
    select *, row_number() over (partition by entry_id order by version desc, period_end desc) as turn from drafted_entries),
newest as (select * exclude (turn) from drafted where turn = 1)
select entry_id, version, source, person_ref, employee_id, employee_name, client_ref, project_ref, service_ref, customer_job, service_item,
    worked_on, worked_seconds, case when pay_state = 'held' then pay_reason end as pay_reason,
    case when cost_state = 'held' then cost_reason end as cost_reason,
    case when bill_state = 'held' then bill_reason end as bill_reason, period_end
from newest where 'held' in (pay_state, cost_state, bill_state)
union all by name
select * from exported_held where entry_id not in (select entry_id from newest)
