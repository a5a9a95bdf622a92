-- One row per asked employee × day up to the day asked about on which time is expected: a day worked in at least likely_percent of their
-- own weeks while the person is heard of; of somebody with too few weeks to tell, every Monday to Friday.
with known as (select employee_id, period_start, max(weeks_seen) as weeks_known from usual_days group by employee_id, period_start)
select days.employee_id, days.period_start, day, weeks_seen, weeks_worked, usual_seconds,
    case when coalesce(weeks_known, 0) < least_weeks then 'too few weeks' when weeks_worked * 100 >= certain_percent * weeks_seen then 'nearly always'
        else 'usually' end as certainty
from days_heard as days cross join forecast_parameters join people_asked using (employee_id, period_start) left join known using (employee_id, period_start)
    left join usual_days as usual on usual.employee_id = days.employee_id and usual.period_start = days.period_start and usual.weekday = isodow(day)
where case when coalesce(weeks_known, 0) < least_weeks   -- who was there for weeks without any time is silent, not new
    then isodow(day) < 6 and (is_heard or employed_since > days.period_start - (7 * least_weeks)::int)
    else is_heard and weeks_seen >= least_weeks and weeks_worked * 100 >= likely_percent * weeks_seen end
