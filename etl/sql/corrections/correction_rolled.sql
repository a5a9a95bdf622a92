-- One row per stream × state × cause: what this batch corrects in earlier periods, and what of it waits for a person. Entries are
-- those behind the lines; none is an entry of this period. The line that balances a journal is no money of an entry.
with touched as (
    select stream, state, lines.cause, count(distinct entry_id) as count_entries
    from corrections as lines join correction_parts using (line_id) group by stream, lines.state, lines.cause),
valued as (
    select stream, state, cause, sum(seconds)::bigint as seconds, sum(amount)::decimal(18, 3) as amount, currency
    from corrections semi join correction_parts using (line_id) group by stream, state, cause, currency)
select stream, case when state = 'exported' then 'corrected' else state end as state, cause as reason,
    case when row_number() over same = 1 then count_entries else 0 end::bigint as count_entries, seconds, amount, currency
from valued join touched using (stream, state, cause)
window same as (partition by stream, state, cause order by currency)
order by case stream when 'pay' then 1 when 'cost' then 2 else 3 end, state, cause, currency
