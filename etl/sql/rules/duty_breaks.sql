-- One row per workday × rule about breaks × break that is long enough for it: where on duty it begins. A rule without such a
-- break has one row without one. On duty is all time but those breaks: a shorter one is time on duty.
with days as (select * from duty_days where is_clocked),
ages as (select days.*, birth_date from days left join map_birth_dates using (employee_id)),
ruled as (
    select ages.* exclude (law_key, birth_date), rules.* exclude (law_key)
    from ages join break_rules as rules on rules.law_key = ages.law_key and ages.workday between rules.effective_from and rules.effective_to
    where rules.test in ('break', 'stretch') and (rules.age_below = 0 or birth_date + to_years(rules.age_below) > ages.workday)),
off_times as (
    select person_no, workday, busy_until, off_seconds,
        lag(workday) over (partition by person_no order by begin_second, end_second, entry_no) as workday_before
    from duty_entries),
breaks as (select * from off_times where workday = workday_before and off_seconds > 0),
met as (
    select ruled.*, busy_until - begin_second as at_second, off_seconds
    from ruled left join breaks on breaks.person_no = ruled.person_no and breaks.workday = ruled.workday
        and breaks.off_seconds >= coalesce(ruled.block_seconds, 1))
select met.*, at_second - coalesce(sum(off_seconds) over (before rows between unbounded preceding and 1 preceding), 0) as on_duty_seconds,
    end_second - begin_second - case when inside_seconds >= coalesce(block_seconds, 1) then inside_seconds else 0 end
        - coalesce(sum(off_seconds) over (partition by person_no, workday, break_rule_no), 0) as duty_seconds
from met window before as (partition by person_no, workday, break_rule_no order by at_second)
