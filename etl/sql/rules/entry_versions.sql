-- One row per entry version of the calculation window, and per version without a readable date. An entry of the window
-- brings all its versions. Entries of other windows are counted apart (marts/landed_counts), none is lost.
with keyed as (select * from entries_keyed),
redelivered as (select * from entries_redelivered),
parameters as (select * from run_parameters),
in_window as (
    select distinct entry_id from keyed, parameters
    where worked_on is null or worked_on between first_day_read and window_end
        or (worked_on = first_day_read - 1 and worked_seconds > first_day_seconds + second_day_seconds)),   -- over two midnights
last_deliveries as (
    select entry_id, max(pull_number) as last_pull_number from keyed semi join in_window using (entry_id) group by entry_id),
versions as (
    select keyed.* exclude (source_row), keyed.source_row, coalesce(redelivered.version, 1)::int as version,
        coalesce(redelivered.is_conflict, false) as is_conflict
    from keyed semi join in_window using (entry_id)
    left join redelivered using (entry_id, pull_number, source_row)
    where coalesce(redelivered.is_new_content, true)),
newest as (select entry_id, max(version) as version from versions group by entry_id having count(*) > 1),
withdrawn as (   -- gone: absent from a later pull that was declared complete for its date and person
    select distinct versions.entry_id
    from versions join last_deliveries using (entry_id)
    join complete_pulls on versions.source = complete_pulls.source
        and complete_pulls.pull_number > last_deliveries.last_pull_number
        and versions.worked_on between complete_pulls.window_start and complete_pulls.window_end
        and (len(complete_pulls.population) = 0 or list_contains(complete_pulls.population, versions.person_ref))
    left join newest on versions.entry_id = newest.entry_id
    where versions.version = coalesce(newest.version, 1)),
judged as (
    select versions.*,
        versions.version < coalesce(newest.version, 1) as is_superseded,
        withdrawn.entry_id is not null and versions.version = coalesce(newest.version, 1) as is_withdrawn
    from versions
    left join newest on versions.entry_id = newest.entry_id
    left join withdrawn on versions.entry_id = withdrawn.entry_id)
select * from judged
