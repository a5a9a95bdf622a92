-- One row per entry version of an employee's work × currency that has a standard cost rate, in millionths an hour: of the rows of
-- cost_rates.csv in force on the day worked the closest (person before pay group before customer:job before service item).
with rates as (
    select *, (employee_id <> '*')::int * 8 + (pay_group <> '*')::int * 4 + (customer_job <> '*')::int * 2 + (service_item <> '*')::int as closeness
    from map_cost_rates),
entries as (
    select entry_no, employee_id, pay_group, customer_job, service_item, worked_on from entries_told cross join (select distinct true as is_used from rates) as used
    where entry_state is null and worker_type = 'employee' and hour_kind = 'worked'),
kinds as (select distinct employee_id, pay_group, customer_job, service_item from entries),
answered as (   -- few rows: whose time of which kind, by every rate that may answer it
    select kinds.*, closeness, rates.currency, rates.effective_from, rates.effective_to, (rates.cost_rate * 1000000::decimal(7, 0))::bigint as cost_rate_millionths
    from kinds join rates on rates.employee_id in ('*', kinds.employee_id) and rates.pay_group in ('*', kinds.pay_group)
        and rates.customer_job in ('*', coalesce(kinds.customer_job, '*')) and rates.service_item in ('*', coalesce(kinds.service_item, '*')))
select entry_no, currency, cost_rate_millionths
from entries join answered on answered.employee_id = entries.employee_id and answered.pay_group is not distinct from entries.pay_group
    and answered.customer_job is not distinct from entries.customer_job and answered.service_item is not distinct from entries.service_item
    and worked_on between effective_from and effective_to
qualify row_number() over (partition by entry_no, currency order by closeness desc) = 1
