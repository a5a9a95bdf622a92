-- One row per finding about the lists of trackers, cross-references and books: what it is (code), whose name, the other name and
-- how alike both are, seconds and last day of use. Nothing is changed by any of it.
with books_known as (select distinct target, list from map_target_lists),
coded_lists as (select target, list from map_target_lists group by target, list having count(code) > 0),
mapped_names as (
    select distinct 'employee' as list, 'employees.csv' as file, employee_name as name, people as master from map_employees cross join list_parameters where worker_type = 'employee'
    union select 'customer_job', 'projects.csv', customer_job, customers from map_projects cross join list_parameters where customer_job is not null
    union select 'service_item', 'items.csv', service_item, items from map_items cross join list_parameters
    union select 'account', 'accounts.csv', account, accounts from map_accounts cross join list_parameters),
used as (   -- names of the mapping, with the time that went through them
    select 'employee' as list, employee_name as name, sum(seconds) as seconds, max(worked_on) as last_day
    from tracker_names join map_employees using (map_row) where kind = 'person' group by employee_name
    union all select 'customer_job', customer_job, sum(seconds), max(worked_on) from tracker_names join map_projects using (map_row) where kind = 'project' and customer_job is not null group by customer_job
    union all select 'service_item', service_item, sum(seconds), max(worked_on) from tracker_names join map_items using (map_row) where kind = 'item' group by service_item),
found as (
    select 'TE280' as code, one.kind, one.side, one.list, told_name(one.outer_name, one.name) as name, told_name(other.outer_name, other.name) as other,
        case when one.id <> one.name and one.kind = 'person' then one.id || ' and ' || other.id end as told, score, one.seconds + other.seconds as seconds,
        greatest(one.last_day, other.last_day) as last_day
    from names_alike join names_listed as one on one.name_no = name_a join names_listed as other on other.name_no = name_b where is_duplicate
    union all
    select 'TE281', kind, 'tracker', source, told_name(nullif(outer_ref, '(none)'), ref), null, count_unmapped || case count_unmapped when 1 then ' entry' else ' entries' end || ' on days on which its row is not in force',
        null, unmapped_seconds, unmapped_last from tracker_uses where was_known and count_unmapped > 0
    union all
    select 'TE281', books.list, 'books', target, books.name, null, 'inactive in the books', null, used.seconds, used.last_day
    from map_target_lists as books join used on used.list = books.list and used.name = books.name where active = 'no'
    union all
    select 'TE282', 'person', 'mapping', 'employees.csv', any_value(employee_name), null, 'no time since the go-live, in force on ' || any_value(as_of), null, 0, null
    from map_employees cross join list_parameters where as_of between effective_from and effective_to
    group by employee_id having employee_id not in (select employee_id from tracker_names join map_employees using (map_row) where kind = 'person')
    union all
    select 'TE282', 'project', 'mapping', 'projects.csv', told_name(nullif(client_ref, '(none)'), project_ref), null, 'no time since the go-live, in force on ' || as_of, null, 0, null
    from map_projects cross join list_parameters where as_of between effective_from and effective_to and project_ref <> '(none)'
        and map_row not in (select map_row from tracker_names where kind = 'project' and map_row is not null)
    union all
    select 'TE282', 'item', 'mapping', 'items.csv', service_ref, null, 'no time since the go-live, in force on ' || as_of, null, 0, null
    from map_items cross join list_parameters where as_of between effective_from and effective_to and service_ref <> '(none)'
        and map_row not in (select map_row from tracker_names where kind = 'item' and map_row is not null)
    union all
    select 'TE282', books.list, 'books', target, books.name, null, 'active in the books, in no cross-reference', null, 0, null
    from map_target_lists as books where coalesce(active, 'yes') <> 'no' and list in ('employee', 'customer_job', 'service_item')
        and not exists (select 1 from mapped_names where mapped_names.list = books.list and mapped_names.name = books.name)
        and not exists (select 1 from mapped_names where books.list = 'customer_job' and mapped_names.list = 'customer_job' and starts_with(mapped_names.name, books.name || ':'))
    union all
    select 'TE283', list, 'books', target, name, null, 'other names of this list have an id or code', null, null, null
    from map_target_lists semi join coded_lists using (target, list) where code is null
    union all
    select 'TE283', kind, 'tracker', source, coalesce(title, '(none)'), null, count_entries || ' entries without a person', null, seconds, last_day
    from tracker_uses where kind = 'person' and ref = '(none)'
    union all
    select 'TE283', 'person', 'mapping', 'employees.csv', any_value(employee_name), null, 'a contractor without a vendor_id', null, null, null
    from map_employees where worker_type = 'contractor' and vendor_id is null group by employee_id
    union all
    select 'TE284', mapped.list, 'mapping', file, mapped.name, null, 'not in the list of ' || books.target || '; the master is ' || master, null, null, null
    from mapped_names as mapped join books_known as books using (list)
    where not exists (select 1 from map_target_lists as listed where listed.target = books.target and listed.list = mapped.list and listed.name = nfc_normalize(mapped.name))
    union all
    select 'TE284', 'person', 'tracker', tracker_uses.source, title, employee_name, ref || '; the master is ' || people, likeness(plain_name(title), plain_name(employee_name)), seconds, last_day
    from tracker_uses join map_employees using (map_row) cross join list_parameters
    where kind = 'person' and title is not null and plain_name(title) <> plain_name(employee_name)
    union all
    select 'TE285', kind, 'tracker', source, told_name(nullif(outer_ref, '(none)'), ref), suggested, count_entries || case count_entries when 1 then ' entry since ' else ' entries since ' end || first_day, score, seconds, last_day
    from rows_to_map where not was_known)
select found.code, codes.title, found.kind, found.side, found.list, found.name, found.other, found.score, found.told, found.seconds::bigint as seconds, found.last_day, codes.fix as remedy
from found join codes using (code)
order by code, score desc nulls last, seconds desc nulls last, kind, side, list, name, other
