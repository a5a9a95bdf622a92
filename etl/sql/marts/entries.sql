-- One row per entry version of the calculation window, with its state and reason in each stream.
with entries as (select * from entries_rounded), texts as (select rowid as version_no, * from entry_versions)
select entries.entry_id, entries.version, texts.source, texts.entry_ref, texts.person_ref, employee_id, employee_name,
    worker_type, pay_group, texts.client_ref, texts.project_ref, texts.task_ref, texts.service_ref, customer_job,
    service_item, class, hour_kind, entries.worked_on, entries.started_at, entries.worked_seconds, pay_seconds, bill_seconds,
    entries.is_billable, texts.note, pay_state, pay_reason, cost_state, cost_reason, bill_state, bill_reason
from entries join texts using (version_no) order by entry_no
