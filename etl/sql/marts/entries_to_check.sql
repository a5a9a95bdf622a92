-- One row per valid entry of this run's periods, as the suite `entries` looks at it: beside its own figures the time it
-- shares with an earlier entry of the same person, whichever tracker it comes from ([start, start + worked) of both meet),
-- alike entries of other trackers (same person, day, job and time), and how long after the work it was last changed.
with valid as (
    select entry_no, entry_id, person_no, worked_on, worked_seconds, hour_kind, pull_number, source_row, job_no,
        epoch_us(started_at) // 1000000 as begin_second
    from entries_rounded where entry_state is null),
clocked as (
    select entry_no, begin_second, worked_seconds,
        max(begin_second + worked_seconds) over earlier as busy_until,
        arg_max(entry_no, begin_second + worked_seconds) over earlier as busy_entry_no,
        row_number() over (partition by person_no, begin_second, worked_seconds order by entry_no) - 1 as count_earlier_alike
    from valid where begin_second is not null
    window earlier as (partition by person_no order by begin_second, entry_no rows between unbounded preceding and 1 preceding)),
met as (
    select clocked.entry_no, least(busy_until, begin_second + clocked.worked_seconds) - begin_second as overlap_seconds,
        count_earlier_alike, entries.entry_id as other_entry_id
    from clocked join entries_rounded as entries on entries.entry_no = clocked.busy_entry_no
    where busy_until > begin_second and clocked.worked_seconds > 0),
told_twice as (   -- the same work in two trackers: counted at the entry of the tracker that comes second by name
    select later.entry_no, count(*) as count_elsewhere, min(earlier.entry_id) as elsewhere_entry_id
    from (select *, split_part(entry_id, ':', 1) as source from valid where worked_seconds > 0) as later
    join (select *, split_part(entry_id, ':', 1) as source from valid where worked_seconds > 0) as earlier
        on later.person_no = earlier.person_no and later.worked_on = earlier.worked_on
        and later.worked_seconds = earlier.worked_seconds and later.job_no is not distinct from earlier.job_no
        and earlier.source < later.source
    group by later.entry_no)
select entry_id, texts.person_ref as employee_ref, valid.worked_on, valid.worked_seconds as seconds,
    'with ' || coalesce(other_entry_id, elsewhere_entry_id) as subject, hour_kind::varchar as hour_kind, valid.worked_seconds, coalesce(overlap_seconds, 0) as overlap_seconds,
    coalesce(count_earlier_alike, 0) as count_earlier_alike, coalesce(count_elsewhere, 0) as count_elsewhere,
    greatest(coalesce(epoch_us(staged.updated_at) // 1000000 - begin_second - valid.worked_seconds, 0), 0) as synced_after_seconds,
    coalesce(length(texts.note), 0) as note_length
from valid join stg_files__time_entries as staged using (pull_number, source_row) join landed_texts as texts using (pull_number, source_row)
left join met using (entry_no)
left join told_twice using (entry_no)
cross join run_parameters where valid.worked_on between owned_start and owned_end order by valid.entry_no
