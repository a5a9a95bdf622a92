-- One row per entry that the newest batch which met it held in a stream. Asked of the history.
select entry_id, version, source, person_ref, employee_id, employee_name, client_ref, project_ref, service_ref, customer_job, service_item,
    worked_on, worked_seconds, pay_reason, cost_reason, bill_reason, period_end
from time_entries_latest
where company = $company and 'held' in (pay_state, cost_state, bill_state)
