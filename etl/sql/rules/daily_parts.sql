-- One row per piece × tier of a day, a seventh day or an unbroken shift: the seconds of it that lie over the tier's limit.
-- Where a rule has days and shifts, the one that pays more in the week counts.
with in_days as (
    select entry_no, day_no, day_key, pay_seconds, sum(pay_seconds) over (
            partition by day_key order by entry_no, day_no rows unbounded preceding)::bigint as until_seconds
    from pieces_counted as pieces join days_in_question as days using (person_no, workday, family_no)),
clocked as (
    select entry_no, day_no, person_no, workday, workweek_start, family_no, rule_no, pay_seconds, begin_second, shift_seconds
    from pieces_counted as pieces semi join (select rule_no from overtime_tiers where measure = 'shift') as with_shifts using (rule_no)),
apart as (
    select clocked.*, case when begin_second is null then workday is distinct from lag(workday) over earlier
            else begin_second - lag(begin_second + shift_seconds) over earlier < shift_gap_seconds is not true end as is_new_shift
    from clocked cross join run_parameters window earlier as (partition by person_no order by entry_no, day_no)),
shifts as (
    select apart.*, sum(is_new_shift::int) over (partition by person_no order by entry_no, day_no rows unbounded preceding) as shift_no
    from apart),
limits as (select min(over_seconds) as least_limit from overtime_tiers where measure = 'shift'),
long_shifts as (
    select person_no, shift_no from shifts group by person_no, shift_no having sum(pay_seconds) > (select least_limit from limits)),
in_shifts as (
    select shifts.*, sum(pay_seconds) over (partition by person_no, shift_no)::bigint as measured_seconds,
        sum(pay_seconds) over (partition by person_no, shift_no order by entry_no, day_no rows unbounded preceding)::bigint as until_seconds
    from shifts semi join long_shifts using (person_no, shift_no)),
measured as (
    select entry_no, day_no, person_no, workweek_start, family_no, rule_no, pay_seconds, until_seconds, day_seconds as measured_seconds,
        case when is_seventh then 'seventh' else 'day' end as measure
    from in_days join days_in_question using (day_key)
    union all
    select entry_no, day_no, person_no, workweek_start, family_no, rule_no, pay_seconds, until_seconds, measured_seconds, 'shift' from in_shifts),
parts as (
    select measured.* exclude (rule_no, pay_seconds, until_seconds), tiers.tier_no, premium_numerator,
        least(measured.until_seconds, tiers.until_seconds) - greatest(measured.until_seconds - pay_seconds, over_seconds) as seconds
    from measured join overtime_tiers as tiers on tiers.rule_no = measured.rule_no and tiers.measure = measured.measure
        and measured.until_seconds > over_seconds and measured.until_seconds - pay_seconds < tiers.until_seconds),
weighed as (
    select parts.*, sum(seconds * premium_numerator) filter (where measure <> 'shift') over same_week as by_day,
        sum(seconds * premium_numerator) filter (where measure = 'shift') over same_week as by_shift
    from parts window same_week as (partition by person_no, workweek_start, family_no))
select entry_no, day_no, person_no, workweek_start, family_no, tier_no, premium_numerator, seconds, measured_seconds from weighed
where case when measure = 'shift' then by_shift > coalesce(by_day, 0) else by_day >= coalesce(by_shift, 0) end
