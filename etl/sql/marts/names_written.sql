-- One row per name that the documents of QuickBooks Desktop write, by the list it stands in there, with its first line; only where a
-- file of lists is asked for.
with parameters as (select * from run_parameters where writes_lists),
people as (select distinct employee_name, worker_type from map_employees),
named as (
    select 1 as turn, 'account' as list, account as name, line_id from postings
    union all select 1, 'account', account, line_id from vendor_lines where document_number is not null
    union all select 1, 'account', account, line_id from invoice_lines
    union all select 2, 'class', class, line_id from postings
    union all select 2, 'class', class, line_id from time_activities
    union all select 2, 'class', class, line_id from vendor_lines where document_number is not null
    union all select 2, 'class', class, line_id from invoice_lines
    union all select 3, 'service_item', service_item, line_id from time_activities
    union all select 3, 'service_item', service_item, line_id from invoice_lines
    union all select 4, 'customer_job', customer_job, line_id from postings
    union all select 4, 'customer_job', customer_job, line_id from time_activities
    union all select 4, 'customer_job', customer_job, line_id from vendor_lines where document_number is not null
    union all select 4, 'customer_job', customer_job, line_id from invoice_lines
    union all select case worker_type when 'contractor' then 6 else 5 end, case worker_type when 'contractor' then 'vendor' else 'employee' end,
        employee_name, line_id
    from time_activities join people using (employee_name)
    union all select 6, 'vendor', vendor_name, line_id from vendor_lines where document_number is not null)
select list, name, min(line_id) as line_id from named cross join parameters where name is not null group by turn, list, name order by turn, name
