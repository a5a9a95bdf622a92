-- One row per asked employee × weekday (1 Monday to 7 Sunday): in how many of their weeks before the period the day was theirs to work, in
-- how many they worked, and the usual time (the median of the days worked). A person's weeks are those with any time of theirs: a week
-- away says nothing about a usual day. Only exported periods count, no holiday, and no day of leave alone.
with looked_at as (
    select employee_id, pay_group, period_start, employed_since, period_start - (weeks * 7)::int as since from people_asked cross join forecast_parameters),
own_weeks as (
    select distinct looked_at.employee_id, looked_at.period_start, date_trunc('week', worked_on)::date as monday
    from forecast_history join looked_at using (employee_id) where worked_on >= since and worked_on < looked_at.period_start),
days as (
    select distinct looked_at.employee_id, looked_at.period_start, exported.period_start + unnest(range(exported.period_end - exported.period_start + 1))::int as day
    from looked_at join periods_exported as exported using (pay_group) where exported.period_end < looked_at.period_start and exported.period_end >= since),
own_days as (
    select days.employee_id, days.period_start, day, coalesce(worked_seconds, 0) as worked_seconds
    from days join looked_at using (employee_id, period_start)
        semi join own_weeks on own_weeks.employee_id = days.employee_id and own_weeks.period_start = days.period_start and monday = date_trunc('week', day)::date
        left join forecast_history as history on history.employee_id = days.employee_id and history.worked_on = day
        anti join holidays_of_people as free on free.employee_id = days.employee_id and free.holiday_on = day
    where day >= greatest(since, employed_since) and not (coalesce(has_leave, false) and coalesce(worked_seconds, 0) = 0))
select employee_id, period_start, isodow(day) as weekday, count(*) as weeks_seen, count(*) filter (where worked_seconds > 0) as weeks_worked,
    quantile_disc(worked_seconds, 0.5) filter (where worked_seconds > 0) as usual_seconds
from own_days group by employee_id, period_start, isodow(day)
