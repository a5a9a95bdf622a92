-- One row per expected day of which nothing has landed, with how many of the others expected on it have told theirs. Missing is not
-- zero and never an entry.
with told as (select expected.*, told.employee_id is not null as is_told from days_expected as expected
    left join days_told as told on told.employee_id = expected.employee_id and told.worked_on = day),
counted as (select *, count(*) over (partition by day) as count_expected, count(*) filter (where is_told) over (partition by day) as count_told from told)
select employee_id, period_start, day, weeks_seen, weeks_worked, usual_seconds, certainty, count_expected, count_told from counted where not is_told
