-- One row per asked employee × day of the period up to the day asked about (no holidays): whether anything was heard of the person on
-- another day of that week or in the week before. Of whom nothing comes for so long, no usual day is expected: TE136 tells in the draft.
with days as (
    select asked.employee_id, asked.period_start, first_day + unnest(range(greatest(0, least(last_day, as_of) - first_day + 1)))::int as day
    from people_asked as asked cross join forecast_parameters),
heard as (select employee_id, worked_on from forecast_history union select employee_id, worked_on from days_told)
select days.employee_id, days.period_start, day, count(worked_on) > 0 as is_heard
from days anti join holidays_of_people as free on free.employee_id = days.employee_id and free.holiday_on = day
    left join heard on heard.employee_id = days.employee_id and worked_on <> day
        and worked_on between date_trunc('week', day)::date - 7 and date_trunc('week', day)::date + 6
group by days.employee_id, days.period_start, day
