-- One row per landed row of one drop or connection. Text becomes dates, instants and whole seconds by the formats declared;
-- what cannot be read is null, its text stays in the landing (landed_texts). Nothing is filtered, nothing is guessed. A
-- connection's rows carry the person's zone ($row_zones), their instants an offset.
with landed as (   -- who and what, by number
    select texts.*, tracked_person_no, tracked_work_no
    from landed_texts as texts
    join tracked_people as people on people.source = texts.source and people.person_ref is not distinct from texts.person_ref
    join tracked_works as works on works.source = texts.source and works.client_ref is not distinct from texts.client_ref
        and works.project_ref is not distinct from texts.project_ref and works.service_ref is not distinct from texts.service_ref
        and works.currency_text is not distinct from texts.currency_text
    where list_contains($pull_numbers, pull_number)),
clocked as (
    select landed.*,
        case when $row_zones then coalesce(json_extract_string(extra, '$.zone'), $zone) end as zone,
        case when not $row_zones then null
            when regexp_full_match(start_text, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})')
            then try_cast(regexp_replace(start_text, '([+-][0-9]{2})([0-9]{2})$', '\1:\2') as timestamptz) end as start_instant,
        case when start_text is null then null
            when $row_zones then try_strptime(start_text, ['%Y-%m-%d %H:%M', '%Y-%m-%d %I:%M%p'])
            else try_strptime(start_text, $instant_format) end as start_read,
        case when end_text is not null then try_strptime(end_text, $instant_format) end as end_read,
        case when date_text is not null then try_strptime(date_text, $date_format) end as date_read,
        replace(duration_text, $decimal_sign, '.') as duration_plain,
        case when updated_text is not null then coalesce(timezone($zone, try_strptime(updated_text, $instant_format)),
            try_cast(updated_text as timestamptz)) end as updated_at
    from landed),
local_times as (   -- %Y also takes two digits: a year before 1900 is a misread one
    select clocked.* exclude (start_read, end_read, date_read),
        case when $row_zones and start_instant is not null then timezone(zone, start_instant)
            when year(start_read) >= 1900 then start_read end as started_local,
        case when year(end_read) < 1900 then null
            when $end_rolls_over and end_read < start_read then end_read + interval 1 day
            else end_read end as ended_local,
        case when year(date_read) >= 1900 then date_read::date end as date_local
    from clocked),
instants as (
    select local_times.*,
        case when not $row_zones then timezone($zone, started_local)
            when start_instant is not null then start_instant else timezone(zone, started_local) end as started_at,
        timezone($zone, ended_local) as ended_at
    from local_times),
timed as (
    select instants.*,
        coalesce(date_local, case when date_text is null then started_local::date end) as worked_on,
        case when $duration = 'seconds' and regexp_full_match(duration_text, '-?[0-9]{1,9}')
                then try_cast(duration_text as bigint)
            when $duration = 'minutes' and regexp_full_match(duration_text, '-?[0-9]{1,7}')
                then try_cast(duration_text as bigint) * 60
            when $duration = 'decimal_hours' and regexp_full_match(duration_plain, '-?[0-9]{1,6}([.][0-9]{1,6})?')
                then divide_half_up(try_cast(duration_plain as decimal(18, 6)) * 1000000::decimal(7, 0) * 3600::decimal(4, 0), 1000000)::bigint
            when $duration = 'clock' and regexp_full_match(duration_text, '-?[0-9]{1,5}:[0-5][0-9](:[0-5][0-9])?')
                then epoch_us(try_cast(duration_text as interval)) // 1000000
            when $duration = 'labeled' and regexp_full_match(duration_text,   -- 1h 30m, 90m, 45 min, PT1H30M
                    '(?i)(PT)?([0-9]{1,5} ?h)? ?([0-9]{1,7} ?m(in)?)? ?([0-9]{1,9} ?s)?') and regexp_matches(duration_text, '[0-9]')
                then coalesce(try_cast(regexp_extract(duration_text, '(?i)([0-9]+) ?h', 1) as bigint), 0) * 3600
                    + coalesce(try_cast(regexp_extract(duration_text, '(?i)([0-9]+) ?m', 1) as bigint), 0) * 60
                    + coalesce(try_cast(regexp_extract(duration_text, '(?i)([0-9]+) ?s', 1) as bigint), 0)
            when $duration = 'from_start_and_end' and (break_text is null or regexp_full_match(break_text, '[0-9]{1,4}'))
                then epoch_us(ended_at) // 1000000 - epoch_us(started_at) // 1000000 - coalesce(break_text::bigint, 0) * 60
        end as worked_seconds,
        case when start_text is not null and (end_text is null or starts_with(start_text, end_text || ' ')) and $has_end
                and (duration_text is null or regexp_full_match(duration_text, '-[0-9.:]+|0+([.:]0+)*')) then 'TE005'
            when abs(date_local - started_local::date) > 1 then 'TE024' end as time_code,   -- a zone explains one day, not two
        $duration = 'from_start_and_end' and (
            timezone($zone, started_at) <> started_local or timezone($zone, ended_at) <> ended_local
            or timezone($zone, started_at - interval 1 hour) = started_local
            or timezone($zone, started_at + interval 1 hour) = started_local
            or timezone($zone, started_at - interval 30 minute) = started_local   -- Lord Howe Island
            or timezone($zone, started_at + interval 30 minute) = started_local
            or timezone($zone, ended_at - interval 1 hour) = ended_local
            or timezone($zone, ended_at + interval 1 hour) = ended_local
            or timezone($zone, ended_at - interval 30 minute) = ended_local
            or timezone($zone, ended_at + interval 30 minute) = ended_local) as is_clock_ambiguous
    from instants),
staged as (
    select source, pull_number, source_row, entry_ref, tracked_person_no, tracked_work_no,
        worked_on, started_local, started_at, worked_seconds, updated_at, time_code, zone,
        coalesce(is_clock_ambiguous, false) as is_clock_ambiguous,
        list_contains($billable_words, lower(coalesce(billable_text, ''))) as is_billable,
        not list_contains($billable_words, lower(coalesce(billable_text, '')))
            and not list_contains($not_billable_words, lower(coalesce(billable_text, ''))) as is_billable_unreadable,
        list_contains($billable_words, lower(coalesce(billed_text, ''))) as is_already_billed
    from timed)
select * from staged
