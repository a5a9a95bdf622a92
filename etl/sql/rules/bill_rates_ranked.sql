-- One row per bill rate with its closeness: a rate for the person (4) beats one for the job (2), that beats one for the
-- item (1); "*" stands for any. Of the rates in force on a day the closest holds.
with rates as (select * from map_rates),
ranked as (
    select (employee_id <> '*')::int * 4 + (customer_job <> '*')::int * 2 + (service_item <> '*')::int as closeness,
        customer_job, service_item, employee_id, bill_rate, currency, effective_from, effective_to, map_row
    from rates)
select * from ranked
