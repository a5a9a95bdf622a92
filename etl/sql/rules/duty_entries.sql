-- One row per clocked entry of a person whose place has break rules: raw and unrounded, from its start to its end, with the
-- time off before it. A duty begins after as much time off as makes a new shift; all of it belongs to the workday of its start.
with places as (select distinct law_key from break_rules),
parameters as (select * from run_parameters),
entries as (select * from entries_told),
punches as (
    select entries.* from entries semi join places using (law_key)
    where entry_state is null and hour_kind = 'worked' and worker_type = 'employee' and worked_seconds > 0 and started_at is not null),
clocked as (
    select punches.entry_no, punches.person_no, punches.law_key, punches.week_begins_on, epoch_us(punches.started_at) // 1000000 as begin_second,
        case when texts.end_text is not null then coalesce(try_cast(texts.break_text as bigint), 0) * 60 else 0 end as inside_seconds,
        begin_second + punches.worked_seconds + inside_seconds as end_second,
        case when punches.week_begins_on >= 1000 and date_part('hour', timezone(pulls.zone, punches.started_at)) * 60
                + date_part('minute', timezone(pulls.zone, punches.started_at)) < punches.week_begins_on // 1000
            then punches.worked_on - 1 else punches.worked_on end as own_workday
    from punches join landed_texts as texts using (pull_number, source_row) join pulls using (pull_number)),
met as (
    select clocked.*, max(end_second) over (partition by person_no order by begin_second, end_second, entry_no
        rows between unbounded preceding and 1 preceding) as busy_until
    from clocked),
numbered as (
    select met.*, greatest(begin_second - busy_until, 0) as off_seconds,
        sum(case when busy_until is null or begin_second - busy_until >= shift_gap_seconds then 1 else 0 end)
            over (partition by person_no order by begin_second, end_second, entry_no rows unbounded preceding) as duty_no
    from met cross join parameters)
select numbered.* exclude (own_workday, duty_no),
    first_value(own_workday) over (partition by person_no, duty_no order by begin_second, end_second, entry_no) as workday
from numbered
