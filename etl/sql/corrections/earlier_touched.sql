-- One row per earlier period about which a pull says something new that its newest batch did not know: a row with new content
-- inside its window, a new version of an entry that lay there, or an entry that a later complete pull no longer holds.
with windows as (select * from earlier_windows),
newer as (
    select keyed.entry_id, keyed.pull_number, keyed.worked_on from entries_keyed as keyed
    left join entries_redelivered as redelivered using (pull_number, source_row)
    where pull_number > (select min(last_pull) from windows) and coalesce(is_new_content, true)),
moved as (
    select newer.pull_number, older.worked_on from newer join entries_redelivered as redelivered using (entry_id)
    join entries_keyed as older on older.pull_number = redelivered.pull_number and older.source_row = redelivered.source_row),
complete as (
    select pulls.*, batch, first_day, last_day from complete_pulls as pulls join windows on pulls.pull_number > last_pull
        and window_start <= last_day and window_end >= first_day),
delivered as (
    select source, entry_id, worked_on, tracked_person_no, max(pull_number) as last_delivered from entries_keyed
    where worked_on between (select min(first_day) from complete) and (select max(last_day) from complete)
    group by source, entry_id, worked_on, tracked_person_no),
touched as (
    select batch from newer join windows on worked_on between first_day and last_day and pull_number > last_pull
    union select batch from moved join windows on worked_on between first_day and last_day and pull_number > last_pull
    union select batch from complete join delivered on delivered.source = complete.source and last_delivered < complete.pull_number
        and worked_on between greatest(first_day, window_start) and least(last_day, window_end)
    join tracked_people as people using (tracked_person_no)
    where (len(population) = 0 or list_contains(population, person_ref)))
select distinct batch from touched order by batch
