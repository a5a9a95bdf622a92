-- One row per person × workday with work at a place that has break rules. Where an entry of the day has no start, the day's
-- breaks and rest cannot be told (`is_clocked`); its hours can.
with places as (select distinct law_key from break_rules),
entries as (select * from entries_told),
persons as (select person_no, any_value(employee_id) as employee_id from people_on_day group by person_no),
clocked as (
    select person_no, workday, min(begin_second) as begin_second, max(end_second) as end_second, sum(inside_seconds)::bigint as inside_seconds,
        arg_min(entry_no, (begin_second, entry_no)) as entry_no, arg_min(law_key, (begin_second, entry_no)) as law_key,
        any_value(week_begins_on) as week_begins_on
    from duty_entries group by person_no, workday),
off_times as (   -- time off inside a workday
    select person_no, workday, off_seconds
    from (select spells.*, lag(workday) over (partition by person_no order by begin_second, end_second, entry_no) as workday_before
        from duty_entries as spells) where workday = workday_before and off_seconds > 0),
away as (select person_no, workday, sum(off_seconds)::bigint as off_seconds from off_times group by person_no, workday),
unclocked as (
    select person_no, worked_on as workday, sum(worked_seconds)::bigint as unclocked_seconds, min(entry_no) as entry_no,
        any_value(law_key) as law_key, any_value(week_begins_on) as week_begins_on
    from entries semi join places using (law_key)
    where entry_state is null and hour_kind = 'worked' and worker_type = 'employee' and worked_seconds > 0 and started_at is null
    group by person_no, worked_on)
select person_no, workday, persons.employee_id, coalesce(clocked.entry_no, unclocked.entry_no) as entry_no, coalesce(clocked.law_key, unclocked.law_key) as law_key,
    workweek_of(workday, coalesce(clocked.week_begins_on, unclocked.week_begins_on)) as workweek_start,
    workweek_end(workweek_start, coalesce(clocked.week_begins_on, unclocked.week_begins_on)) as workweek_end,
    begin_second, end_second, coalesce(inside_seconds, 0) as inside_seconds, unclocked.entry_no is null as is_clocked,
    coalesce(end_second - begin_second - inside_seconds - coalesce(off_seconds, 0), 0) + coalesce(unclocked_seconds, 0) as worked_seconds
from clocked full join unclocked using (person_no, workday) join persons using (person_no) left join away using (person_no, workday)
