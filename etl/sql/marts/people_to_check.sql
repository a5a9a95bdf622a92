-- One row per person × calendar day of this run's periods with valid time, as the suite `people` looks at it. What is
-- told of a workweek stands on the last day of it that has time.
with valid as (
    select pieces.person_no, pieces.piece_on, pieces.workweek_start, pieces.hour_kind, pieces.worked_seconds, pieces.pay_seconds,
        entries.employee_id, entries.employee_name
    from pieces_classified as pieces join entries_told as entries using (entry_no)
    where entries.entry_state is null and pieces.person_no is not null),
days as (
    select person_no, piece_on, workweek_start, any_value(employee_id) as employee_id, any_value(employee_name) as employee_name,
        sum(case when hour_kind = 'worked' then worked_seconds else 0 end)::bigint as day_seconds,
        sum(case when hour_kind <> 'worked' then worked_seconds else 0 end)::bigint as leave_seconds,
        sum(case when hour_kind = 'worked' then worked_seconds - pay_seconds else 0 end)::bigint as rounded_away_seconds
    from valid group by person_no, piece_on, workweek_start),
weeks as (
    select days.*, piece_on = max(piece_on) over week as is_last,
        sum(day_seconds) over week as week_sum, count(*) filter (where day_seconds > 0) over week as worked_days,
        sum(rounded_away_seconds) over week as rounded_away
    from days window week as (partition by person_no, workweek_start))
select null::text as entry_id, employee_id as employee_ref, piece_on as worked_on, day_seconds + leave_seconds as seconds,
    employee_name as subject, day_seconds, case when leave_seconds > 0 and day_seconds > 0 then day_seconds + leave_seconds end as day_with_leave_seconds,
    case when is_last then week_sum::bigint end as week_seconds, case when is_last then worked_days::bigint end as count_week_days,
    case when is_last then rounded_away::bigint end as week_rounded_away_seconds
from weeks cross join run_parameters where piece_on between owned_start and owned_end order by person_no, piece_on
