-- One row per entry version, with person, customer:job, service item, class and rates as of its date; what does not map
-- is null. `entry_no` is the one order of everything below: person, day, start, id, version; never the file's order.
with entries as (select * from entry_versions),
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
    select entries.*,
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
        and items.worked_on = entries.worked_on),
rated as (
    select referenced.*, pay_rates.pay_rate, pay_rates.currency as pay_currency,
        list_filter(bill_rates.rates, lambda r: referenced.worked_on between r.effective_from and r.effective_to)[1] as bill
    from referenced
    left join map_pay_rates as pay_rates on pay_rates.employee_id = referenced.employee_id
        and referenced.worked_on between pay_rates.effective_from and pay_rates.effective_to
    left join bill_rates_ranked as bill_rates on bill_rates.customer_job = referenced.customer_job
        and bill_rates.service_item = referenced.service_item and bill_rates.employee_id = referenced.employee_id),
classed as (
    select rated.* exclude (bill), bill.bill_rate as bill_rate, bill.currency as bill_currency,
        case when by_item.precedence <= coalesce(by_job.precedence, 1000000)
                and by_item.precedence <= coalesce(by_person.precedence, 1000000) then by_item.value
            when by_job.precedence <= coalesce(by_person.precedence, 1000000) then by_job.value
            else by_person.value end as class
    from rated
    left join map_classes as by_item on by_item.by = 'service_item' and by_item.ref = rated.service_item
        and rated.worked_on between by_item.effective_from and by_item.effective_to
    left join map_classes as by_job on by_job.by = 'customer_job' and by_job.ref = rated.customer_job
        and rated.worked_on between by_job.effective_from and by_job.effective_to
    left join map_classes as by_person on by_person.by = 'employee' and by_person.ref = rated.employee_id
        and rated.worked_on between by_person.effective_from and by_person.effective_to),
ordered as (
    select row_number() over (
            order by employee_id nulls last, worked_on nulls last, started_at nulls last, entry_id, version) as entry_no,
        classed.*
    from classed)
select * from ordered
