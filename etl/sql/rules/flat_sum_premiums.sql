-- One row per person × workweek with a flat-sum bonus under a law by which such a bonus is earned in the straight hours alone
-- (California): each overtime hour is paid the bonus / straight hours x its multiplier, less what the regular rate has paid
-- of it already. A pay addition.
with weeks as (select person_no, workweek_start, flat_numerator, extra_denominator from week_earnings where flat_numerator > 0),
pieces as (
    select pieces.person_no, pieces.workweek_start, workweek_end, tier_no, pay_seconds, rule_no
    from pieces_classified as pieces semi join weeks using (person_no, workweek_start) where is_counted),
hours as (
    select person_no, workweek_start, any_value(workweek_end) as workweek_end, sum(pay_seconds)::hugeint as worked_seconds,
        sum(pay_seconds) filter (where tier_no is null)::hugeint as straight_seconds
    from pieces group by person_no, workweek_start),
over as (
    select person_no, workweek_start, rule_id, flat_sum_law, premium_denominator, sum(pay_seconds)::hugeint as seconds,
        sum(pay_seconds * (premium_denominator + premium_numerator))::hugeint as paid_over_straight, sum(pay_seconds * premium_numerator)::hugeint as paid_over_all
    from pieces join overtime_tiers as tiers using (tier_no) join rule_names as names on names.rule_no = pieces.rule_no
    where flat_sum_law is not null and tiers.premium_base = 'regular_rate'
    group by person_no, workweek_start, rule_id, flat_sum_law, premium_denominator),
parameters as (select minor_digits, ten_to(6 - minor_digits) as home_per_minor from run_parameters)
select person_no, workweek_start, null::date as addition_on, workweek_end as paid_on, 'premium'::hour_kind as hour_kind, 'bonus_premium'::hour_class as hour_class,
    'flat sum, ' || rule_id as reason, 0::bigint as printed_seconds,
    case when missing.person_no is null then flat_numerator * (paid_over_straight * worked_seconds - paid_over_all * straight_seconds) end::hugeint as exact_numerator,
    (extra_denominator * premium_denominator * worked_seconds * straight_seconds * coalesce(minor_per_millionth // 3600, home_per_minor))::hugeint as exact_denominator,
    rule_id, 'flat-sum bonus over ' || hours_words(straight_seconds::bigint) || ' h of straight time, for ' || hours_words(seconds::bigint)
        || ' h of overtime (' || flat_sum_law || ')' as sentence
from over join hours using (person_no, workweek_start) join weeks using (person_no, workweek_start) cross join parameters
left join pay_rates_missing as missing using (person_no, workweek_start) left join weeks_paid_abroad using (person_no, workweek_start)
where straight_seconds > 0
