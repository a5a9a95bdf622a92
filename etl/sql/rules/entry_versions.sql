-- One row per entry version of the calculation window, and per version without a readable date. An entry of the window
-- brings all its versions. Entries of other windows are counted apart (marts/landed_counts), none is lost.
with timed as not materialized (
    select entries_keyed.* exclude (id_mark, started_local, zone),
        epoch_us(first_midnight) // 1000000 - epoch_us(started_at) // 1000000 as first_day_seconds,
        epoch_us(second_midnight) // 1000000 - epoch_us(first_midnight) // 1000000 as second_day_seconds
    from entries_keyed left join midnights
        on midnights.pull_number = entries_keyed.pull_number and local_day = started_local::date
        and midnights.zone is not distinct from entries_keyed.zone),   -- null: the zone of the drop
keyed as not materialized (
    select timed.*,
        worked_on is null or worked_on between first_day_read and window_end
            or (worked_on = first_day_read - 1 and worked_seconds > first_day_seconds + second_day_seconds)   -- over two midnights
            as is_in_window
    from timed cross join run_parameters),
redelivered as not materialized (select * from entries_redelivered),
returned as (   -- entries of the window that came more than once
    select redelivered.entry_id, max(redelivered.pull_number) as last_pull_number, max(redelivered.version) as newest
    from redelivered join keyed using (pull_number, source_row) group by redelivered.entry_id having bool_or(is_in_window)),
versions as (
    select keyed.* exclude (is_in_window), coalesce(redelivered.version, 1)::int as version,
        coalesce(redelivered.is_conflict, false) as is_conflict, coalesce(returned.newest, 1) as newest,
        coalesce(returned.last_pull_number, keyed.pull_number) as last_pull_number
    from keyed
    left join redelivered using (pull_number, source_row)
    left join returned on returned.entry_id = redelivered.entry_id
    where case when redelivered.entry_id is null then is_in_window
        else returned.entry_id is not null and redelivered.is_new_content end),
complete_persons as (
    select source, pull_number, window_start, window_end, unnest(case when len(population) = 0 then [null] else population end) as person_ref
    from complete_pulls),
complete_days as (   -- the last pull that was declared complete for a source, a day and a person (null: everybody)
    select source, person_ref, tracked_person_no, worked_on, max(pull_number) as last_pull_number
    from (select *, unnest(generate_series(window_start, window_end, interval 1 day))::date as worked_on from complete_persons) as days
    left join tracked_people using (source, person_ref)
    group by source, person_ref, tracked_person_no, worked_on),
judged as (   -- withdrawn: absent from a later pull that was declared complete for its date and person
    select versions.* exclude (newest, last_pull_number), versions.version < newest as is_superseded,
        versions.version = newest and coalesce(greatest(of_all.last_pull_number, of_person.last_pull_number)
            > versions.last_pull_number, false) as is_withdrawn
    from versions
    left join complete_days as of_all on of_all.source = versions.source and of_all.worked_on = versions.worked_on
        and of_all.person_ref is null
    left join complete_days as of_person on of_person.source = versions.source and of_person.worked_on = versions.worked_on
        and of_person.tracked_person_no = versions.tracked_person_no)
select * from judged
