-- One row per entry version, with the person, customer:job and service item its references answer to on its date; null
-- where none does. Narrow on purpose: the tracker's texts stay in entry_versions and are met again by `version_no`, its row.
with entries as (select rowid as version_no, * from entry_versions),
people as (
    select refs.source, refs.ref, refs.worked_on, employees.*
    from refs_resolved as refs join map_employees as employees using (map_row) where refs.kind = 'person'),
projects as (
    select refs.source, refs.outer_ref, refs.ref, refs.worked_on, mapped.customer_job, mapped.billing_method
    from refs_resolved as refs join map_projects as mapped using (map_row) where refs.kind = 'project'),
items as (
    select refs.source, refs.ref, refs.worked_on, mapped.service_item, mapped.hour_kind
    from refs_resolved as refs join map_items as mapped using (map_row) where refs.kind = 'item'),
referenced as (
    select entries.version_no, entries.entry_id, entries.version, entries.worked_on, entries.started_at,
        entries.first_day_seconds, entries.second_day_seconds, entries.worked_seconds, entries.currency_text,
        entries.is_clock_ambiguous, entries.is_billable, entries.is_billable_unreadable, entries.is_already_billed,
        entries.is_conflict, entries.is_superseded, entries.is_withdrawn,
        people.employee_id, people.employee_name, people.worker_type, people.pay_group, people.flsa_status,
        people.work_location, people.employee_id is not null as is_person_mapped,
        projects.customer_job, projects.billing_method, projects.ref is not null as is_project_mapped,
        items.service_item, coalesce(items.hour_kind, 'worked') as hour_kind, items.ref is not null as is_item_mapped
    from entries
    left join people on people.source = entries.source and people.ref = coalesce(entries.person_ref, '(none)')
        and people.worked_on = entries.worked_on
    left join projects on projects.source = entries.source
        and projects.outer_ref = coalesce(entries.client_ref, '(none)')
        and projects.ref = coalesce(entries.project_ref, '(none)') and projects.worked_on = entries.worked_on
    left join items on items.source = entries.source and items.ref = coalesce(entries.service_ref, '(none)')
        and items.worked_on = entries.worked_on)
select * from referenced
