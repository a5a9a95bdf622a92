-- One row per entry version and batch, as that batch knew it; a batch knows all workweeks that touch its period, so an
-- entry near the edge stands in two. To count an entry once, read time_entries_latest.
with entries as (select * from stored.entries)
select company, period_end, batch, audit_number, entry_id, version, source, entry_ref, person_ref, employee_id, employee_name,
    worker_type, pay_group, client_ref, project_ref, task_ref, service_ref, customer_job, service_item, class, hour_kind,
    worked_on, started_at, worked_seconds, pay_seconds, bill_seconds, is_billable, note, pay_state, pay_reason, cost_state,
    cost_reason, bill_state, bill_reason
from entries
