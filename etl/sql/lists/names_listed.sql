-- One row per name of a list: side (tracker, mapping, books), list (the tracker, the file, the program), kind, outer_name (the
-- customer of a job), name, id, answer (what a tracker's name is mapped to). plain: what two people would take for the same name,
-- without case, accents and signs; ordered: its words in the order of the alphabet.
with told as (
    select 'tracker' as side, tracker_uses.source as list, kind, '' as outer_name, coalesce(title, ref) as name, ref as id, true as is_active, seconds, last_day,
        case kind when 'person' then employee_id when 'item' then service_item end as answer
    from tracker_uses left join map_employees as employees on kind = 'person' and employees.map_row = tracker_uses.map_row
    left join map_items as items on kind = 'item' and items.map_row = tracker_uses.map_row
    where kind in ('person', 'item', 'customer', 'tag') and ref <> '(none)'
    union all
    select 'tracker', tracker_uses.source, 'job', case outer_ref when '(none)' then '' else outer_ref end, ref, outer_ref || ':' || ref, true, seconds, last_day, customer_job
    from tracker_uses left join map_projects using (map_row) where kind = 'project' and ref <> '(none)'
    union all
    select distinct on (employee_id) 'mapping', 'employees.csv', 'person', '', employee_name, employee_id, effective_to >= as_of, null, null, null
    from map_employees cross join list_parameters
    union all
    select distinct on (customer_job) 'mapping', 'projects.csv', 'job', job_customer(customer_job), job_name(customer_job), customer_job, bool_or(effective_to >= as_of) over (partition by customer_job), null, null, null
    from map_projects cross join list_parameters where customer_job is not null
    union all
    select distinct on (service_item) 'mapping', 'items.csv', 'item', '', service_item, service_item, bool_or(effective_to >= as_of) over (partition by service_item), null, null, null
    from map_items cross join list_parameters
    union all
    select distinct 'mapping', 'accounts.csv', 'account', '', account, account, true, null, null, null from map_accounts
    union all
    select distinct 'mapping', 'projects.csv', 'customer', '', job_customer(customer_job), job_customer(customer_job), true, null, null, null
    from map_projects where job_customer(customer_job) <> ''
    union all
    select 'books', target, case list when 'employee' then 'person' when 'vendor' then 'person' when 'service_item' then 'item' when 'account' then 'account' else 'job' end,
        case list when 'customer_job' then job_customer(name) else '' end, case list when 'customer_job' then job_name(name) else name end, name,
        coalesce(active, 'yes') <> 'no', null, null, null
    from map_target_lists where list in ('employee', 'vendor', 'service_item', 'account', 'customer_job')
        and (list <> 'customer_job' or contains(name, ':') or not exists (
            select 1 from map_target_lists as job where job.target = map_target_lists.target and job.list = 'customer_job' and starts_with(job.name, map_target_lists.name || ':')))
    union all
    select distinct 'books', target, 'customer', '', split_part(name, ':', 1), split_part(name, ':', 1), true, null, null, null
    from map_target_lists where list = 'customer_job'),
spelled as (select told.*, plain_name(outer_name) as outer_plain, plain_name(name) as plain from told)
select row_number() over (order by kind, side, list, outer_name, name, id) as name_no, spelled.*, in_word_order(outer_plain || ' ' || plain) as ordered
from spelled order by name_no
