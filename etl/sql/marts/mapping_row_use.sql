-- One row per row of employees, projects, items, bill rates and pay rates × currency: the last day it answered, and the time and money
-- that went through it in exported batches since a day. Of several bill rates the most specific one answers. Private figures are left out.
with review as (select * from review_parameters),
once as (   -- an entry stands in several batches, the window of a week being wider than the week
    select entry_id, arg_max(entries, filename) as entry from (select entry_id, entries, filename from exported_entries as entries) as told group by entry_id),
money as (
    select entry_id, currency, sum(case when line_id like '%-B-%' then amount end) as billed, sum(case when line_id not like '%-B-%' then amount end) as cost
    from exported_allocations group by entry_id, currency),
used as (
    select entry.source, coalesce(entry.person_ref, '(none)') as person_ref, coalesce(entry.client_ref, '(none)') as client_ref,
        coalesce(entry.project_ref, '(none)') as project_ref, coalesce(entry.service_ref, '(none)') as service_ref, entry.employee_id,
        entry.customer_job, entry.service_item, entry.worked_on, entry.bill_state, currency, count(distinct entry_id) as count_entries,
        sum(entry.worked_seconds) as seconds, sum(billed) as billed, sum(cost) as cost
    from once left join money using (entry_id)
    where entry.worked_on is not null and 'exported' in (entry.pay_state, entry.cost_state, entry.bill_state) group by all),
rated as (
    select used.*, rates.map_row,
        (rates.employee_id <> '*')::int * 4 + (rates.customer_job <> '*')::int * 2 + (rates.service_item <> '*')::int as closeness
    from used join map_rates as rates on rates.employee_id in (used.employee_id, '*') and rates.customer_job in (used.customer_job, '*')
        and rates.service_item in (used.service_item, '*') and used.worked_on between rates.effective_from and rates.effective_to
    where used.bill_state = 'exported'
    qualify closeness = max(closeness) over (partition by used.employee_id, used.customer_job, used.service_item, used.worked_on)),
answered as (
    select 'employees.csv' as file, map_row, used.* from used join map_employees as own on own.source in (used.source, '*') and own.person_ref = used.person_ref
        and used.worked_on between own.effective_from and own.effective_to
    union all by name
    select 'projects.csv' as file, map_row, used.* from used join map_projects as own on own.source in (used.source, '*') and own.client_ref in (used.client_ref, '*')
        and own.project_ref = used.project_ref and used.worked_on between own.effective_from and own.effective_to
    union all by name
    select 'items.csv' as file, map_row, used.* from used join map_items as own on own.source in (used.source, '*') and own.service_ref = used.service_ref
        and used.worked_on between own.effective_from and own.effective_to
    union all by name
    select 'rates.csv' as file, * exclude (closeness) from rated
    union all by name
    select 'private/pay_rates.csv' as file, map_row, used.* from used join map_pay_rates as own on own.employee_id = used.employee_id
        and used.worked_on between own.effective_from and own.effective_to),
summed as (
    select file, map_row, max(worked_on) as last_used_on, currency, sum(seconds) filter (where worked_on >= since)::bigint as seconds,
        sum(billed) filter (where worked_on >= since)::decimal(18, 3) as billed, sum(cost) filter (where worked_on >= since)::decimal(18, 3) as cost
    from answered cross join review group by file, map_row, currency),
named as (
    select 'employees.csv' as file, map_row, concat_ws(', ', source, person_ref, employee_name) as what, effective_from, effective_to from map_employees
    union all select 'projects.csv', map_row, concat_ws(', ', source, client_ref, project_ref, customer_job), effective_from, effective_to from map_projects
    union all select 'items.csv', map_row, concat_ws(', ', source, service_ref, service_item), effective_from, effective_to from map_items
    union all select 'rates.csv', map_row, concat_ws(', ', customer_job, service_item, employee_id), effective_from, effective_to from map_rates
    union all select 'private/pay_rates.csv', map_row, employee_id, effective_from, effective_to from map_pay_rates)
select named.file, named.map_row, what, effective_from, nullif(effective_to, date '9999-12-31') as effective_to, last_used_on,
    case when effective_to < since then 'ended' when last_used_on is null then 'never used' when last_used_on < stale_before then 'stale'
        when last_used_on < since then 'unused' else 'used' end as standing,
    coalesce(seconds, 0) as seconds, cost, billed, currency
from named cross join review left join summed on summed.file = named.file and summed.map_row = named.map_row
order by list_position(['employees.csv', 'projects.csv', 'items.csv', 'rates.csv', 'private/pay_rates.csv'], named.file), named.map_row, currency nulls first
