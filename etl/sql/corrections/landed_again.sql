-- One row per landed row of an entry that lies, in any delivery, between two days: what an earlier period is computed from again.
with ours as (select distinct entry_id from entries_keyed where worked_on between $first_day and $last_day),
keyed as (select pull_number, source_row from entries_keyed semi join ours using (entry_id))
select staged.* from stg_files__time_entries as staged semi join keyed using (pull_number, source_row) order by pull_number, source_row
