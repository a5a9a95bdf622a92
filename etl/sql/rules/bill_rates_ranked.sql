-- One row per customer:job × service item × person that worked, with its bill rates in a list, most specific first:
-- a rate for the person beats one for the job, that beats one for the item; "*" stands for any.
with worked as (
    select distinct customer_job, service_item, employee_id from entries_referenced
    where customer_job is not null and service_item is not null and employee_id is not null),
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
