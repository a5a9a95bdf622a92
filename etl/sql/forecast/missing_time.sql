-- One row per employee × pay period with expected days of which nothing has landed: how sure it is in words, the days, what was told so
-- far, and the text of a reminder. A list for people: nobody is paid or held by it (of whom nothing came at all, TE136 tells in the draft).
with words as (
    select missing.*, strftime(day, '%a %Y-%m-%d') as day_words, case certainty when 'nearly always' then 1 when 'usually' then 2 else 3 end as turn,
        case certainty when 'too few weeks' then strftime(day, '%a %Y-%m-%d') else strftime(day, '%a %Y-%m-%d') || ' (usually ' || hours_words(usual_seconds)
            || ' h on ' || dayname(day) || 's in ' || weeks_worked || ' of ' || weeks_seen || ' weeks)' end as told
    from days_missing as missing),
people as (
    select employee_id, period_start, min(turn) as turn, count(*) as count_days, sum(usual_seconds) filter (where certainty <> 'too few weeks')::bigint as usual_seconds,
        string_agg(told, ', ' order by day) as days_told_words, string_agg(strftime(day, '%A %Y-%m-%d'), ', ' order by day) as days_words
    from words group by employee_id, period_start),
so_far as (
    select asked.employee_id, asked.period_start, sum(worked_seconds)::bigint as told_seconds
    from people_asked as asked join days_told as told on told.employee_id = asked.employee_id and worked_on between asked.period_start and asked.period_end
    group by asked.employee_id, asked.period_start)
select codes.code, employee_id, employee_name, pay_group, period_start, period_end, cut_off,
    case people.turn when 1 then 'nearly always' when 2 then 'usually' else 'too few weeks' end as certainty, count_days, usual_seconds,
    coalesce(told_seconds, 0) as told_seconds,
    case people.turn when 3 then 'fewer than ' || least_weeks || ' weeks to compare with, nothing yet for ' || days_words else 'nothing yet for ' || days_told_words end as found,
    'Hello ' || employee_name || ', from ' || period_start || ' to ' || period_end || ' nothing has arrived from you for ' || days_words
        || '. Please enter your time or your leave' || coalesce(' before the payroll cut-off, ' || strftime(cut_off, '%Y-%m-%d %H:%M'), '')
        || '. If you did not work, nothing is to be done: nothing is entered for you.' as reminder
from people join people_asked using (employee_id, period_start) left join so_far using (employee_id, period_start) cross join forecast_parameters
    join codes on codes.code = case people.turn when 3 then 'TE266' else 'TE265' end
order by people.turn, count_days desc, employee_name, employee_id, period_start
