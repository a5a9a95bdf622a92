-- One row per pull this run rests on, footed again from its landed rows: rows, entries with a day, their first and last day, seconds.
with used as (select * from run_inputs)
select used.pull_number, used.pull_id, count(staged.pull_number) as count_rows, count(staged.worked_on) as count_dated,
    min(staged.worked_on) as first_day, max(staged.worked_on) as last_day, coalesce(sum(staged.worked_seconds), 0)::bigint as seconds
from used left join stg_files__time_entries as staged using (pull_number) group by used.pull_number, used.pull_id order by used.pull_number
