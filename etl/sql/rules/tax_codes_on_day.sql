-- One row per customer:job × service item with the tax code its invoice lines carry at the end of the billing period, null where
-- none answers; empty where no tax is declared. The closest row holds: the job (8) beats its customer (4), that beats the item
-- (2), that beats the place (1); "*" stands for any.
with parameters as (select * from run_parameters where tax_required),
lines as (
    select distinct customer_job, service_item from map_projects cross join map_items cross join parameters where customer_job is not null
    union select customer_job, service_item from map_fees cross join parameters
    union select customer_job, service_item from map_job_limits cross join parameters where service_item is not null),
placed as (
    select lines.*, split_part(customer_job, ':', 1) as customer, coalesce(own.place, theirs.place) as place
    from lines left join map_customers as own on own.customer = customer_job
    left join map_customers as theirs on theirs.customer = split_part(customer_job, ':', 1)),
answers as (
    select placed.customer_job, placed.service_item, codes.tax_code,
        case codes.customer when placed.customer_job then 8 when '*' then 0 else 4 end + (codes.service_item <> '*')::int * 2
            + (codes.place <> '*')::int as closeness
    from placed cross join parameters join map_tax_codes as codes on codes.customer in ('*', placed.customer_job, placed.customer)
        and codes.service_item in ('*', placed.service_item) and codes.place in ('*', placed.place)
        and bill_period_end between codes.effective_from and codes.effective_to)
select customer_job, service_item, place, arg_max(tax_code, closeness) as tax_code
from placed left join answers using (customer_job, service_item) group by customer_job, service_item, place
