-- One row per entry version of the calculation window, with its state and reason in each stream.
with entries as (
    select entries_told.*, texts.source, texts.entry_ref, texts.person_ref, texts.client_ref, texts.project_ref, texts.task_ref, texts.service_ref, texts.note
    from entries_told join landed_texts as texts using (pull_number, source_row))
select entry_id, version, source, entry_ref, person_ref, employee_id, employee_name, worker_type, pay_group, client_ref,
    project_ref, task_ref, service_ref, customer_job, service_item, class, hour_kind::varchar as hour_kind, worked_on, started_at,
    worked_seconds, pay_seconds, bill_seconds, is_billable, note, pay_state::varchar as pay_state, pay_reason,
    cost_state::varchar as cost_state, cost_reason, bill_state::varchar as bill_state, bill_reason
from entries order by entry_no
