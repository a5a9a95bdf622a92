-- One row per rate in use in this run's periods, as the suite `rates` looks at it: whole percent of the company's own
-- median, where at least five rates of that item and currency, or five pay rates, are in use.
with used as (
    select * from entries_told cross join run_parameters where entry_state is null and worked_on between owned_start and owned_end),
billed as (
    select customer_job, service_item, bill_currency as currency, (bill_rate::decimal(38, 6) * 1000000)::bigint as rate_millionths
    from used where bill_state = 'exported'
    group by customer_job, service_item, bill_currency, bill_rate),
paid as (
    select employee_id, employee_name, pay_rate_millionths as rate_millionths, coalesce(pay_currency, home_currency) as currency
    from used left join weeks_paid_abroad as abroad on abroad.person_no = used.person_no and abroad.workweek_start = workweek_of(worked_on, week_begins_on)
    where pay_state = 'exported' and pay_rate_millionths is not null
    group by employee_id, employee_name, pay_rate_millionths, coalesce(pay_currency, home_currency)),
bill_medians as (
    select service_item, currency, greatest(quantile_disc(rate_millionths, 0.5), 1) as median from billed
    group by service_item, currency having count(*) >= 5),
pay_medians as (select currency, greatest(quantile_disc(rate_millionths, 0.5), 1) as median from paid group by currency having count(*) >= 5),
rates as (
    select 1 as turn, null as employee_ref, service_item || ' for ' || customer_job as subject, 'bill' as rate_kind, rate_millionths,
        currency, rate_millionths * 100 // median as bill_percent_of_median, null as pay_percent_of_median
    from billed left join bill_medians using (service_item, currency)
    union all
    select 2, employee_id, employee_name, 'pay', rate_millionths, currency, null, rate_millionths * 100 // median
    from paid left join pay_medians using (currency))
select null::text as entry_id, employee_ref::text as employee_ref, null::date as worked_on, null::bigint as seconds, subject, rate_kind,
    rate_millionths, currency, bill_percent_of_median::bigint as bill_percent_of_median, pay_percent_of_median::bigint as pay_percent_of_median
from rates order by turn, subject, currency, rate_millionths
