-- One row per entry: its newest version, as the last batch that met it knew it.
-- Order is by the audit log's numbers and the version, never by a clock.
with entries as (select * from time_entries),
ranked as (
    select *, row_number() over (partition by company, entry_id order by audit_number desc, version desc) as turn
    from entries)
select company, period_end, batch, audit_number, entry_id, version, source, entry_ref, person_ref, employee_id, employee_name,
    worker_type, pay_group, client_ref, project_ref, task_ref, service_ref, customer_job, service_item, class, hour_kind,
    worked_on, started_at, worked_seconds, pay_seconds, bill_seconds, is_billable, note, pay_state, pay_reason, cost_state,
    cost_reason, bill_state, bill_reason
from ranked where turn = 1
