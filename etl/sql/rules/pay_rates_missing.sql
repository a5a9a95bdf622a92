-- One row per person with time paid by this run and no pay rate in the home currency for it: the days of the pay period,
-- the workweek that straddles its start, and a shift that reaches into it.
with entries as (select * from entries_judged where entry_code is null),
weeks as (
    select periods.pay_group, periods.period_end, periods.period_start
            - ((isodow(periods.period_start) - coalesce(groups.workweek_start, 1) + 7) % 7)::int as first_day
    from run_pay_periods as periods left join pay_groups as groups using (pay_group))
select distinct person_no
from entries join weeks using (pay_group) cross join run_parameters
where worker_type = 'employee' and hour_kind <> 'unpaid_leave'
    and (pay_rate_millionths is null or pay_currency <> home_currency) and worked_on <= weeks.period_end
    and (worked_on >= first_day or (worked_on = first_day - 1 and worked_seconds > first_day_seconds))
