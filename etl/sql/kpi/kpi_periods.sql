-- One row per exported period and the moments of its way, by the numbers of the audit log, never by clocks: the last pull before the
-- first draft, that draft, the approval the export rests on, the export, the first reconciliation without a difference after it,
-- the first statement of the books after it with nothing open.
with drafts as (select company, period_end, min(number) as draft_number from audit_events where type = 'draft' group by company, period_end),
exports as (select company, period_end, min(number) as export_number from audit_events where type = 'export' group by company, period_end),
numbered as (
    select company, period_end, draft_number, export_number,
        max(events.number) filter (where events.type = 'pull' and events.number < draft_number) as pull_number,
        max(events.number) filter (where events.type = 'approve' and events.period_end = exports.period_end and events.number < export_number) as approve_number,
        min(events.number) filter (where events.type = 'reconcile' and events.period_end = exports.period_end and events.unreconciled = 0
            and events.number > export_number) as reconcile_number,
        min(events.number) filter (where events.type = 'books_statement' and events.unreconciled = 0 and events.open_items = 0
            and events.number > export_number) as agreed_number
    from exports join drafts using (company, period_end) join audit_events as events using (company)
    group by company, exports.period_end, draft_number, export_number),
moments as (select company, number, any_value(recorded_at) as recorded_at from audit_events group by company, number)
select numbered.company, numbered.period_end, pulled.recorded_at as pulled_at, drafted.recorded_at as drafted_at,
    approved.recorded_at as approved_at, exported.recorded_at as exported_at, reconciled.recorded_at as reconciled_at,
    agreed.recorded_at as agreed_at
from numbered
    left join moments as pulled on pulled.company = numbered.company and pulled.number = pull_number
    left join moments as drafted on drafted.company = numbered.company and drafted.number = draft_number
    left join moments as approved on approved.company = numbered.company and approved.number = approve_number
    left join moments as exported on exported.company = numbered.company and exported.number = export_number
    left join moments as reconciled on reconciled.company = numbered.company and reconciled.number = reconcile_number
    left join moments as agreed on agreed.company = numbered.company and agreed.number = agreed_number
