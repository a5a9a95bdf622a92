-- One row per person × workweek × pay currency where it matters: without a rate (null), and every week of people of whom any
-- time is paid in another currency than the home currency. A shift that reaches into a week belongs to it too.
with abroad as (select distinct person_no from people_on_day cross join run_parameters where pays_abroad and pay_currency <> home_currency),
entries as (
    select person_no, week_begins_on, worked_on, last_worked_on,
        case when pay_rate_millionths is not null and (pays_abroad or pay_currency = home_currency) then pay_currency end as pay_currency
    from entries_judged cross join run_parameters
    where entry_code is null and worker_type = 'employee' and hour_kind <> 'unpaid_leave'
        and (pay_rate_millionths is null or pay_currency <> home_currency or person_no in (select person_no from abroad)))
select distinct person_no, workweek_of(worked_day, week_begins_on) as workweek_start, pay_currency
from (select *, unnest([worked_on, last_worked_on, worked_on - (week_begins_on >= 1000)::int]) as worked_day from entries) as days
