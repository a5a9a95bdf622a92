-- One row per person × day × rule that the raw punches break (`is_open` false), or that cannot be told from them (true).
-- Workweeks and averages stand on the last day worked. `seconds`: what was measured.
with days as (select * from duty_days),
rules as (select * from break_rules),
parameters as (select * from run_parameters),
groups as (select distinct person_no, worked_on as workday, pay_group from people_on_day),
waived as (
    select distinct days.person_no, days.workday, waivers.rule_id from days left join groups using (person_no, workday)
    join meal_waivers as waivers on days.workday between waivers.effective_from and waivers.effective_to
        and (waivers.employee_id = days.employee_id or waivers.pay_group = groups.pay_group)),
named as (select days.*, birth_date from days left join map_birth_dates using (employee_id)),
ruled as (
    select named.* exclude (law_key), rules.* exclude (law_key, effective_from, effective_to) from named join rules on rules.law_key = named.law_key
        and named.workday between rules.effective_from and rules.effective_to
    where rules.age_below = 0 or birth_date + to_years(rules.age_below) > named.workday),
taken as (
    select person_no, workday, break_rule_no, any_value(duty_seconds) as duty_seconds,
        any_value(inside_seconds) >= coalesce(any_value(block_seconds), 1) and any_value(inside_seconds) > 0 as has_unplaced,
        any_value(earliest_seconds) is not null or any_value(latest_seconds) is not null or any_value(before_end_seconds) is not null as is_timed,
        count(off_seconds) filter (where is_in_time) + has_unplaced::int as count_breaks,
        coalesce(sum(off_seconds) filter (where is_in_time), 0) + case when has_unplaced then any_value(inside_seconds) else 0 end as off_seconds,
        greatest(max(run_seconds), any_value(duty_seconds) - coalesce(max(on_duty_seconds), 0)) as longest_run
    from (select breaks.*, coalesce(on_duty_seconds >= coalesce(earliest_seconds, 0) and on_duty_seconds <= coalesce(latest_seconds, on_duty_seconds)
                and duty_seconds - on_duty_seconds >= coalesce(before_end_seconds, 0), false) as is_in_time,
            on_duty_seconds - coalesce(lag(on_duty_seconds) over (partition by person_no, workday, break_rule_no order by at_second), 0) as run_seconds
        from duty_breaks as breaks) as timed
    group by person_no, workday, break_rule_no),
missed as (
    select ruled.*, taken.duty_seconds as seconds, taken.off_seconds, has_unplaced and is_timed and duty_seconds >= from_seconds as is_open,
        duty_seconds >= from_seconds and not (count_breaks >= blocks and taken.off_seconds >= at_least_seconds)
        and not (duty_seconds <= coalesce(waivable_to_seconds, -1) and count_breaks >= blocks - 1 and waived.rule_id is not null) as is_missed
    from ruled join taken using (person_no, workday, break_rule_no)
    left join waived on waived.person_no = ruled.person_no and waived.workday = ruled.workday and waived.rule_id = ruled.rule_id
    where test = 'break'),
rested as (
    select days.person_no, workday, begin_second - max(end_second) over before as rest_seconds
    from days where begin_second is not null
    window before as (partition by person_no order by workday rows between unbounded preceding and 1 preceding)),
weeks as (   -- what lies beyond the days read counts as rest, unless the week is worked to its edge
    select days.person_no, days.workweek_start, max(workday) as workday, sum(worked_seconds)::bigint as week_seconds, bool_and(is_clocked) as is_all_clocked,
        greatest(max(coalesce(rest_seconds, case when workday = workweek_start then 0 else 864000 end)),
            arg_max(coalesce(rest_after, case when workday = workweek_end then 0 else 864000 end), workday)) as longest_rest
    from (select days.*, rest_seconds, lead(rest_seconds) over (partition by person_no order by workday) as rest_after
        from days left join rested using (person_no, workday)) as days
    group by days.person_no, days.workweek_start),
averaged as (   -- a week under a rule about the average of many, from the first day it looks at
    select ruled.*, workweek_start - (7 * (weeks - 1))::int as first_day from ruled semi join weeks using (person_no, workday) where test = 'average'),
looked_at as (select distinct person_no from averaged),
days_of_all as (   -- those the run reads, and those before
    select person_no, workday, worked_seconds, false as has_leave from days semi join looked_at using (person_no) cross join parameters where workday >= window_start
    union all
    select person_no, before.workday, duty_seconds, before.has_leave from looked_at join people_numbered using (person_no)
    join days_before as before on before.employee_id = people_numbered.employee_id cross join parameters where before.workday < window_start
    union all
    select distinct person_no, piece_on, 0, true from pieces_classified semi join looked_at using (person_no)
    where hour_kind <> 'worked' and pay_state = 'exported'),
employed as (select employee_id, min(effective_from) as employed_from from map_employees group by employee_id),
averages as (   -- without leave the average is only higher: what is over the limit with it as nothing is over it
    select averaged.person_no, averaged.workday, averaged.break_rule_no, sum(all_days.worked_seconds)::bigint as sum_seconds,
        sum(all_days.worked_seconds) > any_value((from_seconds - 1) * weeks) as is_over,
        count(distinct (all_days.workday - averaged.first_day) // 7) filter (where all_days.worked_seconds > 0) as weeks_with_time,
        case when any_value(first_day) < any_value(known_from) then 'time is known from ' || any_value(known_from) || ' on'
            when any_value(first_day) < any_value(employed_from) then 'employed from ' || any_value(employed_from) || ' on'
            when bool_or(has_leave) then 'leave among them'
            when weeks_with_time < any_value(weeks) then 'no time in ' || any_value(weeks) - weeks_with_time || ' of them' end as open_because
    from averaged join days_of_all as all_days on all_days.person_no = averaged.person_no
        and all_days.workday between averaged.first_day and averaged.workweek_start + 6
    join employed on employed.employee_id = averaged.employee_id cross join parameters
    group by averaged.person_no, averaged.workday, averaged.break_rule_no),
attested as (
    select ruled.*, missed as count_missed from ruled join map_rest_attestations as told
        on told.employee_id = ruled.employee_id and told.day = ruled.workday where test = 'attested' and missed > 0),
spans as (   -- from the first start to the last end of a workday, and its longest time off
    select ruled.* replace (case when abroad.person_no is null then wage_millionths end as wage_millionths), end_second - begin_second as spread_seconds,
        coalesce(longest_off, 0) as longest_off
    from ruled left join (
        select person_no, workday, max(off_seconds) as longest_off
        from (select person_no, workday, off_seconds, lag(workday) over (partition by person_no order by begin_second, end_second, entry_no) as workday_before
            from duty_entries) as off_times
        where workday = workday_before group by person_no, workday) as away using (person_no, workday)
    left join weeks_paid_abroad as abroad on abroad.person_no = ruled.person_no and abroad.workweek_start = ruled.workweek_start
    where test = 'spread' and is_clocked),
day_pay as (   -- what the day's own rates pay, in millionths times seconds
    select duties.person_no, duties.workday, sum(pay_rate_millionths::hugeint * entries.worked_seconds) as own_pay
    from duty_entries as duties join entries_rounded as entries using (entry_no) where duties.person_no in (select person_no from spans)
    group by duties.person_no, duties.workday),
spread_out as (
    select spans.*, case spread_mode when 'all_rates' then wage_millionths::hugeint * premium_seconds
            else greatest(wage_millionths::hugeint * (worked_seconds + premium_seconds) - own_pay, 0) end as wage_numerator
    from spans left join day_pay using (person_no, workday) where spread_seconds >= from_seconds or longest_off > block_seconds),
found as (
    select missed.* exclude (off_seconds, is_missed, is_open), case when has_told then true else false end as is_open,
        hours_words(seconds) || ' h on duty, ' || off_seconds // 60 || ' min off' || case when has_told then ', when is not told' else ' in time' end as found, 1 as times
    from (select missed.*, is_open as has_told from missed) as missed where is_missed or has_told
    union all by name
    select ruled.*, longest_run as seconds, has_unplaced as is_open, hours_words(longest_run) || ' h without a break' as found, 1 as times
    from ruled join taken using (person_no, workday, break_rule_no) where test = 'stretch' and longest_run >= from_seconds
    union all by name
    select ruled.*, rest_seconds as seconds, false as is_open, hours_words(rest_seconds) || ' h of rest before this day' as found, 1 as times
    from ruled join rested using (person_no, workday) where test = 'rest' and rest_seconds < at_least_seconds
    union all by name
    select ruled.*, longest_rest as seconds, false as is_open, hours_words(longest_rest) || ' h of rest at most in the workweek' as found, 1 as times
    from ruled join weeks using (person_no, workday) where test = 'weekly_rest' and is_all_clocked and longest_rest < at_least_seconds
    union all by name
    select ruled.*, worked_seconds as seconds, false as is_open, hours_words(worked_seconds) || ' h worked' as found, 1 as times
    from ruled where test = 'day' and worked_seconds >= from_seconds
    union all by name
    select ruled.*, week_seconds as seconds, false as is_open, hours_words(week_seconds) || ' h worked in the workweek' as found, 1 as times
    from ruled join weeks using (person_no, workday) where test = 'week' and week_seconds >= from_seconds
    union all by name
    select ruled.*, sum_seconds as seconds, not is_over as is_open, case when is_over then hours_words(sum_seconds) || ' h in ' || weeks || ' weeks'
            else weeks || ' weeks are looked at: ' || open_because end as found, 1 as times
    from ruled join averages using (person_no, workday, break_rule_no) where is_over or open_because is not null
    union all by name
    select spread_out.* exclude (spread_seconds, longest_off), spread_seconds as seconds, wage_millionths is null as is_open,
        hours_words(spread_seconds) || ' h from the first start to the last end' || case when longest_off > block_seconds then ', in a split shift' else '' end
            || case when wage_millionths is null then ', and no minimum wage is given for that day' else '' end as found, 1 as times
    from spread_out where wage_numerator is distinct from 0
    union all by name
    select attested.* exclude (count_missed), null as seconds, false as is_open, count_missed || ' rest period(s) attested as missed' as found, count_missed as times
    from attested)
select found.person_no, found.employee_id, workday, workweek_start, entry_no, break_rule_no, rule_id, test, verdict, premium,
    case when premium is null then null when referred.day is null then premium_mode else coalesce(nullif(referred.resolution, ''), 'refer') end as premium_mode,
    promise, seconds::bigint as seconds, is_open, found,
    case premium when 'rest_time' then premium_seconds * times else premium_seconds end::bigint as premium_seconds, wage_numerator::hugeint as wage_numerator,
    referred.reason, referred.referred_to, referred.due as referred_due, referred.resolved_by
from found left join map_referrals as referred on referred.employee_id = found.employee_id and referred.day = found.workday
    and referred.hour_class = case premium when 'meal' then 'meal_premium' when 'spread' then 'spread_premium' else 'rest_premium' end
