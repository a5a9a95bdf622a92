-- One row per person and cause by which tracker and batch differ: held time by stream, what the target's minutes and hundredths
-- leave over, and what was changed after the export and no batch corrects yet, by the line it moves (`corrects`).
with held as (
    select 'TE223' as code, batch, period_end, coalesce(employee_name, person_ref) as person, stream, sum(worked_seconds)::bigint as seconds, count(*) as count_entries
    from (select batch, period_end, employee_name, person_ref, worked_seconds, unnest(['pay', 'cost', 'bill']) as stream, unnest([pay_state, cost_state, bill_state]) as state from batch_entries) as states
    where state = 'held' group by batch, period_end, coalesce(employee_name, person_ref), stream),
rounded as (
    select 'TE224' as code, batch, period_end, person, kind as stream, sum(seconds - exact_seconds)::bigint as seconds, count(*) as count_entries
    from batch_facts where exact_seconds is not null group by batch, period_end, person, kind having sum(seconds - exact_seconds) <> 0),
changed as (
    select 'TE222' as code, batch, period_end, coalesce(employee_name, concat_ws(', ', account, customer_job)) as person, concat_ws(' ', stream, pay_item) as stream,
        sum(seconds)::bigint as seconds, count(*) as count_entries, corrects, sum(amount)::decimal(18, 3) as amount, currency
    from corrections_waiting group by batch, period_end, coalesce(employee_name, concat_ws(', ', account, customer_job)), concat_ws(' ', stream, pay_item), corrects, currency)
select * from (
    select *, null::varchar as corrects, null::decimal(18, 3) as amount, null::varchar as currency from (select * from held union all select * from rounded)
    union all by name select * from changed)
order by batch, code, person, stream, corrects, currency
