-- One row per piece × tier of the workweek: the last hours carry it. In a pool (mode 0) only hours without daily premium
-- count to the weekly limit; else all do. With credit (mode 1) what the day paid already is not paid again.
with daily_pieces as (
    select entry_no, day_no, sum(seconds)::bigint as daily_seconds from daily_parts group by entry_no, day_no),
daily_weeks as (
    select person_no, workweek_start, family_no, sum(seconds)::bigint as daily_seconds from daily_parts
    group by person_no, workweek_start, family_no),
long_weeks as (
    select weeks.*, week_seconds - case when mode = 0 then coalesce(daily_seconds, 0) else 0 end as pool_seconds
    from weeks_in_question as weeks left join daily_weeks using (person_no, workweek_start, family_no)
    where pool_seconds > week_limit),
own as (
    select week_no, pieces.entry_no, pieces.day_no, coalesce(daily_seconds, 0) as daily_seconds,
        pieces.pay_seconds - case when mode = 0 then coalesce(daily_seconds, 0) else 0 end as own_seconds
    from pieces_counted as pieces join long_weeks using (person_no, workweek_start, family_no) left join daily_pieces using (entry_no, day_no)),
running as (
    select own.*, sum(own_seconds) over (partition by week_no order by entry_no, day_no rows unbounded preceding)::bigint as until_seconds
    from own),
parts as (
    select entry_no, day_no, person_no, workweek_start, family_no, mode, tier_no, premium_numerator, week_seconds as measured_seconds,
        least(running.until_seconds, tiers.until_seconds) - greatest(running.until_seconds - own_seconds, over_seconds)
            - case when mode = 1 then running.daily_seconds else 0 end as seconds
    from running join long_weeks using (week_no) join overtime_tiers as tiers on tiers.rule_no = long_weeks.week_rule_no and tiers.measure = 'week'
        and running.until_seconds > over_seconds and running.until_seconds - own_seconds < tiers.until_seconds
    where own_seconds > 0 and running.until_seconds > week_limit)
select * from parts where seconds > 0
