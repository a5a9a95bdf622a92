-- One row per person × workweek with paid time and no pay rate in the home currency for all of it: the regular rate needs
-- the rate of every hour, a shift's that reaches into the week included (29 CFR 778.115).
with entries as (
    select person_no, week_begins_on, worked_on, last_worked_on from entries_judged cross join run_parameters
    where entry_code is null and worker_type = 'employee' and hour_kind <> 'unpaid_leave'
        and (pay_rate_millionths is null or pay_currency <> home_currency))
select distinct person_no, workweek_of(worked_day, week_begins_on) as workweek_start
from (select *, unnest([worked_on, last_worked_on, worked_on - (week_begins_on >= 1000)::int]) as worked_day from entries) as days
