-- One row per person × workday × kind of premium for a missed break: one hour at the regular rate of compensation, at most one
-- for meals and one for rest a workday, or the minutes of the rest periods themselves; and one hour at the minimum wage for a
-- long spread of hours (law: etl/law/break_rules.csv).
with findings as (select * from break_findings where premium is not null and premium_mode = 'pay' and not is_open),
parameters as (select 3600 * ten_to(6 - minor_digits) as home_minor_per_millionth from run_parameters),
owed as (
    select person_no, workweek_start, workday, case premium when 'meal' then 'meal_premium' when 'spread' then 'spread_premium' else 'rest_premium' end::hour_class as hour_class,
        max(premium_seconds)::bigint as printed_seconds, max(wage_numerator)::hugeint as wage_numerator, arg_min(rule_id, break_rule_no) as rule_id,
        string_agg(found || '; ' || promise, '; ' order by break_rule_no) as sentence
    from findings group by all)
select owed.person_no, owed.workweek_start, workday as addition_on, workday as paid_on, 'premium'::hour_kind as hour_kind, hour_class,
    'missed break' as reason, printed_seconds,
    case when missing.person_no is null then coalesce(wage_numerator, regular_rate_numerator * printed_seconds) end::hugeint as exact_numerator,
    (case when wage_numerator is null then coalesce(regular_rate_denominator, 1) else 1 end * coalesce(minor_per_millionth, home_minor_per_millionth))::hugeint as exact_denominator, rule_id, sentence
from owed left join regular_rates as rates using (person_no, workweek_start)
left join pay_rates_missing as missing using (person_no, workweek_start)
left join weeks_paid_abroad using (person_no, workweek_start) cross join parameters
