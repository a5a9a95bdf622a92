-- One row per customer:job × service item × person that worked, with its bill rates in a list, most specific first:
-- a rate for the person beats one for the job, that beats one for the item; "*" stands for any.
with worked as (
    select distinct projects.customer_job, items.service_item, employees.employee_id
    from entry_versions as entries
    join refs_resolved as project on project.kind = 'project' and project.source = entries.source
        and project.outer_ref = coalesce(entries.client_ref, '(none)')
        and project.ref = coalesce(entries.project_ref, '(none)') and project.worked_on = entries.worked_on
    join map_projects as projects on projects.map_row = project.map_row
    join refs_resolved as item on item.kind = 'item' and item.source = entries.source
        and item.ref = coalesce(entries.service_ref, '(none)') and item.worked_on = entries.worked_on
    join map_items as items on items.map_row = item.map_row
    join refs_resolved as person on person.kind = 'person' and person.source = entries.source
        and person.ref = coalesce(entries.person_ref, '(none)') and person.worked_on = entries.worked_on
    join map_employees as employees on employees.map_row = person.map_row
    where projects.customer_job is not null),
rates as (
    select customer_job as job_key, service_item as item_key, employee_id as employee_key, bill_rate, currency,
        effective_from, effective_to from map_rates),
matched as (
    select worked.*, rates.*,
        (rates.employee_key <> '*')::int * 4 + (rates.job_key <> '*')::int * 2 + (rates.item_key <> '*')::int as closeness
    from worked join rates
        on rates.job_key in (worked.customer_job, '*') and rates.item_key in (worked.service_item, '*')
        and rates.employee_key in (worked.employee_id, '*')),
ranked as (
    select customer_job, service_item, employee_id,
        list(struct_pack(bill_rate, currency, effective_from, effective_to) order by closeness desc, effective_from) as rates
    from matched group by customer_job, service_item, employee_id)
select * from ranked
