-- One row per account, customer:job, person and state of a stream in which edited cross-references give other time or money than
-- the approved ones, over all periods replayed together. An account's time is that of the entries behind its lines; a customer's
-- is billed, a person's paid (a vendor's bill beside it); of a state only the time is told.
with found as (
    select is_now, 'account' as kind, 'cost' as stream, account as name, null::bigint as seconds, amount, currency from side_postings
    union all
    select parts.is_now, 'account', 'cost', postings.account, parts.seconds, null, postings.currency
    from side_allocations as parts join side_postings as postings using (is_now, batch, line_id)
    union all
    select is_now, 'customer', 'cost', customer_job, null, amount, currency from side_postings where customer_job is not null
    union all
    select is_now, 'customer', 'bill', customer_job, bill_seconds, amount, currency from side_billable_lines
    union all
    select is_now, 'person', 'pay', employee_id || ' ' || employee_name, case when hour_class not like '%premium' then pay_seconds end, amount, currency
    from side_payroll_lines
    union all
    select is_now, 'person', 'cost', vendor_id, null, amount, currency from side_vendor_lines
    union all
    select is_now, 'state', stream, state, seconds, null, null from (
        select is_now, unnest(['pay', 'cost', 'bill']) as stream, unnest([pay_state, cost_state, bill_state]) as state, worked_seconds as seconds
        from side_entries)),
sides as (
    select kind, stream, name, currency, coalesce(sum(seconds) filter (where not is_now), 0)::bigint as seconds_before,
        coalesce(sum(seconds) filter (where is_now), 0)::bigint as seconds_after,
        coalesce(sum(amount) filter (where not is_now), 0)::decimal(18, 3) as amount_before,
        coalesce(sum(amount) filter (where is_now), 0)::decimal(18, 3) as amount_after
    from found group by kind, stream, name, currency)
select kind, stream, coalesce(name, '(none)') as name, seconds_before, seconds_after, amount_before, amount_after, currency
from sides where seconds_before <> seconds_after or amount_before <> amount_after
order by list_position(['state', 'account', 'customer', 'person'], kind), stream, name, currency nulls first
