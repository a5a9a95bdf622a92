-- One row per valid entry × purpose whose rounding rule counts per day or week: the group's rounded total and the
-- entry's weight, for the shares. Pay groups by person and kind of hour; billing by person, job, item and rate, and what is
-- not billed (other time, billed before) never takes a second from what is.
with entries as (select * from entries_with_states where entry_state is null),
ruled as (
    select entries.*, rules.purpose, rules.unit_seconds, rules.mode, rules.grain, rules.rule_id,
        case rules.grain when 'day' then entries.worked_on
            else workweek_of(entries.worked_on, week_begins_on) end as bucket
    from entries join rounding_rules as rules on entries.worked_on between rules.effective_from and rules.effective_to
    where rules.grain in ('day', 'week')),
grouped as (
    select entry_no, purpose, unit_seconds, mode, worked_seconds,
        dense_rank() over (order by purpose, employee_id, bucket, rule_id, case when purpose = 'pay' then hour_kind end,
            case when purpose = 'bill' then customer_job end, case when purpose = 'bill' then service_item end,
            case when purpose = 'bill' then bill_rate end, case when purpose = 'bill' then bill_currency end,
            case when purpose = 'bill' then coalesce(bill_reason, bill_state) end) as unit_id
    from ruled),
totals as (
    select grouped.*, sum(worked_seconds) over (partition by unit_id)::bigint as group_seconds from grouped),
parts as (
    select unit_id, entry_no * 2 + (purpose = 'bill')::int as part_id, entry_no as part_order, worked_seconds as weight,
        (group_seconds + case mode when 'nearest' then unit_seconds // 2 when 'up' then unit_seconds - 1 else 0 end)
            // unit_seconds * unit_seconds as unit_total
    from totals)
select * from parts
