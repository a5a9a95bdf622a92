-- One row per stream × state of the calculation window, in entries and seconds.
with entries as (select * from entries_with_states),
streams as (
    select 1 as turn, 'pay' as stream, pay_state::varchar as state, worked_seconds from entries
    union all select 2, 'cost', cost_state, worked_seconds from entries
    union all select 3, 'bill', bill_state, worked_seconds from entries)
select stream, state, count(*) as count_entries, coalesce(sum(worked_seconds), 0)::bigint as seconds
from streams group by turn, stream, state
order by turn, list_position(['exported', 'held', 'out_of_scope', 'withdrawn', 'superseded', 'rejected'], state)
