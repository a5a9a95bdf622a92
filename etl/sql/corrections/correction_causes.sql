-- One row per stream × batch × entry that differs, with its own cause by rank (see macro cause_word); null where nothing about
-- the entry itself changed: its line moved because another entry, a rate or a rule did.
with there as (   -- versions whose lines do not cancel
    select stream, is_now, batch, entry_id, version from correction_sides group by all
    having sum(worked_seconds) <> 0 or sum(seconds) <> 0 or sum(amount) <> 0),
versions as (
    select stream, batch, entry_id, max(version) filter (where not is_now) as then_version, max(version) filter (where is_now) as now_version
    from there group by stream, batch, entry_id),
states as (
    select 'pay' as stream, is_now, batch, entry_id, max(version) as version, arg_max(pay_state, version) as state from side_entries group by all
    union all select 'cost', is_now, batch, entry_id, max(version), arg_max(cost_state, version) from side_entries group by all
    union all select 'bill', is_now, batch, entry_id, max(version), arg_max(bill_state, version) from side_entries group by all),
traced as (select distinct batch, entry_id from earlier_corrections join earlier_parts using (line_id)),
keys as (
    select stream, batch, entry_id, count(distinct employee_id) > 1 as is_other_person,
        bool_or(account = suspense.name and amount < 0) and bool_or(account <> suspense.name and amount > 0) as is_from_suspense,
        count(distinct (account, customer_job, class)) > 1 or count(distinct (customer_job, service_item)) > 1 as is_other_key,
        count(distinct (bill_rate, currency)) > 1 as is_other_rate
    from correction_deltas left join (select min(account) as name from map_accounts where purpose = 'suspense') as suspense on true
    group by stream, batch, entry_id)
select keys.stream, keys.batch, keys.entry_id,
    case when then_version is null and now_version is not null then
            case when known.entry_id is null and traced.entry_id is null then 1
                when known.version is distinct from now_version then 2
                when known.state = 'held' then 5 else 6 end
        when now_version is null and then_version is not null then
            case when today.state = 'withdrawn' then 3 when today.version > then_version then 2 else 6 end
        when then_version <> now_version then 2
        when is_from_suspense then 4
        when is_other_person or (is_other_key and keys.stream <> 'pay') then 6
        when is_other_rate then 7 end as cause_rank
from keys left join versions using (stream, batch, entry_id)
left join states as known on known.stream = keys.stream and known.batch = keys.batch and known.entry_id = keys.entry_id and not known.is_now
left join states as today on today.stream = keys.stream and today.batch = keys.batch and today.entry_id = keys.entry_id and today.is_now
left join traced on traced.batch = keys.batch and traced.entry_id = keys.entry_id
