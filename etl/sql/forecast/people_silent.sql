-- One row per asked employee with a past in the history of whom nothing was heard in this period's weeks so far nor the week before each:
-- they are not expected on any day, and are told apart.
select asked.employee_id, employee_name, asked.period_start, max(worked_on) as last_on
from people_asked as asked join forecast_history as history on history.employee_id = asked.employee_id
    anti join (select employee_id, period_start from days_heard where is_heard) as heard on heard.employee_id = asked.employee_id and heard.period_start = asked.period_start
    semi join days_heard as days on days.employee_id = asked.employee_id and days.period_start = asked.period_start
group by asked.employee_id, employee_name, asked.period_start
