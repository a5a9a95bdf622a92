-- One row per entry version of the calculation window, with its state and reason in each stream.
with entries as (
    select entries_rounded.*, staged.source, staged.entry_ref, staged.person_ref, staged.client_ref, staged.project_ref, staged.task_ref, staged.service_ref, staged.note
    from entries_rounded join stg_files__time_entries as staged using (pull_number, source_row))
select entry_id, version, source, entry_ref, person_ref, employee_id, employee_name, worker_type, pay_group, client_ref,
    project_ref, task_ref, service_ref, customer_job, service_item, class, hour_kind::varchar as hour_kind, worked_on, started_at,
    worked_seconds, pay_seconds, bill_seconds, is_billable, note, pay_state::varchar as pay_state, pay_reason,
    cost_state::varchar as cost_state, cost_reason, bill_state::varchar as bill_state, bill_reason
from entries order by entry_no
